"""The camera: depth of field, motion, bokeh."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from flux_batch.addons.server.render.colour import rgb
from flux_batch.addons.server.render.style.plate import Plate


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """A blur of *radius* pixels, done on a smaller copy where nobody can tell."""
    shrink = max(1, min(8, round(radius / 2)))
    small = image.resize((max(2, image.width // shrink), max(2, image.height // shrink)), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(radius / shrink)).resize(image.size, Image.Resampling.BICUBIC)


@dataclass(frozen=True, slots=True)
class TiltShift:
    """Sharp in one level band only, as a model railway is photographed."""

    band: float = 0.62
    radius: float = 0.02

    def __call__(self, plate: Plate) -> Image.Image:
        table = [min(255, max(0, round((abs(v / 255 - self.band) - 0.13) * 1100))) for v in range(256)]
        mask = Image.linear_gradient("L").resize(plate.size).point(table)
        return Image.composite(blurred(plate.image, self.radius * plate.unit), plate.image, mask)


@dataclass(frozen=True, slots=True)
class Shallow:
    """The subject sharp, what is far from it out of focus; without a subject the lower third is sharp.

    Attributes:
        radius: of the blur, share of the shorter side.
    """

    radius: float = 0.022

    def __call__(self, plate: Plate) -> Image.Image:
        if plate.subject.getbbox() is None:
            return TiltShift(0.78, self.radius)(plate)
        keep = plate.subject.filter(ImageFilter.MaxFilter(3))
        return Image.composite(
            plate.image, blurred(plate.image, self.radius * plate.unit), keep.filter(ImageFilter.GaussianBlur(1.2))
        )


@dataclass(frozen=True, slots=True)
class Motion:
    """A long exposure: what moves is drawn out sideways, the subject stands still."""

    reach: float = 0.14
    bright: float = 0.6

    def __call__(self, plate: Plate) -> Image.Image:
        width, height = plate.size
        strip = max(2, round(width / max(2.0, self.reach * width / 2)))
        smeared = plate.image.resize((strip, height), Image.Resampling.BOX).resize(plate.size, Image.Resampling.BICUBIC)
        light = ImageChops.lighter(
            Image.blend(plate.image, smeared, 0.75), smeared.point([round(v * self.bright) for v in range(256)] * 3)
        )
        still = ImageChops.lighter(plate.subject, plate.depth.point([round(v * 0.4) for v in range(256)]))
        return Image.composite(plate.image, light, still)


@dataclass(frozen=True, slots=True)
class Bokeh:
    """Discs of light before and behind the motif.

    Attributes:
        colours: one is chosen for each disc.
        count: how many.
        size: radius of the largest, share of the shorter side.
    """

    colours: str = "fff0c8 ffd0e0 d0e8ff"
    count: int = 30
    size: float = 0.07
    amount: float = 0.3

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("bokeh")
        light = Image.new("RGB", plate.size)
        for _ in range(self.count):
            r = plate.unit * self.size * rng.uniform(0.25, 1.0)
            side = max(2, round(r * 2))
            disc = Image.new("L", (side * 2, side * 2))
            pen = ImageDraw.Draw(disc)
            pen.ellipse(
                (1, 1, side * 2 - 2, side * 2 - 2),
                fill=round(170 * self.amount),
                outline=round(255 * self.amount),
                width=max(1, side // 14),
            )
            spot = Image.new("RGB", (side, side), rgb(rng.choice(self.colours.split())))
            at = (round(rng.random() * plate.size[0] - r), round(rng.random() * plate.size[1] - r))
            light.paste(spot, at, disc.resize((side, side), Image.Resampling.BOX))
        keep = plate.subject.point([255 - round(v * 0.85) for v in range(256)])
        return Image.composite(ImageChops.screen(plate.image, light), plate.image, keep)
