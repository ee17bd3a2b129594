"""Open country: mountains, lakes, rivers."""

from __future__ import annotations

import math

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import lighter
from flux_batch.addons.server.render.figure.trees import Trees, pine
from flux_batch.addons.server.render.outline import Outline, Point, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.field import meadow
from flux_batch.addons.server.render.scene.forest import plant_pines, row_of_pines, sunny
from flux_batch.addons.server.render.scene.land import (
    far_hills,
    ground_colour,
    height_at,
    peaks,
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
