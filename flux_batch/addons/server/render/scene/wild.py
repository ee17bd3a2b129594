"""Open country: mountains, lakes, rivers."""

from __future__ import annotations

import math
import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import lighter, mix, rgb
from flux_batch.addons.server.render.figure.trees import Trees, pine
from flux_batch.addons.server.render.outline import Outline, Point, along, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.field import lone_tree, meadow
from flux_batch.addons.server.render.scene.forest import plant_pines, row_of_pines, sunny
from flux_batch.addons.server.render.scene.land import (
    down_to,
    far_hills,
    ground_colour,
    height_at,
    peaks,
    profile,
)
from flux_batch.addons.server.render.scene.roles import ROLES
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.water import water
from flux_batch.addons.server.render.scene.weather import mist


def mountain(stage: Stage) -> None:
    """Peaks over wooded hills; a lake before them if the prompt says so, else a meadow."""
    sky(stage)
    rng = stage.stream("mountain")
    base = stage.horizon + stage.height * 0.04
    if likely(rng, 0.6):
        stage.canvas.step_nearer()
        peaks(stage, base, stage.height * rng.uniform(0.26, 0.34), rng.randint(5, 7), 0.62)
        mist(stage, "far peaks", base - stage.height * 0.04, stage.height * 0.24, 0.5)
    stage.canvas.step_nearer()
    peaks(stage, base, stage.height * rng.uniform(0.4, 0.48), rng.randint(2, 4), 0.3)
    mist(stage, "peaks", base, stage.height * 0.2, 0.6)
    row_of_pines(stage, "tree line", base + stage.height * 0.05, stage.height * 0.11, 0.34, stage.height * 0.028)
    if stage.theme.near & {"lake", "river", "sea"}:
        shore = base + stage.height * 0.05
        water(stage, shore, 0.9)
        mist(stage, "lake", shore, stage.height * 0.07, 0.35)
        by_the_water(stage, stage.height * 0.84)
        return
    foot = meadow(stage, base + stage.height * 0.06)
    cast(stage, Spots((stage.focus, foot), air=(stage.focus, stage.horizon * 0.8)))
    frame_of_pines(stage)


