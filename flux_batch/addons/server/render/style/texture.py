"""Surfaces: brick, canvas, cracked varnish, blocks, circuits, honeycombs, brass gears, brushed ink."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import lighter, rgb
from flux_batch.addons.server.render.noise import fractal, grain
from flux_batch.addons.server.render.outline import Point
from flux_batch.addons.server.render.style.frame import drawn
from flux_batch.addons.server.render.style.paper import sheet, wandering
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.screen import tiled


@dataclass(frozen=True, slots=True)
class Bricks:
    """The picture sprayed on a wall."""

    cell: float = 0.05
    amount: float = 0.45

    def __call__(self, plate: Plate) -> Image.Image:
        high = max(6, round(self.cell * plate.unit))
        wide, joint = high * 2, max(1, high // 9)
        tile = Image.new("L", (wide, high * 2), 214)
        for row in range(2):
            tile.paste(90, (0, row * high, wide, row * high + joint))
            tile.paste(150, (0, row * high + joint, wide, row * high + joint * 2))
            x = row * wide // 2
            tile.paste(90, (x, row * high, x + joint, (row + 1) * high))
        wall = ImageChops.multiply(
            tiled(tile, plate.size),
            fractal(plate.size, plate.stream("bricks"), (12, 12), 4).point([175 + v * 80 // 255 for v in range(256)]),
        )
        lit = wall.point([round(128 + (v - 190) * 1.3 * self.amount) for v in range(256)])
        return ImageChops.hard_light(plate.image, Image.merge("RGB", (lit, lit, lit)))


@dataclass(frozen=True, slots=True)
class Weave:
    """Canvas under the paint."""

    cell: float = 0.006
    amount: float = 0.35

    def __call__(self, plate: Plate) -> Image.Image:
        side = max(2, round(self.cell * plate.unit))
        tile = Image.new("L", (side * 2, side * 2), 128)
        for x, y, tone in ((0, 0, 160), (side, side, 160), (side, 0, 100), (0, side, 100)):
            tile.paste(tone, (x, y, x + side, y + side))
        cloth = tiled(tile.filter(ImageFilter.GaussianBlur(0.7)), plate.size)
        lit = cloth.point([round(128 + (v - 128) * self.amount) for v in range(256)])
        return ImageChops.hard_light(plate.image, Image.merge("RGB", (lit, lit, lit)))


@dataclass(frozen=True, slots=True)
class Crackle:
    """Fine cracks in old varnish, and its warm film."""

    amount: float = 0.5
    varnish: str = "c98a3a"

    def __call__(self, plate: Plate) -> Image.Image:
        noise = fractal(plate.size, plate.stream("crackle"), (9, 9), 4)
        veins = noise.point(
            [255 - round(150 * self.amount * max(0.0, 1 - abs((v * 5) % 256 - 128) / 9)) for v in range(256)]
        )
        film = Image.new("RGB", plate.size, rgb(self.varnish))
        warm = Image.blend(plate.image, ImageChops.soft_light(plate.image, film), 0.55)
        return ImageChops.multiply(warm, veins.convert("RGB"))


@dataclass(frozen=True, slots=True)
class Circuit:
    """Glowing traces of a circuit across the picture, thinner over the subject."""

    colour: str = "3ff0d8"
    count: int = 60
    amount: float = 0.55

    def __call__(self, plate: Plate) -> Image.Image:
        mask, pen, scale = drawn(plate)
        rng, step = plate.stream("circuit"), plate.unit * scale / 32
        for _ in range(self.count):
            path = self._trace(rng, mask.size, step)
            pen.line(path, fill=rng.randint(110, 255), width=max(1, round(step * 0.09)))
            x, y = path[-1]
            r = step * 0.2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
        lines = mask.resize(plate.size, Image.Resampling.BOX)
        halo = lines.filter(ImageFilter.GaussianBlur(plate.unit * 0.008))
        light = ImageChops.add(lines, halo.point([min(255, v * 2) for v in range(256)]))
        light = ImageChops.multiply(light, plate.subject.point([255 - round(v * 0.55) for v in range(256)]))
        return ImageChops.screen(
            plate.image,
            ImageOps.colorize(light.point([round(v * self.amount) for v in range(256)]), (0, 0, 0), rgb(self.colour)),
        )

    def _trace(self, rng: random.Random, size: tuple[int, int], step: float) -> list[Point]:
        x, y = round(rng.random() * size[0] / step) * step, round(rng.random() * size[1] / step) * step
        path = [(x, y)]
        heading = rng.randrange(4) * 2
        for _ in range(rng.randint(2, 5)):
            reach = step * rng.randint(1, 5)
            a = heading * math.pi / 4
            x, y = x + math.cos(a) * reach, y + math.sin(a) * reach
            path.append((x, y))
            heading = (heading + rng.choice((-1, 1))) % 8
        return path


@dataclass(frozen=True, slots=True)
class Honeycomb:
    """A lattice of hexagons, brighter in patches, as on the visors of films to come."""

    colour: str = "6fd8ff"
    cell: float = 0.035
    amount: float = 0.5

    def __call__(self, plate: Plate) -> Image.Image:
        side = max(6, round(self.cell * plate.unit))
        high = round(side * math.sqrt(3))
        tile = Image.new("L", (side * 3, high))
        pen = ImageDraw.Draw(tile)
        wide = max(1, side // 12)
        half = high / 2
        pen.line(
            [
                (0, half),
                (side * 0.5, 0),
                (side * 1.5, 0),
                (side * 2, half),
                (side * 1.5, high),
                (side * 0.5, high),
                (0, half),
            ],
            fill=255,
            width=wide,
        )
        pen.line([(side * 2, half), (side * 3, half)], fill=255, width=wide)
        patches = fractal(plate.size, plate.stream("honeycomb"), (3, 3), 3).point(
            [max(0, round((v - 105) * 1.7)) for v in range(256)]
        )
        light = ImageChops.multiply(tiled(tile, plate.size), patches)
        light = ImageChops.multiply(light, plate.subject.point([255 - round(v * 0.6) for v in range(256)]))
        return ImageChops.screen(
            plate.image,
            ImageOps.colorize(light.point([round(v * self.amount) for v in range(256)]), (0, 0, 0), rgb(self.colour)),
        )


@dataclass(frozen=True, slots=True)
class Gears:
    """Brass wheels in the corners, behind the subject."""

    metal: str = "b98a45"
    count: int = 6

    def __call__(self, plate: Plate) -> Image.Image:
        rng, image = plate.stream("gears"), plate.image.copy()
        for k in range(self.count):
            mask, pen, scale = drawn(plate)
            corner = (mask.width * (k % 2), mask.height * (k // 2 % 2))
            r = plate.unit * scale * rng.uniform(0.07, 0.17)
            at = (corner[0] + rng.gauss(0, 0.11) * mask.width, corner[1] + rng.gauss(0, 0.11) * mask.height)
            self._wheel(pen, at, r, rng.randint(12, 20), rng.random())
            cover = ImageChops.multiply(
                mask.resize(plate.size, Image.Resampling.BOX), plate.subject.point([255 - v for v in range(256)])
            )
            dark = Image.new("L", plate.size)
            dark.paste(cover, (round(plate.unit * 0.008), round(plate.unit * 0.012)))
            image.paste(
                (20, 12, 8),
                (0, 0),
                dark.filter(ImageFilter.GaussianBlur(plate.unit * 0.006)).point([round(v * 0.5) for v in range(256)]),
            )
            shine = Image.linear_gradient("L").rotate(90).resize(plate.size)
            metal = rgb(self.metal)
            image.paste(ImageOps.colorize(shine, lighter(metal, 0.3), lighter(metal, -0.45), mid=metal), (0, 0), cover)
        return image

    def _wheel(self, pen: ImageDraw.ImageDraw, at: Point, r: float, teeth: int, turn: float) -> None:
        x, y = at
        rim: list[Point] = []
        for k in range(teeth * 4):
            reach = r * (1.0 if k % 4 in {0, 1} else 0.84)
            a = (k / (teeth * 4) + turn) * math.tau
            rim.append((x + math.cos(a) * reach, y + math.sin(a) * reach))
        pen.polygon(rim, fill=255)
        for k in range(6):
            a = (k / 6 + turn) * math.tau
            hx, hy, h = x + math.cos(a) * r * 0.48, y + math.sin(a) * r * 0.48, r * 0.17
            pen.ellipse((hx - h, hy - h, hx + h, hy + h), fill=0)
        pen.ellipse((x - r * 0.14, y - r * 0.14, x + r * 0.14, y + r * 0.14), fill=0)


@dataclass(frozen=True, slots=True)
class Sumi:
    """Brushed ink on rice paper: pale washes, few dark strokes, a red seal.

    Attributes:
        paper: colour of the sheet.
        ink: the darkest wash.
        tint: how much of the picture's own colour remains.
        seal: stamp a red seal in a corner.
        runs: ink that runs down, 0 to 1.
    """

    paper: str = "f3ecdc"
    ink: str = "17181c"
    tint: float = 0.12
    seal: bool = True
    runs: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        grey = ImageOps.autocontrast(ImageOps.grayscale(wandering(plate.image, plate, 0.008)), cutoff=2)
        wash = grey.filter(ImageFilter.GaussianBlur(plate.unit * 0.014))
        blooms = fractal(plate.size, plate.stream("sumi"), (5, 5), 5)
        wet = Image.composite(wash, grey, blooms.point([min(255, max(0, (v - 60) * 2)) for v in range(256)]))
        if self.runs:
            wet = ImageChops.darker(wet, self._running(plate, wet))
        tones = wet.point([min(255, round(255 * (v / 255) ** 0.58 + 26)) for v in range(256)])
        dry = ImageChops.lighter(tones, blooms.point([max(0, (v - 150) * 2) for v in range(256)]))
        toned = ImageOps.colorize(dry, rgb(self.ink), (255, 255, 255), mid=lighter(rgb(self.ink), 0.5))
        toned = Image.blend(
            toned,
            ImageChops.multiply(toned, plate.image.point([110 + v * 145 // 255 for v in range(256)] * 3)),
            min(1.0, self.tint * 3),
        )
        out = ImageChops.multiply(toned, sheet(plate, rgb(self.paper), 0.4))
        if self.seal:
            self._stamp(plate, out)
        return out

    def _running(self, plate: Plate, wet: Image.Image) -> Image.Image:
        """Columns of ink pulled down from dark places."""
        width, height = plate.size
        rows = max(2, round(height / (plate.unit * 0.12)))
        drawn_down = wet.resize((width, rows), Image.Resampling.BOX).resize((width, height), Image.Resampling.BILINEAR)
        columns = grain((max(2, width // 5), 1), plate.stream("runs")).resize(
            (width, height), Image.Resampling.BILINEAR
        )
        return ImageChops.lighter(
            drawn_down, columns.point([min(255, round(v * (2.2 - self.runs))) for v in range(256)])
        )

    def _stamp(self, plate: Plate, out: Image.Image) -> None:
        side = max(3, round(plate.unit * 0.075))
        rng = plate.stream("seal")
        x, y = plate.size[0] - round(side * 1.7), plate.size[1] - round(side * 1.8)
        seal = Image.new("L", (side * 4, side * 4), 255)
        pen = ImageDraw.Draw(seal)
        for k in range(3):
            top = side * (0.6 + k * 1.05)
            pen.line([(side * 0.6, top), (side * 3.4, top)], fill=0, width=max(1, side // 3))
            left = side * rng.uniform(0.8, 3.0)
            pen.line([(left, side * 0.6), (left, side * rng.uniform(2.4, 3.5))], fill=0, width=max(1, side // 3))
        out.paste(
            (178, 40, 34),
            (x, y),
            seal.resize((side, side), Image.Resampling.BOX).point([round(v * 0.9) for v in range(256)]),
        )
