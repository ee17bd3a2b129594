"""Water: a mirror with ripples, deeper towards the eye, with the orb's path of light."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops

from flux_batch.addons.server.render.colour import WHITE, mix
from flux_batch.addons.server.render.noise import vertical
from flux_batch.addons.server.render.outline import Outline
from flux_batch.addons.server.render.scene.stage import Stage


def water(stage: Stage, top: float, calm: float = 0.5) -> None:
    """Cover everything below *top* (pixels) with water that mirrors what is painted above it.

    Args:
        stage: the picture; what should be mirrored is already on it.
        top: the far shore.
        calm: 0 a rough sea that mirrors little, 1 a pond.
    """
    shore = max(1, min(stage.height - 1, round(top)))
    size = (stage.width, stage.height - shore)
    p = stage.palette
    deep = vertical(size, [(0.0, mix(p.horizon, p.water, 0.35)), (0.35, mix(p.lower, p.water, 0.7)), (1.0, p.water)])
    mirror = _mirror(stage, shore, size)
    sheet = Image.blend(deep, _rippled(mirror, stage.stream("ripples"), calm), 0.3 + 0.42 * calm)
    stage.canvas.step_nearer()
    stage.canvas.lay(Image.new("L", size, 255), (0, shore, *stage.canvas.image.size), sheet)
    _waves(stage, shore, calm)
    _glitter(stage, shore)


def _mirror(stage: Stage, shore: int, size: tuple[int, int]) -> Image.Image:
    above = stage.canvas.image.crop((0, max(0, shore - round(size[1] * 1.15)), stage.width, shore))
    return above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize(size, Image.Resampling.BILINEAR)


def _rippled(mirror: Image.Image, rng: random.Random, calm: float) -> Image.Image:
    """Shift strips of rows sideways, wider towards the eye."""
    width, height = mirror.size
    out = Image.new("RGB", mirror.size)
    y = 0
    phase, turns = rng.random() * math.tau, rng.uniform(0.7, 1.2)
    while y < height:
        near = y / height
        strip = max(1, round(height * (0.004 + 0.012 * near)))
        sway = math.sin(phase + 26 * turns * near**0.6) + 0.6 * math.sin(phase * 2 + 61 * turns * near**0.5)
        shift = round(width * (0.002 + 0.016 * near) * (1.25 - calm) * sway + rng.gauss(0, 0.002) * width)
        rows = mirror.crop((0, y, width, min(height, y + strip)))
        out.paste(ImageChops.offset(rows, shift, 0), (0, y))
        y += strip
    return out


def lens(x: float, y: float, half: float, thick: float) -> Outline:
    """A flat ripple: pointed at both ends."""
    return [
        (x - half, y),
        (x - half * 0.3, y - thick),
        (x + half * 0.4, y - thick * 0.8),
        (x + half, y),
        (x, y + thick),
    ]


def _waves(stage: Stage, shore: int, calm: float) -> None:
    rng, p = stage.stream("waves"), stage.palette
    depth = stage.height - shore
    count = round((90 + 190 * (1 - calm)) * max(0.5, (stage.width / stage.height) ** 0.5))
    light: list[Outline] = []
    dark: list[Outline] = []
    for i in range(count):
        near = rng.random() ** 1.5
        half = stage.unit * (0.006 + 0.075 * near) * rng.uniform(0.5, 1.5)
        thick = stage.unit * (0.0005 + 0.0045 * near * (1.4 - calm))
        (light if i % 2 else dark).append(lens(rng.random() * stage.width, shore + near * depth, half, thick))
    stage.canvas.fill(dark, mix(p.water, p.shade, 0.3), 0.3)
    stage.canvas.fill(light, mix(p.horizon, p.light, 0.4), 0.26)


def _glitter(stage: Stage, shore: int) -> None:
    """The path of light under a low orb."""
    x, y = stage.orb
    if stage.theme.time in {"overcast", "storm", "space", "underwater"} or y > stage.horizon:
        return
    rng, p = stage.stream("glitter"), stage.palette
    depth = stage.height - shore
    sparks: list[Outline] = []
    for _ in range(150):
        near = rng.random() ** 1.2
        spread = stage.unit * (0.03 + 0.11 * near)
        half = stage.unit * (0.004 + 0.03 * near) * rng.uniform(0.4, 1.3)
        sparks.append(
            lens(x + rng.gauss(0, 0.5) * spread, shore + near * depth, half, stage.unit * (0.0007 + 0.003 * near))
        )
    strength = 0.8 - 0.3 * p.bright
    stage.canvas.fill(sparks, mix(p.orb, WHITE, 0.2), strength)
