"""The forest: rows of trees behind each other with haze between, a clearing, trunks at the edges."""

from __future__ import annotations

import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.figure.trees import Trees, broadleaf, pine
from flux_batch.addons.server.render.outline import Outline, along, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.land import down_to, far_hills, ground_colour, height_at, path, profile
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.weather import blurred, mist

PINE = rgb("2f5a45")
LEAVES = (rgb("c8742a"), rgb("d89a32"), rgb("b3492a"), rgb("e0b548"))
BLOSSOMS = (rgb("f2b8c8"), rgb("f7d3dc"), rgb("9fbf6a"), rgb("e89ab4"))
SUMMER = (rgb("4f8a3c"), rgb("6a9f45"), rgb("3f7a48"), rgb("85ad4c"))


def sunny(stage: Stage, x: float) -> int:
    """From which side light falls on a thing at *x*: -1 left, 1 right."""
    return 1 if stage.orb[0] > x else -1


def row_of_pines(stage: Stage, name: str, base: float, tall: float, far: float, gap: float) -> None:
    """One row of conifers across the picture, *tall* and *gap* in pixels."""
    rng = stage.stream(name)
    behind, before = Trees(), Trees()
    x, i = -gap * rng.random(), 0
    while x < stage.width + gap:
        height, foot = tall * rng.uniform(0.62, 1.18), base + tall * rng.uniform(-0.03, 0.04)
        (behind if i % 2 else before).take(pine(rng, x, foot, height, sunny(stage, x)))
        x, i = x + gap * rng.uniform(0.5, 1.35), i + 1
    stage.canvas.step_nearer()
    for trees, away in ((behind, far + 0.07), (before, far)):
        plant_pines(stage, trees, away)


def plant_pines(stage: Stage, trees: Trees, far: float) -> None:
    """Fill conifers at the distance *far*, with snow where it lies."""
    p = stage.palette
    colour = p.under(PINE, far, 0.6)
    foot = mix(colour, p.haze, 0.25 + 0.35 * far)
    stage.canvas.fill(trees.wood, p.under(rgb("4a3a32"), far, 0.4))
    stage.canvas.fill(trees.crown, Fade(lighter(colour, 0.06), foot))
    stage.canvas.fill(trees.shade, Fade(lighter(colour, -0.22), mix(lighter(colour, -0.22), foot, 0.7)), 0.6)
    if stage.has("snow"):
        snow = rgb("f2f6fc")
        stage.canvas.fill(trees.drift, p.under(snow, far * 0.9, 0.42), 0.92)
        stage.canvas.fill(trees.snow, p.under(snow, far * 0.8, 1.0), 0.95)


def row_of_leaves(stage: Stage, name: str, base: float, tall: float, far: float, gap: float) -> None:
    """One row of leafy trees across the picture, in the season's colours."""
    rng = stage.stream(name)
    tones = LEAVES if stage.has("autumn") else BLOSSOMS if stage.has("spring") else SUMMER
    stage.canvas.step_nearer()
    x = -gap * rng.random()
    while x < stage.width + gap:
        tree = broadleaf(rng, x, base + tall * rng.uniform(-0.02, 0.04), tall * rng.uniform(0.7, 1.15), sunny(stage, x))
        plant_leaves(stage, tree, rng.choice(tones), far)
        x += gap * rng.uniform(0.6, 1.4)


def plant_leaves(stage: Stage, trees: Trees, leaf: Colour, far: float) -> None:
    """Fill leafy trees at the distance *far*."""
    p = stage.palette
    stage.canvas.fill(trees.wood, p.under(rgb("5a463c"), far, 0.4))
    stage.canvas.fill(
        trees.crown, Fade(p.under(lighter(leaf, -0.06), far, 0.6), p.under(lighter(leaf, -0.3), far, 0.4))
    )
    stage.canvas.fill(trees.shade, p.under(lighter(leaf, -0.38), far, 0.35), 0.5)
    stage.canvas.fill(trees.lit, p.under(lighter(leaf, 0.12), far, 1.0), 0.72)
    if stage.has("snow"):
        stage.canvas.fill(trees.snow, p.under(rgb("f2f6fc"), far * 0.8, 0.95), 0.85)


def trunks(stage: Stage, colour: Colour) -> None:
    """Near trunks at both edges, cut off by the frame: they make the clearing deep."""
    rng = stage.stream("trunks")
    stage.canvas.step_nearer()
    shapes: list[Outline] = []
    for side in (0, 1):
        for _ in range(rng.randint(0, 2)):
            x = stage.width * (side + (1 - 2 * side) * rng.uniform(-0.02, 0.12))
            wide = stage.unit * rng.uniform(0.022, 0.046)
            lean = rng.uniform(-0.4, 0.4) * wide
            foot = stage.height * 1.08
            shapes.append(
                limb([(x - lean, foot), (x, stage.height * 0.5), (x + lean, -10)], [wide * 1.5, wide, wide * 0.85])
            )
            for _ in range(3):
                y = stage.height * rng.uniform(0.05, 0.5)
                reach = (1 - 2 * side) * stage.unit * rng.uniform(0.06, 0.16)
                shapes.append(
                    limb(
                        [(x, y), (x + reach * 0.5, y - abs(reach) * 0.2), (x + reach, y - abs(reach) * 0.15)],
                        [wide * 0.3, wide * 0.16, 1.0],
                    )
                )
    blurred(stage.canvas, shapes, stage.palette.under(colour, 0.04, 0.45), stage.unit * 0.005)


