"""Without a place: compositions of form and colour that the words choose."""

from __future__ import annotations

import math
import random

from PIL import ImageOps

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.colour import Colour, from_hsv, hue_of, lighter, mix, turned
from flux_batch.addons.server.render.noise import fractal, vertical
from flux_batch.addons.server.render.outline import Outline, box, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.stage import Stage


def harmony(stage: Stage, count: int) -> list[Colour]:
    """*count* colours that go together: around the prompt's colour words or its mood, one from across the circle."""
    rng = stage.stream("harmony")
    tints = stage.theme.tints
    hues = [hue_of(tint) for tint in tints[:2]] or [stage.theme.mood * 360 + rng.uniform(-15, 15)]
    colours = []
    for i in range(count - 1):
        hue = hues[i % len(hues)] + (14 if tints else 19) * (i - count / 2) / len(hues) + rng.uniform(-6, 6)
        colours.append(from_hsv(hue, rng.uniform(0.42, 0.78), rng.uniform(0.55, 0.98)))
    accent = hues[-1] if tints[1:] else hues[0] + 165 + rng.uniform(-20, 20)
    return [*colours, from_hsv(accent, 0.72, 0.96)]


def abstract(stage: Stage) -> None:
    """One of four compositions; the prompt chooses which, the seed how."""
    kinds = (ribbons, discs, contours, planes)
    kind = kinds[int(stage.theme.mood * 7919) % len(kinds)]
    kind(stage, stage.stream("form"), harmony(stage, 6))
    if stage.theme.subjects:
        cast(stage, Spots((stage.width / 2, stage.height * 0.84), scale=1.15))


def _ground(stage: Stage, colour: Colour) -> None:
    size = (stage.width, stage.height)
    stage.canvas.image.paste(vertical(size, [(0, lighter(colour, 0.35)), (1, lighter(colour, -0.15))]))


def ribbons(stage: Stage, rng: random.Random, colours: list[Colour]) -> None:
    """Bands that flow across like silk."""
    _ground(stage, mix(colours[0], colours[1], 0.5))
    phase, turns = rng.random() * math.tau, rng.uniform(0.7, 1.5)
    for i in range(11):
        y = stage.height * (0.05 + 0.09 * i)
        swing, thick = stage.height * rng.uniform(0.05, 0.14), stage.height * rng.uniform(0.05, 0.13)
        line = [
            (
                stage.width * t,
                y
                + swing * math.sin(phase + i * 0.45 + turns * math.tau * t)
                + swing * 0.4 * math.sin(2.7 * math.tau * t + i),
            )
            for t in (k / 48 for k in range(49))
        ]
        under = [(x, ly + thick * (0.6 + 0.5 * math.sin(phase + i + x / stage.width * 5))) for x, ly in line]
        colour = colours[i % len(colours)]
        stage.canvas.step_nearer()
        stage.canvas.fill([[*line, *under[::-1]]], Fade(lighter(colour, 0.28), lighter(colour, -0.3)), 0.92)
        stage.canvas.fill(
            [[*line, *[(x, ly + max(1.0, thick * 0.04)) for x, ly in line[::-1]]]], lighter(colour, 0.6), 0.7
        )


def discs(stage: Stage, rng: random.Random, colours: list[Colour]) -> None:
    """Overlapping discs and rings with weight on one third."""
    _ground(stage, lighter(colours[0], 0.55))
    for i in range(15):
        r = stage.unit * rng.choice((0.32, 0.2, 0.13, 0.08, 0.05)) * rng.uniform(0.7, 1.2)
        x, y = stage.focus + rng.gauss(0, 0.22) * stage.width, stage.height * 0.5 + rng.gauss(0, 0.22) * stage.height
        colour = rng.choice(colours)
        stage.canvas.step_nearer()
        stage.canvas.fill(
            [oval(x, y, r, r, points=90)],
            Fade(lighter(colour, 0.25), lighter(colour, -0.2)),
            rng.choice((0.9, 0.75, 0.6)),
        )
        if i % 3 == 0:
            outer, inner = oval(x, y, r * 1.25, r * 1.25, points=90), oval(x, y, r * 1.2, r * 1.2, points=90)
            stage.canvas.fill([[*outer, outer[0], inner[0], *inner[::-1]]], lighter(colour, -0.35), 0.9)


