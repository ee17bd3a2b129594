"""The city: skylines behind each other over water, and a street in perspective."""

from __future__ import annotations

import random
from itertools import pairwise

from PIL import Image

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.figure.posed import GLASS, lamp
from flux_batch.addons.server.render.outline import Outline, Point, box, limb, oval
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage
from flux_batch.addons.server.render.scene.town import ROOFS, WALLS
from flux_batch.addons.server.render.scene.water import water
from flux_batch.addons.server.render.scene.weather import mist

TOWERS = tuple(rgb(code) for code in ("7f97b0", "b58a74", "5f7f99", "c7ae92", "6a8a86", "a8746a", "8fa3b8"))
NEON = tuple(rgb(code) for code in ("ff4fa3", "4fe3ff", "b56bff", "ffd24f"))
NIGHT, DIM = 0.5, 0.2
"""Daylight below which windows are lit, and walls lose their colour."""


def city(stage: Stage) -> None:
    """Three skylines fading into the haze, a river or a square before them."""
    sky(stage)
    rng = stage.stream("city")
    base = stage.horizon + stage.height * 0.08
    for i, (far, tall) in enumerate(((0.68, 0.34), (0.38, 0.4), (0.06, 0.5))):
        row_of_towers(
            stage, f"skyline {i}", base + stage.height * 0.01 * i, stage.height * tall * rng.uniform(0.85, 1.1), far
        )
        mist(stage, f"city mist {i}", base, stage.height * 0.2, 0.45 - 0.13 * i)
    p = stage.palette
    edge = base + stage.height * 0.02
    stage.canvas.fill(
        [box(-2, edge + stage.height * 0.02, stage.width + 2, edge - 2)], p.under(rgb("5b5f68"), 0.1, 0.4)
    )
    water(stage, edge + stage.height * 0.02, 0.65)
    terrace = stage.height * 0.9
    if stage.theme.subjects:
        stage.canvas.step_nearer()
        stage.canvas.fill(
            [box(-2, stage.height + 2, stage.width + 2, terrace)],
            Fade(p.under(rgb("8b8781"), 0, 0.6), p.under(rgb("54525a"), 0, 0.3)),
        )
        _railing(stage, terrace)
    cast(stage, Spots((stage.focus, stage.height * 0.96), water=(stage.focus, stage.height * 0.84), scale=1.05))


def _railing(stage: Stage, y: float) -> None:
    p = stage.palette
    high, step = stage.unit * 0.06, stage.unit * 0.035
    bars: list[Outline] = [box(-2, y - high, stage.width + 2, y - high - stage.unit * 0.007)]
    x = 0.0
    while x < stage.width:
        bars.append(box(x, y, x + stage.unit * 0.004, y - high))
        x += step
    stage.canvas.fill(bars, p.under(rgb("3a3d46"), 0, 0.25))


def row_of_towers(stage: Stage, name: str, base: float, tall: float, far: float) -> None:
    """Towers side by side, highest towards the middle of the picture; *tall* pixels at most."""
    rng, p = stage.stream(name), stage.palette
    stage.canvas.step_nearer()
    centre = rng.uniform(0.35, 0.65)
    lit: list[Outline] = []
    dim: list[Outline] = []
    x = -stage.unit * 0.03
    while x < stage.width:
        wide = stage.unit * rng.uniform(0.055, 0.12) * (1.25 - far * 0.6)
        middle = max(0.25, 1 - abs((x + wide / 2) / stage.width - centre) * 1.3)
        height = tall * middle * rng.uniform(0.45, 1.0)
        colour = p.under(rng.choice(TOWERS), far, 0.6)
        shapes = _tower(rng, x, base, wide, height)
        stage.canvas.fill(shapes, Fade(colour, mix(colour, p.haze, 0.35)))
        side = 1 if stage.orb[0] > x else -1
        half = (
            box(x + wide / 2, base, x + wide, base - height) if side < 0 else box(x, base, x + wide / 2, base - height)
        )
        stage.canvas.fill([half], lighter(colour, -0.25), 0.35)
        _grid(rng, (x, base, wide, height), (lit, dim))
        x += wide * rng.uniform(0.92, 1.25)
    dark = p.bright < NIGHT
    glass = mix(p.under(lighter(GLASS, 0.2), far, 0.8), p.horizon, 0.4)
    stage.canvas.fill(dim, mix(p.under(GLASS, far, 0.3), p.zenith, 0.4) if dark else glass, 0.55)
    stage.canvas.fill(lit, mix(lamp(p), p.haze, far * 0.55) if dark else lighter(glass, 0.25), 0.95 if dark else 0.6)


