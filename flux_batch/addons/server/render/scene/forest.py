"""The forest: rows of trees behind each other with haze between, a clearing, trunks at the edges."""

from __future__ import annotations

import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.outline import Outline, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.land import down_to, far_hills, ground_colour, height_at, profile
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.weather import blurred, mist

PINE = rgb("2f5a45")
LEAVES = (rgb("c8742a"), rgb("d89a32"), rgb("b3492a"), rgb("e0b548"))
SUMMER = (rgb("4f8a3c"), rgb("6a9f45"), rgb("3f7a48"), rgb("85ad4c"))


def pine(rng: random.Random, x: float, y: float, tall: float) -> list[Outline]:
    """A conifer standing at (x, y), *tall* pixels: ragged tiers around a stem."""
    tiers = rng.randint(6, 8)
    half = tall * rng.uniform(0.17, 0.23)
    left, right = [], []
    for i in range(tiers):
        t = i / tiers
        reach = half * (1 - t) ** 0.85 * rng.uniform(0.88, 1.08)
        low, high = y - tall * (0.1 + 0.9 * t), y - tall * (0.1 + 0.9 * (t + 0.62 / tiers))
        left += [(x - reach, low + tall * 0.012), (x - reach * 0.42, high)]
        right += [(x + reach, low + tall * 0.012), (x + reach * 0.42, high)]
    crown: Outline = [*left, (x, y - tall), *right[::-1]]
    stem: Outline = [
        (x - tall * 0.016, y),
        (x - tall * 0.012, y - tall * 0.2),
        (x + tall * 0.012, y - tall * 0.2),
        (x + tall * 0.016, y),
    ]
    return [crown, stem]


def snow_on(rng: random.Random, x: float, y: float, tall: float) -> list[Outline]:
    """Patches of snow on a conifer of the same place and height."""
    patches: list[Outline] = []
    for i in range(6):
        t = (i + 0.5) / 6.5
        reach = tall * 0.19 * (1 - t) ** 0.85
        low = y - tall * (0.13 + 0.86 * t)
        side = rng.choice((-1, 1))
        patches.append(
            [
                (x - reach * 0.85, low),
                (x - reach * 0.3, low - tall * 0.06),
                (x + side * reach * 0.35, low - tall * 0.045),
                (x + reach * 0.75, low + tall * 0.002),
                (x + reach * 0.1, low - tall * 0.022),
            ]
        )
    return [*patches, [(x, y - tall), (x - tall * 0.022, y - tall * 0.93), (x + tall * 0.022, y - tall * 0.93)]]


def broadleaf(
    rng: random.Random, x: float, y: float, tall: float
) -> tuple[list[Outline], list[Outline], list[Outline]]:
    """A leafy tree at (x, y): its wood, its crown, and the lit part of its crown."""
    wood: list[Outline] = [
        limb(
            [(x, y), (x + tall * 0.01, y - tall * 0.3), (x, y - tall * 0.62)], [tall * 0.075, tall * 0.045, tall * 0.02]
        )
    ]
    crown: list[Outline] = []
    lit: list[Outline] = []
    for _ in range(13):
        cx, cy = x + rng.gauss(0, 0.13) * tall, y - tall * (0.64 + rng.gauss(0, 0.105))
        r = tall * rng.uniform(0.1, 0.17)
        crown.append(oval(cx, cy, r, r * 0.88, points=18))
        lit.append(oval(cx - r * 0.25, cy - r * 0.3, r * 0.66, r * 0.5, points=16))
    wood += [
        limb(
            [(x, y - tall * 0.3), (x + reach * tall * 0.6, y - tall * 0.45), (x + reach * tall, y - tall * 0.58)],
            [tall * 0.03, tall * 0.02, tall * 0.01],
        )
        for reach in (-0.16, 0.14)
    ]
    return wood, crown, lit


def row_of_pines(stage: Stage, name: str, base: float, tall: float, far: float, gap: float) -> None:
    """One row of conifers across the picture, *tall* and *gap* in pixels."""
    rng = stage.stream(name)
    snowy = stage.has("snow")
    trees: list[Outline] = []
    patches: list[Outline] = []
    x = -gap * rng.random()
    while x < stage.width + gap:
        height, foot = tall * rng.uniform(0.65, 1.15), base + tall * rng.uniform(-0.03, 0.04)
        trees += pine(rng, x, foot, height)
        if snowy:
            patches += snow_on(rng, x, foot, height)
        x += gap * rng.uniform(0.55, 1.4)
    p = stage.palette
    colour = p.under(PINE, far, 0.45)
    stage.canvas.step_nearer()
    stage.canvas.fill(trees, Fade(lighter(colour, 0.03), mix(colour, p.haze, 0.35 + 0.3 * far)))
    if snowy:
        stage.canvas.fill(patches, p.under(rgb("eef4fb"), far * 0.85, 0.75), 0.9)


def row_of_leaves(stage: Stage, name: str, base: float, tall: float, far: float, gap: float) -> None:
    """One row of leafy trees across the picture, in the season's colours."""
    rng = stage.stream(name)
    p = stage.palette
    tones = LEAVES if stage.has("autumn") else SUMMER
    stage.canvas.step_nearer()
    x = -gap * rng.random()
    while x < stage.width + gap:
        wood, crown, lit = broadleaf(rng, x, base + tall * rng.uniform(-0.02, 0.04), tall * rng.uniform(0.7, 1.15))
        leaf = rng.choice(tones)
        stage.canvas.fill(wood, p.under(rgb("54423a"), far, 0.35))
        stage.canvas.fill(crown, p.under(lighter(leaf, -0.18), far, 0.4))
        stage.canvas.fill(lit, p.under(lighter(leaf, 0.1), far, 0.85), 0.75)
        x += gap * rng.uniform(0.6, 1.4)


def trunks(stage: Stage, colour: Colour) -> None:
    """Near trunks at both edges, cut off by the frame: they make the clearing deep."""
    rng = stage.stream("trunks")
    stage.canvas.step_nearer()
    shapes: list[Outline] = []
    for side in (0, 1):
        for _ in range(rng.randint(1, 2)):
            x = stage.width * (side + (1 - 2 * side) * rng.uniform(-0.02, 0.12))
            wide = stage.unit * rng.uniform(0.035, 0.075)
            lean = rng.uniform(-0.4, 0.4) * wide
            foot = stage.height * rng.uniform(0.9, 1.02)
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
    blurred(stage.canvas, shapes, stage.palette.under(colour, 0.0, 0.2), stage.unit * 0.005)


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
    """Shadows of trees across the floor, and tufts or drifts towards the eye."""
    rng = stage.stream("patches")
    depth = stage.height - top
    shadows: list[Outline] = []
    for _ in range(7):
        near = rng.random()
        y = top + depth * (0.15 + 0.8 * near)
        shadows.append(
            oval(rng.random() * stage.width, y, stage.unit * rng.uniform(0.1, 0.3), depth * (0.012 + 0.03 * near))
        )
    stage.canvas.fill(shadows, mix(dim, stage.palette.shade, 0.35), 0.3)
    near_line = profile(stage, "floor near", stage.height * 0.95, stage.height * 0.05, 0.25)
    stage.canvas.fill([down_to(stage, near_line)], Fade(mix(lit, dim, 0.35), dim), 0.8)
    if not stage.has("snow"):
        blades = tufts(rng, stage, stage.height * 0.9, 90)
        stage.canvas.fill(blades, lighter(dim, -0.2))


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
    cast(stage, Spots((stage.focus, y)))
    trunks(stage, rgb("5d4a40"))
