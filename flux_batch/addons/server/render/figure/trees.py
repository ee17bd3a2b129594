"""Trees standing at a point: conifers in tiers, leafy trees in clusters, each in parts of one tone."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from flux_batch.addons.server.render.outline import Outline, Point, limb, oval

PINE_TIERS = (6, 8)
GOLDEN_ANGLE = 2.39996
"""Radians; places turned by it fill a disc evenly."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Outlines of one tree or of many, by what they show, in pixels.

    Attributes:
        wood: stems and boughs.
        crown: all of the foliage.
        lit: foliage towards the light.
        shade: foliage away from it.
        snow: snow towards the light; *drift* away from it.
    """

    wood: list[Outline] = field(default_factory=list)
    crown: list[Outline] = field(default_factory=list)
    lit: list[Outline] = field(default_factory=list)
    shade: list[Outline] = field(default_factory=list)
    snow: list[Outline] = field(default_factory=list)
    drift: list[Outline] = field(default_factory=list)

    def take(self, other: Trees) -> None:
        """Add the outlines of *other*."""
        for mine, theirs in (
            (self.wood, other.wood),
            (self.crown, other.crown),
            (self.lit, other.lit),
            (self.shade, other.shade),
            (self.snow, other.snow),
            (self.drift, other.drift),
        ):
            mine.extend(theirs)


def pine(rng: random.Random, x: float, y: float, tall: float, sunny: int = -1) -> Trees:
    """A conifer at (x, y), *tall* pixels: tiers around a stem, lit from the left (*sunny* -1) or the right (1)."""
    tiers = rng.randint(*PINE_TIERS)
    half = tall * rng.uniform(0.18, 0.24)
    sides: dict[int, list[Point]] = {-1: [], 1: []}
    tree = Trees()
    for i in range(tiers):
        t = i / tiers
        low, step = y - tall * (0.09 + 0.91 * t), tall * 0.91 / tiers
        for side in (-1, 1):
            reach = half * (1 - t) ** 0.82 * rng.uniform(0.9, 1.1)
            sides[side] += [(x + side * reach, low + step * 0.16), (x + side * reach * 0.5, low - step * 0.62)]
            patch = _snow(x, low, side * reach, step)
            (tree.snow if side == sunny else tree.drift).append(patch)
    top = (x, y - tall)
    tree.crown.append([*sides[-1], top, *sides[1][::-1]])
    tree.shade.append([(x, y - tall * 0.07), *sides[-sunny], top])
    tree.wood.append(limb([(x, y), (x, y - tall * 0.2)], [tall * 0.034, tall * 0.026]))
    return tree


def _snow(x: float, low: float, reach: float, step: float) -> Outline:
    """Snow on one half of one tier, scalloped below."""
    return [
        (x, low - step * 0.72),
        (x + reach * 0.46, low - step * 0.54),
        (x + reach * 0.97, low + step * 0.1),
        (x + reach * 0.72, low - step * 0.1),
        (x + reach * 0.5, low + step * 0.02),
        (x + reach * 0.3, low - step * 0.22),
        (x, low - step * 0.2),
    ]


def broadleaf(rng: random.Random, x: float, y: float, tall: float, sunny: int = -1) -> Trees:
    """A leafy tree at (x, y), *tall* pixels, lit from the left (*sunny* -1) or the right (1)."""
    tree = Trees()
    tree.wood.append(
        limb(
            [(x, y), (x + tall * 0.012, y - tall * 0.3), (x - tall * 0.01, y - tall * 0.64)],
            [tall * 0.075, tall * 0.046, tall * 0.018],
        ),
    )
    for reach in (-0.16, 0.14):
        knee, tip = (x + reach * tall * 0.6, y - tall * 0.45), (x + reach * tall, y - tall * 0.58)
        tree.wood.append(limb([(x, y - tall * 0.3), knee, tip], [tall * 0.032, tall * 0.02, tall * 0.01]))
    count, spread, turn = 19, tall * rng.uniform(0.2, 0.25), rng.random() * math.tau
    for i in range(count):
        angle, reach = turn + i * GOLDEN_ANGLE, spread * math.sqrt(i / count)
        cx = x + math.cos(angle) * reach + rng.gauss(0, 0.012) * tall
        cy = y - tall * 0.66 + math.sin(angle) * reach * 0.82 + rng.gauss(0, 0.012) * tall
        r = tall * rng.uniform(0.075, 0.125)
        tree.crown.append(oval(cx, cy, r, r * 0.9, points=18))
        if cy < y - tall * 0.58:
            tree.lit.append(oval(cx + sunny * r * 0.3, cy - r * 0.3, r * 0.6, r * 0.46, points=14))
    tree.shade.extend(
        oval(x - sunny * tall * rng.uniform(0.02, 0.16), y - tall * rng.uniform(0.5, 0.58), tall * 0.07, tall * 0.05)
        for _ in range(3)
    )
    tree.snow.extend(tree.lit)
    return tree
