"""Layers: paper cut and stacked, soft clay, stickers, silhouettes. These read the depth of the picture."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import rgb
from flux_batch.addons.server.render.noise import vertical
from flux_batch.addons.server.render.style.paper import sheet
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.tone import Few

SMALLEST = 0.004
"""Layers that cover less than this share of the picture are not cut by themselves."""


def levels(plate: Plate, most: int = 14) -> list[int]:
    """The depths that hold whole layers, far to near, at most *most* of them."""
    counts = plate.depth.histogram()
    total = plate.size[0] * plate.size[1]
    found = [value for value in range(1, 256) if counts[value] > total * SMALLEST]
    step = max(1, -(-len(found) // most))
    return found[::step]


def nearer(plate: Plate, level: int) -> Image.Image:
    """Mask of everything at *level* or nearer, ``L``, with a soft edge of a pixel."""
    hard = plate.depth.point([255 if v >= level else 0 for v in range(256)])
    return hard.filter(ImageFilter.GaussianBlur(0.8))


def shifted(mask: Image.Image, dx: int, dy: int) -> Image.Image:
    """*mask* moved, empty where it came from."""
    moved = Image.new("L", mask.size)
    moved.paste(mask, (dx, dy))
    return moved


@dataclass(frozen=True, slots=True)
class Cut:
    """Paper layers, each throwing a shadow on the one behind it.

    Attributes:
        shadow: length of the shadows, share of the shorter side.
        colours: of the paper; 0 keeps the picture's own shading.
        edge: how bright the cut edge is, 0 to 1.
        rough: tooth of the paper.
        frame: width of a frame of paper in front of all, share of the shorter side.
    """

    shadow: float = 0.018
    colours: int = 18
    edge: float = 0.5
    rough: float = 0.4
    frame: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        flat = Few(self.colours)(plate) if self.colours else plate.image
        out = flat.copy()
        reach = max(1.0, self.shadow * plate.unit)
        masks = [nearer(plate, level) for level in levels(plate)]
        if self.frame:
            masks.append(self._window(plate))
        for mask in masks:
            self._lay(out, flat, mask, reach)
        if self.frame:
            out = Image.composite(Image.new("RGB", plate.size, (246, 240, 228)), out, masks[-1])
        return ImageChops.multiply(out, sheet(plate, (255, 255, 255), self.rough))

    def _lay(self, out: Image.Image, flat: Image.Image, mask: Image.Image, reach: float) -> None:
        quarter = mask.resize((max(2, mask.width // 4), max(2, mask.height // 4)), Image.Resampling.BOX)
        soft = shifted(quarter.filter(ImageFilter.GaussianBlur(reach / 5)), round(reach / 8), round(reach / 5))
        dark = soft.resize(mask.size, Image.Resampling.BICUBIC).point([round(v * 0.4) for v in range(256)])
        out.paste((20, 16, 30), (0, 0), ImageChops.subtract(dark, mask))
        out.paste(flat, (0, 0), mask)
        rim = ImageChops.subtract(mask, shifted(mask, max(1, round(reach * 0.12)), max(1, round(reach * 0.12))))
        out.paste((255, 252, 244), (0, 0), rim.point([round(v * self.edge) for v in range(256)]))

    def _window(self, plate: Plate) -> Image.Image:
        """A frame with a rounded opening."""
        side = round(plate.unit * self.frame)
        hole = Image.new("L", plate.size, 255)
        hole.paste(0, (side, side, plate.size[0] - side, plate.size[1] - side))
        return hole.filter(ImageFilter.GaussianBlur(side * 0.5)).point(
            [min(255, max(0, (v - 120) * 12)) for v in range(256)]
        )


@dataclass(frozen=True, slots=True)
class Puff:
    """Every layer swells like clay or a balloon: light from above left, shade below right.

    Attributes:
        radius: of the swelling, share of the shorter side.
        amount: strength of light and shade.
        gloss: highlights, 0 to 1.
    """

    radius: float = 0.022
    amount: float = 1.5
    gloss: float = 0.3

    def __call__(self, plate: Plate) -> Image.Image:
        image = plate.image.filter(ImageFilter.GaussianBlur(plate.unit * 0.003))
        spread = [0, *sorted((v * 97) % 200 + 40 for v in range(1, 256))]
        forms = ImageChops.add(plate.depth.point(spread), ImageOps.grayscale(image), 1.6)
        for radius, strength in ((self.radius, 0.7), (self.radius * 0.35, 0.55)):
            shade = self._lit(forms, max(1.0, radius * plate.unit), strength * self.amount)
            image = ImageChops.overlay(image, Image.merge("RGB", (shade, shade, shade)))
        if self.gloss:
            light = self._lit(forms, max(1.0, self.radius * 0.5 * plate.unit), 1.6).point(
                [max(0, round((v - 178) * 2.2 * self.gloss)) for v in range(256)]
            )
            image = ImageChops.screen(image, Image.merge("RGB", (light, light, light)))
        return image

    def _lit(self, forms: Image.Image, radius: float, strength: float) -> Image.Image:
        soft = forms.filter(ImageFilter.GaussianBlur(radius))
        d = max(1, round(radius * 0.6))
        slope = ImageChops.subtract(ImageChops.offset(soft, -d, -d), ImageChops.offset(soft, d, d), 1, 128)
        return slope.point([min(255, max(0, round(128 + (v - 128) * strength))) for v in range(256)])


@dataclass(frozen=True, slots=True)
class Sticker:
    """The subject cut out with a white rim on a plain sheet; without one, the whole picture as a rounded label."""

    sheet: str = "e9dff2"
    rim: float = 0.022

    def __call__(self, plate: Plate) -> Image.Image:
        image, shape = plate.lifted(0.8) or (plate.image, self._label(plate))
        radius = max(1.0, self.rim * plate.unit)
        grown = shape.filter(ImageFilter.GaussianBlur(radius)).point(
            [min(255, max(0, (v - 18) * 9)) for v in range(256)]
        )
        ground = Image.new("RGB", plate.size, rgb(self.sheet))
        soft = shifted(grown.filter(ImageFilter.GaussianBlur(radius * 0.7)), round(radius * 0.4), round(radius * 0.7))
        ground.paste((60, 50, 70), (0, 0), soft.point([round(v * 0.4) for v in range(256)]))
        ground.paste((255, 255, 255), (0, 0), grown)
        ground.paste(image, (0, 0), shape)
        return ground

    def _label(self, plate: Plate) -> Image.Image:
        side = round(plate.unit * 0.1)
        inner = Image.new("L", plate.size)
        inner.paste(255, (side, side, plate.size[0] - side, plate.size[1] - side))
        return inner.filter(ImageFilter.GaussianBlur(side * 0.5)).point(
            [min(255, max(0, (v - 120) * 12)) for v in range(256)]
        )


@dataclass(frozen=True, slots=True)
class Silhouettes:
    """Everything before the sky turns dark, the nearer the darker, against a glowing ground.

    Attributes:
        sky: two colours from top to bottom; empty keeps the picture's own sky.
        ink: the nearest layer.
        haze: how light far layers stay, 0 to 1.
    """

    sky: str = ""
    ink: str = "0c0b12"
    haze: float = 0.5

    def __call__(self, plate: Plate) -> Image.Image:
        ground = plate.image
        if self.sky:
            stops = [rgb(code) for code in self.sky.split()]
            glow = vertical(plate.size, [(i / (len(stops) - 1), stop) for i, stop in enumerate(stops)])
            ground = Image.blend(glow, ImageChops.soft_light(glow, plate.image), 0.6)
        most = max(1, max((level for level in levels(plate)), default=1))
        table = [0] + [round(255 * min(1.0, (1 - self.haze) + self.haze * v / most)) for v in range(1, 256)]
        return Image.composite(Image.new("RGB", plate.size, rgb(self.ink)), ground, plate.depth.point(table))


@dataclass(frozen=True, slots=True)
class Strips:
    """Quilling: strips of paper on edge, wound along the forms."""

    rings: int = 7

    def __call__(self, plate: Plate) -> Image.Image:
        tones = ImageOps.autocontrast(ImageOps.grayscale(plate.image))
        forms = plate.depth.point([(v * 29) % 200 for v in range(256)])
        mixed = ImageChops.add(tones, forms, 2).filter(ImageFilter.GaussianBlur(plate.unit * 0.018))
        saw = mixed.point([(v * self.rings) % 256 for v in range(256)])
        edge = saw.filter(ImageFilter.GaussianBlur(max(0.8, plate.unit * 0.002)))
        d = max(1, round(plate.unit * 0.003))
        relief = ImageChops.subtract(ImageChops.offset(edge, -d, -d), ImageChops.offset(edge, d, d), 2.2, 128)
        flat = Few(16)(plate)
        return ImageChops.multiply(
            ImageChops.hard_light(flat, Image.merge("RGB", (relief, relief, relief))),
            sheet(plate, (255, 255, 255), 0.3),
        )


@dataclass(frozen=True, slots=True)
class Alone:
    """Keep the subject, let everything else fade towards *colour* by *amount*."""

    colour: str = "ffffff"
    amount: float = 0.75
    blur: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        rest = plate.image.filter(ImageFilter.GaussianBlur(self.blur * plate.unit)) if self.blur else plate.image
        faded = Image.blend(rest, Image.new("RGB", plate.size, rgb(self.colour)), self.amount)
        if plate.subject.getbbox() is None:
            return Image.blend(plate.image, faded, 0.5)
        return Image.composite(plate.image, faded, plate.subject.filter(ImageFilter.GaussianBlur(0.7)))
