"""IDAT: the pixels of a PNG, inflated in bounded steps and counted, never kept."""

from __future__ import annotations

from collections.abc import Iterator

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.png_header import PngHeader
from flux_batch.store.image.zlib_backend import ZlibBackend

STEP = 1 << 16
"""Bytes inflated at a time: what an inflate bomb can make us hold."""
FILTERS = bytes(range(5))


class Pixels:
    """The zlib stream that runs through all IDAT chunks.

    A defect is remembered and told by :meth:`check`, so that the caller can ask the chunk's CRC first: a wrong CRC
    means damage on the way, and fetching again helps; a right one means that the file was made broken.
    """

    def __init__(self, header: PngHeader, backend: ZlibBackend) -> None:
        self._layout = header.layout()
        self._expected = self._layout[-1].end
        self._zlib = backend
        self._inflater = backend.inflater()
        self._seen = 0
        self._defect: str | None = None

    def feed(self, packed: memoryview) -> None:
        """Inflate *packed*, the next bytes of the stream."""
        if self._defect is None:
            try:
                self._defect = self._defect_in(packed)
            except self._zlib.error as error:
                self._defect = f"PNG pixel data does not inflate: {error}"

    def check(self) -> None:
        """Tell what :meth:`feed` has found.

        Raises:
            NotAnImage: the stream is damaged, or goes on after its end or after the last pixel.
        """
        if self._defect is not None:
            raise NotAnImage(self._defect)

    def finish(self) -> None:
        """Say that no IDAT follows.

        Raises:
            NotAnImage: pixels are missing, or the stream's end and Adler-32 are.
        """
        self.check()
        if self._seen < self._expected:
            raise NotAnImage(f"PNG holds {self._seen} of {self._expected} bytes of pixels")
        if not self._inflater.eof:
            raise NotAnImage("PNG pixel data lacks the end of its zlib stream")

    def _defect_in(self, packed: memoryview) -> str | None:
        for piece in self._inflate(packed):
            if self._seen + len(piece) > self._expected:
                return f"PNG holds more than the {self._expected} bytes of pixels its header names"
            if self._bad_filter(piece):
                return f"PNG has a scanline with an unknown filter near byte {self._seen} of its pixels"
            self._seen += len(piece)
        return "PNG pixel data goes on after its zlib stream ended" if self._inflater.unused_data else None

    def _inflate(self, packed: memoryview) -> Iterator[bytes]:
        """Yield pieces of at most STEP bytes, and never more than one byte beyond the last pixel."""
        left: bytes | memoryview = packed
        while True:
            most = min(STEP, self._expected - self._seen + 1)
            piece = self._inflater.decompress(left, most)
            left = self._inflater.unconsumed_tail
            yield piece
            if not left and len(piece) < most:
                return

    def _bad_filter(self, piece: bytes) -> bool:
        """Whether a scanline that starts in *piece*, the bytes from ``_seen`` on, names a filter that is none."""
        for run in self._layout:
            first = max(run.start, self._seen)
            first += (run.start - first) % run.stride
            starts = piece[first - self._seen : max(0, run.end - self._seen) : run.stride]
            if starts.translate(None, FILTERS):
                return True
        return False
