"""A PNG writer of few lines: filter Up for every row, one deflate pass at level 1.

Several times faster than Pillow's own writer at nearly its size. The pixels are the same everywhere; the bytes are
the same wherever the same compressor is installed (isal and zlib pack the same pixels into other bytes).
"""

from __future__ import annotations

import struct
import zlib

from PIL import Image, ImageChops

try:
    from isal.isal_zlib import compress
except ImportError:  # no wheel for this machine: the standard library gives the same pixels a little slower
    from zlib import compress

SIGNATURE = b"\x89PNG\r\n\x1a\n"
FILTER_UP = b"\x02"
TRUECOLOUR_8_BIT = (8, 2, 0, 0, 0)


def png(image: Image.Image) -> bytes:
    """Encode an ``RGB`` picture as a whole PNG file (PNG specification, third edition)."""
    width, height = image.size
    above = Image.new("RGB", image.size)
    above.paste(image, (0, 1))
    rest = ImageChops.subtract_modulo(image, above).tobytes()
    row = width * 3
    rows = b"".join(FILTER_UP + rest[start : start + row] for start in range(0, row * height, row))
    header = struct.pack(">2I5B", width, height, *TRUECOLOUR_8_BIT)
    return b"".join(
        (SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", compress(rows, 1)), _chunk(b"IEND", b"")),
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
