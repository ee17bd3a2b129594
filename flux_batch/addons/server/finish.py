"""Touches put on a finished picture: the safety checker's alterations, crispness, the watermark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from flux_batch.addons.server.order import Order

BLOCKS = 12
"""Blocks along the longer side of a pixelated picture."""


def finish(png: bytes, order: Order) -> bytes:
    """Return *png* with the touches *order* asks for, as a whole PNG file."""
    picture = Image.open(BytesIO(png), formats=["PNG"]).convert("RGB")
    if order.crisp:
        picture = picture.filter(ImageFilter.UnsharpMask(radius=2, percent=80, threshold=2))
    if order.watermark:
        picture = watermarked(picture)
    if order.alteration is not None:
        picture = ALTERATIONS[order.alteration](picture)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def watermarked(picture: Image.Image) -> Image.Image:
    """Put a small half-transparent mark in the lower right corner."""
    size = max(4, min(picture.size) // 24)
    right, bottom = picture.width - size, picture.height - size
    draw = ImageDraw.Draw(picture, "RGBA")
    draw.ellipse((right - size, bottom - size, right, bottom), outline=(255, 255, 255, 150), width=max(1, size // 6))
    draw.line((right - size, bottom, right, bottom - size), fill=(255, 255, 255, 150), width=max(1, size // 6))
    return picture


def black(picture: Image.Image) -> Image.Image:
    """One black rectangle."""
    return Image.new("RGB", picture.size)


def blur(picture: Image.Image) -> Image.Image:
    """Colours without shapes."""
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 10))


def pixelate(picture: Image.Image) -> Image.Image:
    """A dozen blocks."""
    factor = max(1, max(picture.size) // BLOCKS)
    return picture.reduce(factor).resize(picture.size, Image.Resampling.NEAREST)


def sensitive_content_text(picture: Image.Image) -> Image.Image:
    """A grey card that says what it hides."""
    card = Image.new("RGB", picture.size, (38, 38, 42))
    font = ImageFont.load_default(max(8, picture.width // 16))
    middle = (picture.width / 2, picture.height / 2)
    ImageDraw.Draw(card).text(middle, "Sensitive content", (225, 225, 230), font=font, anchor="mm")
    return card


ALTERATIONS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "black": black,
    "blur": blur,
    "pixelate": pixelate,
    "sensitive_content_text": sensitive_content_text,
}
