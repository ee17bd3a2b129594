"""Images that travel as base64 text: inside an answer, in a ``.base64`` file, or as a data URI."""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from flux_batch.errors import DownloadFailed

CAP = 64 * 2**20
"""Bytes of a decoded image, as for any download."""

WHITESPACE = b" \t\r\n\v\f"
BOM = b"\xef\xbb\xbf"
DATA_URI = re.compile(rb"data:([^,]{0,200}),", re.IGNORECASE)
STRANGER = re.compile(rb"[^A-Za-z0-9+/]")
HEAD = re.compile(rb"\s*(data:[\w.+-]*[/;,]|[A-Za-z0-9+/]{32}[A-Za-z0-9+/=\s]*$)", re.IGNORECASE)


def looks_like_base64(head: bytes) -> bool:
    """Tell whether a text that starts with *head* (some hundred bytes are enough) may be an image in base64.

    No image format and no HTML page begins like this; a link does not either.
    """
    return HEAD.match(head.removeprefix(BOM)) is not None


def decode_base64(text: bytes | str, *, cap: int = CAP) -> bytes:
    """Decode one image from base64 text: with a data URI's prefix or not, wrapped or not, padded or not.

    Args:
        text: the text; nothing outside the standard alphabet, white space and the padding may stand in it.
        cap: bytes the decoded image may have.

    Raises:
        DownloadFailed: not base64, cut, empty or larger than *cap*; says which, and where.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > 2 * cap + 1024:
        raise DownloadFailed(f"base64 text of {len(raw)} bytes for an image of at most {cap} bytes")
    letters = _payload(raw.removeprefix(BOM)).translate(None, WHITESPACE)
    digits = letters.rstrip(b"=")
    _check(digits, padding=len(letters) - len(digits), cap=cap)
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _payload(raw: bytes) -> bytes:
    """Return what follows a data URI's prefix, or *raw* where it is none."""
    raw = raw.lstrip(WHITESPACE)
    prefix = DATA_URI.match(raw)
    if prefix is None:
        return raw
    if not prefix.group(1).lower().rstrip().endswith(b";base64"):
        raise DownloadFailed(f"data URI of type {prefix.group(1)[:60].decode('ascii', 'replace')!r} is not base64")
    payload = raw[prefix.end() :]
    return unquote_to_bytes(payload) if b"%" in payload else payload


def _check(digits: bytes, *, padding: int, cap: int) -> None:
    """Refuse what is no whole base64 text.

    Raises:
        DownloadFailed: names the trouble.
    """
    if not digits:
        raise DownloadFailed("base64 text is empty")
    stranger = STRANGER.search(digits)
    if stranger:
        seen = chr(stranger.group()[0])
        raise DownloadFailed(f"base64 text has {seen!a} at character {stranger.start()}, outside its alphabet")
    if len(digits) % 4 == 1 or padding > 2:  # noqa: PLR2004 - base64 groups of four with at most two `=`
        raise DownloadFailed(f"base64 text is cut or padded wrongly after {len(digits)} characters")
    if len(digits) * 3 // 4 > cap:
        raise DownloadFailed(f"base64 text holds {len(digits) * 3 // 4} bytes, more than the {cap} an image may have")
