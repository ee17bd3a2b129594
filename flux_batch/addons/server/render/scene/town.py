"""Towns: rows of gabled houses, on a hill or along a quay."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.figure.notation import figure
from flux_batch.addons.server.render.figure.posed import GLASS, Pose, lamp, reflection, stand
from flux_batch.addons.server.render.figure.vessels import VESSELS
from flux_batch.addons.server.render.outline import Outline, Point, box, limb
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.field import lone_tree, meadow
from flux_batch.addons.server.render.scene.land import down_to, far_hills, ground_colour, height_at, profile
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.water import water
from flux_batch.addons.server.render.scene.weather import mist

WALLS = tuple(rgb(code) for code in ("e9d8b8", "d9a07a", "c9c4b4", "e6c38f", "b9c4c4", "d98f78", "f0e6d2", "a9b59a"))
ROOFS = tuple(rgb(code) for code in ("a4523a", "8c4434", "b8643f", "6c5a55", "94503c"))
DARK = 0.5


@dataclass(frozen=True, slots=True)
class House:
    """One house of a row: its box in pixels and its looks."""

    left: float
    right: float
    foot: float
    eaves: float
    ridge: float
    wall: Colour
    roof: Colour
    gabled: bool


def a_house(rng: random.Random, left: float, wide: float, foot: float, tall: float) -> House:
    """A house *wide* and *tall* pixels, varied."""
    eaves = foot - tall * rng.uniform(0.5, 0.66)
    gabled = likely(rng, 0.6)
    ridge = eaves - min(wide * 0.55, tall * 0.42) * rng.uniform(0.8, 1.1) * (1.0 if gabled else 0.75)
    return House(left, left + wide, foot, eaves, ridge, rng.choice(WALLS), rng.choice(ROOFS), gabled)


def paint_house(stage: Stage, house: House, rng: random.Random, far: float) -> None:
    """Wall, roof, chimney and windows."""
    p, canvas = stage.palette, stage.canvas
    wide = house.right - house.left
    middle = (house.left + house.right) / 2
    wall = p.under(house.wall, far, 0.78)
    body: Outline = box(house.left, house.foot, house.right, house.eaves)
    if house.gabled:
        body = [
            (house.left, house.foot),
            (house.left, house.eaves),
            (middle, house.ridge),
            (house.right, house.eaves),
            (house.right, house.foot),
        ]
    chimney = house.left + wide * rng.choice((0.22, 0.72))
    canvas.fill(
        [box(chimney, house.eaves, chimney + wide * 0.09, house.ridge - wide * 0.05)],
        p.under(lighter(house.roof, -0.3), far, 0.5),
    )
    canvas.fill([body], Fade(lighter(wall, 0.04), mix(wall, p.under(house.wall, far, 0.35), 0.6)))
    roof = _roof(house, wide, middle)
    snowy = stage.has("snow")
    canvas.fill([roof], p.under(rgb("f1f5fa") if snowy else house.roof, far, 0.7))
    if not house.gabled:
        shade = p.under(rgb("cfd9e6") if snowy else lighter(house.roof, -0.25), far, 0.4)
        drop = (house.eaves - house.ridge) * 0.12
        canvas.fill([box(house.left - wide * 0.04, house.eaves + drop, house.right + wide * 0.04, house.eaves)], shade)
    _windows(stage, house, rng, far)


def _roof(house: House, wide: float, middle: float) -> Outline:
    over, thick = wide * 0.07, wide * 0.09
    if house.gabled:
        low = house.eaves + over * 0.9
        return [
            (house.left - over, low),
            (middle, house.ridge - thick),
            (house.right + over, low),
            (house.right + over, low + thick * 0.7),
            (middle, house.ridge + thick * 0.5),
            (house.left - over, low + thick * 0.7),
        ]
    return [
        (house.left - over, house.eaves + 1),
        (house.left + wide * 0.08, house.ridge),
        (house.right - wide * 0.08, house.ridge),
        (house.right + over, house.eaves + 1),
    ]


def _windows(stage: Stage, house: House, rng: random.Random, far: float) -> None:
    wide, tall = house.right - house.left, house.foot - house.eaves
    columns, rows = (
        max(1, round(wide / (stage.unit * 0.03 * (1.4 - far)))),
        max(1, round(tall / (stage.unit * 0.05 * (1.4 - far)))),
    )
    lit: list[Outline] = []
    dim: list[Outline] = []
    for column in range(columns):
        for row in range(rows):
            x = house.left + wide * (column + 0.5) / columns
            y = house.eaves + tall * (row + 0.55) / rows
            w, h = wide / columns * 0.22, tall / rows * 0.26
            (lit if likely(rng, 0.55) else dim).append(box(x - w, y + h, x + w, y - h))
    p = stage.palette
    glass = p.under(lighter(GLASS, -0.35), far, 0.6)
    stage.canvas.fill(dim, glass)
    stage.canvas.fill(lit, mix(lamp(p), p.haze, far * 0.5) if p.bright < DARK else lighter(glass, 0.2))


def row_of_houses(stage: Stage, name: str, ground: list[tuple[float, float]], tall: float, far: float) -> None:
    """Houses shoulder to shoulder along the line *ground*, about *tall* pixels high."""
    rng = stage.stream(name)
    stage.canvas.step_nearer()
    x = -tall * rng.random() * 0.5
    while x < stage.width:
        wide = tall * rng.uniform(0.5, 0.85)
        foot = height_at(ground, x + wide / 2) + tall * 0.12
        paint_house(stage, a_house(rng, x, wide, foot, tall * rng.uniform(0.78, 1.2)), rng, far)
        x += wide * rng.uniform(0.96, 1.06) + (tall * rng.uniform(0.1, 0.4) if likely(rng, 0.18) else 0)


def steeple(stage: Stage, x: float, foot: float, tall: float, far: float) -> None:
    """A church tower above the roofs."""
    p, w = stage.palette, tall * 0.09
    stone = p.under(rgb("d8cdb8"), far, 0.75)
    stage.canvas.fill([box(x - w, foot, x + w, foot - tall * 0.62)], Fade(stone, p.under(rgb("d8cdb8"), far, 0.4)))
    stage.canvas.fill(
        [[(x - w * 1.25, foot - tall * 0.61), (x, foot - tall), (x + w * 1.25, foot - tall * 0.61)]],
        p.under(rgb("5f6f70"), far, 0.6),
    )
    stage.canvas.fill(
        [box(x - w * 0.35, foot - tall * 0.44, x + w * 0.35, foot - tall * 0.56)], mix(lamp(p), p.haze, far)
    )


def hill_town(stage: Stage, shore: float, rows: int, tall: float) -> None:
    """Rows of houses climbing a hill behind *shore* (y, pixels)."""
    rng = stage.stream("hill town")
    climb = tall * rng.uniform(0.5, 0.75)
    for i in range(rows):
        back = rows - 1 - i
        far = 0.04 + 0.18 * back
        hill = _slope_of_town(stage, rng, shore, climb * back)
        stage.canvas.step_nearer()
        stage.canvas.fill(
            [down_to(stage, hill, shore + 2)],
            stage.palette.under(mix(ground_colour(stage), rgb("8a7a66"), 0.4), far, 0.5),
        )
        if back == rows - 1:
            x = stage.width * rng.uniform(0.2, 0.8)
            steeple(stage, x, height_at(hill, x) + tall * 0.1, tall * 1.9, far)
        row_of_houses(stage, f"houses {i}", hill, tall * (1 - 0.16 * back), far)
        if back:
            mist(stage, f"town mist {i}", shore - climb * back + tall * 0.2, tall * 0.9, 0.28)


def _slope_of_town(stage: Stage, rng: random.Random, shore: float, lift: float) -> list[Point]:
    """The ground of one row: the quay itself, or a hill that is *lift* pixels high behind the subject's side."""
    if not lift:
        return [(-2.0, shore), (stage.width + 2.0, shore)]
    top, spread = stage.focus / stage.width + rng.uniform(-0.1, 0.1), rng.uniform(0.3, 0.5)
    rough = profile(stage, f"town hill {lift:.0f}", 0.0, lift * 0.2, 0.3)
    return [
        (x, shore - lift * (0.34 + 0.9 * math.exp(-(((x / stage.width - top) / spread) ** 2))) + y) for x, y in rough
    ]


