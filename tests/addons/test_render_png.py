"""The PNG writer: whole files that any reader opens, without a lost pixel."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from flux_batch.addons.server.render.png import SIGNATURE, png


def chunks(file: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and data of each chunk; every CRC is checked."""
    assert file[:8] == SIGNATURE
    found, at = [], 8
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        kind, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        assert struct.pack(">I", zlib.crc32(kind + data)) == file[at + 8 + length : at + 12 + length]
        found.append((kind, data))
        at += 12 + length
    return found


@given(width=st.integers(1, 70), height=st.integers(1, 70), seed=st.integers(0, 1000))
def test_pixels_come_back_as_they_went(width: int, height: int, seed: int) -> None:
    """Lossless for any size and any content."""
    pixels = random.Random(seed).randbytes(width * height * 3)
    file = png(Image.frombytes("RGB", (width, height), pixels))

    assert pixels == Image.open(io.BytesIO(file), formats=["PNG"]).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (64, 48)])
def test_a_file_is_signature_header_data_and_end(size: tuple[int, int]) -> None:
    """Three chunks in order; the data inflates to one filter byte and three bytes a pixel for every row."""
    found = chunks(png(Image.new("RGB", size, (10, 200, 30))))

    assert [kind for kind, _ in found] == [b"IHDR", b"IDAT", b"IEND"]
    assert size[1] * (1 + 3 * size[0]) == len(zlib.decompress(found[1][1]))
