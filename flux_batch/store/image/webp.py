"""A WebP from RIFF to the byte its header names as the last: chunk lengths, one picture, one size (RFC 9649).

WebP carries no checksum: bits flipped inside the picture pass.
"""

from __future__ import annotations

import struct

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.size import Limits, Size
from flux_batch.store.image.tape import Steps, Tape
from flux_batch.store.image.webp_picture import HEADS, PICTURES, canvas_size, picture_size

FRAMES = (b"ANIM", b"ANMF")


class WebpParser:
    """Reads one WebP from a tape."""

    def __init__(self, tape: Tape, limits: Limits) -> None:
        self._tape = tape
        self._limits = limits
        self._end = 0
        self._canvas: Size | None = None
        self._picture: Size | None = None

    def read(self) -> Steps[Size]:
        """Return the size of a WebP that is whole and followed by nothing.

        Raises:
            NotAnImage: it is not; EndOfData: it is cut.
        """
        _, length, _ = struct.unpack("<4sI4s", (yield from self._tape.exactly(12)))
        self._end = 8 + length
        if self._end > self._limits.max_bytes:
            raise NotAnImage(f"WebP header claims {self._end} bytes")
        while self._tape.at < self._end:
            yield from self._chunk()
        if not (yield from self._tape.at_end()):
            raise NotAnImage(f"bytes follow the end of the WebP, from byte {self._tape.at}")
        if self._picture is None:
            raise NotAnImage("WebP has no picture (VP8 or VP8L)")
        return self._picture

    def _chunk(self) -> Steps[None]:
        at = self._tape.at
        kind, length = struct.unpack("<4sI", (yield from self._tape.exactly(8)))
        padded = length + length % 2
        if self._tape.at + padded > self._end:
            raise NotAnImage(f"WebP chunk {kind!r} at byte {at} runs past the end its header names")
        head = yield from self._tape.exactly(min(length, HEADS.get(kind, 0)))
        if len(head) < HEADS.get(kind, 0):
            raise NotAnImage(f"WebP chunk {kind!r} at byte {at} has only {length} bytes")
        self._admit(kind, head, length, first=at == 12)  # noqa: PLR2004 - the length of the RIFF header
        yield from self._tape.skip(padded - len(head))

    def _admit(self, kind: bytes, head: bytes, length: int, *, first: bool) -> None:
        if first and kind not in HEADS:
            raise NotAnImage(f"WebP starts with chunk {kind!r} instead of its picture or header")
        if kind in FRAMES:
            raise NotAnImage("animated WebP instead of a still image")
        if kind == b"VP8X":
            if not first:
                raise NotAnImage("WebP has a header (VP8X) in the wrong place")
            self._canvas = canvas_size(head).within(self._limits)
        elif kind in PICTURES:
            self._admit_picture(picture_size(kind, head, length).within(self._limits))

    def _admit_picture(self, size: Size) -> None:
        if self._picture is not None:
            raise NotAnImage("WebP has a second picture")
        if self._canvas not in (None, size):
            raise NotAnImage(f"WebP header says {self._canvas}, its picture is {size}")
        self._picture = size
