"""Light laid over a picture: rays, leaks, flares, stars, sparkles, mist and the wear of old film."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import BLACK, rgb
from flux_batch.addons.server.render.noise import fractal, grain
from flux_batch.addons.server.render.style.plate import Plate


def screened(image: Image.Image, light: Image.Image) -> Image.Image:
    """Add *light* (any size, ``RGB``) to *image*."""
    return ImageChops.screen(image, light.resize(image.size, Image.Resampling.BICUBIC))


@dataclass(frozen=True, slots=True)
class Rays:
    """Shafts of light spreading from a point (shares of width and height)."""

    x: float = 0.5
    y: float = 0.1
    colour: str = "fff0c8"
    amount: float = 0.7

    def __call__(self, plate: Plate) -> Image.Image:
        size = (max(8, plate.size[0] // 4), max(8, plate.size[1] // 4))
        rng = plate.stream("rays")
        at = (size[0] * self.x, size[1] * self.y)
        fan = Image.new("L", size)
        pen = ImageDraw.Draw(fan)
        reach = math.hypot(*size)
        for _ in range(26):
            a, w = rng.random() * math.tau, rng.uniform(0.02, 0.09)
            tips = [(at[0] + math.cos(a + k) * reach, at[1] + math.sin(a + k) * reach) for k in (-w, w)]
            pen.polygon([at, *tips], fill=rng.randint(60, 200))
        fan = fan.filter(ImageFilter.GaussianBlur(min(size) / 60))
        spot = Image.radial_gradient("L").resize((size[0] * 3, size[1] * 3))
        left, top = round(size[0] * 1.5 - at[0]), round(size[1] * 1.5 - at[1])
        fall = ImageChops.invert(spot.crop((left, top, left + size[0], top + size[1])))
        beams = ImageChops.multiply(fan, fall).point([round(v * self.amount) for v in range(256)])
        core = fall.point([round(max(0, v - 130) * 1.2 * self.amount) for v in range(256)])
        return screened(plate.image, ImageOps.colorize(ImageChops.add(beams, core), BLACK, rgb(self.colour)))


@dataclass(frozen=True, slots=True)
class Leak:
    """Light that got into the camera at one edge."""

    colour: str = "ff7a3c"
    amount: float = 0.6

    def __call__(self, plate: Plate) -> Image.Image:
        size = (max(8, plate.size[0] // 8), max(8, plate.size[1] // 8))
        rng = plate.stream("leak")
        edge = Image.linear_gradient("L").rotate(rng.choice((90, 270))).resize(size)
        fog = fractal(size, rng, (2, 2), 2)
        light = ImageChops.multiply(edge.point([round(255 * (v / 255) ** 2) for v in range(256)]), fog)
        light = light.point([min(255, round(v * 2.6 * self.amount)) for v in range(256)])
        return screened(plate.image, ImageOps.colorize(light, BLACK, rgb(self.colour)))


@dataclass(frozen=True, slots=True)
class Streak:
    """Anamorphic flares: level streaks through the brightest places."""

    colour: str = "5ab4ff"
    amount: float = 0.7

    def __call__(self, plate: Plate) -> Image.Image:
        size = (max(8, plate.size[0] // 4), max(8, plate.size[1] // 4))
        bright = ImageOps.grayscale(plate.image.resize(size, Image.Resampling.BOX)).point(
            [max(0, (v - 205) * 5) for v in range(256)]
        )
        wide = bright.resize((max(2, size[0] // 24), size[1]), Image.Resampling.BOX).resize(
            size, Image.Resampling.BICUBIC
        )
        return screened(
            plate.image,
            ImageOps.colorize(wide.point([round(v * self.amount) for v in range(256)]), BLACK, rgb(self.colour)),
        )


@dataclass(frozen=True, slots=True)
class Sparkles:
    """Stars with four points, hearts or snow-like dots, scattered.

    Attributes:
        kind: ``star``, ``heart``, ``dot`` or ``ring``.
        colours: one is chosen for each.
        count: how many.
        size: the largest, share of the shorter side.
    """

    kind: str = "star"
    colours: str = "ffffff"
    count: int = 26
    size: float = 0.03

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream(f"sparkles {self.kind}")
        scale = plate.fine
        board = Image.new("RGB", (plate.size[0] * scale, plate.size[1] * scale))
        mask = Image.new("L", board.size)
        pen, cover = ImageDraw.Draw(board), ImageDraw.Draw(mask)
        for _ in range(self.count):
            r = plate.unit * scale * self.size * rng.uniform(0.25, 1.0)
            x, y = rng.random() * board.width, rng.random() * board.height
            colour = rgb(rng.choice(self.colours.split()))
            outline = [(x + px * r, y + py * r) for px, py in SHAPES[self.kind]]
            pen.polygon(outline, fill=colour)
            cover.polygon(outline, fill=rng.randint(150, 245))
        return Image.composite(
            board.resize(plate.size, Image.Resampling.BOX), plate.image, mask.resize(plate.size, Image.Resampling.BOX)
        )


def _heart() -> list[tuple[float, float]]:
    curve = [k * math.tau / 40 for k in range(40)]
    return [
        (math.sin(t) ** 3, -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16)
        for t in curve
    ]


SHAPES = {
    "star": [
        (
            math.cos(k * math.tau / 8) * (1.0 if k % 2 == 0 else 0.16),
            math.sin(k * math.tau / 8) * (1.0 if k % 2 == 0 else 0.16),
        )
        for k in range(8)
    ],
    "dot": [(math.cos(k * math.tau / 24), math.sin(k * math.tau / 24)) for k in range(24)],
    "heart": _heart(),
    "ring": [
        (math.cos(k * math.tau / 24) * r, math.sin(k * math.tau / 24) * r)
        for r, ks in ((1.0, range(25)), (0.78, range(24, -1, -1)))
        for k in ks
    ],
}


@dataclass(frozen=True, slots=True)
class Cosmos:
    """Stars and glowing gas over the picture, strongest where it is dark."""

    colours: str = "6a3cff 22b8ff ff4fc3"
    amount: float = 0.75

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("cosmos")
        half = (max(4, plate.size[0] // 2), max(4, plate.size[1] // 2))
        image = plate.image
        for code in self.colours.split():
            gas = ImageChops.multiply(fractal(half, rng, (2.5, 2.5), 5), fractal(half, rng, (1.5, 1.5), 2))
            light = gas.point([min(255, round(255 * self.amount * max(0.0, v / 255 - 0.18) * 1.5)) for v in range(256)])
            image = screened(image, ImageOps.colorize(light, BLACK, rgb(code)))
        dust = (
            grain(plate.size, rng)
            .point([0] * 254 + [200, 255])
            .filter(ImageFilter.GaussianBlur(max(0.5, plate.unit / 1100)))
        )
        dust = dust.point([min(255, v * 3) for v in range(256)])
        return ImageChops.screen(image, Image.merge("RGB", (dust, dust, dust)))


@dataclass(frozen=True, slots=True)
class Fogged:
    """Drifting mist of one colour, thicker below."""

    colour: str = "c8d0cf"
    amount: float = 0.6

    def __call__(self, plate: Plate) -> Image.Image:
        drift = fractal(plate.size, plate.stream("fogged"), (2.5, 4), 5)
        low = Image.linear_gradient("L").resize(plate.size).point([70 + v * 185 // 255 for v in range(256)])
        mask = ImageChops.multiply(drift, low).point([round(v * self.amount) for v in range(256)])
        return Image.composite(Image.new("RGB", plate.size, rgb(self.colour)), plate.image, mask)


@dataclass(frozen=True, slots=True)
class Scratches:
    """Dust, hairs and scratches of a film that was shown too often; *grime* darkens in patches."""

    count: int = 40
    grime: float = 0.3

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("scratches")
        dirt = fractal(plate.size, rng, (6, 6), 5).point(
            [255 - round(max(0, 140 - v) * 1.4 * self.grime) for v in range(256)]
        )
        image = ImageChops.multiply(plate.image, dirt.convert("RGB"))
        pen = ImageDraw.Draw(image)
        for _ in range(self.count):
            x, y, long = rng.random() * plate.size[0], rng.random() * plate.size[1], plate.unit * rng.uniform(0.01, 0.2)
            shade = rng.choice((235, 210, 30))
            lean = rng.gauss(0, 0.08)
            pen.line([(x, y), (x + lean * long, y + long)], fill=(shade, shade, shade - 8), width=1)
        return image
