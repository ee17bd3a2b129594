"""Lines: contours in ink, pencil and light, hatching, drawings on coloured paper."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import Colour, rgb
from flux_batch.addons.server.render.style.paper import sheet, wandering
from flux_batch.addons.server.render.style.plate import Plate

DRAWN = 620
"""Contours are found at this size at most and enlarged, so that lines grow with the picture."""


def contours(plate: Plate, weight: float = 1.0, detail: float = 1.0) -> Image.Image:
    """Where a draughtsman would draw a line, ``L``, 255 on the line.

    Args:
        plate: the picture; edges of its layers always count, edges of its tones by *detail*.
        weight: thickness, 1 is a fine pen.
        detail: 0 layers only, 1 and more also small differences of tone.
    """
    scale = min(1.0, DRAWN / plate.unit)
    size = (max(3, round(plate.size[0] * scale)), max(3, round(plate.size[1] * scale)))
    tones = plate.image.resize(size, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(1.1))
    seen = _edges(tones).point([min(255, max(0, round((v - 14) * 3.2 * detail))) for v in range(256)])
    layers = _edges(plate.depth.resize(size, Image.Resampling.BILINEAR)).point([min(255, v * 14) for v in range(256)])
    lines = ImageChops.lighter(seen, layers)
    lines.paste(0, (0, 0, size[0], 2))
    lines.paste(0, (0, size[1] - 2, *size))
    lines.paste(0, (0, 0, 2, size[1]))
    lines.paste(0, (size[0] - 2, 0, *size))
    if weight > 1:
        lines = lines.filter(ImageFilter.GaussianBlur(0.55 * weight)).point(
            [min(255, round(v * 1.9)) for v in range(256)]
        )
    return lines.filter(ImageFilter.GaussianBlur(0.5)).resize(plate.size, Image.Resampling.BICUBIC)


def _edges(image: Image.Image) -> Image.Image:
    edges = image.filter(ImageFilter.FIND_EDGES)
    if edges.mode == "L":
        return edges
    red, green, blue = edges.split()
    return ImageChops.lighter(red, ImageChops.lighter(green, blue))


def hatching(plate: Plate, rng: random.Random, angle: float, gap: float, wobble: float = 0.25) -> Image.Image:
    """Parallel hand-drawn strokes over the whole sheet, ``L``, 255 on the stroke; *angle* degrees, *gap* pixels."""
    layer = Image.new("L", plate.size)
    pen = ImageDraw.Draw(layer)
    reach = math.hypot(*plate.size) / 2
    cx, cy = plate.size[0] / 2, plate.size[1] / 2
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    offset = -reach
    while offset < reach:
        ends = [(along, offset + rng.gauss(0, wobble) * gap) for along in (-reach, -reach / 3, reach / 3, reach)]
        points = [(cx + a * cos - o * sin, cy + a * sin + o * cos) for a, o in ends]
        pen.line(points, fill=rng.randint(120, 255), width=max(1, round(gap * 0.3)))
        offset += gap * rng.uniform(0.7, 1.3)
    return layer.filter(ImageFilter.GaussianBlur(0.4))


@dataclass(frozen=True, slots=True)
class Ink:
    """Contours over the picture."""

    colour: str = "1d2029"
    weight: float = 1.4
    detail: float = 0.7
    amount: float = 0.9

    def __call__(self, plate: Plate) -> Image.Image:
        lines = contours(plate, self.weight, self.detail).point([round(v * self.amount) for v in range(256)])
        return Image.composite(Image.new("RGB", plate.size, rgb(self.colour)), plate.image, lines)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Only contours on paper, with a hint of the colours beneath.

    Attributes:
        paper, ink: colours.
        weight, detail: of the lines.
        tint: how much of the picture shines through, 0 to 1.
        wobble: how far the hand shakes, share of the shorter side.
    """

    paper: str = "fdfbf5"
    ink: str = "22252e"
    weight: float = 1.2
    detail: float = 1.0
    tint: float = 0.0
    wobble: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        ground = sheet(plate, rgb(self.paper), 0.25)
        if self.tint:
            ground = Image.blend(ground, ImageChops.multiply(ground, plate.image), self.tint)
        lines = contours(plate, self.weight, self.detail)
        if self.wobble:
            lines = wandering(lines, plate, self.wobble)
        return Image.composite(Image.new("RGB", plate.size, rgb(self.ink)), ground, lines)


