"""Running water: a river through a plain, with a bridge where one is asked for, and a waterfall."""

from __future__ import annotations

import math
import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.colour import WHITE, lighter, mix, rgb
from flux_batch.addons.server.render.outline import Outline, Point, along, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.field import lone_tree
from flux_batch.addons.server.render.scene.forest import row_of_leaves, row_of_pines
from flux_batch.addons.server.render.scene.land import down_to, far_hills, ground_colour, profile
from flux_batch.addons.server.render.scene.rock import crag
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.water import lens, water
from flux_batch.addons.server.render.scene.weather import mist

STONE = rgb("b3a894")
ARCHES = 3


def river(stage: Stage) -> None:
    """A river that winds from the hills to the lower edge, or falls over a cliff."""
    if stage.has("waterfall"):
        waterfall(stage)
        return
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.3, 3, far=(0.8, 0.4))
    rng, p, local = stage.stream("river"), stage.palette, ground_colour(stage)
    top = stage.horizon - stage.height * 0.01
    plain = profile(stage, "plain", top + stage.height * 0.01, stage.height * 0.025, 0.2)
    row_of_pines(stage, "river trees", top + stage.height * 0.015, stage.height * 0.09, 0.4, stage.height * 0.03)
    stage.canvas.step_nearer()
    stage.canvas.fill([down_to(stage, plain)], Fade(p.under(local, 0.35, 0.85), p.under(lighter(local, -0.2), 0, 0.5)))
    spine, widths = _course(stage, rng, top)
    stage.canvas.fill([_bed(spine, widths, 1.12)], p.under(rgb("9a8a68"), 0.1, 0.5), 0.9)
    stage.canvas.fill([_bed(spine, widths)], Fade(mix(p.horizon, p.water, 0.25), mix(p.lower, p.water, 0.75)))
    _shimmer(stage, rng, spine, widths)
    for i, near in enumerate((0.2, 0.45, 0.75)):
        grove(stage, f"grove {i}", top + (stage.height - top) * near, near, spine)
    if stage.theme.shows("bridge"):
        bridge(stage, top + (stage.height - top) * 0.5)
    cast(stage, Spots((stage.focus, stage.height * 0.88), water=(spine[-4][0], stage.height * 0.86)))


def _course(stage: Stage, rng: random.Random, top: float) -> tuple[list[Point], list[float]]:
    """The middle line of the river from the horizon down, and its widths."""
    swing, bends = rng.choice((-1, 1)) * rng.uniform(0.1, 0.16), rng.uniform(1.3, 1.8)
    depth = stage.height - top
    spine, widths = [], []
    for i in range(19):
        u = i / 17
        aside = swing * math.sin(bends * math.tau * u**0.8) * (0.15 + 0.85 * u)
        spine.append((stage.width * (0.5 + aside), top + depth * (0.01 + u**1.5)))
        widths.append(stage.unit * (0.006 + 0.4 * u**2.1))
    return spine, widths


def _bed(spine: list[Point], widths: list[float], share: float = 1.0) -> Outline:
    """Both banks of the river, measured level, so that the outline never crosses itself; widths times *share*."""
    left = [(x - wide * share / 2, y) for (x, y), wide in zip(spine, widths, strict=True)]
    right = [(x + wide * share / 2, y) for (x, y), wide in zip(spine, widths, strict=True)]
    return [*along(left, 3), *along(right, 3)[::-1]]


def _shimmer(stage: Stage, rng: random.Random, spine: list[Point], widths: list[float]) -> None:
    streaks: list[Outline] = []
    for (x, y), wide in zip(spine, widths, strict=True):
        for _ in range(8):
            dx, dy = rng.uniform(-0.38, 0.38) * wide, rng.uniform(-0.1, 0.1) * wide
            streaks.append(oval(x + dx, y + dy, wide * 0.06 + 1, wide * 0.005 + 0.5, points=10))
    stage.canvas.fill(streaks, mix(stage.palette.horizon, stage.palette.light, 0.5), 0.5)


def grove(stage: Stage, name: str, base: float, near: float, spine: list[Point]) -> None:
    """A few trees on the banks, clear of the river and of the subject."""
    rng = stage.stream(name)
    course = min(spine, key=lambda point: abs(point[1] - base))[0]
    tall = stage.height * (0.08 + 0.26 * near)
    for _ in range(3):
        side = rng.choice((-1, 1))
        x = course + side * stage.width * rng.uniform(0.16 + 0.22 * near, 0.5)
        if abs(x - stage.focus) > stage.width * 0.14 or not stage.theme.subjects:
            lone_tree(stage, rng, x, base, tall * rng.uniform(0.8, 1.2), 0.35 * (1 - near))