def _tower(rng: random.Random, x: float, base: float, wide: float, height: float) -> list[Outline]:
    """One tower's silhouette: plain, stepped, pointed or with an antenna."""
    top = base - height
    shapes: list[Outline] = [box(x, base + 2, x + wide, top)]
    crown = rng.choice(("flat", "stepped", "pointed", "slanted", "mast"))
    middle = x + wide / 2
    if crown == "stepped":
        shapes.append(box(x + wide * 0.2, top, x + wide * 0.8, top - height * 0.1))
        shapes.append(box(x + wide * 0.38, top - height * 0.1, x + wide * 0.62, top - height * 0.17))
    elif crown == "pointed":
        shapes.append([(x, top + 1), (middle, top - wide * 0.7), (x + wide, top + 1)])
    elif crown == "slanted":
        shapes.append([(x, top + 1), (x, top - wide * 0.4), (x + wide, top + 1)])
    if crown in {"stepped", "pointed", "mast"}:
        peak = top - {"stepped": height * 0.16, "pointed": wide * 0.6, "mast": 0.0}[crown]
        shapes.append(limb([(middle, peak + 2), (middle, peak - height * 0.14)], [wide * 0.05, wide * 0.02]))
    return shapes


def _grid(
    rng: random.Random, tower: tuple[float, float, float, float], panes: tuple[list[Outline], list[Outline]]
) -> None:
    """Windows of one tower, lit and dim; some towers have bands instead of single panes."""
    x, base, wide, height = tower
    columns = 1 if likely(rng, 0.25) else max(2, round(wide / 9))
    rows = min(26, max(3, round(height / 11)))
    share = rng.uniform(0.25, 0.6)
    for row in range(rows):
        y = base - height * (row + 0.35) / rows
        for column in range(columns):
            left = x + wide * (0.1 + 0.8 * column / columns)
            pane = box(left, y, left + wide * 0.8 / columns * 0.6, y - height / rows * 0.5)
            panes[0 if rng.random() < share else 1].append(pane)


def street(stage: Stage) -> None:
    """A street in one-point perspective: houses on both sides, lamps, a shining road."""
    sky(stage)
    rng = stage.stream("street")
    vanish = (stage.width * rng.uniform(0.4, 0.6), stage.horizon - stage.height * 0.06)
    stage.canvas.glow(*vanish, stage.unit * 0.5, stage.palette.horizon, 0.5)
    road(stage, vanish)
    depths = [6.5, 4.6, 3.3, 2.35, 1.7, 1.2, 0.8]
    for far_end, near_end in pairwise(depths):
        for side in (-1, 1):
            facade(stage, rng, vanish, side, (near_end, far_end))
    wet(stage, vanish)
    street_lamps(stage, vanish)
    cast(stage, Spots((stage.width * 0.5 + (stage.focus - stage.width * 0.5) * 0.4, stage.height * 0.9)))


def seen(stage: Stage, vanish: Point, across: float, up: float, depth: float) -> Point:
    """Project a place in the street: *across* and *up* in street widths, *depth* from 0.5 (near) on."""
    scale = stage.unit * 0.62 / depth
    return vanish[0] + across * scale, vanish[1] - (up - 0.42) * scale


def road(stage: Stage, vanish: Point) -> None:
    """Pavements and carriageway."""
    p = stage.palette
    floor = seen(stage, vanish, 0, 0, 9)[1]
    stage.canvas.step_nearer()
    stage.canvas.fill(
        [box(-2, stage.height + 2, stage.width + 2, floor)],
        Fade(p.under(rgb("a39a8e"), 0.5, 0.7), p.under(rgb("6f6a68"), 0, 0.4)),
    )
    lane = [seen(stage, vanish, x, 0, z) for x, z in ((-0.62, 9), (0.62, 9), (0.62, 0.4), (-0.62, 0.4))]
    stage.canvas.fill([lane], Fade(p.under(rgb("7b7a80"), 0.5, 0.6), p.under(rgb("46454d"), 0, 0.35)))
    for i in range(7):
        near, far = 0.62 * 1.5**i, 0.62 * 1.5**i * 1.2
        dash = [seen(stage, vanish, x, 0, z) for x, z in ((-0.02, far), (0.02, far), (0.02, near), (-0.02, near))]
        stage.canvas.fill([dash], p.under(rgb("e8e0cc"), 0.2, 0.8), 0.7)


