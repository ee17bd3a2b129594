"""Paper and what lies on it: washes, grain of the sheet, bare margins."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import Colour, rgb
from flux_batch.addons.server.render.noise import fractal, grain
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.tone import reduced


def sheet(plate: Plate, colour: Colour, rough: float) -> Image.Image:
    """A sheet of paper, ``RGB``: fine embossed tooth, *rough* 0 to 1."""
    tooth = grain(plate.size, plate.stream("tooth")).filter(ImageFilter.GaussianBlur(max(0.8, plate.unit / 560)))
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
    """Watercolour: light washes with wandering edges, pigment gathered along them, blooms, a torn bare margin.

    Attributes:
        bleed: how far edges wander, share of the shorter side.
        pigment: how dark colour dries along the edges, 0 to 1.
        margin: width of the bare paper, share of the shorter side; 0 for none.
        colours: of the flat washes.
        lightness: how much paper shines through, 0 to 1.
    """

    bleed: float = 0.005
    pigment: float = 0.5
    margin: float = 0.05
    colours: int = 26
    lightness: float = 0.24

    def __call__(self, plate: Plate) -> Image.Image:
        light = plate.image.point([round(255 - (255 - v) * (1 - self.lightness)) for v in range(256)] * 3)
        flat = reduced(plate, light.filter(ImageFilter.GaussianBlur(plate.unit * 0.002)), self.colours)
        drawn = wandering(Image.blend(flat.filter(ImageFilter.GaussianBlur(0.7)), light, 0.5), plate, self.bleed)
        washes = fractal(plate.size, plate.stream("blooms"), (4, 4), 5)
        wet = Image.composite(self._bled(drawn, plate), drawn, self._wetness(plate, washes))
        pooled = ImageChops.multiply(wet, self._edges(drawn, plate))
        thin = washes.point([min(48, max(0, round((v - 135) * 0.6))) for v in range(256)])
        pooled = ImageChops.screen(pooled, thin.convert("RGB"))
        return self._on_paper(plate, pooled) if self.margin else pooled

    def _bled(self, drawn: Image.Image, plate: Plate) -> Image.Image:
        """Colours run into each other where the paper was wet."""
        return ImageEnhance.Color(drawn.filter(ImageFilter.GaussianBlur(plate.unit * 0.011))).enhance(1.25)

    def _wetness(self, plate: Plate, washes: Image.Image) -> Image.Image:
        """Where the paper was wet: patches of the background, hardly ever the subject."""
        patches = washes.point([min(225, max(0, (v - 120) * 4)) for v in range(256)])
        return ImageChops.multiply(patches, plate.subject.point([255 - round(v * 0.9) for v in range(256)]))

    def _edges(self, drawn: Image.Image, plate: Plate) -> Image.Image:
        """Where pigment dries: a darker line just inside each wash."""
        grey = ImageOps.grayscale(drawn)
        rim = ImageChops.subtract(grey.filter(ImageFilter.GaussianBlur(max(1.0, plate.unit * 0.006))), grey)
        dark = rim.point([255 - min(110, round(v * 3.0 * self.pigment)) for v in range(256)])
        return dark.filter(ImageFilter.GaussianBlur(0.6)).convert("RGB")

    def _on_paper(self, plate: Plate, painted: Image.Image) -> Image.Image:
        """Bare paper around a torn edge, with pigment gathered at the edge."""
        rim = max(1, round(plate.unit * self.margin))
        inner = Image.new("L", plate.size)
        inner.paste(255, (rim, rim, plate.size[0] - rim, plate.size[1] - rim))
        soft = inner.filter(ImageFilter.GaussianBlur(rim * 0.34))
        torn = fractal(plate.size, plate.stream("torn"), (14, 14), 4)
        edge = ImageChops.add(soft, torn.point([88 + v * 80 // 255 for v in range(256)]), 2)
        inside = edge.point([min(255, max(0, (v - 126) * 16)) for v in range(256)])
        pool = edge.point([255 - round(34 * max(0.0, 1 - abs(v - 146) / 12)) for v in range(256)])
        return Image.composite(
            ImageChops.multiply(painted, pool.convert("RGB")), Image.new("RGB", plate.size, (255, 255, 255)), inside
        )


def wandering(image: Image.Image, plate: Plate, reach: float) -> Image.Image:
    """Shift every place a little by noise, so that straight edges look drawn by hand; *reach* share of the side."""
    cells = 34
    width, height = image.size
    rng = plate.stream("wander")
    far = reach * plate.unit
    xs = [round(width * i / cells) for i in range(cells + 1)]
    ys = [round(height * i / cells) for i in range(cells + 1)]
    moved = {
        (i, j): (
            min(width - 1.0, max(0.0, x + rng.uniform(-far, far))),
            min(height - 1.0, max(0.0, y + rng.uniform(-far, far))),
        )
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
