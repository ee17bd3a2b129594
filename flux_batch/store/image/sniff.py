"""What some bytes are, by their first few hundred: an image we take, or the name of what came instead."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

ImageFormat: TypeAlias = Literal["png", "jpeg", "webp"]

MAGIC = 12
"""Bytes that tell the three formats we take."""
HEAD = 512
"""Bytes that name anything else: enough for the comments and XML declarations that stand before an <svg> or <html>."""

TAKEN: dict[ImageFormat, re.Pattern[bytes]] = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
STARTS = {"PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff", "WebP": b"RIFF"}

OTHERS = (
    (rb"\x89?PNG(\r?\n\x1a?|\r)", "PNG whose first bytes were changed by a text-mode transfer"),
    (rb"GIF8[79]a", "GIF"),
    (rb"BM.{4}\x00{4}", "BMP"),
    (rb"II\*\x00|MM\x00\*", "TIFF"),
    (rb".{4}ftypavi[fs]", "AVIF"),
    (rb".{4}ftyp(hei|mif|msf)", "HEIF"),
    (rb"\xff\x0a|\x00{3}\x0cJXL ", "JPEG XL"),
    (rb"\x00{3}\x0cjP  ", "JPEG 2000"),
    (rb"\x00\x00\x01\x00", "ICO"),
    (rb"\x1f\x8b", "gzip data"),
    (rb"PK\x03\x04", "ZIP archive"),
    (rb"%PDF-", "PDF"),
    (rb"\s*(data:image/|iVBORw0KGgo|/9j/|UklGR)", "base64 text of an image"),
    (rb"\s*(?>(?:<!--.*?-->\s*)*)(?i:<(!doctype\s+html|html|head|body|title|script|h1|div|p)\b)", "HTML page"),
    (rb"\s*<.*?<svg[\s>]|\s*<svg[\s>]", "SVG"),
    (rb"\s*<\?xml|\s*<[A-Za-z]", "XML document"),
    (rb"\s*[\[{]", "JSON answer"),
)
"""First bytes -> the name of what came, most telling rule first.

The comments before <html> are matched atomically: otherwise a row of them could be split in exponentially many ways.
"""
NAMES = tuple((re.compile(pattern, re.DOTALL), name) for pattern, name in OTHERS)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

ERROR_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,40})</Code>")
"""Object stores answer like this, with the reason in one word."""
PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]+")


def format_of(head: bytes) -> ImageFormat | None:
    """Return the format *head*, the first bytes of a file, announces; None where it is none we take."""
    return next((name for name, pattern in TAKEN.items() if pattern.match(head)), None)


def describe(head: bytes) -> str:
    """Return in a few words what *head* is, given that it is no image we take."""
    if not head:
        return "empty file"
    if not head.strip(b"\0"):
        return "zero-filled file"
    if name := next((name for name, start in STARTS.items() if start.startswith(head)), None):
        return f"first {len(head)} bytes of a {name}"
    head = head.removeprefix(BYTE_ORDER_MARK)
    if name := next((name for pattern, name in NAMES if pattern.match(head)), None):
        code = ERROR_CODE.search(head)
        return f"{name} ({code[1].decode('ascii')})" if code else name
    return "text" if PRINTABLE.fullmatch(head) else f"unknown data ({head[:8].hex(' ')})"
