"""Fields and meadows: rolling ground, hedges, flowers, lone trees, a path."""

from __future__ import annotations

import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.figure.trees import broadleaf, pine
from flux_batch.addons.server.render.outline import Outline, Point, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.forest import LEAVES, plant_leaves, plant_pines, sunny, tufts
from flux_batch.addons.server.render.scene.land import (
    GREEN,
    down_to,
    far_hills,
    ground_colour,
    height_at,
    path,
    profile,
)
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage

BUILT = {"house", "castle", "church", "windmill", "temple", "tower"}
FRONT = 0.1
"""Nearer than this a hedge would hide the subject."""
PETALS = tuple(rgb(code) for code in ("d8483c", "f2c14e", "f6f0e6", "b06fc4", "f08ab0", "6f8fe0"))


def field(stage: Stage) -> None:
    """Rolling fields, hedges and a path that leads to the subject, near or on a farther hill."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.22, 3, far=(0.82, 0.5))
    rng = stage.stream("field")
    farther = {s.name for s in stage.theme.subjects} <= BUILT and likely(rng, 0.5)
    for i in range(4):
        foot = _hill(stage, rng, i)
        if i == (2 if farther else 3):
            _stand(stage, foot, 0.72 if farther else 1.0)
    if not stage.has("snow"):
        flowers(stage, stage.height * 0.84)


def _hill(stage: Stage, rng: random.Random, number: int) -> float:
    """Field number *number* from the back, with its hedge; return the y where a subject stands on it."""
    p, local = stage.palette, ground_colour(stage)
    top = stage.horizon - stage.height * 0.02
    depth = stage.height - top
    crops = [local, mix(local, rgb("c9b04a"), 0.55), mix(local, rgb("3f7a48"), 0.35), mix(local, rgb("a8c060"), 0.4)]
    if stage.has("snow"):
        crops = [local, lighter(local, -0.05)]
    away = 0.42 - 0.13 * number
    line = profile(stage, f"field {number}", top + depth * (0.04 + 0.2 * number), depth * 0.13, 0.24)
    tone = p.under(rng.choice(crops), away, 0.95)
    stage.canvas.step_nearer()
    stage.canvas.fill([down_to(stage, line)], Fade(tone, mix(tone, p.under(lighter(local, -0.35), away, 0.35), 0.7)))
    if away > FRONT:
        hedge(stage, rng, line, depth * (0.05 + 0.045 * number), away)
    return height_at(line, stage.focus) + depth * 0.08


def _stand(stage: Stage, foot: float, scale: float) -> None:
    path(stage, foot)
    if stage.theme.shows("tree"):
        hero_tree(stage, foot)
    cast(stage, Spots((stage.focus, foot), air=(stage.focus, stage.horizon * 0.86), scale=scale))


def hedge(stage: Stage, rng: random.Random, line: list[Point], tall: float, far: float) -> None:
    """Trees and bushes along a part of the line of a hill."""
    start, end = sorted((rng.uniform(-0.1, 0.6), rng.uniform(0.4, 1.1)))
    x = start * stage.width
    while x < end * stage.width:
        if abs(x - stage.focus) > stage.unit * 0.14 or not stage.theme.subjects:
            lone_tree(stage, rng, x, height_at(line, x) + tall * 0.1, tall * rng.uniform(0.6, 1.25), far)
        x += tall * rng.uniform(0.35, 1.3)


def hero_tree(stage: Stage, foot: float) -> None:
    """The one tree a prompt is about."""
    rng = stage.stream("hero tree")
    subject = next(s for s in stage.theme.subjects if s.name == "tree")
    leaf = subject.colour or (
        rgb("f2b3c6") if stage.has("spring") or {"sakura", "cherry"} & set(subject.words) else None
    )
    stage.canvas.step_nearer()
    lone_tree(stage, rng, stage.focus, foot + stage.height * 0.02, stage.unit * 0.62, 0.0, leaf)
    near = stage.canvas.near
    stage.canvas.subject.paste(stage.canvas.depth.point([255 if v == near else 0 for v in range(256)]))


def lone_tree(
    stage: Stage, rng: random.Random, x: float, y: float, tall: float, far: float, leaf: Colour | None = None
) -> None:
    """A tree by itself, bare of leaves never, conifer where it snows."""
    if stage.has("snow") and leaf is None:
        plant_pines(stage, pine(rng, x, y, tall, sunny(stage, x)), far)
        return
    colour = leaf or (rng.choice(LEAVES) if stage.has("autumn") else mix(GREEN, rgb("3f7a48"), rng.random()))
    plant_leaves(stage, broadleaf(rng, x, y, tall, sunny(stage, x)), colour, far)


def meadow(stage: Stage, top: float) -> float:
    """Rolling grass with flowers from *top* (y, pixels) down; return the y where a subject stands."""
    p, local = stage.palette, ground_colour(stage)
    depth = stage.height - top
    for i in range(3):
        line = profile(stage, f"meadow {i}", top + depth * (0.05 + 0.3 * i), depth * 0.14, 0.22)
        lit = p.under(mix(local, lighter(local, 0.2), 0.4 * (i % 2)), 0.3 - 0.14 * i, 0.95)
        stage.canvas.step_nearer()
        stage.canvas.fill([down_to(stage, line)], Fade(lit, mix(lit, p.under(lighter(local, -0.3), 0, 0.4), 0.75)))
    if not stage.has("snow"):
        flowers(stage, top + depth * 0.45)
    return top + depth * 0.72


def flowers(stage: Stage, top: float) -> None:
    """Grass blades and dots of flowers, larger towards the eye."""
    rng, p, local = stage.stream("flowers"), stage.palette, ground_colour(stage)
    stage.canvas.fill(tufts(rng, stage, top, 170), p.under(lighter(local, -0.35), 0, 0.5), 0.75)
    stage.canvas.fill(tufts(rng, stage, top, 120), p.under(lighter(local, 0.12), 0, 0.9), 0.6)
    for tone in rng.sample(PETALS, 3):
        heads: list[Outline] = []
        for _ in range(26):
            near = rng.random()
            r = stage.unit * (0.003 + 0.0065 * near)
            heads.append(oval(rng.random() * stage.width, top + (stage.height - top) * near, r * 1.15, r, points=10))
        stage.canvas.fill(heads, p.under(tone, 0, 0.95), 0.9)