def contours(stage: Stage, rng: random.Random, colours: list[Colour]) -> None:
    """Layers of a landscape of noise, as on a map."""
    height = fractal(stage.canvas.image.size, rng, (2.2, 2.2 * stage.height / stage.width), 3)
    height = ImageOps.autocontrast(height)
    _ground(stage, lighter(colours[0], -0.45))
    steps = 9
    for i in range(steps):
        level = 255 * (i + 0.5) / (steps + 0.5)
        colour = mix(colours[i % 5], (255, 250, 240), 0.07 * i)
        stage.canvas.step_nearer()
        shade = height.point([min(255, max(0, round((v - level + 5) * 40))) for v in range(256)])
        top = height.point([min(255, max(0, round((v - level) * 40))) for v in range(256)])
        stage.canvas.lay(shade, (0, 0, *shade.size), lighter(colour, -0.4), 0.5)
        stage.canvas.lay(
            top, (0, 0, *top.size), vertical(top.size, [(0, lighter(colour, 0.12)), (1, lighter(colour, -0.12))])
        )


def planes(stage: Stage, rng: random.Random, colours: list[Colour]) -> None:
    """A sheet of tiles: quarter and half discs, wedges, rings and dots, as schools of design taught them."""
    cell = stage.unit / rng.choice((3, 4, 4, 5))
    paper = (243, 234, 216)
    _ground(stage, paper)
    calm = [mix(turned(colour, saturation=0.8), paper, 0.16) for colour in colours]
    tones = [*calm, mix(colours[0], (24, 24, 34), 0.75), paper]
    for row in range(math.ceil(stage.height / cell)):
        for column in range(math.ceil(stage.width / cell)):
            back, front, third = rng.sample(tones, 3)
            x, y = column * cell, row * cell
            stage.canvas.near = 9 + 9 * ((row + column) % 3)
            stage.canvas.fill([box(x, y + cell, x + cell + 1, y)], back)
            tile(stage, rng, (x, y, cell), (front, third))


def tile(stage: Stage, rng: random.Random, place: tuple[float, float, float], tones: tuple[Colour, Colour]) -> None:
    """One motif in the square *place* (left, top, side; pixels)."""
    x, y, side = place
    kind = rng.choice(("quarter", "quarter", "half", "wedge", "ring", "dot", "bars"))
    corner = rng.randrange(4)
    cx, cy = x + side * (corner % 2), y + side * (corner // 2)
    middle = (x + side / 2, y + side / 2)
    layers: list[tuple[Colour, list[Outline]]] = []
    if kind == "quarter":
        for share, tone in ((1.0, tones[0]), (0.5, tones[1])):
            arc = [(math.pi / 2 * (k / 24 + (0, 1, 3, 2)[corner])) for k in range(25)]
            fan = [(cx + math.cos(a) * side * share, cy + math.sin(a) * side * share) for a in arc]
            layers.append((tone, [[(cx, cy), *fan]]))
    elif kind == "half":
        arc = [math.pi * (k / 32) + math.pi / 2 * corner for k in range(33)]
        layers.append(
            (tones[0], [[(middle[0] + math.cos(a) * side / 2, middle[1] + math.sin(a) * side / 2) for a in arc]])
        )
    elif kind == "wedge":
        layers.append((tones[0], [[(cx, cy), (cx, 2 * middle[1] - cy), (2 * middle[0] - cx, cy)]]))
    elif kind == "bars":
        layers.append((tones[0], [box(x + side * k / 4, y + side, x + side * (k + 0.5) / 4, y) for k in range(4)]))
    else:
        radii = (0.42, 0.26) if kind == "ring" else (0.3, 0.12)
        layers += [(tone, [oval(*middle, side * r, side * r, points=48)]) for r, tone in zip(radii, tones, strict=True)]
    for tone, outlines in layers:
        stage.canvas.fill(outlines, tone)
