"""What holds for any file: the pieces do not matter, and no damage passes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_samples import CHANNELS, Chunks, assemble, check, picture, png_chunks, saved

from flux_batch.store.image.check import ImageCheck, ImageFacts, NotAnImage
from flux_batch.store.image.zlib_backend import STDLIB

KINDS = [
    (c, d) for c in CHANNELS for d in (1, 2, 4, 8, 16) if d == 8 or c == 0 or (c == 3 and d < 8) or (c != 3 and d > 8)
]
ANCILLARY = st.sampled_from([(b"tEXt", b"a\0b"), (b"gAMA", bytes(4)), (b"tIME", bytes(7)), (b"zzZz", b"")])
FILES = [saved(picture(), form) for form in ("PNG", "JPEG", "WEBP", "GIF")] + [b"<html>" * 200, b"{" * 600, bytes(600)]


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    """*data* in pieces that end at the *cuts*; two equal cuts make an empty piece."""
    return [data[start:end] for start, end in pairwise([0, *sorted(c % (len(data) + 1) for c in cuts), len(data)])]


def verdict(pieces: list[bytes]) -> ImageFacts | str:
    """The facts, or the words of the refusal."""
    judge = ImageCheck()
    try:
        for piece in pieces:
            judge.feed(piece)
        return judge.finish()
    except NotAnImage as defect:
        return str(defect)


@st.composite
def pngs(draw: st.DrawFn, *, plain: bool = False) -> bytes:
    """Good PNGs of every colour type and depth, interlaced or not; unless *plain*, of more chunks than they need."""
    colour, depth = draw(st.sampled_from(KINDS))
    width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    chunks = png_chunks(width, height, depth, colour, interlaced=draw(st.booleans()), seed=draw(st.integers(0, 99)))
    if plain:
        return assemble(chunks)
    packed = split(chunks[-2][1], draw(st.lists(st.integers(0, 2000), max_size=4)))
    pixels: Chunks = [(b"IDAT", piece) for piece in packed]
    return assemble([*chunks[:-2], *draw(st.lists(ANCILLARY, max_size=2)), *pixels, chunks[-1]])


CUTS = st.lists(st.integers(0, 5000), max_size=12)


@given(data=pngs(), cuts=CUTS)
def test_a_good_png_passes_in_any_pieces(data: bytes, cuts: list[int]) -> None:
    """Splitting changes nothing, nor does the zlib used."""
    assert check(data, backend=STDLIB) == verdict(split(data, cuts))


@given(data=pngs(), place=st.integers(0), flip=st.integers(1, 255), cuts=CUTS)
def test_no_changed_byte_passes(data: bytes, place: int, flip: int, cuts: list[int]) -> None:
    """One byte of another value is refused, in the same words for any pieces."""
    broken = bytearray(data)
    broken[place % len(data)] ^= flip

    words = verdict([bytes(broken)])

    assert isinstance(words, str)
    assert words == verdict(split(bytes(broken), cuts))


@given(data=pngs(), length=st.integers(0), cuts=CUTS)
def test_no_cut_passes(data: bytes, length: int, cuts: list[int]) -> None:
    """A prefix is refused, in the same words for any pieces."""
    prefix = data[: length % len(data)]

    words = verdict([prefix])

    assert isinstance(words, str)
    assert words == verdict(split(prefix, cuts))


@given(data=pngs(plain=True), first=st.integers(0), length=st.integers(0), cuts=CUTS)
def test_no_hole_passes(data: bytes, first: int, length: int, cuts: list[int]) -> None:
    """A run of bytes left out, as a resumed download may do, is refused (a whole text chunk would not be missed)."""
    start = first % len(data)
    holed = data[:start] + data[start + 1 + length % (len(data) - start) :]

    assert isinstance(verdict(split(holed, cuts)), str)


@given(data=pngs(), start=st.integers(0), length=st.integers(1, 400))
def test_no_zeroed_block_passes(data: bytes, start: int, length: int) -> None:
    """A block that reads as zeros after a power cut is refused, unless it was zeros before."""
    begin = start % len(data)
    zeroed = data[:begin] + bytes(len(data[begin : begin + length])) + data[begin + length :]

    assert zeroed == data or isinstance(verdict([zeroed]), str)


@given(data=st.sampled_from(FILES), place=st.integers(0), flip=st.integers(0, 255), cuts=CUTS)
def test_any_file_gets_one_verdict(data: bytes, place: int, flip: int, cuts: list[int]) -> None:
    """Of any format, damaged or not: the same facts or the same words for any pieces."""
    changed = bytearray(data)
    changed[place % len(data)] ^= flip

    assert verdict([bytes(changed)]) == verdict(split(bytes(changed), cuts))


@given(
    data=st.binary(max_size=700),
    start=st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBP"]),
)
def test_any_bytes_get_a_verdict(data: bytes, start: bytes) -> None:
    """Noise, also behind the first bytes of an image, is refused by name and never breaks the check."""
    with pytest.raises(NotAnImage):
        check(start + data)