def lake(stage: Stage) -> None:
    """Still water between wooded hills; what does not float stands on the near bank."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.24, 3, far=(0.8, 0.42))
    row_of_pines(stage, "shore trees", stage.horizon + 2, stage.height * 0.12, 0.36, stage.height * 0.032)
    water(stage, stage.horizon, 0.95)
    mist(stage, "lake", stage.horizon, stage.height * 0.09, 0.4)
    by_the_water(stage, stage.height * 0.8)


def by_the_water(stage: Stage, afloat: float) -> None:
    """The near bank with its reeds and the subjects, those that swim at *afloat* (y, pixels)."""
    swims = (stage.focus, afloat)
    if all(ROLES[s.name].home in {"water", "air"} for s in stage.theme.subjects if s.name in ROLES):
        cast(stage, Spots((stage.focus, stage.height * 0.9), water=swims))
        reeds(stage, bank(stage, 0.12))
        return
    edge = bank(stage, 0.21)
    cast(stage, Spots((stage.focus, height_at(edge, stage.focus) + stage.height * 0.035), water=swims))
    reeds(stage, edge)


def bank(stage: Stage, rise: float) -> list[Point]:
    """The near bank in one lower corner, *rise* of the height; return its edge from left to right."""
    rng, p, local = stage.stream("bank"), stage.palette, ground_colour(stage)
    left = stage.focus < stage.width / 2
    edge: list[Point] = []
    for i in range(25):
        t = i / 24
        high = (rise * math.cos(t * math.pi / 2) ** 1.2 + 0.005) * stage.height
        x = t * stage.width * (0.75 + rise)
        edge.append((x if left else stage.width - x, stage.height - high + rng.uniform(-0.004, 0.004) * stage.height))
    corner = (-2 if left else stage.width + 2, stage.height + 2)
    stage.canvas.step_nearer()
    stage.canvas.fill(
        [[corner, *edge, (edge[-1][0], stage.height + 2)]],
        Fade(p.under(local, 0, 0.8), p.under(lighter(local, -0.4), 0, 0.3)),
    )
    return edge if left else edge[::-1]


def reeds(stage: Stage, edge: list[Point]) -> None:
    """Reeds and cattails along the *edge* of a bank, fewer before the subject."""
    rng, p, local = stage.stream("reeds"), stage.palette, ground_colour(stage)
    blades: list[Outline] = []
    for _ in range(60):
        x, y = rng.choice(edge)
        if stage.theme.subjects and abs(x - stage.focus) < stage.unit * 0.16:
            continue
        tall, lean = stage.unit * rng.uniform(0.05, 0.16), rng.uniform(-0.25, 0.25)
        w = stage.unit * 0.003
        blades.append([(x - w, y + tall * 0.2), (x + lean * tall, y - tall), (x + w, y + tall * 0.2)])
        if likely(rng, 0.2):
            blades.append(oval(x + lean * tall * 0.85, y - tall * 0.86, w * 1.3, tall * 0.09, points=12))
    stage.canvas.fill(blades, p.under(lighter(local, -0.5), 0, 0.3))


def river(stage: Stage) -> None:
    """A river winding from the hills to the lower edge."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.3, 3, far=(0.8, 0.4))
    rng, p, local = stage.stream("river"), stage.palette, ground_colour(stage)
    top = stage.horizon - stage.height * 0.01
    plain = profile(stage, "plain", top + stage.height * 0.01, stage.height * 0.025, 0.2)
    row_of_pines(stage, "river trees", top + stage.height * 0.015, stage.height * 0.09, 0.4, stage.height * 0.03)
    stage.canvas.step_nearer()
    stage.canvas.fill([down_to(stage, plain)], Fade(p.under(local, 0.35, 0.85), p.under(lighter(local, -0.2), 0, 0.5)))
    spine, widths = _course(stage, rng, top)
    stage.canvas.fill([limb(spine, [w * 1.12 for w in widths])], p.under(rgb("9a8a68"), 0.1, 0.5), 0.9)
    stage.canvas.fill([limb(spine, widths)], Fade(mix(p.horizon, p.water, 0.25), mix(p.lower, p.water, 0.75)))
    _shimmer(stage, rng, spine, widths)
    for i, near in enumerate((0.2, 0.45, 0.75)):
        grove(stage, f"grove {i}", top + (stage.height - top) * near, near, spine)
    cast(stage, Spots((stage.focus, stage.height * 0.88), water=(spine[-3][0], stage.height * 0.84)))


def _course(stage: Stage, rng: random.Random, top: float) -> tuple[list[Point], list[float]]:
    """The middle line of the river from the horizon down, and its widths."""
    swing = rng.choice((-1, 1))
    depth = stage.height - top
    spine, widths = [], []
    for near, aside in ((0.02, 0.0), (0.1, 0.05), (0.24, -0.05), (0.48, 0.1), (0.8, -0.04), (1.2, -0.08)):
        spine.append((stage.width * (0.5 + swing * aside), top + depth * near))
        widths.append(stage.unit * (0.008 + 0.42 * near**1.35))
    return spine, widths


def _shimmer(stage: Stage, rng: random.Random, spine: list[Point], widths: list[float]) -> None:
    streaks: list[Outline] = []
    centre = along(spine, 8)
    for i in range(len(centre) - 1):
        x, y = centre[i]
        wide = widths[min(len(widths) - 1, i // 8)]
        for _ in range(3):
            dx = rng.uniform(-0.36, 0.36) * wide
            streaks.append(oval(x + dx, y, wide * 0.07 + 1, wide * 0.006 + 0.5, points=10))
    stage.canvas.fill(streaks, mix(stage.palette.horizon, stage.palette.light, 0.5), 0.55)


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


def frame_of_pines(stage: Stage) -> None:
    """Two or three dark conifers at one edge, very near."""
    rng = stage.stream("frame")
    side = 1 if stage.focus < stage.width / 2 else 0
    trees = Trees()
    for i in range(rng.randint(2, 3)):
        x = stage.width * abs(side - 0.02 - 0.075 * i)
        tall = stage.height * rng.uniform(0.42, 0.66) * (1 - 0.2 * i)
        trees.take(pine(rng, x, stage.height * 1.03, tall, sunny(stage, x)))
    stage.canvas.step_nearer()
    plant_pines(stage, trees, 0.0)
