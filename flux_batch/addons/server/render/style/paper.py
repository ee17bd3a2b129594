"""Paper and what lies on it: washes, grain of the sheet, bare margins."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import Colour, rgb
from flux_batch.addons.server.render.noise import fractal, grain
from flux_batch.addons.server.render.style.plate import Plate


def sheet(plate: Plate, colour: Colour, rough: float) -> Image.Image:
    """A sheet of paper, ``RGB``: fine embossed tooth, *rough* 0 to 1."""
    tooth = grain(plate.size, plate.stream("tooth")).filter(ImageFilter.GaussianBlur(0.8))
    shade = ImageOps.autocontrast(tooth, cutoff=2).point([255 - round((255 - v) * 0.3 * rough) for v in range(256)])
    return ImageChops.multiply(Image.new("RGB", plate.size, colour), shade.convert("RGB"))


@dataclass(frozen=True, slots=True)
class Paper:
    """Lay the picture on tinted paper with a visible tooth."""

    colour: str = "fbf6ea"
    rough: float = 0.5

    def __call__(self, plate: Plate) -> Image.Image:
        return ImageChops.multiply(plate.image, sheet(plate, rgb(self.colour), self.rough))


@dataclass(frozen=True, slots=True)
class Wash:
    """Watercolour: wandering edges, pigment gathered along them, blooms, a ragged bare margin.

    Attributes:
        bleed: how far edges wander, share of the shorter side.
        pigment: how dark colour dries along the edges, 0 to 1.
        margin: width of the bare paper, share of the shorter side; 0 for none.
    """

    bleed: float = 0.012
    pigment: float = 0.6
    margin: float = 0.05

    def __call__(self, plate: Plate) -> Image.Image:
        light = plate.image.point([round(255 - (255 - v) * 0.86) for v in range(256)] * 3)
        flat = wandering(light.filter(ImageFilter.MedianFilter(5)), plate, self.bleed)
        soft = flat.filter(ImageFilter.GaussianBlur(self.bleed * plate.unit * 0.9))
        blooms = fractal(plate.size, plate.stream("blooms"), (5, 5), 4)
        wet = Image.composite(soft, flat, blooms.point([min(255, max(0, (v - 120) * 3)) for v in range(256)]))
        edge = ImageOps.grayscale(flat).filter(ImageFilter.GaussianBlur(1)).filter(ImageFilter.FIND_EDGES)
        dark = edge.point([255 - min(120, round(v * 2.2 * self.pigment)) for v in range(256)])
        pooled = ImageChops.multiply(wet, dark.filter(ImageFilter.GaussianBlur(0.7)).convert("RGB"))
        granules = blooms.point([230 + v // 10 for v in range(256)])
        pooled = ImageChops.multiply(pooled, granules.convert("RGB"))
        if not self.margin:
            return pooled
        return Image.composite(pooled, Image.new("RGB", plate.size, (255, 255, 255)), self._inside(plate))

    def _inside(self, plate: Plate) -> Image.Image:
        """Where there is paint: a rectangle with a torn edge."""
        rim = round(plate.unit * self.margin)
        inner = Image.new("L", plate.size)
        inner.paste(255, (rim, rim, plate.size[0] - rim, plate.size[1] - rim))
        soft = inner.filter(ImageFilter.GaussianBlur(rim * 0.55))
        torn = fractal(plate.size, plate.stream("torn"), (9, 9), 4)
        sum_ = ImageChops.add(soft, torn, 2, 0)
        return sum_.point([min(255, max(0, (v - 108) * 10)) for v in range(256)])


def wandering(image: Image.Image, plate: Plate, reach: float) -> Image.Image:
    """Shift every place a little by noise, so that straight edges look drawn by hand; *reach* share of the side."""
    cells = 22
    width, height = image.size
    rng = plate.stream("wander")
    far = reach * plate.unit
    xs = [round(width * i / cells) for i in range(cells + 1)]
    ys = [round(height * i / cells) for i in range(cells + 1)]
    moved = {
        (i, j): (x + rng.uniform(-far, far), y + rng.uniform(-far, far))
        for i, x in enumerate(xs)
        for j, y in enumerate(ys)
    }
    mesh = []
    for i in range(cells):
        for j in range(cells):
            box = (xs[i], ys[j], xs[i + 1], ys[j + 1])
            if box[0] < box[2] and box[1] < box[3]:
                quad = (*moved[i, j], *moved[i, j + 1], *moved[i + 1, j + 1], *moved[i + 1, j])
                mesh.append((box, quad))
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
