"""One verdict over any file: whole image with its facts, or what it is instead."""

from __future__ import annotations

import hashlib
import struct
import sys
import tracemalloc
import zlib

import pytest
from image_samples import assemble, check, chunk, picture, png_chunks, saved

from flux_batch.errors import DownloadFailed
from flux_batch.store.image.check import ImageCheck, ImageFacts, Limits, NotAnImage
from flux_batch.store.image.zlib_backend import FASTEST, STDLIB, _fastest

PNG_MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]
JPEG_MODES = ["L", "RGB", "CMYK"]
WEBP_MODES = ["RGB", "RGBA"]

INSTEAD = {
    "empty file": b"",
    "zero-filled file": bytes(5000),
    "HTML page": b"<!-- edge --><!-- 7 -->\n<!DOCTYPE html><html><body><svg></svg>502 Bad Gateway</body></html>",
    "JSON answer": b'\n{"status": "error", "message": "link expired"}',
    "XML document (AccessDenied)": b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>',
    "SVG": b'<?xml version="1.0"?><!-- drawn --><svg xmlns="http://www.w3.org/2000/svg"/>',
    "GIF": saved(picture("P"), "GIF"),
    "BMP": saved(picture("RGB"), "BMP"),
    "TIFF": saved(picture("RGB"), "TIFF"),
    "ICO": b"\0\0\1\0\1\0" + bytes(range(40)),
    "AVIF": b"\0\0\0\x20ftypavif\0\0\0\0avifmif1",
    "HEIF": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "PDF": b"%PDF-1.7\n",
    "gzip data": b"\x1f\x8b\x08\0\0\0\0\0",
    "ZIP archive": b"PK\x03\x04\x14\0",
    "base64 text of an image": b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf",
    "text": "\ufeffNot found, désolé".encode(),
    "unknown data (fe ed fa ce 01 02 03 04)": b"\xfe\xed\xfa\xce\1\2\3\4\5\6",
    "first 4 bytes of a PNG": b"\x89PNG",
    "first 2 bytes of a JPEG": b"\xff\xd8",
    "PNG whose first bytes were changed by a text-mode transfer": assemble(png_chunks()).replace(b"\r\n", b"\n"),
}


@pytest.mark.parametrize("name", INSTEAD)
@pytest.mark.parametrize("step", [1, None])
def test_what_is_no_image_is_named(name: str, step: int | None) -> None:
    """The message says what came instead, however it arrived."""
    with pytest.raises(NotAnImage) as refusal:
        check(INSTEAD[name], step)

    assert f"{name} instead of an image" == str(refusal.value)


def test_comments_without_end_cost_no_time() -> None:
    """A page made to confuse the naming is named at once."""
    with pytest.raises(NotAnImage, match="instead of an image"):
        check(b"<!---->" * 80)


def test_a_refusal_is_a_failed_download() -> None:
    """Callers that know only the tree of errors treat it rightly."""
    with pytest.raises(DownloadFailed):
        check(b"<html>")


@pytest.mark.parametrize(
    "form, mode",
    [("PNG", m) for m in PNG_MODES] + [("JPEG", m) for m in JPEG_MODES] + [("WEBP", m) for m in WEBP_MODES],
)
@pytest.mark.parametrize("step", [1, 7, None])
def test_a_whole_image_gives_its_facts(form: str, mode: str, step: int | None) -> None:
    """Format, extension, size and hash are read from the bytes, for every mode another library writes."""
    data = saved(picture(mode), form)
    extension = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}[form]

    facts = check(data, step)

    expected = ImageFacts(form.lower(), extension, 24, 16, len(data), hashlib.sha256(data).hexdigest())  # type: ignore[arg-type]
    assert expected == facts


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_every_cut_is_seen(form: str) -> None:
    """No prefix of an image passes, not even one that lacks a single byte."""
    data = saved(picture(), form)

    for length in range(len(data)):
        with pytest.raises(NotAnImage):
            check(data[:length])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WebP"])
@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"x", b"\xff\xd9"])
def test_nothing_may_follow_an_image(form: str, tail: bytes) -> None:
    """A file that is an image and something else besides is refused."""
    with pytest.raises(NotAnImage, match=f"bytes follow the end of the {form}"):
        check(saved(picture(), form) + tail)


