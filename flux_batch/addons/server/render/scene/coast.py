"""The coast: open sea before a rocky headland, and the beach."""

from __future__ import annotations

import math
import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import WHITE, lighter, mix, rgb
from flux_batch.addons.server.render.figure.notation import figure
from flux_batch.addons.server.render.figure.posed import Pose, shadow, stand
from flux_batch.addons.server.render.figure.things import THINGS
from flux_batch.addons.server.render.outline import Outline, Point, oval, smooth
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.land import SAND, far_hills, height_at, relief
from flux_batch.addons.server.render.scene.rock import headland, islet
from flux_batch.addons.server.render.scene.roles import ROLES
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.water import lens, water

AFLOAT = {name for name, role in ROLES.items() if role.home == "water"}


def sea(stage: Stage) -> None:
    """Water to the horizon; what stands on land stands on a headland, what floats has the sea to itself."""
    sky(stage)
    rng = stage.stream("sea")
    if likely(rng, 0.7) or "mountain" in stage.theme.near:
        far_hills(stage, stage.horizon, stage.height * rng.uniform(0.04, 0.1), 2, far=(0.75, 0.5))
    rough = stage.has("storm") or stage.theme.time == "storm" or stage.has("wave")
    water(stage, stage.horizon, 0.15 if rough else rng.uniform(0.4, 0.6))
    if rough:
        _breakers(stage)
    subjects = {subject.name for subject in stage.theme.subjects}
    afloat = (stage.focus, stage.horizon + (stage.height - stage.horizon) * rng.uniform(0.3, 0.42))
    if subjects and subjects <= AFLOAT:
        cast(stage, Spots((stage.focus, stage.height * 0.9), water=afloat, scale=1.1))
        return
    far_out = (stage.width - stage.focus, stage.horizon + (stage.height - stage.horizon) * 0.18)
    if not subjects & AFLOAT:
        _far_sail(stage, far_out)
    if not subjects and likely(rng, 0.6):
        return
    foot, scale = _rock(stage, rng)
    cast(stage, Spots(foot, water=far_out if subjects & AFLOAT else None, scale=scale))


def _rock(stage: Stage, rng: random.Random) -> tuple[Point, float]:
    """Something to stand on: a headland, high or low, or a rock out in the water; where, and how large things are."""
    shape = rng.choice(("point", "point", "cliff", "islet"))
    if shape == "islet":
        water_y = stage.horizon + (stage.height - stage.horizon) * rng.uniform(0.45, 0.6)
        top = islet(stage, (stage.focus, water_y), stage.unit * rng.uniform(0.5, 0.62), stage.unit * 0.1)
        _surf(stage, (stage.focus, water_y + stage.unit * 0.012), stage.unit * 0.3)
        return (stage.focus, top), 0.82
    low, high = (0.72, 0.79) if shape == "point" else (0.6, 0.67)
    crest = stage.height * rng.uniform(low, high)
    line = headland(stage, stage.height * 1.04, crest, rng.uniform(0.6, 0.78))
    tip = max(line, key=lambda point: point[1])
    _surf(stage, (tip[0], min(stage.height * 0.995, tip[1])), stage.unit * 0.09)
    foot = (stage.focus, height_at(line, stage.focus) + stage.height * 0.012)
    return foot, 1.0 if shape == "point" else 0.8


def _far_sail(stage: Stage, at: Point) -> None:
    rng = stage.stream("far sail")
    if likely(rng, 0.5):
        return
    x, y, s = at[0] + rng.uniform(-0.1, 0.1) * stage.width, at[1] - stage.height * 0.02, stage.unit * 0.045
    p = stage.palette
    stage.canvas.fill([[(x, y - s * 0.15), (x, y - s * 1.2), (x + s * 0.6, y - s * 0.2)]], p.under(WHITE, 0.3, 0.9))
    stage.canvas.fill(
        [
            [
                (x - s * 0.5, y - s * 0.12),
                (x + s * 0.7, y - s * 0.12),
                (x + s * 0.45, y + s * 0.1),
                (x - s * 0.3, y + s * 0.1),
            ]
        ],
        p.under((70, 52, 46), 0.3, 0.5),
    )


def _breakers(stage: Stage) -> None:
    """Rows of waves with foam on their crests, larger towards the eye."""
    rng, p = stage.stream("breakers"), stage.palette
    depth = stage.height - stage.horizon
    for i in range(5):
        near = ((i + 0.6) / 5) ** 1.4
        y, swell = stage.horizon + depth * near, depth * (0.03 + 0.09 * near)
        phase, turns = rng.random() * math.tau, rng.uniform(2.2, 3.4) / (0.4 + near)
        crest: list[Point] = []
        for k in range(61):
            t = k / 60
            lift = abs(math.sin(phase + turns * math.pi * t)) ** 0.7 + 0.12 * math.sin(phase * 3 + 37 * t)
            crest.append((t * stage.width, y - swell * lift))
        body: Outline = [*crest, (stage.width, y + swell), (0, y + swell)]
        stage.canvas.step_nearer()
        stage.canvas.fill([body], Fade(mix(p.water, p.horizon, 0.35), mix(p.water, p.shade, 0.25)), 0.85)
        thick = swell * 0.13
        foam: Outline = [*crest, *[(x, cy + thick * rng.uniform(0.2, 1.8)) for x, cy in reversed(crest)]]
        stage.canvas.fill([foam], mix(p.light, WHITE, 0.6), 0.75)


