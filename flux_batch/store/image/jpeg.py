"""A JPEG from SOI to EOI: segments, frame, scans and restart markers (ITU-T T.81, annex B).

JPEG carries no checksum and no length, so bits flipped inside a scan pass. What is seen: every cut, damage to the
structure, missing components, lost restart intervals, and anything behind the end but zero bytes.
"""

from __future__ import annotations

import re

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.jpeg_frame import Frame, scanned
from flux_batch.store.image.size import Limits, Size
from flux_batch.store.image.tape import Steps, Tape

WINDOW = 1 << 16
MARKER = re.compile(rb"\xff(?!\0)")
"""In a scan FF 00 stands for the byte FF; anything else after FF is a marker, or begins one."""

STUFFED, TEM, SOI, EOI, SOS, DHT, JPG, DAC = 0x00, 0x01, 0xD8, 0xD9, 0xDA, 0xC4, 0xC8, 0xCC
RESTARTS = range(0xD0, 0xD8)
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, JPG, DAC}
SHOWN = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
"""Baseline, extended and progressive, Huffman or arithmetic: what decoders implement."""
FIRST_SEGMENT = 0xC0


class JpegParser:
    """Reads one JPEG from a tape."""

    def __init__(self, tape: Tape, limits: Limits) -> None:
        self._tape = tape
        self._limits = limits
        self._frame: Frame | None = None
        self._delivered: frozenset[int] = frozenset()

    def read(self) -> Steps[Size]:
        """Return the size of a JPEG that is whole and followed by nothing but zero bytes.

        Raises:
            NotAnImage: it is not; EndOfData: it is cut.
        """
        yield from self._tape.exactly(2)
        marker = yield from self._marker()
        while marker != EOI:
            marker = yield from self._segment(marker)
        size = self._complete()
        yield from self._padding()
        return size

    def _marker(self) -> Steps[int]:
        """Read FF, any number of filling FF, and the code after them."""
        (first,) = yield from self._tape.exactly(1)
        if first != 0xFF:  # noqa: PLR2004 - the byte that begins every marker
            raise NotAnImage(f"JPEG has byte {first:02X} at {self._tape.at - 1}, where a marker must stand")
        code = first
        while code == first:
            (code,) = yield from self._tape.exactly(1)
        return code

    def _segment(self, marker: int) -> Steps[int]:
        """Read what *marker* announces; return the marker after it."""
        if marker == TEM:
            return (yield from self._marker())
        if marker < FIRST_SEGMENT or marker in RESTARTS or marker == SOI:
            raise NotAnImage(f"JPEG has marker {marker:02X} before byte {self._tape.at}, where none of its kind may be")
        length = int.from_bytes((yield from self._tape.exactly(2)), "big") - 2
        if length < 0:
            raise NotAnImage(f"JPEG segment {marker:02X} before byte {self._tape.at} has an impossible length")
        if marker in FRAMES:
            self._open_frame(marker, (yield from self._tape.exactly(length)))
        elif marker == SOS:
            self._open_scan((yield from self._tape.exactly(length)))
            return (yield from self._scan())
        else:
            yield from self._tape.skip(length)
        return (yield from self._marker())

    def _open_frame(self, marker: int, body: bytes) -> None:
        if self._frame is not None:
            raise NotAnImage("JPEG has a second frame header (SOF)")
        if marker not in SHOWN:
            raise NotAnImage(f"JPEG is of a kind viewers do not show (SOF{marker - FIRST_SEGMENT})")
        self._frame = Frame.parse(body, self._limits)

    def _open_scan(self, body: bytes) -> None:
        if self._frame is None:
            raise NotAnImage("JPEG has a scan (SOS) before its frame header (SOF)")
        self._delivered |= scanned(body, self._frame)

    def _scan(self) -> Steps[int]:
        """Read past entropy-coded data; return the marker that ends it."""
        start, due = self._tape.at, 0
        while True:
            piece = yield from self._tape.some(WINDOW)
            found = MARKER.search(piece)
            if found is None:
                continue
            self._tape.back(len(piece) - found.start())
            at = self._tape.at
            marker = yield from self._marker()
            if marker in RESTARTS:
                self._restart(marker - RESTARTS.start, due, at)
                due = (due + 1) % len(RESTARTS)
            elif marker != STUFFED:
                if at == start:
                    raise NotAnImage(f"JPEG scan at byte {at} holds no data")
                return marker

    def _restart(self, number: int, due: int, at: int) -> None:
        if number != due:
            raise NotAnImage(f"JPEG has restart marker {number} at byte {at} where {due} was due: part of it is lost")

    def _complete(self) -> Size:
        if self._frame is None:
            raise NotAnImage("JPEG ends (EOI) without a frame header (SOF)")
        if missing := sorted(self._frame.components - self._delivered):
            raise NotAnImage(f"JPEG ends (EOI) without data for its components {missing}")
        return self._frame.size

    def _padding(self) -> Steps[None]:
        while not (yield from self._tape.at_end()):
            piece = yield from self._tape.some(WINDOW)
            if any(piece):
                raise NotAnImage(f"bytes follow the end of the JPEG (EOI), before byte {self._tape.at}")
