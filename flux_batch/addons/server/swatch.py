"""A renderer for load and for tests: real PNG files of the right size, made in a blink, pretty to nobody."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flux_batch.addons.server.render.renderer import PictureRequest

SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Swatch:
    """Stripes whose colours come from a digest of the request: another request, another picture."""

    async def generate(self, request: PictureRequest) -> Sequence[bytes]:
        """Return *request.samples* PNG files; the same request gives the same bytes."""
        return [stripes(replace(request, samples=1), index) for index in range(request.samples)]


def stripes(request: PictureRequest, index: int) -> bytes:
    """One PNG file: a palette of 16 colours, in rows."""
    digest = hashlib.sha512(f"{request}#{index}".encode("utf-8", "surrogatepass")).digest()
    header = struct.pack(">IIBBBBB", request.width, request.height, 8, 3, 0, 0, 0)
    rows = (
        b"\0" + bytes([digest[48 + row * 16 // request.height] % 16]) * request.width for row in range(request.height)
    )
    pixels = zlib.compress(b"".join(rows), 1)
    chunks = ((b"IHDR", header), (b"PLTE", digest[:48]), (b"IDAT", pixels), (b"IEND", b""))
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk: length, kind, data, CRC."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
