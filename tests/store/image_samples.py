"""Small image files for the tests, made by hand so that each can be broken on purpose in one place."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterable
from typing import TypeAlias

from PIL import Image

from flux_batch.store.image.check import ImageCheck, ImageFacts, Limits
from flux_batch.store.image.zlib_backend import FASTEST, ZlibBackend

SIGNATURE = b"\x89PNG\r\n\x1a\n"
Chunks: TypeAlias = list[tuple[bytes, bytes]]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = ((8, 8, 0, 0), (8, 8, 0, 4), (4, 8, 4, 0), (4, 4, 0, 2), (2, 4, 2, 0), (2, 2, 0, 1), (1, 2, 1, 0))
"""Adam7 as (column step, row step, first row, first column), by the standard's figure."""


def check(
    data: bytes, step: int | None = None, *, limits: Limits | None = None, backend: ZlibBackend = FASTEST
) -> ImageFacts:
    """Feed *data* in pieces of *step* bytes, all at once by default, and finish."""
    judge = ImageCheck(limits, backend=backend)
    for start in range(0, len(data), step or len(data) or 1):
        judge.feed(data[start : start + (step or len(data))])
    return judge.finish()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk with its length and CRC."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def assemble(chunks: Chunks) -> bytes:
    """A PNG of these chunks, in this order."""
    return SIGNATURE + b"".join(chunk(kind, body) for kind, body in chunks)


def scanlines(width: int, height: int, bits: int, *, interlaced: bool) -> list[int]:
    """Bytes of each scanline, filter byte not counted, in the order of the file."""
    if not interlaced:
        return [(width * bits + 7) // 8] * height
    lines = []
    for across, down, top, left in PASSES:
        columns = len(range(left, width, across))
        lines += [(columns * bits + 7) // 8] * (len(range(top, height, down)) if columns else 0)
    return lines


def pixels(lines: Iterable[int], seed: int = 0) -> bytes:
    """Inflated pixel data: noise behind a legal filter byte for each line."""
    draw = random.Random(seed)
    return b"".join(bytes([draw.randrange(5)]) + draw.randbytes(line) for line in lines)


def png_chunks(
    width: int = 3, height: int = 2, depth: int = 8, colour: int = 2, *, interlaced: bool = False, seed: int = 0
) -> Chunks:
    """The chunks of a good PNG with noise for a picture."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    raw = pixels(scanlines(width, height, depth * CHANNELS[colour], interlaced=interlaced), seed)
    palette = [(b"PLTE", bytes(3 << depth))] if colour == 3 else []
    return [(b"IHDR", header), *palette, (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]


def picture(mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    """A picture with something in it, of any Pillow mode."""
    grey = Image.linear_gradient("L").resize(size)
    channels = [grey, grey.rotate(90), Image.radial_gradient("L").resize(size), grey.rotate(180)]
    if mode == "I;16":
        return Image.frombytes(mode, size, b"".join(bytes([v, v]) for v in grey.tobytes()))
    return Image.merge("RGBA", channels).convert(mode if mode != "CMYK" else "RGB").convert(mode)


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """The file Pillow writes."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()