def clearing(stage: Stage, top: float) -> float:
    """The floor of the forest from *top* (y, pixels) down; return the y where the subject stands."""
    p, local = stage.palette, ground_colour(stage)
    if not (stage.has("snow") or stage.has("autumn")):
        local = mix(local, rgb("5a6b38"), 0.5)
    line = profile(stage, "floor", top + stage.height * 0.02, stage.height * 0.05, 0.25)
    stage.canvas.step_nearer()
    lit, dim = p.under(local, 0.2, 0.95), p.under(lighter(local, -0.12), 0.0, 0.4)
    stage.canvas.fill([down_to(stage, line)], Fade(lit, dim))
    _patches(stage, top, lit, dim)
    return max(height_at(line, stage.focus) + stage.height * 0.16, stage.height * 0.86)


def _patches(stage: Stage, top: float, lit: Colour, dim: Colour) -> None:
    """What lies on the floor: drifts of snow with blue shadows, or shadows of trees and tufts of grass."""
    rng = stage.stream("patches")
    if stage.has("snow"):
        drifts(stage, rng, top, lit, dim)
        return
    depth = stage.height - top
    shadows: list[Outline] = []
    for _ in range(7):
        near = rng.random()
        wide, high = stage.unit * rng.uniform(0.1, 0.3), depth * (0.012 + 0.03 * near)
        shadows.append(oval(rng.random() * stage.width, top + depth * (0.15 + 0.8 * near), wide, high))
    stage.canvas.fill(shadows, mix(dim, stage.palette.shade, 0.35), 0.3)
    near_line = profile(stage, "floor near", stage.height * 0.95, stage.height * 0.05, 0.25)
    stage.canvas.fill([down_to(stage, near_line)], Fade(mix(lit, dim, 0.35), dim), 0.8)
    stage.canvas.fill(tufts(rng, stage, stage.height * 0.9, 90), lighter(dim, -0.2))


def drifts(stage: Stage, rng: random.Random, top: float, lit: Colour, dim: Colour) -> None:
    """Waves of snow, each with a bright edge and a blue hollow; long shadows lie across them."""
    depth = stage.height - top
    hollow = mix(dim, stage.palette.shade, 0.45)
    for i, near in enumerate((0.12, 0.32, 0.58, 0.86)):
        line = profile(stage, f"drift {i}", top + depth * near, depth * (0.07 + 0.06 * near), 0.2)
        stage.canvas.fill([down_to(stage, line)], Fade(lit, mix(lit, hollow, 0.55 + 0.2 * near)), 0.9)
    tracks(stage, rng, hollow)


def tracks(stage: Stage, rng: random.Random, tone: Colour) -> None:
    """Footprints that come from the lower edge to where the subject is."""
    start = stage.width * (0.9 if stage.focus < stage.width / 2 else 0.1)
    bend = stage.width * rng.uniform(0.3, 0.7)
    path = along([(start, stage.height * 1.04), (bend, stage.height * 0.94), (stage.focus, stage.height * 0.89)], 9)
    prints: list[Outline] = []
    for i, (x, y) in enumerate(path):
        r = stage.unit * (0.004 + 0.006 * (y / stage.height - 0.85) / 0.15)
        prints.append(oval(x, y + (-1) ** i * r * 0.9, r * 1.5, r * 0.7, points=12))
    stage.canvas.fill(prints, lighter(tone, -0.12), 0.8)


def tufts(rng: random.Random, stage: Stage, top: float, count: int) -> list[Outline]:
    """Blades of grass in bunches from *top* (y, pixels) down to the lower edge."""
    blades: list[Outline] = []
    for _ in range(count // 5):
        x, y = rng.random() * stage.width, rng.uniform(top, stage.height * 1.03)
        for _ in range(5):
            tall, lean = stage.unit * rng.uniform(0.02, 0.055), rng.uniform(-0.5, 0.5)
            bx, w = x + rng.uniform(-0.015, 0.015) * stage.unit, stage.unit * 0.0028
            blades.append([(bx - w, y), (bx + lean * tall, y - tall), (bx + w, y)])
    return blades


def forest(stage: Stage) -> None:
    """A clearing among trees; conifers where it snows or by chance, mist between the rows."""
    sky(stage, stage.horizon + stage.height * 0.12)
    far_hills(stage, stage.horizon, stage.height * 0.3, 2)
    rng = stage.stream("forest")
    conifers = stage.has("snow") or (not stage.has("autumn") and not stage.has("spring") and likely(rng, 0.45))
    row = row_of_pines if conifers else row_of_leaves
    tall = stage.height * 0.4
    for i, far in enumerate((0.68, 0.42, 0.16)):
        base = stage.horizon + stage.height * 0.035 * i
        row(stage, f"row {i}", base, tall * (0.6 + 0.3 * i), far, tall * (0.15 + 0.1 * i))
        mist(stage, f"forest mist {i}", base, tall * 0.5, 0.5 - 0.14 * i)
    y = clearing(stage, stage.horizon + stage.height * 0.075)
    if not stage.theme.subjects:
        path(stage, stage.horizon + stage.height * 0.11)
    cast(stage, Spots((stage.focus, y)))
    trunks(stage, rgb("5d4a40"))
