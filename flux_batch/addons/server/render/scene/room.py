"""Indoors: a table by a window, and the studio of a portrait."""

from __future__ import annotations

import math
import random

from PIL import Image

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.chance import likely
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb, turned
from flux_batch.addons.server.render.figure.flowers import head, kind_of
from flux_batch.addons.server.render.figure.notation import figure
from flux_batch.addons.server.render.figure.people import bust
from flux_batch.addons.server.render.figure.posed import Pose, shadow, stand
from flux_batch.addons.server.render.figure.things import THINGS
from flux_batch.addons.server.render.noise import vertical
from flux_batch.addons.server.render.outline import Outline, box, oval, smooth
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.garden import bokeh
from flux_batch.addons.server.render.scene.land import far_hills, relief
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage

PAINTS = tuple(rgb(code) for code in ("8fa39a", "c9b08f", "a58f9a", "7f95a8", "c4a08a"))
WOOD = rgb("9a6a44")


def room(stage: Stage) -> None:
    """A wall, a window with the sky in it, light falling on a table."""
    rng, p = stage.stream("room"), stage.palette
    edge = stage.height * rng.uniform(0.62, 0.68)
    sky(stage, edge)
    far_hills(stage, edge * 0.8, stage.height * 0.16, 2)
    wall = rng.choice(PAINTS)
    opening = _window(stage, rng, edge)
    _wall(stage, opening, wall, edge)
    _curtain(stage, opening, wall)
    table = relief(
        (stage.width, round(stage.height - edge) + 2),
        rng,
        (p.under(lighter(WOOD, -0.2), 0, 0.6), p.under(lighter(WOOD, 0.08), 0, 0.85)),
        (2, 26),
    )
    stage.canvas.step_nearer()
    stage.canvas.fill([box(-2, stage.height + 2, stage.width + 2, edge)], table)
    stage.canvas.fill(
        [box(-2, edge + stage.height * 0.012, stage.width + 2, edge)], p.under(lighter(WOOD, 0.3), 0, 0.95), 0.7
    )
    _light(stage, opening, edge)
    if not stage.theme.subjects:
        prop = figure(THINGS[rng.choice(("vase", "cup", "book", "lamp"))])
        pose = Pose(stage.focus, stage.height * 0.87, stage.unit * rng.uniform(0.32, 0.42))
        shadow(stage.canvas, p, pose, 0.5)
        stand(stage.canvas, p, prop, pose, stage.orb)
    cast(stage, Spots((stage.focus, stage.height * 0.87), scale=1.15))


