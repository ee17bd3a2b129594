"""Open country: mountains, lakes, rivers, fields."""

from __future__ import annotations

import math
import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.outline import Outline, Point, along, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.forest import broadleaf, pine, row_of_pines, tufts
from flux_batch.addons.server.render.scene.land import (
    GREEN,
    down_to,
    far_hills,
    ground_colour,
    height_at,
    peaks,
    profile,
)
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.water import water
from flux_batch.addons.server.render.scene.weather import mist

FRONT = 0.1
"""Nearer than this a hedge would hide the subject."""
PETALS = tuple(rgb(code) for code in ("d8483c", "f2c14e", "f6f0e6", "b06fc4", "f08ab0", "6f8fe0"))


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
        bank(stage)
        cast(stage, Spots((stage.focus, stage.height * 0.93), water=(stage.focus, stage.height * 0.8)))
        return
    foot = meadow(stage, base + stage.height * 0.06)
    cast(stage, Spots((stage.focus, foot), air=(stage.focus, stage.horizon * 0.8)))
    frame_of_pines(stage)


def lake(stage: Stage) -> None:
    """Still water between wooded hills, reeds in front."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.24, 3, far=(0.8, 0.42))
    row_of_pines(stage, "shore trees", stage.horizon + 2, stage.height * 0.12, 0.36, stage.height * 0.032)
    water(stage, stage.horizon, 0.95)
    mist(stage, "lake", stage.horizon, stage.height * 0.09, 0.4)
    cast(stage, Spots((stage.focus, stage.height * 0.9), water=(stage.focus, stage.height * 0.8)))
    bank(stage)


def bank(stage: Stage) -> None:
    """The near bank in one lower corner, with reeds."""
    rng, p, local = stage.stream("bank"), stage.palette, ground_colour(stage)
    left = stage.focus < stage.width / 2
    edge: list[Point] = []
    for i in range(25):
        t = i / 24
        rise = (0.12 * math.cos(t * math.pi / 2) ** 1.4 + 0.005) * stage.height
        x = t * stage.width * 0.85
        edge.append((x if left else stage.width - x, stage.height - rise + rng.uniform(-0.004, 0.004) * stage.height))
    corner = (-2 if left else stage.width + 2, stage.height + 2)
    stage.canvas.step_nearer()
    stage.canvas.fill(
        [[corner, *edge, (edge[-1][0], stage.height + 2)]],
        Fade(p.under(local, 0, 0.75), p.under(lighter(local, -0.4), 0, 0.3)),
    )
    reeds: list[Outline] = []
    for _ in range(46):
        x, y = edge[min(24, int(abs(rng.gauss(0, 9))))]
        tall, lean = stage.unit * rng.uniform(0.05, 0.16), rng.uniform(-0.25, 0.25)
        w = stage.unit * 0.003
        reeds.append([(x - w, y + tall * 0.2), (x + lean * tall, y - tall), (x + w, y + tall * 0.2)])
        if likely(rng, 0.2):
            reeds.append(oval(x + lean * tall * 0.85, y - tall * 0.86, w * 1.3, tall * 0.09, points=12))
    stage.canvas.fill(reeds, p.under(lighter(local, -0.5), 0, 0.3))


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
    for near, aside in ((0.02, 0.02), (0.1, 0.1), (0.24, -0.1), (0.48, 0.12), (0.8, -0.06), (1.2, -0.1)):
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


def lone_tree(
    stage: Stage, rng: random.Random, x: float, y: float, tall: float, far: float, leaf: Colour | None = None
) -> None:
    """A tree by itself, bare of leaves never, conifer where it snows."""
    p = stage.palette
    if stage.has("snow") and leaf is None:
        stage.canvas.fill(pine(rng, x, y, tall), p.under(rgb("3a6652"), far, 0.5))
        return
    wood, crown, lit = broadleaf(rng, x, y, tall)
    colour = leaf or (
        rng.choice((rgb("c8742a"), rgb("d89a32"))) if stage.has("autumn") else mix(GREEN, rgb("3f7a48"), rng.random())
    )
    stage.canvas.fill(wood, p.under(rgb("5a4438"), far, 0.45))
    stage.canvas.fill(crown, p.under(lighter(colour, -0.2), far, 0.45))
    stage.canvas.fill(lit, p.under(lighter(colour, 0.1), far, 0.95), 0.8)


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


def frame_of_pines(stage: Stage) -> None:
    """Two or three dark conifers at one edge, very near."""
    rng, p = stage.stream("frame"), stage.palette
    side = 1 if stage.focus < stage.width / 2 else 0
    trees: list[Outline] = []
    for i in range(rng.randint(2, 3)):
        x = stage.width * abs(side - 0.02 - 0.075 * i)
        trees += pine(rng, x, stage.height * 1.03, stage.height * rng.uniform(0.42, 0.66) * (1 - 0.2 * i))
    stage.canvas.step_nearer()
    stage.canvas.fill(trees, p.under(rgb("1f3d33"), 0.0, 0.3))


def field(stage: Stage) -> None:
    """Rolling fields, hedges and a path that leads to the subject."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.22, 3, far=(0.82, 0.5))
    rng, p, local = stage.stream("field"), stage.palette, ground_colour(stage)
    top = stage.horizon - stage.height * 0.02
    depth = stage.height - top
    crops = [local, mix(local, rgb("c9b04a"), 0.55), mix(local, rgb("3f7a48"), 0.35), mix(local, rgb("a8c060"), 0.4)]
    if stage.has("snow"):
        crops = [local, lighter(local, -0.05)]
    line: list[Point] = []
    for i in range(4):
        line = profile(stage, f"field {i}", top + depth * (0.04 + 0.2 * i), depth * 0.13, 0.24)
        away = 0.42 - 0.13 * i
        tone = p.under(crops[i % len(crops)] if i else rng.choice(crops), away, 0.95)
        stage.canvas.step_nearer()
        stage.canvas.fill(
            [down_to(stage, line)], Fade(tone, mix(tone, p.under(lighter(local, -0.35), away, 0.35), 0.7))
        )
        if away > FRONT:
            hedge(stage, rng, line, depth * (0.05 + 0.045 * i), away)
    foot = height_at(line, stage.focus) + depth * 0.08
    _path(stage, foot)
    if not stage.has("snow"):
        flowers(stage, stage.height * 0.84)
    if stage.theme.shows("tree"):
        hero_tree(stage, foot)
    cast(stage, Spots((stage.focus, foot), air=(stage.focus, stage.horizon * 0.86)))


