"""Weather in front of a scene: veils of mist, falling snow, rain, leaves and petals, lightning."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops, ImageFilter

from flux_batch.addons.server.render.canvas import Canvas
from flux_batch.addons.server.render.colour import WHITE, Colour, mix, rgb
from flux_batch.addons.server.render.noise import fractal
from flux_batch.addons.server.render.outline import Outline, Point, limb, oval
from flux_batch.addons.server.render.scene.stage import Stage

LEAF_TONES = (rgb("d9822b"), rgb("b8452a"), rgb("e3b23c"))
PETAL_TONES = (rgb("f7c6d3"), rgb("fbe3e8"), rgb("f2a6bd"))


def mist(stage: Stage, name: str, y: float, thick: float, strength: float) -> None:
    """A bank of mist about *y*, *thick* pixels high, of *strength* 0 to 1; in fog every bank is denser."""
    if stage.has("fog"):
        strength = min(0.92, strength * 1.5 + 0.18)
    top, height = round(y - thick / 2), max(2, round(thick))
    ramp = Image.linear_gradient("L").resize((stage.width, height))
    band = ramp.point([round(255 * strength * math.sin(math.pi * v / 255) ** 1.3) for v in range(256)])
    drift = fractal((stage.width, height), stage.stream(name), (3, 2), 3).point(
        [110 + v * 145 // 255 for v in range(256)]
    )
    stage.canvas.lay(ImageChops.multiply(band, drift), (0, top, stage.width, top + height), stage.palette.haze, 0.999)


def weather(stage: Stage) -> None:
    """Everything that falls or flashes between the eye and the scene."""
    if stage.has("fog"):
        mist(stage, "fog low", stage.horizon + stage.height * 0.06, stage.height * 0.5, 0.35)
    if stage.theme.place in {"room", "studio", "space", "underwater"}:
        return
    if stage.has("storm") or (stage.theme.time == "storm"):
        _lightning(stage)
    if stage.has("snow"):
        _snowfall(stage)
    if stage.has("rain") or (stage.has("storm") and not stage.has("snow")):
        _rain(stage)
    if stage.has("autumn"):
        _falling(stage, LEAF_TONES, 26)
    if stage.has("spring"):
        _falling(stage, PETAL_TONES, 40)


def _snowfall(stage: Stage) -> None:
    rng = stage.stream("snowfall")
    for count, size, blur, opacity in ((130, 0.0028, 0.0, 0.75), (50, 0.0055, 0.0012, 0.7), (12, 0.014, 0.006, 0.45)):
        flakes: list[Outline] = []
        for _ in range(count):
            r = stage.unit * size * rng.uniform(0.6, 1.4) + 0.3
            flakes.append(oval(rng.random() * stage.width, rng.random() * stage.height, r, r, points=10))
        _soft(stage, flakes, mix(WHITE, stage.palette.light, 0.25), blur, opacity)


def _soft(stage: Stage, shapes: list[Outline], colour: Colour, blur: float, opacity: float) -> None:
    drawn = stage.canvas.mask(shapes)
    if drawn is None:
        return
    mask, frame = drawn
    if blur:
        mask = mask.filter(ImageFilter.GaussianBlur(blur * stage.unit))
    stage.canvas.image.paste(colour, frame, mask.point([round(v * opacity) for v in range(256)]))


def _rain(stage: Stage) -> None:
    rng = stage.stream("rain")
    slant = rng.uniform(-0.18, 0.18)
    streaks: list[Outline] = []
    for _ in range(190):
        x, y = rng.uniform(-0.1, 1.1) * stage.width, rng.uniform(-0.1, 1.0) * stage.height
        long, thick = stage.unit * rng.uniform(0.03, 0.085), stage.unit * 0.0016 + 0.25
        streaks.append([(x, y), (x + thick, y), (x + thick + long * slant, y + long), (x + long * slant, y + long)])
    _soft(stage, streaks, mix(WHITE, stage.palette.horizon, 0.4), 0.0, 0.34)


def _falling(stage: Stage, tones: tuple[Colour, ...], count: int) -> None:
    rng = stage.stream("falling")
    for tone in tones:
        bits: list[Outline] = []
        for _ in range(count // len(tones)):
            r = stage.unit * rng.uniform(0.004, 0.011)
            x, y = rng.random() * stage.width, rng.random() * stage.height
            bits.append(oval(x, y, r, r * rng.uniform(0.4, 0.7), rng.uniform(0, 180), 10))
        _soft(stage, bits, stage.palette.under(tone, 0.0, 0.9), 0.0, 0.9)


def _lightning(stage: Stage) -> None:
    rng = stage.stream("lightning")
    x = stage.width - stage.focus + rng.uniform(-0.1, 0.1) * stage.width
    bolt = _bolt(rng, (x, 0.0), (x + rng.uniform(-0.12, 0.12) * stage.width, stage.horizon))
    width = stage.unit * 0.007
    stage.canvas.glow(x, stage.horizon * 0.4, stage.unit * 0.7, mix(stage.palette.light, WHITE, 0.3), 0.4, sharp=1.4)
    strokes: list[Outline] = [limb(bolt, [width] * (len(bolt) - 1) + [0.6], 1)]
    for _ in range(2):
        start = rng.choice(bolt[2:-2])
        end = (start[0] + rng.uniform(-0.2, 0.2) * stage.width, start[1] + stage.horizon * rng.uniform(0.15, 0.3))
        fork = _bolt(rng, start, end)
        strokes.append(limb(fork, [width * 0.5] * (len(fork) - 1) + [0.4], 1))
    _soft(stage, strokes, mix(stage.palette.light, (170, 190, 255), 0.5), 0.012, 0.9)
    _soft(stage, strokes, WHITE, 0.0, 0.95)


def _bolt(rng: random.Random, start: Point, end: Point) -> list[Point]:
    steps = 9
    reach = abs(end[1] - start[1]) * 0.07
    inner = [
        (
            start[0] + (end[0] - start[0]) * i / steps + rng.uniform(-reach, reach),
            start[1] + (end[1] - start[1]) * i / steps,
        )
        for i in range(1, steps)
    ]
    return [start, *inner, end]


def blurred(canvas: Canvas, shapes: list[Outline], colour: Colour, radius: float) -> None:
    """Fill *shapes* out of focus: something very near the eye; *radius* in pixels."""
    drawn = canvas.mask(shapes)
    if drawn is not None:
        mask, frame = drawn
        canvas.lay(mask.filter(ImageFilter.GaussianBlur(radius)), frame, colour)