def bridge(stage: Stage, foot: float) -> None:
    """A stone bridge from edge to edge with its piers at *foot* (y, pixels)."""
    p, subject = stage.palette, next(s for s in stage.theme.subjects if s.name == "bridge")
    stone = mix(STONE, subject.colour or STONE, 0.6)
    rise, span = stage.height * 0.16, stage.width / ARCHES
    deck = [(stage.width * t, foot - rise * (1 + 0.28 * math.sin(math.pi * t))) for t in (i / 24 for i in range(25))]
    under: list[Point] = []
    for arch in range(ARCHES):
        for i in range(17):
            t = i / 16
            x = span * (arch + 0.06 + 0.88 * t)
            crown = rise * (0.9 + 0.28 * math.sin(math.pi * x / stage.width) - 0.2)
            under.append((x, foot - crown * math.sin(math.pi * t) ** 0.6))
    wall: Outline = [*deck, (stage.width + 2, foot + 2), *reversed(under), (-2, foot + 2)]
    stage.canvas.step_nearer()
    tone = p.under(stone, 0.08, 0.8)
    stage.canvas.fill([wall], Fade(tone, p.under(lighter(stone, -0.3), 0.04, 0.4)))
    inner: Outline = [(x, y + stage.height * 0.012) for x, y in under]
    stage.canvas.fill([[*under, *inner[::-1]]], p.under(lighter(stone, -0.55), 0.04, 0.3))
    rail = stage.height * 0.028
    stage.canvas.fill([[*deck, *[(x, y - rail) for x, y in reversed(deck)]]], p.under(lighter(stone, 0.15), 0.06, 0.95))
    drawn = stage.canvas.mask([wall])
    if drawn is not None:
        stage.canvas.subject.paste(255, drawn[1], drawn[0])


def waterfall(stage: Stage) -> None:
    """A cliff between trees, white water over it, a pool in front."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.34, 2)
    rng, p = stage.stream("waterfall"), stage.palette
    top, pool = stage.height * rng.uniform(0.3, 0.38), stage.height * 0.76
    row_of_leaves(stage, "above the fall", top + stage.height * 0.03, stage.height * 0.24, 0.4, stage.height * 0.09)
    edge = profile(stage, "cliff", top + stage.height * 0.05, stage.height * 0.06, 0.4, 33)
    crag(stage, rng, edge, pool)
    x = stage.width - stage.focus + rng.uniform(-0.08, 0.08) * stage.width
    for lean, wide, bright in ((0.0, 0.2, 0.2), (0.01, 0.15, 0.5), (-0.012, 0.07, 0.85)):
        half = stage.unit * wide / 2
        drop = [(x - half * 0.7, top), (x + half * 0.7, top), (x + half + lean * stage.unit, pool), (x - half, pool)]
        stage.canvas.fill([drop], Fade(mix(p.horizon, WHITE, bright), mix(p.light, WHITE, bright)), 0.8)
    threads: list[Outline] = []
    for _ in range(60):
        tx, ty = x + rng.gauss(0, 0.04) * stage.unit, rng.uniform(top, pool)
        threads.append(limb([(tx, ty), (tx, ty + stage.unit * rng.uniform(0.03, 0.12))], [1.0, stage.unit * 0.005]))
    stage.canvas.fill(threads, WHITE, 0.5)
    water(stage, pool, 0.5)
    stage.canvas.glow(x, pool, stage.unit * 0.26, mix(p.light, WHITE, 0.5), 0.8, sharp=1.4)
    mist(stage, "spray", pool, stage.height * 0.16, 0.55)
    rings: list[Outline] = []
    for _ in range(26):
        y = pool + abs(rng.gauss(0, 0.05)) * stage.height
        rings.append(
            lens(x + rng.gauss(0, 0.14) * stage.unit, y, stage.unit * rng.uniform(0.02, 0.09), stage.unit * 0.003)
        )
    stage.canvas.fill(rings, WHITE, 0.5)
    for side in (0.0, 1.0):
        for i in range(2):
            at = stage.width * (side + (0.5 - side) * 0.12 * i)
            lone_tree(stage, rng, at, stage.height * 1.02, stage.height * rng.uniform(0.4, 0.62), 0.05)
    cast(stage, Spots((stage.focus, stage.height * 0.93), water=(stage.focus, stage.height * 0.88), scale=0.85))
