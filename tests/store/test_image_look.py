"""Whether an image shows anything: what the gates for blank pictures ask."""

from __future__ import annotations

import struct

import pytest
from image_samples import assemble, check, picture, png_chunks, saved
from PIL import Image

from flux_batch.store.image.check import Limits, NotAnImage
from flux_batch.store.image.look import Looks, look

MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]


def with_pixel(image: Image.Image, value: int | tuple[int, ...]) -> Image.Image:
    """The image with its last pixel changed."""
    image.putpixel((image.width - 1, image.height - 1), value)
    return image


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_is_a_picture(mode: str) -> None:
    """Of any mode: something to see, so neither blank nor of one color."""
    seen = look(saved(picture(mode), "PNG"))

    assert not seen.single_color
    assert not seen.nearly_blank


@pytest.mark.parametrize("mode", MODES)
def test_one_color_is_seen_in_every_mode(mode: str) -> None:
    """A flat picture is of one color, and blank."""
    seen = look(saved(Image.new(mode, (700, 300)), "PNG"))

    assert seen.single_color
    assert seen.nearly_blank
    assert seen.deviation == 0.0


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_one_color_is_named(form: str) -> None:
    """The reason in the quarantine can say which color it was."""
    seen = look(saved(Image.new("RGB", (300, 200), "#808080"), form))

    assert Looks("#808080", 0.0) == seen


def test_full_transparency_shows_no_color() -> None:
    """Colors nobody can see do not make a picture."""
    hidden = picture("RGBA")
    hidden.putalpha(0)

    assert look(saved(hidden, "PNG")).color == "#00000000"


def test_one_other_pixel_is_blank_and_not_of_one_color() -> None:
    """The two gates differ by a single pixel in a large picture."""
    seen = look(saved(with_pixel(Image.new("RGB", (900, 900), "black"), (9, 9, 9)), "PNG"))

    assert not seen.single_color
    assert seen.nearly_blank


def test_a_palette_of_equal_colors_is_one_color() -> None:
    """What counts is the color, not the index."""
    indexed = with_pixel(Image.new("P", (90, 90), 0), 1)
    indexed.putpalette([7, 7, 7] * 2)

    assert look(saved(indexed, "PNG")).color == "#070707"


def test_a_faint_texture_is_nearly_blank_and_a_weak_gradient_is_not() -> None:
    """Noise of one step is nothing; twenty steps of grey over the whole picture are something."""
    noise = Image.effect_noise((512, 512), 2).convert("RGB")
    gradient = Image.linear_gradient("L").point([100 + v // 12 for v in range(256)])

    assert look(saved(noise, "PNG")).nearly_blank
    assert not look(saved(gradient, "PNG")).nearly_blank


def test_fine_stripes_are_not_taken_for_one_color() -> None:
    """A pattern that vanishes when reduced is blank at most: single color is read from every pixel."""
    stripes = Image.new("RGB", (512, 512), "black")
    stripes.paste("white", (0, 0, 512, 256))
    stripes = stripes.resize((512, 4)).resize((512, 512), Image.Resampling.NEAREST)
    stripes.putdata([(0, 0, 0) if i % 2 else (255, 255, 255) for i in range(512 * 512)])

    for form in ("PNG", "JPEG", "WEBP"):
        assert not look(saved(stripes, form)).single_color


def test_pixels_that_do_not_decode_are_refused() -> None:
    """A JPEG may be whole by structure and still hold nothing a decoder can read."""
    data = saved(picture("RGB"), "JPEG")
    codes = data.index(b"\xff\xc4") + 5
    broken = data[:codes] + b"\xff" * 16 + data[codes + 16 :]  # more Huffman codes than there can be

    assert check(broken).format == "jpeg"
    with pytest.raises(NotAnImage, match="image does not decode"):
        look(broken)


@pytest.mark.parametrize("data", [b"", b"<html>", saved(picture("P"), "GIF"), saved(picture("RGB"), "TIFF")])
def test_no_other_decoder_is_asked(data: bytes) -> None:
    """Only the three formats of the check are opened: the rest of Pillow is no attack surface."""
    with pytest.raises(NotAnImage, match="image does not decode"):
        look(data)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    """More pixels than the limit, by the header alone; Pillow's own ceiling counts as well."""
    with pytest.raises(NotAnImage, match="header says 30x20, more than 599 pixels"):
        look(saved(picture("RGB", (30, 20)), "PNG"), Limits(max_pixels=599))
    header = struct.pack(">IIBBBBB", 16384, 16384, 8, 2, 0, 0, 0)
    with pytest.raises(NotAnImage, match=r"image does not decode: .*decompression bomb"):
        look(assemble([(b"IHDR", header), *png_chunks()[1:]]))
