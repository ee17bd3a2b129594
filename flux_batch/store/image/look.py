"""What a whole image shows, as far as a gate has to know: is there a picture at all?

Needs the pixels, so it decodes, by Pillow and only the three formats we take. Blocking, some 5 ms for 512x512 and
25 ms for 1024x1024 PNG: call it in a worker thread, and on bytes that ImageCheck has passed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageStat

from flux_batch.store.image.defect import NotAnImage
from flux_batch.store.image.size import Limits, Size

FORMATS = ("PNG", "JPEG", "WEBP")
SIDE = 64
"""Pixels of the shorter edge to which a picture is reduced before its deviation is taken."""
NEARLY_BLANK = 2.0
"""Standard deviation, of 255, below which people see an empty area."""
UNDECODABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What Pillow raises on pixels it cannot make sense of, or does not want to."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen. Invisible differences, such as the color below full transparency, do not count.

    Attributes:
        color: ``#rrggbb``, with ``aa`` behind where there is transparency, if all pixels are that color; else None.
        deviation: largest standard deviation of a channel, 0 to 127.5, of the picture reduced to about 64 pixels.
    """

    color: str | None
    deviation: float

    @property
    def single_color(self) -> bool:
        """All pixels are of one color."""
        return self.color is not None

    @property
    def nearly_blank(self) -> bool:
        """There is next to nothing to see; also True for a single color."""
        return self.deviation < NEARLY_BLANK


def look(data: bytes, limits: Limits | None = None) -> Looks:
    """Decode the image *data* and say whether it shows anything.

    Raises:
        NotAnImage: the pixels cannot be decoded, or are more than *limits* allow.
    """
    limits = limits or Limits()
    try:
        reduced = _reduced(_opened(data, limits))
        deviation = max(ImageStat.Stat(reduced).stddev)
        # Only what looks blank can be of one color, and only there is every pixel worth a second look.
        color = _color(_visible(_opened(data, limits))) if deviation < NEARLY_BLANK else None
    except UNDECODABLE as error:
        raise NotAnImage(f"image does not decode: {error}") from error
    return Looks(color, deviation)


def _opened(data: bytes, limits: Limits) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    Size(*image.size).within(limits)
    return image


def _reduced(image: Image.Image) -> Image.Image:
    """A small version of *image*; a JPEG is not even decoded in full for it."""
    image.draft(None, (SIDE, SIDE))
    visible = _visible(image)
    return visible.reduce(max(1, min(visible.size) // SIDE))


def _visible(image: Image.Image) -> Image.Image:
    """The pixels as they are seen: eight bits a channel, color weighed by opacity."""
    if image.mode.startswith("I;16"):
        return Image.frombytes("L", image.size, image.tobytes()[1::2]).convert("RGB")  # the high bytes
    if image.has_transparency_data:
        return image.convert("RGBA").convert("RGBa")
    return image.convert("RGB")


def _color(image: Image.Image) -> str | None:
    """The one color of all pixels, None where there are two."""
    extrema = [band.getextrema() for band in image.split()]
    if any(low != high for low, high in extrema):
        return None
    return "#" + "".join(f"{low:02x}" for low, _ in extrema)
