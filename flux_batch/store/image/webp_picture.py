"""The first bytes of a WebP's chunks that say how large it is: VP8 (RFC 6386, 9.1), VP8L and VP8X (RFC 9649)."""

from __future__ import annotations

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.size import Size

HEADS = {b"VP8 ": 10, b"VP8L": 5, b"VP8X": 10}
"""Bytes of each chunk's body that are looked at."""
PICTURES = (b"VP8 ", b"VP8L")
START_CODE = b"\x9d\x01\x2a"
LOSSLESS_SIGNATURE = 0x2F
ANIMATED = 0x02
"""Flag in VP8X."""
SIDE = 0x3FFF
"""Fourteen bits."""


def picture_size(kind: bytes, head: bytes, length: int) -> Size:
    """Return the size of the picture in a ``VP8 `` or ``VP8L`` chunk of *length* bytes that starts with *head*.

    Raises:
        NotAnImage: *head* is none of its kind.
    """
    return _lossy(head, length) if kind == b"VP8 " else _lossless(head)


def canvas_size(head: bytes) -> Size:
    """Return the size named in the body of a ``VP8X`` chunk.

    Raises:
        NotAnImage: the file is an animation, which has no one picture.
    """
    if head[0] & ANIMATED:
        raise NotAnImage("animated WebP instead of a still image")
    return Size(1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little"))


def _lossy(head: bytes, length: int) -> Size:
    tag = int.from_bytes(head[:3], "little")
    if tag & 1 or head[3:6] != START_CODE:
        raise NotAnImage("WebP picture (VP8) does not start with a key frame")
    if 10 + (tag >> 5) > length:
        raise NotAnImage("WebP picture (VP8) is shorter than its first partition")
    return Size(int.from_bytes(head[6:8], "little") & SIDE, int.from_bytes(head[8:10], "little") & SIDE)


def _lossless(head: bytes) -> Size:
    bits = int.from_bytes(head[1:5], "little")
    if head[0] != LOSSLESS_SIGNATURE or bits >> 29:
        raise NotAnImage("WebP picture (VP8L) has a wrong signature or version")
    return Size(1 + (bits & SIDE), 1 + (bits >> 14 & SIDE))
