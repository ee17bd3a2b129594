"""Text in a PNG file: ``iTXt`` chunks put in behind the header, everything else left byte for byte as it was.

Format: PNG specification, third edition, 11.3.3 (https://www.w3.org/TR/png-3/#11textinfo). Behind IHDR is where readers
look that stop at the pixels, Pillow's ``Image.info`` and the XMP specification among them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BEHIND_HEADER = len(SIGNATURE) + 25
TEXT_CHUNKS = {b"tEXt", b"zTXt", b"iTXt"}
C2PA = b"caBX"
"""A signed statement of provenance: its hash covers the whole file, so any chunk put in would break it."""


def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """Return *png*, a whole PNG file, with *texts* in it: keyword -> text without NUL and lone surrogates.

    A keyword that the file has already stays as its maker wrote it, and a signed file stays as it is.
    """
    chunks = list(_chunks(png))
    taken = {data.partition(b"\0")[0] for kind, data in chunks if kind in TEXT_CHUNKS}
    if any(kind == C2PA for kind, _ in chunks):
        return png
    new = [_itxt(keyword, text) for keyword, text in texts.items() if keyword.encode() not in taken]
    return b"".join((png[:BEHIND_HEADER], *new, png[BEHIND_HEADER:]))


def is_png(content: bytes) -> bool:
    """Whether a file that was checked before is a PNG."""
    return content.startswith(SIGNATURE)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and data of each chunk; the data of pixels are not looked at."""
    at = len(SIGNATURE)
    while at + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length] if kind in TEXT_CHUNKS else b""
        at += length + 12


def _itxt(keyword: str, text: str) -> bytes:
    """Return an uncompressed ``iTXt`` chunk of no stated language."""
    body = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