def facade(stage: Stage, rng: random.Random, vanish: Point, side: int, span: tuple[float, float]) -> None:
    """One house of the street between two depths: wall, roof, windows, an awning or a sign."""
    p = stage.palette
    near, far = span
    away = min(0.75, 0.1 + (near - 0.8) * 0.14)
    tall = rng.uniform(1.25, 2.3)

    def quad(up0: float, up1: float, t0: float, t1: float) -> Outline:
        z0, z1 = 1 / (1 / near + (1 / far - 1 / near) * t0), 1 / (1 / near + (1 / far - 1 / near) * t1)
        corners = ((z0, up0), (z0, up1), (z1, up1), (z1, up0))
        return [seen(stage, vanish, side, up, z) for z, up in corners]

    wall = rng.choice(WALLS) if p.bright > DIM else mix(rng.choice(WALLS), rgb("4a4f66"), 0.45)
    lit_side = (stage.orb[0] - vanish[0]) * side < 0
    stage.canvas.step_nearer()
    tone = p.under(wall, away, 0.85 if lit_side else 0.45)
    stage.canvas.fill([quad(0, tall, 0, 1)], Fade(tone, lighter(tone, -0.12)))
    stage.canvas.fill([quad(tall, tall + 0.16, -0.03, 1)], p.under(rng.choice(ROOFS), away, 0.6))
    floors = max(2, round(tall / 0.42))
    glowing: list[Outline] = []
    dim: list[Outline] = []
    for floor in range(1, floors):
        for column in range(3):
            low = tall * (floor + 0.25) / floors
            pane = quad(low, low + tall / floors * 0.5, 0.12 + 0.3 * column, 0.28 + 0.3 * column)
            (glowing if likely(rng, 0.5) else dim).append(pane)
    stage.canvas.fill(dim, p.under(lighter(GLASS, -0.35), away, 0.6))
    stage.canvas.fill(glowing, mix(lamp(p), p.haze, away * 0.5) if p.bright < NIGHT else p.under(GLASS, away, 0.9))
    shop = quad(0.05, 0.34, 0.1, 0.9)
    stage.canvas.fill(
        [shop], mix(lamp(p), p.haze, away * 0.4) if p.bright < NIGHT else p.under(lighter(GLASS, -0.2), away, 0.7)
    )
    stage.canvas.fill([quad(0.34, 0.44, 0.06, 0.94)], p.under(_awning(stage, rng), away, 0.8))


def _awning(stage: Stage, rng: random.Random) -> Colour:
    if stage.theme.time == "neon":
        return rng.choice(NEON)
    return rgb(rng.choice(("b5443a", "2f6a5e", "3c5f8a", "d9a441", "7a4a6a")))


def wet(stage: Stage, vanish: Point) -> None:
    """After rain, and a little at night, the road mirrors the houses and the sky."""
    strength = 0.55 if stage.has("rain") else 0.22 if stage.palette.bright < NIGHT else 0.0
    top = round(seen(stage, vanish, 0, 0, 5)[1])
    if not strength or top >= stage.height - 2:
        return
    depth = stage.height - top
    above = (
        stage.canvas.image.crop((0, max(0, top - depth), stage.width, top))
        .transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        .resize((stage.width, depth))
    )
    stage.canvas.image.paste(
        above, (0, top), above.convert("L").point([round(strength * (60 + v * 0.75)) for v in range(256)])
    )


def street_lamps(stage: Stage, vanish: Point) -> None:
    """Lamps along the pavement, lit when it is dark."""
    p = stage.palette
    for depth in (4.0, 2.1, 1.15):
        for side in (-0.8, 0.8):
            x, y = seen(stage, vanish, side, 0, depth)
            _, top = seen(stage, vanish, side, 0.95, depth)
            thick = (y - top) * 0.022 + 0.6
            away = min(0.6, depth * 0.13)
            stage.canvas.fill(
                [
                    limb([(x, y), (x, top)], [thick * 1.6, thick]),
                    box(x - thick * 2.6, top, x + thick * 2.6, top - thick * 1.2),
                ],
                p.under(rgb("2f3138"), away, 0.4),
            )
            stage.canvas.fill(
                [oval(x, top + thick * 2.4, thick * 2.1, thick * 2.7, points=14)], mix(lamp(p), p.haze, away * 0.4)
            )
            if p.bright < NIGHT:
                stage.canvas.glow(x, top + thick * 2.4, (y - top) * 0.4, p.lamp, 0.6 * (1 - away))
