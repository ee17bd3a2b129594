"""The truth table of JPEG: a file without checksum or length still says a lot about itself."""

from __future__ import annotations

import struct

import pytest
from image_samples import check, picture, saved

from flux_batch.store.image.check import NotAnImage

SOI, EOI = b"\xff\xd8", b"\xff\xd9"


def segment(code: int, body: bytes) -> bytes:
    """One marker segment with its length."""
    return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body


def frame(*ids: int, code: int = 0xC0, bits: int = 8, width: int = 9, height: int = 7) -> bytes:
    """A frame header (SOF) of components without subsampling."""
    components = b"".join(bytes([i, 0x11, 0]) for i in ids)
    return segment(code, struct.pack(">BHHB", bits, height, width, len(ids)) + components)


def scan(*ids: int, data: bytes = b"\x12\xff\x00\x34") -> bytes:
    """A scan header (SOS) and entropy-coded data, which nobody decodes here."""
    return segment(0xDA, bytes([len(ids)]) + b"".join(bytes([i, 0]) for i in ids) + bytes([0, 63, 0])) + data


APP0 = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
COLOUR = frame(1, 2, 3) + scan(1, 2, 3)
GREY = frame(1) + scan(1)
RESTARTED = b"".join(b"x\xff" + bytes([0xD0 + i % 8]) for i in range(11)) + b"x"

GOOD = {
    "grey": SOI + APP0 + GREY + EOI,
    "colour": SOI + COLOUR + EOI,
    "one scan for each component": SOI + frame(1, 2, 3) + scan(1) + scan(3) + scan(2) + EOI,
    "tables between scans": SOI + frame(1) + scan(1) + segment(0xC4, bytes(20)) + scan(1) + EOI,
    "fill bytes before markers": SOI + b"\xff\xff" + GREY + b"\xff\xff\xff\xd9",
    "fill bytes inside a scan": SOI + frame(1) + scan(1, data=b"a\xff\xff\x00b\xff\xff\xd0c") + EOI,
    "restart markers": SOI + frame(1) + scan(1, data=RESTARTED) + EOI,
    "marker without body": SOI + b"\xff\x01" + GREY + EOI,
    "progressive": SOI + frame(1, code=0xC2) + scan(1) + scan(1) + EOI,
    "zeros after the end": SOI + GREY + EOI + bytes(70000),
}

