"""Above and below: outer space, the sea floor, the country over the clouds."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import BLACK, WHITE, Colour, from_hsv, hue_of, lighter, mix, rgb, turned
from flux_batch.addons.server.render.figure.creatures import CREATURES
from flux_batch.addons.server.render.figure.notation import figure
from flux_batch.addons.server.render.figure.posed import Pose, stand
from flux_batch.addons.server.render.noise import fractal, vertical
from flux_batch.addons.server.render.outline import Outline, box, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.land import down_to, peaks, profile, relief
from flux_batch.addons.server.render.scene.sky import sky, stars
from flux_batch.addons.server.render.scene.stage import Stage

PLANETS = ("d9a066", "c9714c", "7fa6c9", "b48ac9", "e3c9a0", "6fb3a8", "d98a9a")
MIDDLE_BANK = 2
"""The bank of clouds in which subjects stand."""


def space(stage: Stage) -> None:
    """Nebula, stars and planets; what needs ground gets the surface of a moon."""
    rng, p = stage.stream("space"), stage.palette
    size = (stage.width, stage.height)
    stage.canvas.image.paste(vertical(size, [(0, p.zenith), (0.5, mix(p.upper, p.lower, 0.4)), (1, p.zenith)]))
    hue = hue_of(stage.theme.tints[0]) if stage.theme.tints else rng.uniform(180, 340)
    for turn, strength in ((0, 0.6), (50, 0.5), (-40, 0.4)):
        nebula(stage, rng, from_hsv(hue + turn + rng.uniform(-12, 12), 0.72, 1.0), strength)
    stars(stage, stage.height)
    planet(
        stage,
        rng,
        (stage.width - stage.focus, stage.height * rng.uniform(0.24, 0.42)),
        stage.unit * rng.uniform(0.13, 0.21),
        hue + rng.uniform(120, 220),
    )
    if likely(rng, 0.7):
        planet(
            stage,
            rng,
            (stage.focus + rng.uniform(-0.1, 0.1) * stage.width, stage.height * rng.uniform(0.1, 0.2)),
            stage.unit * rng.uniform(0.025, 0.05),
            hue + 60,
        )
    foot = moonscape(stage)
    cast(stage, Spots((stage.focus, foot), air=(stage.focus, stage.height * 0.78), scale=0.95))


def nebula(stage: Stage, rng: random.Random, colour: Colour, strength: float) -> None:
    """A cloud of glowing gas."""
    half = (max(2, stage.width // 2), max(2, stage.height // 2))
    cloud = fractal(half, rng, (2.4, 2.4 * stage.height / stage.width), 5)
    veil = fractal(half, rng, (1.5, 1.5), 2)
    gas = ImageChops.multiply(cloud, veil).point(
        [round(255 * strength * max(0.0, v / 255 - 0.16) ** 1.3) for v in range(256)]
    )
    light = ImageOps.colorize(gas, BLACK, colour).resize(stage.canvas.image.size, Image.Resampling.BICUBIC)
    stage.canvas.image.paste(ImageChops.screen(stage.canvas.image, light))


def planet(stage: Stage, rng: random.Random, at: tuple[float, float], radius: float, hue: float) -> None:
    """A banded ball, lit from one side, sometimes with a ring."""
    side = max(8, round(radius * 2))
    base = turned(rgb(rng.choice(PLANETS)), (hue % 30) - 15)
    bands = fractal((side, side), rng, (1.2, 7), 4)
    skin = ImageOps.colorize(bands, lighter(base, -0.45), lighter(base, 0.35), mid=base)
    light = (
        Image.radial_gradient("L")
        .resize((side * 2, side * 2))
        .crop((side * 3 // 5, side * 3 // 5, side * 8 // 5, side * 8 // 5))
    )
    shade = light.point([max(10, round(255 - max(0, v - 20) * 1.75)) for v in range(256)])
    ball = ImageChops.multiply(skin, shade.convert("RGB"))
    ringed = radius > stage.unit * 0.08 and likely(rng, 0.6)
    tilt = rng.uniform(-26, 26)
    stage.canvas.step_nearer()
    if ringed:
        ring(stage, at, radius, tilt, base, back=True)
    stage.canvas.glow(*at, radius * 1.5, base, 0.3)
    drawn = stage.canvas.mask([oval(*at, radius, radius, points=80)])
    if drawn:
        mask, frame = drawn
        whole = Image.new("RGB", (side + 8, side + 8))
        whole.paste(ball, (2, 2))
        left, top = round(at[0] - radius), round(at[1] - radius)
        seen = whole.crop((frame[0] - left + 2, frame[1] - top + 2, frame[2] - left + 2, frame[3] - top + 2))
        stage.canvas.lay(mask, frame, seen)
    if ringed:
        ring(stage, at, radius, tilt, base, back=False)


def ring(stage: Stage, at: tuple[float, float], radius: float, tilt: float, base: Colour, *, back: bool) -> None:
    """Half of a planet's ring: the half behind it or the half before it."""
    for scale, opacity in ((2.0, 0.55), (1.72, 0.75), (1.5, 0.45)):
        outer = oval(*at, radius * scale, radius * scale * 0.26, tilt, 80)
        inner = oval(*at, radius * (scale - 0.14), radius * (scale - 0.14) * 0.26, tilt, 80)
        half = slice(40, 81) if back else slice(0, 41)
        stage.canvas.fill([[*outer[half], *inner[half][::-1]]], lighter(base, 0.4), opacity)


