"""The truth table of PNG: each rule of the standard that decides over the picture, kept and broken."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from image_samples import CHANNELS, Chunks, assemble, check, chunk, pixels, png_chunks, scanlines
from PIL import Image

from flux_batch.store.image.check import ImageCheck, Limits, NotAnImage
from flux_batch.store.image.zlib_backend import FASTEST, STDLIB, ZlibBackend

LEGAL = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16)]
LEGAL += [(3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16)]
ILLEGAL = [(colour, depth) for colour in range(8) for depth in (*range(18), 32) if (colour, depth) not in LEGAL]

HEADER, IDAT, END = png_chunks()
PACKED = IDAT[1]
RAW = zlib.decompress(PACKED)
TEXT = (b"tEXt", b"Comment\0by hand")
PALETTE = (b"PLTE", bytes(12))
INDEXED = png_chunks(depth=2, colour=3)


@pytest.fixture(params=[FASTEST, STDLIB], ids=["fastest", "stdlib"])
def backend(request: pytest.FixtureRequest) -> ZlibBackend:
    """Each rule holds with either zlib."""
    found: ZlibBackend = request.param
    return found


def header(**changes: int) -> tuple[bytes, bytes]:
    """The sample's IHDR with some fields changed."""
    fields = {"width": 3, "height": 2, "depth": 8, "colour": 2, "compression": 0, "filtering": 0, "interlace": 0}
    return b"IHDR", struct.pack(">IIBBBBB", *(fields | changes).values())


def idats(*bodies: bytes) -> Chunks:
    """One IDAT chunk for each body."""
    return [(b"IDAT", body) for body in bodies]


GOOD: dict[str, Chunks] = {
    "plain": [HEADER, IDAT, END],
    "pixels in many chunks": [HEADER, *idats(*(PACKED[i : i + 1] for i in range(len(PACKED)))), END],
    "empty pixel chunks": [HEADER, *idats(b"", PACKED, b""), END],
    "text before and after": [HEADER, TEXT, IDAT, TEXT, END],
    "suggested palette": [HEADER, PALETTE, IDAT, END],
    "animated": [HEADER, (b"acTL", bytes(8)), (b"fcTL", bytes(26)), IDAT, (b"fdAT", bytes(9)), END],
    "indexed": INDEXED,
    "short palette": [INDEXED[0], (b"PLTE", bytes(3)), *INDEXED[2:]],
}

