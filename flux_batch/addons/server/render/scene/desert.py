"""The desert: dunes with a lit and a shaded side, a large sun."""

from __future__ import annotations

import math

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import lighter, mix, rgb
from flux_batch.addons.server.render.outline import Outline, Point
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.land import down_to, far_hills, profile
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.weather import mist

SAND, SHADE = rgb("e3ad68"), rgb("a4663f")


def desert(stage: Stage) -> None:
    """Mesas far away or bare hills, then dunes, each with a curved crest."""
    sky(stage)
    rng, p = stage.stream("desert"), stage.palette
    if likely(rng, 0.5):
        mesas(stage)
    else:
        far_hills(stage, stage.horizon, stage.height * 0.12, 2, far=(0.8, 0.6))
    mist(stage, "dust", stage.horizon, stage.height * 0.12, 0.5)
    depth = stage.height - stage.horizon
    plain = profile(stage, "plain", stage.horizon + depth * 0.05, depth * 0.04, 0.2)
    stage.canvas.step_nearer()
    stage.canvas.fill([down_to(stage, plain)], Fade(p.under(SAND, 0.45, 0.95), p.under(SAND, 0.0, 0.7)))
    for i, near in enumerate((0.12, 0.34, 0.66)):
        dune(stage, i, near)
    cast(stage, Spots((stage.focus, stage.height * 0.88)))


def mesas(stage: Stage) -> None:
    """Flat-topped rocks on the horizon."""
    rng, p = stage.stream("mesas"), stage.palette
    for far, count in ((0.72, 3), (0.5, 2)):
        stage.canvas.step_nearer()
        for _ in range(count):
            x, wide = rng.random() * stage.width, stage.width * rng.uniform(0.08, 0.2)
            tall = stage.height * rng.uniform(0.06, 0.16)
            base = stage.horizon + stage.height * 0.02
            line: Outline = [
                (x - wide * 0.8, base),
                (x - wide * 0.5, base - tall * 0.45),
                (x - wide * 0.42, base - tall),
                (x + wide * 0.4, base - tall * 1.03),
                (x + wide * 0.47, base - tall * 0.5),
                (x + wide * 0.85, base),
            ]
            tone = p.under(rgb("b5623f"), far, 0.7)
            stage.canvas.fill([line], Fade(tone, mix(tone, p.haze, 0.4)))
            stage.canvas.fill(
                [[line[2], line[3], line[4], (x + wide * 0.1, base - tall * 0.6), (x + wide * 0.16, base - tall)]],
                lighter(tone, -0.18),
                0.6,
            )


def dune(stage: Stage, number: int, near: float) -> None:
    """One dune: a long back, a crest that bends down to the eye, a shaded slip face behind it."""
    rng, p = stage.stream(f"dune {number}"), stage.palette
    depth = stage.height - stage.horizon
    base = stage.horizon + depth * (near + 0.3)
    peak_x = stage.width * rng.uniform(0.2, 0.8)
    peak = (peak_x, stage.horizon + depth * near * 0.9 - stage.height * 0.02)
    away = 0.36 * (1 - near)
    sunny_left = stage.orb[0] < peak_x
    spread = stage.width * rng.uniform(0.7, 1.0)
    back = [_slope(peak, (peak_x - spread, base), t / 20) for t in range(20, -1, -1)]
    front = [_slope(peak, (peak_x + spread, base), t / 20) for t in range(21)]
    ground = [(peak_x + spread, stage.height + 2), (peak_x - spread, stage.height + 2)]
    light, shade = p.under(SAND, away, 1.0), p.under(SHADE, away, 0.45)
    stage.canvas.step_nearer()
    stage.canvas.fill([[*back, *front, *ground]], Fade(lighter(light, 0.06), mix(light, shade, 0.35)))
    bend = stage.width * rng.uniform(0.06, 0.16) * (1 if sunny_left else -1)
    crest: list[Point] = []
    for k in range(21):
        t = k / 20
        crest.append(
            (
                peak_x + bend * math.sin(t * math.pi * 1.1) * 1.2 - bend * 0.5 * t,
                peak[1] + (base + depth * 0.12 - peak[1]) * t,
            )
        )
    dark_side = front if sunny_left else back[::-1]
    stage.canvas.fill([[*dark_side, *crest[::-1]]], Fade(shade, mix(shade, light, 0.55)), 0.9)


def _slope(top: Point, foot: Point, t: float) -> Point:
    """From *top* to *foot* along an S-curve."""
    ease = t * t * (3 - 2 * t)
    return top[0] + (foot[0] - top[0]) * t, top[1] + (foot[1] - top[1]) * ease
