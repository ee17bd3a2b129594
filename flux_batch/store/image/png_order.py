"""Which chunk may follow which (PNG 3rd edition, 5.6), as one pure decision.

Only what decides over the picture is enforced. Ancillary chunks (text, colour profile, the frames of an animated PNG)
may stand anywhere between IHDR and IEND and hold anything: no viewer refuses a picture for them, so neither do we.
"""

from __future__ import annotations

from collections import Counter

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.png_header import PALETTE, PngHeader

MAX_CHUNKS = 1 << 16
"""A 64 MiB file in pieces of 1 KiB. Bounds the time that millions of empty chunks could cost."""
ANCILLARY = 0x20
"""The bit of a type's first letter that makes it lower case: safe to skip."""
NO_PALETTE = (0, 4)
"""Grey, which has no use for a palette."""


class ChunkOrder:
    """Admits the chunks after IHDR one by one."""

    def __init__(self, header: PngHeader) -> None:
        self._header = header
        self._seen: Counter[bytes] = Counter()
        self._last = b"IHDR"
        self._rules = {b"PLTE": self._palette, b"IDAT": self._pixels, b"IEND": self._end}

    def admit(self, kind: bytes, length: int) -> str:
        """Take the next chunk, *kind* being its four letters; return its name for messages, such as ``IDAT #3``.

        Raises:
            NotAnImage: it may not stand here, or not with this length.
        """
        if self._seen.total() == MAX_CHUNKS:
            raise NotAnImage(f"PNG has more than {MAX_CHUNKS} chunks")
        if rule := self._rules.get(kind):
            rule(length)
        elif not kind[0] & ANCILLARY:
            what = "a second IHDR" if kind == b"IHDR" else f"an unknown critical chunk {kind.decode('ascii')}"
            raise NotAnImage(f"PNG has {what}")
        self._seen[kind] += 1
        self._last = kind
        return f"IDAT #{self._seen[kind]}" if kind == b"IDAT" else kind.decode("ascii")

    def _palette(self, length: int) -> None:
        if self._seen[b"PLTE"] or self._seen[b"IDAT"]:
            raise NotAnImage("PNG has a palette (PLTE) in the wrong place")
        if self._header.colour in NO_PALETTE:
            raise NotAnImage(f"PNG of colour type {self._header.colour} has a palette (PLTE)")
        most = 1 << self._header.depth if self._header.colour == PALETTE else 256
        if length % 3 or not 1 <= length // 3 <= most:
            raise NotAnImage(f"PNG palette (PLTE) of {length} bytes, where 3 to {3 * most} in threes may be")

    def _pixels(self, _: int) -> None:
        if self._header.colour == PALETTE and not self._seen[b"PLTE"]:
            raise NotAnImage("PNG with a palette's colours lacks the palette (PLTE)")
        if self._seen[b"IDAT"] and self._last != b"IDAT":
            raise NotAnImage(f"PNG pixels (IDAT) are interrupted by {self._last.decode('ascii')}")

    def _end(self, length: int) -> None:
        if not self._seen[b"IDAT"]:
            raise NotAnImage("PNG has no pixels (IDAT)")
        if length:
            raise NotAnImage(f"PNG end (IEND) holds {length} bytes, where none may be")