def harbour(stage: Stage) -> None:
    """A town around a quay, boats before it, everything mirrored in quiet water."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.2, 3)
    shore = stage.horizon + stage.height * 0.02
    hill_town(stage, shore, 3, stage.height * 0.15)
    p = stage.palette
    quay = stage.height * 0.022
    stage.canvas.step_nearer()
    stage.canvas.fill(
        [box(-2, shore + quay, stage.width + 2, shore - 1)],
        Fade(p.under(rgb("b3a491"), 0.1, 0.6), p.under(rgb("6d6258"), 0.05, 0.3)),
    )
    water(stage, shore + quay, 0.8)
    mist(stage, "harbour mist", shore + quay, stage.height * 0.1, 0.25)
    moored(stage, shore + quay)
    cast(stage, Spots((stage.focus, shore + quay), water=(stage.focus, stage.height * 0.86), scale=0.8))
    if likely(stage.stream("pier"), 0.6):
        pier(stage)


def moored(stage: Stage, shore: float) -> None:
    """A few boats at anchor, the nearer the larger."""
    rng, p = stage.stream("moored"), stage.palette
    drawing = figure(VESSELS["boat"])
    depth = stage.height - shore
    count = rng.randint(4, 6)
    xs = [(i + rng.uniform(0.15, 0.85)) / count for i in range(count)]
    rng.shuffle(xs)
    for i, x in enumerate(xs):
        near = 0.08 + 0.5 * i / count
        hull = rgb(rng.choice(("3c6f9e", "b5443a", "e9e2d2", "3f7a68", "d9a441")))
        pose = Pose(
            x * stage.width,
            shore + near * depth,
            stage.unit * (0.07 + 0.2 * near),
            0.22 * (1 - near),
            0.8,
            likely(rng, 0.5),
            hull,
        )
        reflection(stage.canvas, p, drawing, pose)
        stand(stage.canvas, p, drawing, pose, stage.orb)


def pier(stage: Stage) -> None:
    """A wooden pier from the lower corner opposite the subject."""
    p = stage.palette
    side = 1 if stage.focus < stage.width / 2 else -1
    w, h = stage.width, stage.height
    x0, x1 = w * (0.5 + 0.58 * side), w * (0.5 + 0.2 * side)
    deck: Outline = [(x0, h * 0.93), (x1, h * 0.84), (x1 + side * w * 0.05, h * 0.835), (x0, h * 0.875)]
    posts: list[Outline] = []
    for t in (0.04, 0.36, 0.7, 0.97):
        x, y = x1 + (x0 - x1) * t, h * (0.84 + 0.09 * t)
        thick = stage.unit * (0.008 + 0.01 * t)
        posts.append(limb([(x, y + h * (0.05 + 0.08 * t)), (x, y - h * (0.025 + 0.03 * t))], [thick, thick]))
    stage.canvas.step_nearer()
    stage.canvas.fill(posts, p.under(rgb("4a3a32"), 0.0, 0.3))
    stage.canvas.fill([deck], Fade(p.under(rgb("a58a6c"), 0.05, 0.75), p.under(rgb("6e5844"), 0.0, 0.45)))


def town(stage: Stage) -> None:
    """A village on a hillside, with a meadow in front."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.26, 3)
    shore = stage.horizon + stage.height * 0.1
    hill_town(stage, shore, 3, stage.height * 0.16)
    local, p = ground_colour(stage), stage.palette
    stage.canvas.step_nearer()
    stage.canvas.fill([box(-2, stage.height + 2, stage.width + 2, shore)], p.under(lighter(local, -0.1), 0.1, 0.7))
    foot = meadow(stage, shore + stage.height * 0.01)
    rng = stage.stream("village trees")
    for _ in range(5):
        x = rng.random() * stage.width
        if abs(x - stage.focus) > stage.width * 0.16:
            lone_tree(stage, rng, x, shore + stage.height * 0.05, stage.height * rng.uniform(0.1, 0.17), 0.1)
    cast(stage, Spots((stage.focus, foot + stage.height * 0.04), scale=0.85))
