"""Brushes: strokes that follow the forms, dots, splashes. Everything is laid on one by one, large before small."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import Colour, lighter, rgb, turned
from flux_batch.addons.server.render.noise import fractal
from flux_batch.addons.server.render.outline import limb
from flux_batch.addons.server.render.style.line import contours, hatching
from flux_batch.addons.server.render.style.paper import sheet
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.tone import reduced

DETAIL = 40
"""Contour strength from which the finest strokes are laid: they are kept for the forms."""


def spread(
    rng: random.Random, size: tuple[int, int], gap: float, where: Image.Image | None = None
) -> Iterator[tuple[float, float]]:
    """Places over *size* about *gap* apart, jittered, in random order; only *where* is bright, if it is given."""
    across, down = max(1, round(size[0] / gap)), max(1, round(size[1] / gap))
    places = [(i, j) for i in range(across + 1) for j in range(down + 1)]
    if where is not None:
        bright = where.resize((across + 1, down + 1), Image.Resampling.BOX).tobytes()
        places = [(i, j) for i, j in places if bright[j * (across + 1) + i] >= DETAIL]
    rng.shuffle(places)
    for i, j in places:
        yield (i + rng.uniform(-0.5, 0.5)) * size[0] / across, (j + rng.uniform(-0.5, 0.5)) * size[1] / down


class Sampler:
    """Reads colours and directions of a picture at places given in its pixels."""

    __slots__ = ("_across", "_angles", "_down", "_pixels", "_size")

    def __init__(self, image: Image.Image, gap: float, flow: Image.Image) -> None:
        self._size = image.size
        self._across, self._down = max(1, round(image.width / gap)), max(1, round(image.height / gap))
        small = image.resize((self._across, self._down), Image.Resampling.BOX)
        self._pixels = small.tobytes()
        self._angles = flow.resize((self._across, self._down), Image.Resampling.BILINEAR).tobytes()

    def _index(self, x: float, y: float) -> int:
        i = min(self._across - 1, max(0, int(x * self._across / self._size[0])))
        j = min(self._down - 1, max(0, int(y * self._down / self._size[1])))
        return j * self._across + i

    def colour(self, x: float, y: float) -> Colour:
        """The colour there."""
        at = self._index(x, y) * 3
        red, green, blue = self._pixels[at : at + 3]
        return red, green, blue

    def angle(self, x: float, y: float) -> float:
        """The direction of the flow there, radians."""
        return self._angles[self._index(x, y)] / 255 * math.tau


def restless(colour: Colour, rng: random.Random, amount: float) -> Colour:
    """*colour* as a painter would mix it again: a little off in every channel."""
    reach = amount * 60
    shift = (rng.random() * 2 - 1) * reach
    red, green, blue = (min(255, max(0, round(c + shift + (rng.random() - 0.5) * reach))) for c in colour)
    return red, green, blue


@dataclass(frozen=True, slots=True)
class Brush:
    """Strokes in layers, from broad to fine.

    Attributes:
        sizes: width of the strokes, shares of the shorter side, broad first; the last only along forms.
        length: of a stroke in widths.
        swirl: 0 strokes lie level, 1 they follow a turning flow.
        mixing: how much neighbouring strokes differ in colour.
        relief: how thick the paint stands, 0 to 1.
    """

    sizes: tuple[float, ...] = (0.05, 0.026, 0.015, 0.008)
    length: float = 3.2
    swirl: float = 0.6
    mixing: float = 0.3
    relief: float = 0.5

    def __call__(self, plate: Plate) -> Image.Image:
        scale, rng = plate.fine, plate.stream("brush")
        flow = fractal((64, 64), rng, (2, 2), 2).point([round(128 + (v - 128) * self.swirl) for v in range(256)])
        soft = plate.image.filter(ImageFilter.GaussianBlur(plate.unit * 0.01))
        board = soft.resize((plate.size[0] * scale, plate.size[1] * scale))
        pen = ImageDraw.Draw(board)
        forms = contours(plate, 2.0, 0.7)
        for size in self.sizes:
            wide = max(2.0, size * plate.unit)
            sampler = Sampler(plate.image, wide * 0.8, flow)
            for x, y in spread(rng, plate.size, wide * 0.95, forms if size == self.sizes[-1] else None):
                tone = restless(sampler.colour(x, y), rng, self.mixing)
                self._stroke(pen, rng, (x * scale, y * scale), wide * scale, sampler.angle(x, y), tone)
        painted = board.reduce(scale) if scale > 1 else board
        return impasto(painted, self.relief) if self.relief else painted

    def _stroke(
        self,
        pen: ImageDraw.ImageDraw,
        rng: random.Random,
        at: tuple[float, float],
        wide: float,
        angle: float,
        tone: Colour,
    ) -> None:
        turn = angle + rng.gauss(0, 0.16)
        half = wide * self.length * rng.uniform(0.35, 0.6)
        dx, dy = math.cos(turn) * half, math.sin(turn) * half
        nx, ny = -math.sin(turn) * wide * 0.32, math.cos(turn) * wide * 0.32
        x, y = at
        pen.polygon(
            [
                (x - dx, y - dy),
                (x - dx * 0.72 + nx, y - dy * 0.72 + ny),
                (x + dx * 0.72 + nx * 0.9, y + dy * 0.72 + ny * 0.9),
                (x + dx, y + dy),
                (x + dx * 0.72 - nx * 0.9, y + dy * 0.72 - ny * 0.9),
                (x - dx * 0.72 - nx, y - dy * 0.72 - ny),
            ],
            fill=tone,
        )


def impasto(image: Image.Image, relief: float) -> Image.Image:
    """Light from above left over paint that stands up where tones change."""
    bumps = ImageOps.grayscale(image).filter(ImageFilter.Kernel((3, 3), (-2, -1, 0, -1, 0, 1, 0, 1, 2), 2.2, 128))
    shade = bumps.filter(ImageFilter.GaussianBlur(0.6)).point([round(128 + (v - 128) * relief) for v in range(256)])
    return ImageChops.hard_light(image, Image.merge("RGB", (shade, shade, shade)))


@dataclass(frozen=True, slots=True)
class Dots:
    """Pointillism: round dabs of purer, restless colour on pale canvas.

    Attributes:
        size: radius of the dots, share of the shorter side.
        purity: how far hues drift apart, degrees.
        paper: what shows between them.
    """

    size: float = 0.0075
    purity: float = 16.0
    paper: str = "f1e8d6"

    def __call__(self, plate: Plate) -> Image.Image:
        scale, rng = plate.fine, plate.stream("dots")
        board = Image.blend(Image.new("RGB", plate.size, rgb(self.paper)), plate.image, 0.55)
        board = board.resize((plate.size[0] * scale, plate.size[1] * scale))
        pen = ImageDraw.Draw(board)
        flow = Image.new("L", (2, 2))
        for share in (1.5, 1.0):
            radius = max(1.5, self.size * share * plate.unit)
            sampler = Sampler(plate.image, radius * 1.4, flow)
            for x, y in spread(rng, plate.size, radius * 1.75):
                colour = turned(sampler.colour(x, y), rng.gauss(0, self.purity), 1.22, rng.uniform(0.92, 1.12))
                r = radius * scale * rng.uniform(0.75, 1.15)
                pen.ellipse((x * scale - r, y * scale - r, x * scale + r, y * scale + r), fill=colour)
        return board.reduce(scale) if scale > 1 else board


@dataclass(frozen=True, slots=True)
class Splashes:
    """Splatter and runs of paint in the picture's own colours, or in *colours*."""

    count: int = 26
    colours: str = ""
    drips: bool = True

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("splashes")
        scale = plate.fine
        board = plate.image.resize((plate.size[0] * scale, plate.size[1] * scale))
        pen = ImageDraw.Draw(board)
        sampler = Sampler(plate.image, plate.unit * 0.05, Image.new("L", (2, 2)))
        own = [rgb(code) for code in self.colours.split()]
        for _ in range(self.count):
            x, y = rng.random() * plate.size[0], rng.random() * plate.size[1]
            tone = rng.choice(own) if own else turned(sampler.colour(x, y), rng.uniform(-30, 30), 1.5, 1.15)
            size = plate.unit * scale * rng.uniform(0.004, 0.026)
            self._splash(pen, rng, (x * scale, y * scale), size, tone)
        return board.reduce(scale) if scale > 1 else board

    def _splash(
        self, pen: ImageDraw.ImageDraw, rng: random.Random, at: tuple[float, float], size: float, tone: Colour
    ) -> None:
        x, y = at
        pen.ellipse((x - size, y - size, x + size, y + size * 0.9), fill=tone)
        for _ in range(rng.randint(5, 12)):
            angle, reach = rng.random() * math.tau, size * rng.uniform(1.1, 4.2)
            r = size * rng.uniform(0.06, 0.3)
            sx, sy = x + math.cos(angle) * reach, y + math.sin(angle) * reach
            pen.ellipse((sx - r, sy - r, sx + r, sy + r), fill=tone)
        if self.drips and rng.random() < size:
            foot = y + size * rng.uniform(3, 10)
            pen.polygon(
                limb([(x, y), (x, (y + foot) / 2), (x, foot)], [size * 0.7, size * 0.3, size * 0.4]),
                fill=lighter(tone, -0.08),
            )


@dataclass(frozen=True, slots=True)
class Marker:
    """Felt pen: broad parallel strokes with streaks where they overlap, white paper between."""

    paper: str = "ffffff"
    gap: float = 0.02
    angle: float = 62.0

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("marker")
        flat = reduced(plate, plate.image.filter(ImageFilter.GaussianBlur(plate.unit * 0.004)), 16)
        overlaps = hatching(plate, rng, self.angle, max(4.0, self.gap * plate.unit), 0.12)
        inked = ImageChops.multiply(flat, overlaps.point([255 - v // 6 for v in range(256)]).convert("RGB"))
        bare = hatching(plate, rng, self.angle + 3, max(6.0, self.gap * 1.9 * plate.unit), 0.4)
        light = ImageOps.grayscale(flat).point([min(255, max(0, (v - 105) * 2)) for v in range(256)])
        mask = ImageChops.multiply(bare, light).point([round(v * 0.75) for v in range(256)])
        return Image.composite(sheet(plate, rgb(self.paper), 0.2), inked, mask)
