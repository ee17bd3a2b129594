"""Without a place: compositions of form and colour that the words choose."""

from __future__ import annotations

import math
import random

from PIL import ImageOps

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import Chance
from flux_batch.addons.server.render.colour import Colour, from_hsv, hue_of, lighter, mix
from flux_batch.addons.server.render.noise import fractal, vertical
from flux_batch.addons.server.render.outline import Outline, box, oval, smooth
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.stage import Stage


def harmony(stage: Stage, count: int) -> list[Colour]:
    """*count* colours that go together: a hue from the words, its neighbours, one accent across the circle."""
    rng = stage.stream("harmony")
    hue = hue_of(stage.theme.tints[0]) if stage.theme.tints else hue_of(stage.palette.lower) + rng.uniform(-25, 25)
    colours = [
        from_hsv(hue + 22 * (i - count / 2) + rng.uniform(-6, 6), rng.uniform(0.35, 0.78), rng.uniform(0.5, 0.98))
        for i in range(count - 1)
    ]
    return [*colours, from_hsv(hue + 170 + rng.uniform(-20, 20), 0.7, 0.95)]


def abstract(stage: Stage) -> None:
    """One of four compositions; the prompt chooses which, the seed how."""
    kinds = (ribbons, discs, contours, planes)
    key = ",".join(sorted(s.name for s in stage.theme.subjects)) + stage.theme.time
    stage.stream("abstract")
    kind = Chance.of("abstract", key, str(stage.theme.tints)).stream("kind").choice(kinds)
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
    """Upright planes, arcs and a sun, as posters of the twenties had them."""
    _ground(stage, (238, 228, 208))
    for _ in range(9):
        x, y = rng.uniform(-0.05, 0.95) * stage.width, rng.uniform(-0.05, 0.9) * stage.height
        w, h = stage.unit * rng.uniform(0.06, 0.4), stage.unit * rng.uniform(0.06, 0.4)
        colour = rng.choice(colours)
        stage.canvas.step_nearer()
        kind = rng.choice(("box", "arc", "wedge", "pebble"))
        shape: Outline = box(x, y + h, x + w, y)
        if kind == "arc":
            shape = [
                (x, y),
                *[(x + w * math.cos(a), y + w * math.sin(a)) for a in (math.pi / 2 * k / 24 for k in range(25))],
            ]
        elif kind == "wedge":
            shape = [(x, y + h), (x + w / 2, y), (x + w, y + h)]
        elif kind == "pebble":
            shape = smooth([(x, y), (x + w, y + h * 0.2), (x + w * 0.8, y + h), (x - w * 0.1, y + h * 0.7)], 8)
        stage.canvas.fill([shape], Fade(lighter(colour, 0.1), lighter(colour, -0.1)), 0.92)
    r = stage.unit * rng.uniform(0.12, 0.2)
    stage.canvas.fill([oval(stage.focus, stage.height * 0.35, r, r, points=90)], colours[-1])