def moonscape(stage: Stage) -> float:
    """The grey ground of a moon with craters, where something has to stand; return the foot's y."""
    if not any(s.name not in {"rocket", "dragon", "butterfly", "balloon", "planet"} for s in stage.theme.subjects):
        return stage.height * 0.9
    rng, p = stage.stream("moonscape"), stage.palette
    top = stage.height * 0.76
    line = profile(stage, "moon", top, stage.height * 0.06, 0.3)
    dust = rgb("a9a6b4")
    ground = relief(
        (stage.width + 4, round(stage.height * 0.32)),
        rng,
        (p.under(lighter(dust, -0.35), 0, 0.5), p.under(lighter(dust, 0.2), 0, 0.9)),
        (5, 4),
    )
    stage.canvas.step_nearer()
    stage.canvas.fill([down_to(stage, line)], ground)
    for _ in range(7):
        near = rng.random()
        x, y = rng.random() * stage.width, top + stage.height * (0.04 + 0.2 * near)
        r = stage.unit * (0.015 + 0.06 * near)
        stage.canvas.fill([oval(x, y, r, r * 0.3)], p.under(lighter(dust, -0.55), 0, 0.5), 0.7)
        stage.canvas.fill([oval(x, y + r * 0.07, r * 0.9, r * 0.22)], p.under(lighter(dust, -0.2), 0, 0.7), 0.7)
    return stage.height * 0.9


def underwater(stage: Stage) -> None:
    """Light from above, rocks and weed below, fish between."""
    rng, p = stage.stream("underwater"), stage.palette
    size = (stage.width, stage.height)
    stage.canvas.image.paste(
        vertical(size, [(0, mix(p.zenith, WHITE, 0.3)), (0.25, p.zenith), (0.6, p.lower), (1, p.horizon)])
    )
    _shafts(stage, rng)
    for i, far in enumerate((0.7, 0.45, 0.15)):
        line = profile(stage, f"reef {i}", stage.height * (0.8 + 0.07 * i), stage.height * (0.24 - 0.05 * i), 0.6)
        tone = mix(rgb("2f6f7a"), p.horizon, 0.3)
        stage.canvas.step_nearer()
        stage.canvas.fill(
            [down_to(stage, line)], Fade(mix(tone, p.lower, far), mix(lighter(tone, -0.5), p.horizon, far))
        )
        _weed(stage, rng, stage.height * (0.86 + 0.07 * i), far)
    school(stage, rng)
    cast(
        stage,
        Spots(
            (stage.focus, stage.height * 0.9),
            water=(stage.focus, stage.height * 0.62),
            air=(stage.focus, stage.height * 0.7),
        ),
    )
    bubbles: list[Outline] = []
    for _ in range(34):
        r = stage.unit * rng.uniform(0.002, 0.009)
        bubbles.append(oval(rng.gauss(0.5, 0.28) * stage.width, rng.random() * stage.height, r, r, points=14))
    stage.canvas.fill(bubbles, mix(p.orb, p.zenith, 0.3), 0.45)