BAD: dict[str, tuple[str, Chunks]] = {
    "no header": ("starts with IDAT of .* instead of its header", [IDAT, END]),
    "late header": ("starts with tEXt", [TEXT, HEADER, IDAT, END]),
    "long header": ("starts with IHDR of 14 bytes", [(b"IHDR", HEADER[1] + b"\0"), IDAT, END]),
    "second header": ("a second IHDR", [HEADER, HEADER, IDAT, END]),
    "width 0": ("header says 0x2", [header(width=0), IDAT, END]),
    "height 0": ("header says 3x0", [header(height=0), IDAT, END]),
    "too wide": ("header says 16385x2", [header(width=16385), IDAT, END]),
    "too many pixels": ("header says 16384x16384, more than", [header(width=16384, height=16384), IDAT, END]),
    "compression": ("unknown methods: compression 1", [header(compression=1), IDAT, END]),
    "filter method": ("unknown methods: .* filter 1", [header(filtering=1), IDAT, END]),
    "interlace method": ("unknown methods: .* interlace 2", [header(interlace=2), IDAT, END]),
    "critical chunk": ("unknown critical chunk CgBI", [HEADER, (b"CgBI", b""), IDAT, END]),
    "type of no letters": (r"at byte 33 has no type: b'ID\\x00T'", [HEADER, (b"ID\0T", b""), IDAT, END]),
    "no pixels": ("no pixels", [HEADER, END]),
    "interrupted pixels": ("interrupted by tEXt", [HEADER, *idats(PACKED[:9]), TEXT, *idats(PACKED[9:]), END]),
    "end with a body": ("IEND.* holds 1 bytes", [HEADER, IDAT, (b"IEND", b"x")]),
    "palette missing": ("lacks the palette", [INDEXED[0], *INDEXED[2:]]),
    "palette twice": ("palette .* wrong place", [HEADER, PALETTE, PALETTE, IDAT, END]),
    "palette late": ("palette .* wrong place", [HEADER, IDAT, PALETTE, END]),
    "palette for grey": ("colour type 0 has a palette", [header(colour=0), PALETTE, IDAT, END]),
    "palette for grey with alpha": ("colour type 4 has a palette", [header(colour=4), PALETTE, IDAT, END]),
    "suggested palette too long": ("of 771 bytes, where 3 to 768", [HEADER, (b"PLTE", bytes(771)), IDAT, END]),
    "palette not in threes": ("palette .* of 4 bytes", [HEADER, (b"PLTE", bytes(4)), IDAT, END]),
    "palette empty": ("palette .* of 0 bytes", [HEADER, (b"PLTE", b""), IDAT, END]),
    "palette too long": ("of 15 bytes, where 3 to 12", [INDEXED[0], (b"PLTE", bytes(15)), *INDEXED[2:]]),
    "pixel data that is none": ("does not inflate", [HEADER, *idats(b"\x78\x9c" + b"\xff" * 30), END]),
    "preset dictionary": ("does not inflate", [HEADER, *idats(b"\x78\xbb" + PACKED[2:]), END]),
    "wrong Adler-32": ("does not inflate", [HEADER, *idats(PACKED[:-1] + bytes([PACKED[-1] ^ 1])), END]),
    "no Adler-32": ("lacks the end of its zlib stream", [HEADER, *idats(PACKED[:-4]), END]),
    "pixel chunk empty": ("holds 0 of 20 bytes", [HEADER, *idats(b""), END]),
    "a byte of pixels too few": ("holds 19 of 20 bytes", [HEADER, *idats(zlib.compress(RAW[:-1])), END]),
    "four fifths missing": ("holds 4 of 20 bytes", [HEADER, *idats(zlib.compress(RAW[:4])), END]),
    "a byte of pixels too many": ("more than the 20 bytes", [HEADER, *idats(zlib.compress(RAW + b"\0")), END]),
    "bytes after the stream": ("goes on after its zlib stream", [HEADER, *idats(PACKED + b"<?php"), END]),
    "chunk after the stream": ("goes on after its zlib stream", [HEADER, *idats(PACKED, b"<?php"), END]),
    "unknown filter": ("unknown filter", [HEADER, *idats(zlib.compress(RAW[:10] + b"\5" + RAW[11:])), END]),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("step", [1, None])
def test_a_legal_png_passes(name: str, step: int | None, backend: ZlibBackend) -> None:
    """What the standard allows is taken."""
    facts = check(assemble(GOOD[name]), step, backend=backend)

    assert (facts.format, facts.width, facts.height) == ("png", 3, 2)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("step", [1, None])
def test_a_broken_png_is_refused_with_its_defect(name: str, step: int | None, backend: ZlibBackend) -> None:
    """Each defect has its own words, however the file arrives; every CRC in these files is right."""
    words, chunks = BAD[name]

    with pytest.raises(NotAnImage, match=words):
        check(assemble(chunks), step, backend=backend)


@pytest.mark.parametrize("colour, depth", LEGAL)
@pytest.mark.parametrize("interlaced", [False, True])
def test_every_kind_of_pixel_is_counted_exactly(colour: int, depth: int, *, interlaced: bool) -> None:
    """All colour types, depths and sizes up to two Adam7 tiles: the right amount passes, one line less does not."""
    for width in range(1, 18):
        for height in (1, 2, 3, 5, 8, 9, 17):
            chunks = png_chunks(width, height, depth, colour, interlaced=interlaced)
            lines = scanlines(width, height, depth * CHANNELS[colour], interlaced=interlaced)

            assert (width, height) == (check(assemble(chunks)).width, check(assemble(chunks)).height)
            chunks[-2] = (b"IDAT", zlib.compress(pixels(lines[:-1])))
            with pytest.raises(NotAnImage, match=f"of {sum(lines) + len(lines)} bytes"):
                check(assemble(chunks))


@pytest.mark.parametrize("colour, depth", LEGAL)
@pytest.mark.parametrize("interlaced", [False, True])
def test_what_passes_another_decoder_shows(colour: int, depth: int, *, interlaced: bool) -> None:
    """Pillow decodes what we accept, to the same size."""
    data = assemble(png_chunks(13, 11, depth, colour, interlaced=interlaced))

    with Image.open(io.BytesIO(data)) as image:
        image.load()

    facts = check(data)
    assert image.size == (facts.width, facts.height)


@pytest.mark.parametrize("colour, depth", ILLEGAL)
def test_colour_types_and_depths_are_those_of_the_standard(colour: int, depth: int) -> None:
    """Any other pair is refused by the header alone."""
    with pytest.raises(NotAnImage, match=f"colour type {colour} with {depth} bits"):
        check(assemble([header(colour=colour, depth=depth)]))


def test_every_changed_byte_is_seen(backend: ZlibBackend) -> None:
    """Any other value of any byte of a file is refused: all of them tried."""
    data = assemble([HEADER, TEXT, IDAT, END])

    for place in range(len(data)):
        for flip in range(1, 256):
            broken = bytearray(data)
            broken[place] ^= flip
            with pytest.raises(NotAnImage):
                check(bytes(broken), backend=backend)


@pytest.mark.parametrize("place, name", [(17, "IHDR"), (-17, "IDAT #3"), (-1, "IEND")])
@pytest.mark.parametrize("step", [1, None])
def test_a_damaged_chunk_is_named(place: int, name: str, step: int | None) -> None:
    """Damage on the way is told from a file that was made broken: the CRC speaks first."""
    data = bytearray(assemble([HEADER, *idats(PACKED[:5], PACKED[5:9], PACKED[9:]), END]))
    data[place] ^= 1

    with pytest.raises(NotAnImage, match=f"CRC of chunk {name} does not match"):
        check(bytes(data), step)


@pytest.mark.parametrize("lost", [1, 12, 13])
def test_a_cut_tells_how_much_arrived(lost: int) -> None:
    """A cut inside, right before or well before the last chunk is the same defect."""
    data = assemble([HEADER, IDAT, END])[:-lost]

    with pytest.raises(NotAnImage, match=f"^PNG cut after {len(data)} bytes: no IEND$"):
        check(data)


def test_a_chunk_longer_than_any_file_is_refused_at_once() -> None:
    """A length of two gigabytes is not waited for."""
    judge = ImageCheck(Limits(max_bytes=1 << 20))
    with pytest.raises(NotAnImage, match="chunk IDAT at byte 33 claims 1048577 bytes"):
        judge.feed(assemble([HEADER]) + struct.pack(">I", (1 << 20) + 1) + b"IDAT")


def test_a_bomb_is_refused_without_being_inflated(backend: ZlibBackend) -> None:
    """A gigabyte of zeros packed into a small picture ends after the picture's own bytes and one more."""
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()

    with pytest.raises(NotAnImage, match="more than the 20 bytes of pixels"):
        check(assemble([HEADER, (b"IDAT", bomb), END]), backend=backend)


def test_a_flood_of_chunks_is_refused() -> None:
    """Empty chunks cost time, so their number is bounded."""
    with pytest.raises(NotAnImage, match="more than 65536 chunks"):
        check(assemble([HEADER]) + chunk(b"teXt", b"") * 65537)


def test_a_large_picture_passes_in_bounded_steps(backend: ZlibBackend) -> None:
    """Pixels of many steps, packed a thousandfold, are counted to the byte."""
    lines = scanlines(2048, 2048, 24, interlaced=False)
    packed = zlib.compress(b"".join(bytes(1 + line) for line in lines))

    facts = check(assemble([header(width=2048, height=2048), (b"IDAT", packed), END]), 1000, backend=backend)

    assert (facts.width, facts.height) == (2048, 2048)