def _window(stage: Stage, rng: random.Random, edge: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the window, on the side away from the subject."""
    left = stage.focus > stage.width / 2
    wide, tall = stage.width * rng.uniform(0.34, 0.4), edge * rng.uniform(0.66, 0.74)
    x = stage.width * (0.08 if left else 0.92) - (0 if left else wide)
    return x, edge * 0.1, x + wide, edge * 0.1 + tall


def _wall(stage: Stage, opening: tuple[float, float, float, float], wall: Colour, edge: float) -> None:
    p = stage.palette
    left, top, right, bottom = opening
    dim, lit = p.under(lighter(wall, -0.3), 0, 0.4), p.under(wall, 0, 0.85)
    mask = Image.new("L", (stage.width, round(edge) + 2), 255)
    mask.paste(0, (round(left), round(top), round(right), round(bottom)))
    stage.canvas.step_nearer()
    stage.canvas.lay(
        mask,
        (0, 0, *mask.size),
        vertical(mask.size, [(0.0, mix(dim, lit, 0.35)), (0.6, lit), (1.0, mix(dim, lit, 0.6))]),
    )
    frame = stage.unit * 0.014
    middle, cross = (left + right) / 2, top + (bottom - top) * 0.42
    bars: list[Outline] = [
        box(left - frame, bottom + frame, right + frame, bottom),
        box(left - frame, top, right + frame, top - frame),
        box(left - frame, bottom, left, top),
        box(right, bottom, right + frame, top),
        box(middle - frame * 0.4, bottom, middle + frame * 0.4, top),
        box(left, cross + frame * 0.4, right, cross - frame * 0.4),
    ]
    stage.canvas.fill(bars, p.under(rgb("efe8da"), 0, 0.9))
    stage.canvas.fill(
        [box(left - frame * 2, bottom + frame * 2.4, right + frame * 2, bottom + frame)],
        p.under(rgb("d9cfbc"), 0, 0.75),
    )


def _curtain(stage: Stage, opening: tuple[float, float, float, float], wall: Colour) -> None:
    left, top, right, bottom = opening
    cloth, p = turned(lighter(wall, 0.45), 25), stage.palette
    wide = (right - left) * 0.3
    rod = box(left - wide * 0.9, top - stage.unit * 0.022, right + wide * 0.9, top - stage.unit * 0.032)
    stage.canvas.fill([rod], p.under(rgb("5a4638"), 0, 0.5))
    for outer, inner in ((left - wide * 0.6, left + wide * 0.55), (right + wide * 0.6, right - wide * 0.55)):
        for fold in range(6):
            t0, t1 = fold / 6, (fold + 1) / 6
            x0, x1 = outer + (inner - outer) * t0, outer + (inner - outer) * t1
            hem = bottom + stage.height * (0.05 + 0.006 * (fold % 2))
            strip = [(x0, top - stage.unit * 0.03), (x1, top - stage.unit * 0.03), (x1, hem), (x0, hem)]
            stage.canvas.fill([strip], p.under(lighter(cloth, -0.14 if fold % 2 else 0.04), 0, 0.8), 0.94)


def _light(stage: Stage, opening: tuple[float, float, float, float], edge: float) -> None:
    """The window's light on the table."""
    left, top, right, _ = opening
    slant = (stage.focus - (left + right) / 2) * 0.75
    low = stage.height * 0.99
    shape: Outline = [
        (left + slant * 0.4, edge + 4),
        (right + slant * 0.4, edge + 4),
        (right + slant * 1.2, low),
        (left + slant * 1.2, low),
    ]
    stage.canvas.fill([shape], stage.palette.light, 0.22 * max(0.3, stage.palette.bright))
    ray: Outline = [(left, top), (right, top), (right + slant * 1.2, low), (left + slant * 1.2, low)]
    stage.canvas.fill([ray], stage.palette.light, 0.06)


def studio(stage: Stage) -> None:
    """Head and shoulders before a disc of light, with leaves and flowers around it."""
    rng, p = stage.stream("studio"), stage.palette
    subject = next((s for s in stage.theme.subjects if s.name == "portrait"), None)
    tint = stage.theme.tints[0] if stage.theme.tints else None
    back = turned(mix(p.lower, p.upper, 0.4), 0, 0.9)
    stage.canvas.image.paste(
        vertical(
            (stage.width, stage.height), [(0, mix(back, p.zenith, 0.45)), (0.6, back), (1, mix(back, p.shade, 0.5))]
        )
    )
    bokeh(stage)
    x, middle = stage.width * rng.uniform(0.46, 0.54), stage.height * 0.42
    disc = min(stage.unit * 0.37, stage.width * 0.45)
    stage.canvas.glow(x, middle, disc * 1.9, p.horizon, 0.5)
    stage.canvas.step_nearer()
    stage.canvas.fill(
        [oval(x, middle, disc, disc, points=90)],
        Fade(mix(p.horizon, p.orb, 0.25), mix(p.horizon, tint or p.lower, 0.85)),
    )
    wreath(stage, rng, (x, middle), disc)
    if subject is not None:
        size = min(stage.unit * rng.uniform(0.78, 0.88), stage.height * 0.78)
        pose = Pose(x, stage.height + size * 0.1, size, 0.0, 1.0, likely(rng, 0.5), subject.colour)
        stage.canvas.step_nearer()
        drawing = bust(subject.words, stage.stream("bust"), subject.colour)
        stand(stage.canvas, p, drawing, pose, (0.0, 0.0), main=True)
    others = tuple(s for s in stage.theme.subjects if s.name != "portrait")
    if others:
        cast_beside(stage)


def cast_beside(stage: Stage) -> None:
    """What else the prompt names stands small in the lower corner."""
    cast(stage, Spots((stage.width * 0.8, stage.height * 0.97), air=(stage.width * 0.8, stage.height * 0.4), scale=0.7))


def wreath(stage: Stage, rng: random.Random, centre: tuple[float, float], disc: float) -> None:
    """Leaves and blossoms along the disc's edge."""
    p = stage.palette
    leaves: list[Outline] = []
    for i in range(34):
        angle = math.tau * i / 34 + rng.uniform(-0.06, 0.06)
        x, y = centre[0] + disc * 1.02 * math.cos(angle), centre[1] + disc * 1.02 * math.sin(angle)
        long, turn = disc * rng.uniform(0.12, 0.22), angle + rng.choice((-1, 1)) * rng.uniform(0.4, 1.1)
        tip = (x + long * math.cos(turn), y + long * math.sin(turn))
        side = (math.sin(turn) * long * 0.2, -math.cos(turn) * long * 0.2)
        centre_leaf = ((x + tip[0]) / 2, (y + tip[1]) / 2)
        leaves.append(
            smooth(
                [
                    (x, y),
                    (centre_leaf[0] + side[0], centre_leaf[1] + side[1]),
                    tip,
                    (centre_leaf[0] - side[0], centre_leaf[1] - side[1]),
                ],
                4,
            )
        )
    stage.canvas.fill(leaves[::2], p.under(rgb("4a7a52"), 0.1, 0.7))
    stage.canvas.fill(leaves[1::2], p.under(rgb("6f9a5c"), 0.1, 0.8))
    kind = kind_of((), rng)
    for _ in range(9):
        angle = rng.random() * math.tau
        x, y = centre[0] + disc * 1.02 * math.cos(angle), centre[1] + disc * 1.02 * math.sin(angle)
        r = disc * rng.uniform(0.07, 0.13)
        for tone, outlines in head(kind, rng, None, small=True):
            stage.canvas.fill([[(x + px * r, y + py * r) for px, py in o] for o in outlines], p.under(tone, 0.05, 0.9))
