"""The truth table of WebP: exact length, one picture, one size."""

from __future__ import annotations

import struct

import pytest
from image_samples import check, picture, saved

from flux_batch.store.image.check import Limits, NotAnImage


def riff(*chunks: bytes, extra: int = 0) -> bytes:
    """A WebP of these chunks; *extra* falsifies the length in its header."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) + extra) + body


def part(kind: bytes, body: bytes) -> bytes:
    """One RIFF chunk, padded."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def lossy(width: int = 9, height: int = 7, *, tag: int = 0x10, start: bytes = b"\x9d\x01\x2a") -> bytes:
    """A VP8 chunk with a key frame's head, its first partition empty, and a few bytes nobody decodes."""
    return part(b"VP8 ", tag.to_bytes(3, "little") + start + struct.pack("<HH", width, height) + b"pixels")


def lossless(width: int = 9, height: int = 7, *, signature: int = 0x2F, version: int = 0) -> bytes:
    """A VP8L chunk, of odd length so that it is padded."""
    bits = (width - 1) | (height - 1) << 14 | version << 29
    return part(b"VP8L", bytes([signature]) + struct.pack("<I", bits) + b"pixels")


def canvas(width: int = 9, height: int = 7, *, flags: int = 0) -> bytes:
    """A VP8X chunk."""
    return part(
        b"VP8X", bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )


EXIF = part(b"EXIF", b"Exif\0\0MM!")

GOOD = {
    "lossy": riff(lossy()),
    "lossless": riff(lossless()),
    "lossy with scaling bits": riff(lossy(9 | 1 << 14, 7 | 2 << 14)),
    "extended": riff(canvas(), part(b"ICCP", b"profile"), lossy(), EXIF),
    "extended lossless": riff(canvas(flags=0x10), lossless(), EXIF),
    "transparent": riff(canvas(flags=0x10), part(b"ALPH", b"alpha"), lossy()),
    "unknown chunk behind": riff(lossy(), part(b"XYZ ", b"")),
}

BAD = {
    "no chunk": ("has no picture", riff()),
    "header without picture": ("has no picture", riff(canvas(), EXIF)),
    "stranger first": ("starts with chunk b'EXIF'", riff(EXIF, lossy())),
    "late header": (r"header \(VP8X\) in the wrong place", riff(lossy(), canvas())),
    "two pictures": ("second picture", riff(lossy(), lossless())),
    "animation by its flag": ("^animated WebP instead of a still image$", riff(canvas(flags=2), lossy())),
    "animation by its frames": ("^animated WebP instead of a still image$", riff(canvas(), part(b"ANMF", bytes(16)))),
    "canvas of another size": ("header says 9x8, its picture is 9x7", riff(canvas(9, 8), lossy())),
    "no key frame": ("does not start with a key frame", riff(lossy(tag=0x11))),
    "no start code": ("does not start with a key frame", riff(lossy(start=b"\x9d\x01\x2b"))),
    "first partition too long": ("shorter than its first partition", riff(lossy(tag=7 << 5))),
    "width 0": ("header says 0x7", riff(lossy(0))),
    "canvas too wide": ("header says 20000x7", riff(canvas(20000), lossy())),
    "wrong signature": ("wrong signature or version", riff(lossless(signature=0x2E))),
    "wrong version": ("wrong signature or version", riff(lossless(version=1))),
    "head too short": ("b'VP8 ' at byte 12 has only 9 bytes", riff(part(b"VP8 ", bytes(9)))),
    "chunk too long": ("b'EXIF' at byte 36 runs past the end", riff(lossy(), EXIF, extra=-2)),
    "header says less": ("runs past the end", riff(lossy(), extra=-1)),
    "header says more": ("^WebP cut after 36 bytes: its header names more$", riff(lossy(), extra=8)),
    "bytes behind": ("bytes follow the end of the WebP, from byte 36", riff(lossy()) + b"\0"),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("step", [1, None])
def test_a_legal_webp_passes(name: str, step: int | None) -> None:
    """What the format allows is taken."""
    facts = check(GOOD[name], step)

    assert (facts.format, facts.width, facts.height) == ("webp", 9, 7)


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("step", [1, None])
def test_a_broken_webp_is_refused_with_its_defect(name: str, step: int | None) -> None:
    """Each defect has its own words."""
    words, data = BAD[name]

    with pytest.raises(NotAnImage, match=words):
        check(data, step)


def test_a_length_beyond_the_limit_is_refused_at_once() -> None:
    """A header that names more than a file may have is not waited for."""
    with pytest.raises(NotAnImage, match="WebP header claims 136 bytes"):
        check(riff(lossy(), extra=100), limits=Limits(max_bytes=135))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize(
    "options", [{}, {"lossless": True}, {"exif": b"Exif\0\0MM"}, {"icc_profile": bytes(131)}, {"quality": 5}]
)
@pytest.mark.parametrize("size", [(1, 1), (333, 217)])
def test_what_another_encoder_writes_passes(mode: str, options: dict[str, object], size: tuple[int, int]) -> None:
    """Real files: lossy, lossless, transparent, with metadata."""
    data = saved(picture(mode, size), "WEBP", **options)

    facts = check(data)

    assert (facts.width, facts.height) == size


def test_an_animation_of_another_encoder_is_named() -> None:
    """An animation has no one picture to keep."""
    frames = [picture(), picture().rotate(180)]

    with pytest.raises(NotAnImage, match="animated WebP"):
        check(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
