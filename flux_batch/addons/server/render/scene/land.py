"""Land: far ranges, rolling ground, rock. Shapes from midpoint displacement, surfaces from shaded noise."""

from __future__ import annotations

import random
from itertools import pairwise

from PIL import Image, ImageFilter, ImageOps

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.noise import fractal, ridge
from flux_batch.addons.server.render.outline import Outline, Point, limb
from flux_batch.addons.server.render.scene.stage import Stage

GREEN, AUTUMN, SNOW, SAND = rgb("5f8f3e"), rgb("b9873a"), rgb("f3f7fc"), rgb("e2b777")
SPRING = rgb("86b350")
EMBOSS = ImageFilter.Kernel((3, 3), (-2, -1, 0, -1, 0, 1, 0, 1, 2), scale=1.2, offset=128)


def ground_colour(stage: Stage) -> Colour:
    """What the ground is covered with, by weather and season, in white light."""
    for weather, colour in (("snow", SNOW), ("autumn", AUTUMN), ("spring", SPRING)):
        if stage.has(weather):
            return colour
    return GREEN


def relief(
    size: tuple[int, int], rng: random.Random, colours: tuple[Colour, Colour], cells: tuple[float, float]
) -> Image.Image:
    """A rough surface lit from above left: noise, embossed, between a dark and a light colour."""
    noise = fractal((max(8, size[0] // 2), max(8, size[1] // 2)), rng, cells, 5)
    bumps = ImageOps.autocontrast(noise.filter(EMBOSS), cutoff=2)
    return ImageOps.colorize(bumps, *colours).resize(size, Image.Resampling.BICUBIC)


def surface(
    stage: Stage, name: str, colours: tuple[Colour, Colour], frame: tuple[float, float], cells: tuple[float, float]
) -> Image.Image:
    """A :func:`relief` over the whole width of the picture, from *frame* top to bottom (pixels)."""
    height = max(2, round(frame[1] - frame[0]))
    return relief((stage.width, height), stage.stream(name), colours, cells)


def profile(stage: Stage, name: str, base: float, height: float, roughness: float, count: int = 65) -> list[Point]:
    """A line of hills across the picture: *height* pixels of relief above *base* (y, pixels)."""
    heights = ridge(stage.stream(name), count, roughness)
    step = (stage.width + 4) / (count - 1)
    return [(i * step - 2, base - value * height) for i, value in enumerate(heights)]


def down_to(stage: Stage, line: list[Point], bottom: float | None = None) -> Outline:
    """Close the line of hills at *bottom* (pixels; the picture's lower edge if None)."""
    floor = stage.height + 2 if bottom is None else bottom
    return [*line, (stage.width + 2, floor), (-2, floor)]


def height_at(line: list[Point], x: float) -> float:
    """The y of *line* at *x*."""
    for (x0, y0), (x1, y1) in pairwise(line):
        if x0 <= x <= x1:
            return y0 + (y1 - y0) * (x - x0) / ((x1 - x0) or 1)
    return line[-1][1]


def far_hills(
    stage: Stage,
    base: float,
    height: float,
    ranges: int = 3,
    roughness: float = 0.45,
    far: tuple[float, float] = (0.85, 0.5),
) -> None:
    """Ranges behind each other, each nearer one darker and lower; *base* and *height* in pixels."""
    local = mix(ground_colour(stage), rgb("4a6270"), 0.5)
    for i in range(ranges):
        share = i / max(1, ranges - 1)
        away = far[0] + (far[1] - far[0]) * share
        stage.canvas.step_nearer()
        line = profile(stage, f"range {i}", base + height * 0.06 * share, height * (1 - 0.5 * share), roughness)
        colour = stage.palette.under(local, away, 0.4)
        misty = mix(colour, stage.palette.haze, 0.45)
        stage.canvas.fill([down_to(stage, line, base + 4)], Fade(colour, misty))


def peaks(stage: Stage, base: float, height: float, count: int, far: float) -> None:
    """A range of faceted peaks with snow, each with a lit and a shaded side."""
    rng = stage.stream(f"peaks {far:.2f}")
    spots = sorted(((i + rng.uniform(0.15, 0.85)) / count * 1.2 - 0.1, rng.uniform(0.55, 1.0)) for i in range(count))
    for place, tall in sorted(spots, key=lambda spot: -spot[1]):
        _peak(stage, rng, (place * stage.width, base), height * tall, far)


def _peak(stage: Stage, rng: random.Random, foot: Point, height: float, far: float) -> None:
    x, base = foot
    half = height * rng.uniform(0.75, 1.0)
    top = (x + rng.uniform(-0.1, 0.1) * half, base - height)
    left, right = _slope(rng, (x - half, base), top), _slope(rng, (x + half, base), top)
    spine = _slope(rng, (x + rng.uniform(-0.25, 0.25) * half, base), top, wander=0.16)
    p = stage.palette
    rock, snow = rgb("6d6f7c"), rgb("f4f7fb")
    sunny_left = stage.orb[0] < x
    for side, lit in ((left, sunny_left), (right, not sunny_left)):
        face: Outline = [*side, *spine[::-1]]
        tone = p.under(rock, far, 0.75 if lit else 0.1)
        stage.canvas.fill([face], Fade(tone, mix(tone, p.haze, 0.35)))
        cap = _cap(rng, side, spine, 0.42 if not stage.has("snow") else 0.75)
        stage.canvas.fill([cap], p.under(snow, far * 0.8, 1.0 if lit else 0.3))


def _slope(rng: random.Random, foot: Point, top: Point, wander: float = 0.06) -> list[Point]:
    """A jagged line from *foot* up to *top*."""
    steps = 9
    reach = abs(top[1] - foot[1]) * wander
    line = [foot]
    for i in range(1, steps):
        t = i / steps
        x, y = foot[0] + (top[0] - foot[0]) * t, foot[1] + (top[1] - foot[1]) * t
        line.append((x + rng.uniform(-reach, reach) * (1 - t * 0.5), y + rng.uniform(-reach, reach) * 0.5))
    return [*line, top]


def _cap(rng: random.Random, side: list[Point], spine: list[Point], share: float) -> Outline:
    """The snow on one face: its upper *share*, with a ragged lower edge."""
    start = len(side) - max(2, round(len(side) * share))
    edge_side, edge_spine = side[start], spine[start]
    ragged = []
    for i in range(1, 8):
        t = i / 8
        x, y = (edge_side[k] + (edge_spine[k] - edge_side[k]) * t for k in (0, 1))
        drop = abs(side[-1][1] - edge_side[1]) * (rng.uniform(0.05, 0.42) if i % 2 else rng.uniform(-0.25, 0.0))
        ragged.append((x, y + drop))
    return [*side[start:], *spine[start:][::-1], *ragged[::-1]]


def path(stage: Stage, foot: float) -> None:
    """A path from the lower edge to the subject's place at *foot* (y, pixels)."""
    rng, p = stage.stream("path"), stage.palette
    bend = rng.uniform(-0.2, 0.2) * stage.width
    end = stage.width * rng.uniform(0.35, 0.65)
    middle = ((stage.focus + end) / 2 + bend, (foot + stage.height) / 2)
    spine = [(stage.focus, foot), middle, (end, stage.height * 1.06)]
    widths = [stage.unit * 0.02, stage.unit * 0.07, stage.unit * 0.17]
    earth = rgb("e9eef5") if stage.has("snow") else rgb("d9c39a")
    stage.canvas.fill(
        [limb(spine, widths)], Fade(p.under(earth, 0.1, 0.85), p.under(lighter(earth, -0.2), 0, 0.6)), 0.9
    )