def hedge(stage: Stage, rng: random.Random, line: list[Point], tall: float, far: float) -> None:
    """Trees and bushes along a part of the line of a hill."""
    start, end = sorted((rng.uniform(-0.1, 0.6), rng.uniform(0.4, 1.1)))
    x = start * stage.width
    while x < end * stage.width:
        if abs(x - stage.focus) > stage.unit * 0.14 or not stage.theme.subjects:
            lone_tree(stage, rng, x, height_at(line, x) + tall * 0.1, tall * rng.uniform(0.6, 1.25), far)
        x += tall * rng.uniform(0.35, 1.3)


def _path(stage: Stage, foot: float) -> None:
    rng, p = stage.stream("path"), stage.palette
    bend = rng.uniform(-0.2, 0.2) * stage.width
    end = stage.width * rng.uniform(0.35, 0.65)
    middle = ((stage.focus + end) / 2 + bend, (foot + stage.height) / 2)
    spine = [(stage.focus, foot), middle, (end, stage.height * 1.06)]
    widths = [stage.unit * 0.02, stage.unit * 0.07, stage.unit * 0.17]
    stage.canvas.fill(
        [limb(spine, widths)], Fade(p.under(rgb("d9c39a"), 0.1, 0.85), p.under(rgb("b0946a"), 0, 0.6)), 0.9
    )


def hero_tree(stage: Stage, foot: float) -> None:
    """The one tree a prompt is about."""
    rng = stage.stream("hero tree")
    subject = next(s for s in stage.theme.subjects if s.name == "tree")
    leaf = subject.colour or (rgb("f2b3c6") if stage.has("spring") or subject.word in {"sakura", "cherry"} else None)
    stage.canvas.step_nearer()
    lone_tree(stage, rng, stage.focus, foot + stage.height * 0.02, stage.unit * 0.62, 0.0, leaf)
    near = stage.canvas.near
    stage.canvas.subject.paste(stage.canvas.depth.point([255 if v == near else 0 for v in range(256)]))
