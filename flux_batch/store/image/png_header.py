"""IHDR: what a PNG says of itself, and how many bytes its pixels therefore take (PNG 3rd edition, 11.2.1 and 8.1)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.size import Limits, Size

LENGTH = 13
PALETTE = 3
"""The colour type whose pixels are indices into PLTE."""

CHANNELS = {0: 1, 2: 3, PALETTE: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), PALETTE: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Colour type -> legal bits per channel."""

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Each pass as (first column, first row, column step, row step)."""
WHOLE = ((0, 0, 1, 1),)


@dataclass(frozen=True, slots=True)
class Rows:
    """A run of scanlines of one length inside the inflated pixel data.

    Attributes:
        start, end: offsets of the run in bytes, end exclusive.
        stride: bytes of one scanline, its filter byte included.
    """

    start: int
    end: int
    stride: int


@dataclass(frozen=True, slots=True)
class PngHeader:
    """A legal IHDR.

    Attributes:
        size: in pixels.
        depth: bits per channel, or per index.
        colour: colour type, a key of CHANNELS.
        interlaced: Adam7, seven passes.
    """

    size: Size
    depth: int
    colour: int
    interlaced: bool

    @classmethod
    def parse(cls, body: bytes, limits: Limits) -> PngHeader:
        """Read the 13 bytes of an IHDR.

        Raises:
            NotAnImage: a value the standard does not allow, or a size outside *limits*.
        """
        width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
        if depth not in DEPTHS.get(colour, ()):
            raise NotAnImage(f"PNG header names colour type {colour} with {depth} bits, which does not exist")
        if compression or filtering or interlace > 1:
            methods = f"compression {compression}, filter {filtering}, interlace {interlace}"
            raise NotAnImage(f"PNG header names unknown methods: {methods}")
        return cls(Size(width, height).within(limits), depth, colour, bool(interlace))

    def layout(self) -> tuple[Rows, ...]:
        """Where the scanlines lie in the inflated pixel data; the last run's end is its exact length in bytes."""
        runs: list[Rows] = []
        start = 0
        for left, top, across, down in ADAM7 if self.interlaced else WHOLE:
            columns = -(-(self.size.width - left) // across)
            rows = -(-(self.size.height - top) // down)
            if columns <= 0 or rows <= 0:
                continue  # a pass without pixels has no scanlines, so no filter bytes either
            stride = 1 + -(-columns * CHANNELS[self.colour] * self.depth // 8)
            runs.append(Rows(start, start + rows * stride, stride))
            start += rows * stride
        return tuple(runs)
