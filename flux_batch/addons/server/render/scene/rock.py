"""Rock: headlands and islets with lit and shaded faces, turf on top."""

from __future__ import annotations

import math
import random

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.colour import lighter, mix, rgb
from flux_batch.addons.server.render.noise import ridge
from flux_batch.addons.server.render.outline import Outline, Point
from flux_batch.addons.server.render.scene.land import ground_colour
from flux_batch.addons.server.render.scene.stage import Stage

ROCK = rgb("857d78")
SHADES = (-0.62, -0.48, -0.34, -0.2, -0.06, 0.12)
"""How light the faces are, from those turned away to those turned to the light."""


def headland(stage: Stage, shore: float, crest: float, reach: float) -> list[Point]:
    """A rocky point that runs in from the subject's side; return its upper line, to stand things on.

    Args:
        stage: the picture.
        shore: y of the waterline, pixels.
        crest: y of its highest part, pixels.
        reach: how far it comes in, as a share of the width.
    """
    rng = stage.stream("headland")
    left = stage.focus < stage.width / 2
    bumps = ridge(rng, 33, 0.55)
    line = []
    for i, bump in enumerate(bumps):
        t = i / 32
        fall = math.cos(min(1.0, max(0.0, (t - 0.52) / 0.48)) * math.pi / 2) ** 0.8
        ragged = (bump - 0.5) * 0.12 if i > len(bumps) // 2 else 0.0
        y = shore - (shore - crest) * (fall * (0.94 + 0.12 * bump) - ragged)
        x = t * reach * stage.width
        line.append((x - 2 if left else stage.width - x + 2, min(y, shore + 1)))
    line = line if left else line[::-1]
    crag(stage, rng, line, shore + 2)
    turf(stage, rng, line, shore - crest, shore)
    return line


def islet(stage: Stage, at: Point, wide: float, high: float) -> float:
    """A rock in the water about *at*, *wide* and *high* pixels; return the y of its flat top."""
    rng = stage.stream("islet")
    bumps = ridge(rng, 21, 0.6)
    line = []
    for i, bump in enumerate(bumps):
        t = i / 20
        rise = min(1.0, math.sin(math.pi * t) * 1.7) ** 0.8
        line.append((at[0] + (t - 0.5) * wide, at[1] - high * rise * (0.9 + 0.2 * bump)))
    line[0], line[-1] = (line[0][0], at[1]), (line[-1][0], at[1])
    crag(stage, rng, line, at[1] + high * 0.12)
    turf(stage, rng, line[4:17], high * 0.7, at[1])
    return float(min(y for _, y in line[8:13]) + high * 0.12)


def crag(stage: Stage, rng: random.Random, line: list[Point], floor: float) -> None:
    """Everything from *line* down to *floor* (y, pixels) in faces of rock."""
    p = stage.palette
    left, right = line[0], line[-1]
    stage.canvas.step_nearer()
    base = p.under(lighter(ROCK, -0.4), 0.02, 0.3)
    stage.canvas.fill([[*line, (right[0], floor), (left[0], floor)]], base)
    groups: list[list[Outline]] = [[] for _ in SHADES]
    for shade, face in _faces(rng, line, floor, 1 if stage.orb[0] > stage.focus else -1):
        groups[shade].append(face)
    for group, light in zip(groups, SHADES, strict=True):
        tone = p.under(lighter(ROCK, light), 0.03, 0.45 + 0.4 * (light + 0.6))
        stage.canvas.fill(group, Fade(tone, mix(tone, p.under(lighter(ROCK, -0.6), 0, 0.2), 0.45)))


def _faces(rng: random.Random, line: list[Point], floor: float, sunny: int) -> list[tuple[int, Outline]]:
    """Triangles between *line* and *floor* with the number of the shade each has."""
    columns, rows = max(4, len(line) // 2), 5
    net: dict[tuple[int, int], Point] = {}
    for i in range(columns + 1):
        x, top = line[round(i * (len(line) - 1) / columns)]
        gap = abs(line[-1][0] - line[0][0]) / columns
        for j in range(rows + 1):
            inner = 0 < j < rows
            dx = rng.uniform(-0.42, 0.42) * gap if inner else 0.0
            dy = rng.uniform(-0.35, 0.35) * (floor - top) / rows if inner else 0.0
            net[i, j] = (x + dx, top + (floor - top) * j / rows + dy)
    faces: list[tuple[int, Outline]] = []
    for i in range(columns):
        for j in range(rows):
            a, b, c, d = net[i, j], net[i + 1, j], net[i + 1, j + 1], net[i, j + 1]
            for corners, turned in (([a, b, d], -1), ([b, c, d], 1)):
                shade = 3.3 - j * 0.45 + 1.1 * turned * -sunny + rng.uniform(-1.2, 1.2)
                faces.append((min(len(SHADES) - 1, max(0, round(shade))), list(corners)))
    return faces


def turf(stage: Stage, rng: random.Random, line: list[Point], depth: float, shore: float) -> None:
    """Grass (or snow) along the top of *line*, hanging over in tongues, bare near the *shore* (y, pixels)."""
    p, local = stage.palette, ground_colour(stage)
    under = []
    for i, (x, y) in enumerate(line):
        bare = min(1.0, max(0.0, (shore - y) / (depth + 1) * 1.6 - 0.35))
        under.append((x, y + depth * bare * (0.07 + (0.16 if i % 2 else 0.05) * rng.uniform(0.4, 1.2))))
    lit, dim = p.under(lighter(local, 0.12), 0.04, 0.9), p.under(lighter(local, -0.2), 0.0, 0.4)
    stage.canvas.fill([[*line, *under[::-1]]], Fade(lit, dim))
    blades: list[Outline] = []
    for x, y in line:
        for _ in range(3):
            if shore - y > depth * 0.45:
                bx, tall = x + rng.uniform(-0.012, 0.012) * stage.unit, stage.unit * rng.uniform(0.006, 0.02)
                lean = rng.uniform(-0.6, 0.6) * tall
                blades.append([(bx - tall * 0.12, y + 2), (bx + lean, y - tall), (bx + tall * 0.12, y + 2)])
    stage.canvas.fill(blades, lit if stage.has("snow") else mix(lit, dim, 0.4))