def _surf(stage: Stage, at: Point, reach: float) -> None:
    """White water along the foot of a rock, *reach* pixels to both sides of *at*."""
    rng, p = stage.stream("surf"), stage.palette
    specks: list[Outline] = []
    for _ in range(34):
        x = at[0] + rng.uniform(-1, 1) * reach
        y = at[1] + rng.gauss(0, 0.007) * stage.height
        specks.append(lens(x, y, stage.unit * rng.uniform(0.01, 0.04), stage.unit * rng.uniform(0.001, 0.004)))
    stage.canvas.fill(specks, mix(p.light, WHITE, 0.4), 0.6)


def beach(stage: Stage) -> None:
    """Sand in front, a bent line of foam, the sea behind; palms at the side unless it is cold."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.1, 2, far=(0.7, 0.45))
    water(stage, stage.horizon, 0.5)
    rng, p = stage.stream("beach"), stage.palette
    left = stage.focus < stage.width / 2
    near, far = stage.height * rng.uniform(0.93, 1.0), stage.height * rng.uniform(0.74, 0.79)
    edge: list[Point] = []
    for i in range(41):
        t = i / 40
        y = (far + (near - far) * t**1.3) if left else (near + (far - near) * t**0.75)
        edge.append((t * stage.width, y + stage.height * 0.012 * math.sin(t * 11 + near)))
    below: list[Point] = [(stage.width, stage.height + 2), (0, stage.height + 2)]
    bands = (
        (0.034, mix(p.water, p.horizon, 0.5), 0.35),
        (0.02, mix(p.light, WHITE, 0.5), 0.85),
        (0.006, p.under(lighter(SAND, -0.22), 0, 0.7), 0.9),
    )
    for lift, colour, opacity in bands:
        stage.canvas.fill([[*[(x, y - lift * stage.height) for x, y in edge], *below]], colour, opacity)
    sand = relief(
        (stage.width, round(stage.height * 0.3)),
        rng,
        (p.under(lighter(SAND, -0.1), 0, 0.7), p.under(lighter(SAND, 0.15), 0, 1.0)),
        (7, 5),
    )
    stage.canvas.step_nearer()
    stage.canvas.fill([[*[(x, y + stage.height * 0.008) for x, y in edge], *below]], sand)
    _shells(stage)
    if not stage.has("snow") and not stage.theme.shows("palm"):
        palms(stage, rng)
    foot = (stage.focus, stage.height * 0.9)
    swim = (stage.width - stage.focus, stage.horizon + (far - stage.horizon) * 0.55)
    cast(stage, Spots(foot, water=swim))
    if not stage.theme.shows("palm") and not stage.has("snow"):
        fronds(stage)


def palms(stage: Stage, rng: random.Random) -> None:
    """Two palms on the land side, leaning out to the water."""
    left = stage.focus < stage.width / 2
    drawing = figure(THINGS["palm"])
    for inward, tall in ((0.02, 0.5), (0.11, 0.4)):
        x = stage.width * (1 - inward if left else inward)
        pose = Pose(x, stage.height * rng.uniform(0.92, 0.97), stage.unit * tall * rng.uniform(0.9, 1.15), flip=left)
        shadow(stage.canvas, stage.palette, pose, 0.2)
        stand(stage.canvas, stage.palette, drawing, pose, stage.orb)


def _shells(stage: Stage) -> None:
    rng, p = stage.stream("shells"), stage.palette
    stones: list[Outline] = []
    for _ in range(16):
        r = stage.unit * rng.uniform(0.003, 0.008)
        stones.append(oval(rng.random() * stage.width, stage.height * rng.uniform(0.93, 1.0), r, r * 0.6, points=12))
    stage.canvas.fill(stones, p.under(rgb("a98f72"), 0, 0.6), 0.8)


def fronds(stage: Stage) -> None:
    """Palm leaves hanging into the upper corner, very near."""
    rng = stage.stream("fronds")
    side = 1 if stage.focus < stage.width / 2 else -1
    corner = (stage.width * (0.5 + 0.54 * side), -stage.height * 0.02)
    leaves: list[Outline] = []
    for angle in (115, 135, 158, 178):
        reach = stage.unit * rng.uniform(0.34, 0.5)
        a = math.radians(angle + rng.uniform(-6, 6))
        tip = (corner[0] + side * math.cos(a) * reach, corner[1] + math.sin(a) * reach * 0.9)
        leaves += _frond(corner, tip, reach)
    stage.canvas.step_nearer()
    stage.canvas.fill(leaves, stage.palette.under(rgb("2d6a41"), 0.0, 0.25))


def _frond(root: Point, tip: Point, reach: float) -> list[Outline]:
    sag = reach * 0.12
    spine = [
        (root[0] + (tip[0] - root[0]) * t, root[1] + (tip[1] - root[1]) * t + sag * t * t)
        for t in (i / 12 for i in range(13))
    ]
    blades: list[Outline] = []
    for i, (x, y) in enumerate(spine[2:], 2):
        long = reach * 0.2 * math.sin(math.pi * i / 13)
        dx = (tip[0] - root[0]) / reach
        blades.append([(x, y), (x + dx * long * 0.5 - long * 0.3, y + long), (x + dx * reach * 0.06, y)])
        blades.append([(x, y), (x + dx * long * 0.8 + long * 0.3, y + long * 0.55), (x + dx * reach * 0.06, y + 1)])
    rib = [(x, y - 1.5) for x, y in spine]
    return [*blades, smooth([*rib, *[(x, y + 1.5) for x, y in reversed(spine)]], 2)]