BAD = {
    "nothing but ends": ("without a frame header", SOI + APP0 + EOI),
    "no scan": (r"without data for its components \[1\]", SOI + APP0 + frame(1) + EOI),
    "component missing": (r"without data for its components \[2\]", SOI + frame(1, 2, 3) + scan(1, 3) + EOI),
    "scan before frame": ("before its frame header", SOI + APP0 + scan(1) + EOI),
    "second frame": ("second frame header", SOI + frame(1) + GREY + EOI),
    "scan of a stranger": (r"names components \[4\], the frame \[1\]", SOI + frame(1) + scan(4) + EOI),
    "component twice in a scan": (r"names components \[1, 1\], the frame \[1\]", SOI + frame(1) + scan(1, 1) + EOI),
    "empty scan": ("holds no data", SOI + frame(1) + scan(1, data=b"") + EOI),
    "lossless": (r"viewers do not show \(SOF3\)", SOI + frame(1, code=0xC3) + scan(1) + EOI),
    "twelve bits": ("1 components of 12 bits", SOI + frame(1, bits=12) + scan(1) + EOI),
    "two components": ("2 components of 8 bits", SOI + frame(1, 2) + scan(1, 2) + EOI),
    "component twice": ("3 components of 8 bits", SOI + frame(1, 1, 2) + scan(1, 2) + EOI),
    "width 0": ("header says 0x7", SOI + frame(1, width=0) + scan(1) + EOI),
    "height 0": ("header says 9x0", SOI + frame(1, height=0) + scan(1) + EOI),
    "too wide": ("header says 20000x7", SOI + frame(1, width=20000) + scan(1) + EOI),
    "frame too short": ("wrong length of 5 bytes", SOI + segment(0xC0, bytes(5)) + scan(1) + EOI),
    "frame too long": ("wrong length of 10 bytes", SOI + segment(0xC0, b"\10\0\7\0\11\1" + bytes(4)) + EOI),
    "scan header of no length": ("wrong length of 0 bytes", SOI + frame(1) + segment(0xDA, b"") + b"x" + EOI),
    "scan header too long": ("wrong length of 7 bytes", SOI + frame(1) + segment(0xDA, b"\1\1\0\0\0\0\0") + b"x" + EOI),
    "segment of no length": ("impossible length", SOI + b"\xff\xe1\0\1" + GREY + EOI),
    "byte between segments": (
        "has byte 00 at 24, where a marker",
        SOI + APP0 + segment(0xFE, b"") + b"\0" + EOI,
    ),
    "second start": ("marker D8", SOI + b"\xff\xd8" + GREY + EOI),
    "restart outside a scan": ("marker D3", SOI + b"\xff\xd3" + GREY + EOI),
    "reserved marker": ("marker 4F", SOI + b"\xff\x4f" + GREY + EOI),
    "restart lost": (
        "restart marker 2 at byte .* where 1 was due",
        SOI + frame(1) + scan(1, data=b"a\xff\xd0b\xff\xd2c") + EOI,
    ),
    "second image": ("bytes follow the end of the JPEG", SOI + GREY + EOI + SOI + GREY + EOI),
    "zeros and a script": ("bytes follow the end of the JPEG", SOI + GREY + EOI + bytes(9) + b"<script>"),
    "cut inside a scan": (r"^JPEG cut after \d+ bytes: no EOI$", SOI + GREY),
    "cut inside a segment": (r"^JPEG cut after 10 bytes: no EOI$", SOI + APP0[:8]),
    "cut after a fill byte": ("no EOI", SOI + GREY + b"\xff\xff"),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("step", [1, 2, None])
def test_a_legal_jpeg_passes(name: str, step: int | None) -> None:
    """What the standard allows is taken, however it arrives."""
    facts = check(GOOD[name], step)

    assert (facts.format, facts.width, facts.height) == ("jpeg", 9, 7)


@pytest.mark.parametrize("code", range(0xC0, 0xD0))
def test_kinds_of_frames_are_those_viewers_show(code: int) -> None:
    """Baseline, extended and progressive pass, by Huffman or arithmetic coding; C4, C8 and CC are no frames at all."""
    data = (
        SOI + segment(code, b"") + GREY + EOI
        if code in (0xC4, 0xC8, 0xCC)
        else SOI + frame(1, code=code) + scan(1) + EOI
    )

    if code in (0xC0, 0xC1, 0xC2, 0xC9, 0xCA, 0xC4, 0xC8, 0xCC):
        assert check(data).width == 9
    else:
        with pytest.raises(NotAnImage, match=rf"viewers do not show \(SOF{code - 0xC0}\)"):
            check(data)


@pytest.mark.parametrize("code", [*range(0x02, 0xC0, 0x1F), 0xBF, *range(0xD0, 0xD9)])
def test_markers_stand_where_they_may(code: int) -> None:
    """Reserved markers, restarts and a second start stand nowhere between segments."""
    with pytest.raises(NotAnImage, match=f"marker {code:02X} before byte 4"):
        check(SOI + bytes([0xFF, code]) + GREY + EOI)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("step", [1, None])
def test_a_broken_jpeg_is_refused_with_its_defect(name: str, step: int | None) -> None:
    """Each defect has its own words, however the file arrives."""
    words, data = BAD[name]

    with pytest.raises(NotAnImage, match=words):
        check(data, step)


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"quality": 5}, {"exif": b"Exif\0\0MM"}]
)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_what_another_encoder_writes_passes(mode: str, options: dict[str, object]) -> None:
    """Real files of every kind: several scans, restart markers, stuffed bytes."""
    data = saved(picture(mode, (333, 217)), "JPEG", **options)

    facts = check(data)

    assert (facts.width, facts.height) == (333, 217)
