"""The JPEG segments that say what the picture is made of: frame (SOF) and scan (SOS); ITU-T T.81, B.2.2 and B.2.3."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.size import Limits, Size

FRAME_FIXED = 6
"""Bytes of a frame header before its components, of three bytes each."""
COMPONENTS = (1, 3, 4)
"""Grey, YCbCr or RGB, CMYK."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A legal frame header: the size in pixels, and the ids of the colour components that scans must deliver."""

    size: Size
    components: frozenset[int]

    @classmethod
    def parse(cls, body: bytes, limits: Limits) -> Frame:
        """Read a frame header, without its marker and length.

        Raises:
            NotAnImage: it contradicts itself, is of a kind viewers do not show, or is outside *limits*.
        """
        if len(body) < FRAME_FIXED or len(body) != FRAME_FIXED + 3 * body[5]:
            raise NotAnImage(f"JPEG frame header (SOF) has a wrong length of {len(body)} bytes")
        bits, height, width, count = struct.unpack(">BHHB", body[:FRAME_FIXED])
        components = frozenset(body[FRAME_FIXED::3])
        if bits != 8 or count not in COMPONENTS or len(components) != count:  # noqa: PLR2004 - bits of a sample
            raise NotAnImage(f"JPEG has {count} components of {bits} bits, where viewers show 1, 3 or 4 of 8")
        return cls(Size(width, height).within(limits), components)


def scanned(body: bytes, frame: Frame) -> frozenset[int]:
    """Return the components that the scan with header *body* delivers.

    Raises:
        NotAnImage: the header has a wrong length, or names a component twice or one the frame does not have.
    """
    count = body[0] if body else 0
    if not count or len(body) != 4 + 2 * count:
        raise NotAnImage(f"JPEG scan header (SOS) has a wrong length of {len(body)} bytes")
    found = frozenset(body[1 : 1 + 2 * count : 2])
    if len(found) != count or not found <= frame.components:
        raise NotAnImage(f"JPEG scan names components {[*body[1:-3:2]]}, the frame {sorted(frame.components)}")
    return found
