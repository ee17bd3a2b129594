"""Place -> the painting of it."""

from __future__ import annotations

from collections.abc import Callable

from flux_batch.addons.server.render.figure.animals import ANIMALS
from flux_batch.addons.server.render.figure.buildings import BUILDINGS
from flux_batch.addons.server.render.figure.notation import figure
from flux_batch.addons.server.render.figure.posed import Pose, shadow, stand
from flux_batch.addons.server.render.scene.forest import clearing, row_of_leaves, row_of_pines, trunks
from flux_batch.addons.server.render.scene.land import far_hills, headland, height_at, peaks
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.water import water

FIGURES = {**ANIMALS, **BUILDINGS}


def sea(stage: Stage) -> None:
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.07, 2, far=(0.75, 0.55))
    water(stage, stage.horizon, 0.45)
    line = headland(stage, stage.height * 1.02, stage.height * 0.74, 0.72)
    foot = height_at(line, stage.focus) + stage.height * 0.015
    cast(stage, stage.focus, foot, 0.56)


def cast(stage: Stage, x: float, y: float, size: float) -> None:
    for subject in stage.theme.subjects:
        if subject.name in FIGURES:
            pose = Pose(x, y, stage.unit * size, 0.03, 0.85, stage.focus > stage.width / 2, subject.colour)
            shadow(stage.canvas, stage.palette, pose, 0.4)
            stand(stage.canvas, stage.palette, figure(FIGURES[subject.name]), pose, stage.orb)
            break


def forest(stage: Stage) -> None:
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.3, 2)
    tall = stage.height * 0.42
    row = row_of_pines if stage.has("snow") else row_of_leaves
    for i, far in enumerate((0.75, 0.52, 0.28)):
        row(
            stage,
            f"row {i}",
            stage.horizon + stage.height * 0.03 * i,
            tall * (0.62 + 0.3 * i),
            far,
            tall * (0.16 + 0.12 * i),
        )
    y = clearing(stage, stage.horizon + stage.height * 0.06)
    cast(stage, stage.focus, y, 0.42)
    trunks(stage, (70, 55, 48))


def mountain(stage: Stage) -> None:
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.3, 1)
    stage.canvas.step_nearer()
    peaks(stage, stage.horizon + 10, stage.height * 0.42, 5, 0.45)
    far_hills(stage, stage.horizon + stage.height * 0.1, stage.height * 0.16, 2, far=(0.35, 0.1))
    water(stage, stage.horizon + stage.height * 0.1, 0.9)


PLACES: dict[str, Callable[[Stage], None]] = {"sea": sea, "forest": forest, "mountain": mountain}


def paint_place(stage: Stage) -> None:
    """Paint the place of the theme."""
    PLACES.get(stage.theme.place, mountain)(stage)
