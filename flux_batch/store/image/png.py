"""A PNG from its signature to IEND: every chunk's place, length and CRC, and the exact amount of pixels."""

from __future__ import annotations

import struct

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.png_header import LENGTH, PngHeader
from flux_batch.store.image.png_order import ChunkOrder
from flux_batch.store.image.png_pixels import Pixels
from flux_batch.store.image.size import Limits, Size
from flux_batch.store.image.tape import Steps, Tape
from flux_batch.store.image.zlib_backend import ZlibBackend

SIGNATURE = b"\x89PNG\r\n\x1a\n"


class PngParser:
    """Reads one PNG from a tape."""

    def __init__(self, tape: Tape, limits: Limits, backend: ZlibBackend) -> None:
        self._tape = tape
        self._limits = limits
        self._zlib = backend

    def read(self) -> Steps[Size]:
        """Return the size of a PNG that is whole and followed by nothing.

        Raises:
            NotAnImage: it is not; EndOfData: it is cut.
        """
        yield from self._tape.exactly(len(SIGNATURE))
        header = yield from self._header()
        pixels = Pixels(header, self._zlib)
        order = ChunkOrder(header)
        kind = b"IHDR"
        while kind != b"IEND":
            length, kind = yield from self._opening()
            name = order.admit(kind, length)
            yield from self._body(kind, length, name, pixels if kind == b"IDAT" else None)
        pixels.finish()
        if not (yield from self._tape.at_end()):
            raise NotAnImage(f"bytes follow the end of the PNG (IEND), from byte {self._tape.at}")
        return header.size

    def _header(self) -> Steps[PngHeader]:
        length, kind = yield from self._opening()
        if (kind, length) != (b"IHDR", LENGTH):
            raise NotAnImage(f"PNG starts with {kind.decode('ascii')} of {length} bytes instead of its header (IHDR)")
        body = yield from self._tape.exactly(LENGTH)
        yield from self._crc(self._zlib.crc32(body, self._zlib.crc32(kind, 0)), "IHDR")
        return PngHeader.parse(body, self._limits)

    def _opening(self) -> Steps[tuple[int, bytes]]:
        """Read a chunk's length and type, both possible."""
        at = self._tape.at
        length, kind = struct.unpack(">I4s", (yield from self._tape.exactly(8)))
        if not kind.isalpha():
            raise NotAnImage(f"PNG chunk at byte {at} has no type: {kind!r} instead of four letters")
        if length > self._limits.max_bytes:
            raise NotAnImage(f"PNG chunk {kind.decode('ascii')} at byte {at} claims {length} bytes")
        return length, kind

    def _body(self, kind: bytes, length: int, name: str, pixels: Pixels | None) -> Steps[None]:
        """Read the rest of a chunk. Its CRC speaks before its pixels do, see Pixels."""
        crc = self._zlib.crc32(kind, 0)
        while length:
            piece = yield from self._tape.some(length)
            length -= len(piece)
            crc = self._zlib.crc32(piece, crc)
            if pixels:
                pixels.feed(piece)
        yield from self._crc(crc, name)
        if pixels:
            pixels.check()

    def _crc(self, expected: int, name: str) -> Steps[None]:
        found = int.from_bytes((yield from self._tape.exactly(4)), "big")
        if found != expected:
            raise NotAnImage(f"CRC of chunk {name} does not match: the PNG was damaged on its way")