def _shafts(stage: Stage, rng: random.Random) -> None:
    light = Image.new("L", stage.canvas.image.size)
    layer = Image.new("L", stage.canvas.image.size)
    x = stage.width * rng.uniform(0.3, 0.7)
    for _ in range(7):
        angle, wide = rng.uniform(-0.5, 0.5), rng.uniform(0.02, 0.07) * stage.width
        layer.paste(0, (0, 0, *layer.size))
        foot = x + math.tan(angle) * stage.height
        ImageDraw.Draw(layer).polygon(
            [
                (x + angle * 120 - wide * 0.3, -4),
                (x + angle * 120 + wide * 0.3, -4),
                (foot + wide, stage.height * 0.9),
                (foot - wide, stage.height * 0.9),
            ],
            fill=70,
        )
        light = ImageChops.add(light, layer)
    soft = light.resize((max(2, stage.width // 4), max(2, stage.height // 4))).filter(
        ImageFilter.GaussianBlur(stage.unit / 110)
    )
    fade = ImageChops.invert(Image.linear_gradient("L")).resize(soft.size)
    beams = ImageChops.multiply(soft, fade).resize(stage.canvas.image.size, Image.Resampling.BICUBIC)
    stage.canvas.image.paste(stage.palette.orb, (0, 0), beams.point([round(v * 0.6) for v in range(256)]))


def _weed(stage: Stage, rng: random.Random, foot: float, far: float) -> None:
    p = stage.palette
    tones = [rgb(code) for code in ("3f9a6a", "d8607a", "e0a24a", "8a5ab8")]
    for tone in tones:
        blades: list[Outline] = []
        for _ in range(4):
            x, tall = rng.random() * stage.width, stage.height * rng.uniform(0.06, 0.2) * (1.3 - far)
            sway = tall * rng.uniform(-0.3, 0.3)
            w = tall * 0.09
            blades.append(
                limb(
                    [
                        (x, foot + tall * 0.2),
                        (x + sway, foot - tall * 0.3),
                        (x - sway * 0.5, foot - tall * 0.7),
                        (x + sway, foot - tall),
                    ],
                    [w, w, w * 0.7, w * 0.15],
                )
            )
        stage.canvas.fill(blades, mix(tone, p.lower, 0.25 + far * 0.7))


def school(stage: Stage, rng: random.Random) -> None:
    """Small fish far away, all one way."""
    p, drawing = stage.palette, figure(CREATURES["fish"])
    x, y, flip = stage.width * rng.uniform(0.3, 0.7), stage.height * rng.uniform(0.25, 0.45), likely(rng, 0.5)
    for _ in range(9):
        size = stage.unit * rng.uniform(0.03, 0.055)
        at = (x + rng.gauss(0, 0.16) * stage.width, y + rng.gauss(0, 0.07) * stage.height)
        stand(stage.canvas, p, drawing, Pose(*at, size, 0.55, 0.8, flip), (stage.width / 2, 0))


def clouds_country(stage: Stage) -> None:
    """A sea of clouds with peaks above it, seen from high up."""
    sky(stage)
    rng, p = stage.stream("above"), stage.palette
    if likely(rng, 0.7) or "mountain" in stage.theme.near:
        stage.canvas.step_nearer()
        peaks(stage, stage.horizon + stage.height * 0.14, stage.height * rng.uniform(0.3, 0.38), 3, 0.4)
    lit, dim = mix(mix(p.light, p.horizon, 0.3), WHITE, 0.45 * p.bright), mix(p.lower, p.shade, 0.3)
    for i in range(5):
        near = i / 4
        y = stage.horizon + stage.height * (0.02 + 0.34 * near)
        puffs: list[Outline] = []
        x = -stage.unit * 0.1
        while x < stage.width * 1.1:
            r = stage.unit * (0.03 + 0.11 * near) * rng.uniform(0.5, 1.35)
            puffs.append(oval(x, y + rng.uniform(-0.2, 0.5) * r, r * 1.5, r, points=26))
            x += r * rng.uniform(0.7, 1.5)
        floor: Outline = box(-2, y + stage.height * (0.12 + 0.2 * near), stage.width + 2, y)
        stage.canvas.step_nearer()
        stage.canvas.fill([*puffs, floor], Fade(mix(lit, p.haze, 0.4 * (1 - near)), mix(dim, p.haze, 0.5 * (1 - near))))
        if i == MIDDLE_BANK:
            cast(stage, Spots((stage.focus, y + stage.height * 0.06), air=(stage.focus, stage.height * 0.66)))