@dataclass(frozen=True, slots=True)
class Pencil:
    """Graphite or coloured pencil: soft lines, hatching that deepens with the tone.

    Attributes:
        paper: colour of the sheet.
        colour: 0 graphite, 1 pencils in the picture's colours.
        gap: distance of the strokes, share of the shorter side.
        angle: of the strokes in degrees.
        line: how strong the contours are.
    """

    paper: str = "f8f5ee"
    colour: float = 0.0
    gap: float = 0.007
    angle: float = -48.0
    line: float = 1.0

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("pencil")
        grey = ImageOps.autocontrast(ImageOps.grayscale(plate.image), cutoff=2)
        gap = max(2.5, self.gap * plate.unit)
        shading = Image.new("L", plate.size)
        for turn, level, depth in ((0, 178, 0.55), (9, 128, 0.6), (84, 88, 0.6), (40, 52, 0.7)):
            tone = grey.point([min(255, max(0, round((level - v) * 5.0))) for v in range(256)])
            strokes = ImageChops.multiply(hatching(plate, rng, self.angle + turn, gap), tone)
            shading = ImageChops.add(shading, strokes.point([round(v * depth) for v in range(256)]))
        lines = contours(plate, 1.2, 0.8).point([round(v * self.line) for v in range(256)])
        marks = ImageChops.lighter(shading, wandering(lines, plate, 0.002))
        tooth = sheet(plate, rgb(self.paper), 0.3)
        pigment = Image.blend(Image.new("RGB", plate.size, (48, 48, 54)), _vivid(plate.image), self.colour)
        if self.colour:
            pale = plate.image.point([round(255 - (255 - v) * 0.62) for v in range(256)] * 3)
            tooth = Image.blend(tooth, ImageChops.multiply(tooth, pale), self.colour * 0.85)
        return Image.composite(pigment, tooth, marks)


def _vivid(image: Image.Image) -> Image.Image:
    return image.point([round(v * 0.72) for v in range(256)] * 3)


@dataclass(frozen=True, slots=True)
class Plan:
    """A technical drawing: light lines on deep paper, a grid, a double frame with a title block."""

    paper: str = "17427e"
    ink: str = "e3efff"
    cells: int = 24

    def __call__(self, plate: Plate) -> Image.Image:
        ground, light = sheet(plate, rgb(self.paper), 0.35), rgb(self.ink)
        tone = ImageOps.grayscale(plate.image).point([round(v * 0.2) for v in range(256)])
        ground.paste(
            light, (0, 0), ImageChops.multiply(tone, hatching(plate, plate.stream("plan"), 45, plate.unit * 0.011, 0.0))
        )
        grid = Image.new("L", plate.size)
        pen = ImageDraw.Draw(grid)
        step = plate.unit / self.cells
        for k in range(1, round(max(plate.size) / step) + 1):
            shade = 60 if k % 4 == 0 else 26
            pen.line([(k * step, 0), (k * step, plate.size[1])], fill=shade)
            pen.line([(0, k * step), (plate.size[0], k * step)], fill=shade)
        ground.paste(light, (0, 0), grid)
        ground.paste(light, (0, 0), contours(plate, 1.1, 0.9).point([round(v * 0.92) for v in range(256)]))
        self._frame(plate, ground, light)
        return ground

    def _frame(self, plate: Plate, ground: Image.Image, light: Colour) -> None:
        pen = ImageDraw.Draw(ground)
        width, height = plate.size
        rim, thin = plate.unit * 0.025, max(1, round(plate.unit * 0.003))
        if min(width, height) < 4 * rim + 8:
            return
        pen.rectangle((rim, rim, width - rim, height - rim), outline=light, width=thin * 2)
        pen.rectangle((rim * 1.5, rim * 1.5, width - rim * 1.5, height - rim * 1.5), outline=light, width=thin)
        left, top = width - rim * 1.5 - plate.unit * 0.3, height - rim * 1.5 - plate.unit * 0.1
        pen.rectangle(
            (left, top, width - rim * 1.5, height - rim * 1.5), fill=rgb(self.paper), outline=light, width=thin
        )
        for k in (1, 2):
            y = top + plate.unit * 0.1 * k / 3
            pen.line([(left, y), (width - rim * 1.5, y)], fill=light, width=thin)


@dataclass(frozen=True, slots=True)
class Glow:
    """Contours that shine like tubes of neon over a darkened picture.

    Attributes:
        colours: of the tubes, left to right.
        dim: how dark the picture becomes, 0 to 1.
        weight: thickness of the tubes.
    """

    colours: str = "ff2fa8 22e6ff"
    dim: float = 0.5
    weight: float = 1.6

    def __call__(self, plate: Plate) -> Image.Image:
        ramp = [rgb(code) for code in self.colours.split()]
        lines = contours(plate, self.weight, 0.8)
        across = Image.linear_gradient("L").rotate(90).resize(plate.size)
        tubes = ImageOps.colorize(across, ramp[0], ramp[-1], mid=ramp[1] if ramp[1:-1] else None)
        tubes = ImageChops.multiply(tubes, Image.merge("RGB", (lines, lines, lines)))
        dark = plate.image.point([round(v * (1 - self.dim)) for v in range(256)] * 3)
        quarter = tubes.resize((max(2, plate.size[0] // 4), max(2, plate.size[1] // 4)), Image.Resampling.BOX)
        for radius in (0.006, 0.02):
            halo = quarter.filter(ImageFilter.GaussianBlur(radius * plate.unit / 2)).point(
                [min(255, round(v * 1.7)) for v in range(256)] * 3
            )
            dark = ImageChops.screen(dark, halo.resize(plate.size, Image.Resampling.BICUBIC))
        return ImageChops.screen(dark, tubes)