@pytest.mark.parametrize("step", [1, 100, None])
def test_a_file_may_be_as_large_as_the_limit_and_no_larger(step: int | None) -> None:
    """The cap counts bytes fed: the last one allowed passes, one more does not."""
    data = saved(picture(), "PNG")

    assert len(data) == check(data, step, limits=Limits(max_bytes=len(data))).bytes
    with pytest.raises(NotAnImage, match=f"image of more than {len(data) - 1} bytes"):
        check(data, step, limits=Limits(max_bytes=len(data) - 1))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_may_have_as_many_pixels_as_the_limit(form: str) -> None:
    """The pixel cap is read from the header, before anything is inflated."""
    data = saved(picture(), form)

    assert check(data, limits=Limits(max_pixels=24 * 16)).width == 24
    with pytest.raises(NotAnImage, match="header says 24x16, more than 383 pixels"):
        check(data, limits=Limits(max_pixels=24 * 16 - 1))


def test_limits_are_generous_and_finite() -> None:
    """By default 64 MiB and 64 megapixels, no edge over 16384; what lies on an edge passes."""
    widest = assemble(png_chunks(16384, 1, 1, 0))

    assert Limits(max_bytes=64 * 1024 * 1024, max_pixels=8192 * 8192) == Limits()
    assert check(widest).width == 16384


def test_a_refusal_is_final() -> None:
    """Feeding on after a refusal, or finishing, cannot turn it into a verdict."""
    judge = ImageCheck()
    with pytest.raises(NotAnImage):
        judge.feed(bytes(600))

    with pytest.raises(NotAnImage, match="zero-filled file instead of an image"):
        judge.feed(saved(picture(), "PNG"))
    with pytest.raises(NotAnImage, match="zero-filled file instead of an image"):
        judge.finish()


def test_a_refusal_comes_as_soon_as_it_is_sure() -> None:
    """A page is refused after its first bytes, not at the end of a long download."""
    judge = ImageCheck()

    with pytest.raises(NotAnImage, match="HTML page"):
        judge.feed(b"<html>" + bytes(600))


def test_damage_is_refused_where_it_stands() -> None:
    """A wrong CRC in the first chunk is told by its last byte, before anything else has come."""
    data = saved(picture(), "PNG")
    data = data[:20] + b"\xff" + data[21:]
    judge = ImageCheck()
    for place in range(32):
        judge.feed(data[place : place + 1])

    with pytest.raises(NotAnImage, match="CRC of chunk IHDR"):
        judge.feed(data[32:33])


def test_without_a_wheel_the_standard_library_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SIMD zlib is optional."""
    monkeypatch.setitem(sys.modules, "isal", None)

    assert _fastest() is STDLIB


def test_nothing_fed_changes_nothing() -> None:
    """An empty piece, as streams give now and then, is not the end."""
    data = saved(picture(), "PNG")
    judge = ImageCheck()
    for piece in (b"", data[:40], b"", data[40:], b""):
        judge.feed(piece)

    assert check(data) == judge.finish()


@pytest.mark.parametrize("mode", PNG_MODES)
def test_both_zlibs_give_the_same_facts(mode: str) -> None:
    """Where no SIMD zlib is installed, nothing changes but the time."""
    data = saved(picture(mode), "PNG")

    assert check(data, backend=FASTEST) == check(data, backend=STDLIB)


def test_memory_does_not_depend_on_the_image() -> None:
    """A 12-megapixel picture of 36 MB passes in well under a megabyte."""
    width = height = 3464
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer, parts = zlib.compressobj(0), [assemble([(b"IHDR", header)])]
    parts += [chunk(b"IDAT", packer.compress(bytes(1 + 3 * width))) for _ in range(height)]
    parts += [chunk(b"IDAT", packer.flush()), chunk(b"IEND", b"")]
    judge = ImageCheck()

    tracemalloc.start()
    for part in parts:
        judge.feed(part)
    facts = judge.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sum(map(len, parts)) == facts.bytes
    assert peak < 500_000
