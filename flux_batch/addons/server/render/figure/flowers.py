"""Flower heads seen from the front, drawn around (0, 0) with radius 1, in layers of one tone each."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TypeAlias

from flux_batch.addons.server.render.colour import Colour, lighter, rgb
from flux_batch.addons.server.render.outline import Outline, oval, smooth

Layer: TypeAlias = tuple[Colour, list[Outline]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a flower grows.

    Attributes:
        petals: in one ring.
        rings: of petals, the inner ones smaller and lighter.
        slim: width of a petal as a share of its length.
        colours: of the petals, one is chosen.
        heart: colour of the middle.
        eye: radius of the middle.
        cup: seen from the side as a cup (tulips) instead of from the front.
    """

    petals: int
    rings: int
    slim: float
    colours: tuple[str, ...]
    heart: str
    eye: float
    cup: bool = False


KINDS = {
    "daisy": Kind(16, 1, 0.22, ("fbf8f0", "fdf3d8", "f6dbe6"), "f0b429", 0.27),
    "sunflower": Kind(22, 2, 0.2, ("f5b81f", "f2a516"), "5a3620", 0.44),
    "poppy": Kind(5, 1, 0.95, ("d93a2b", "e8552f", "c92f3c"), "2b2224", 0.2),
    "rose": Kind(6, 4, 0.9, ("c93048", "e06a86", "f0b8a8", "f6ead8"), "8f1f38", 0.1),
    "tulip": Kind(3, 1, 0.6, ("e0483c", "f2b53a", "d0559a", "f3e6d2", "8f4fb0"), "f0c050", 0.0, cup=True),
    "lily": Kind(6, 1, 0.34, ("f8efe4", "f4b8a0", "f5d06a"), "c98a3a", 0.1),
    "lotus": Kind(9, 3, 0.42, ("f4b6c8", "f9dbe2", "f2f0f4"), "f0c34a", 0.16),
    "peony": Kind(9, 4, 0.6, ("e889a6", "f3b6c0", "d85a78"), "f0c050", 0.1),
    "iris": Kind(6, 2, 0.5, ("6a55b8", "8a7ad0", "4f6fc4"), "f0c34a", 0.12),
    "lavender": Kind(7, 2, 0.4, ("8f7ac8", "a593d8"), "6a52a8", 0.2),
    "dandelion": Kind(26, 2, 0.12, ("f3c52e", "f6d65a"), "e0a21c", 0.3),
}
GARDEN = ("daisy", "poppy", "rose", "tulip", "peony", "lily", "sunflower", "iris")


def kind_of(words: tuple[str, ...], rng: random.Random) -> Kind:
    """The kind that the prompt's *words* name, or one that *rng* chooses."""
    for word in words:
        for form in (word, word.removesuffix("e"), word.removesuffix("ie") + "y", word.split("-")[0]):
            if form in KINDS:
                return KINDS[form]
    return KINDS[rng.choice(GARDEN)]


def head(kind: Kind, rng: random.Random, colour: Colour | None, *, small: bool = False) -> list[Layer]:
    """The layers of one flower, back to front, y downwards; *small* ones do without their finest parts."""
    tone = colour or rgb(rng.choice(kind.colours))
    if kind.cup:
        return _cup(tone)
    layers: list[Layer] = []
    for ring in range(kind.rings):
        reach = 1.0 - 0.78 * ring / kind.rings
        turn = rng.random() * math.tau
        angles = [turn + math.tau * i / kind.petals for i in range(kind.petals)]
        outer = [_petal(angle, reach, kind.slim) for angle in angles]
        layers.append((lighter(tone, -0.2 + 0.09 * ring), outer[::2]))
        layers.append((lighter(tone, -0.06 + 0.09 * ring), outer[1::2]))
        if not small:
            inner = [_petal(angle, reach * 0.8, kind.slim * 0.55) for angle in angles]
            layers.append((lighter(tone, 0.1 + 0.07 * ring), inner))
    if kind.eye:
        layers += _eye(kind, small=small)
    return layers


def _eye(kind: Kind, *, small: bool) -> list[Layer]:
    heart = rgb(kind.heart)
    layers: list[Layer] = [(heart, [oval(0, 0, kind.eye, kind.eye)])]
    if not small:
        layers.append((lighter(heart, 0.28), [_dot(i, kind.eye) for i in range(34)]))
    layers.append((lighter(heart, -0.3), [oval(0, kind.eye * 0.12, kind.eye * 0.42, kind.eye * 0.42)]))
    return layers


def _petal(angle: float, reach: float, slim: float) -> Outline:
    cos, sin = math.cos(angle), math.sin(angle)
    half = slim * reach
    shape = [
        (0.06, 0.0),
        (0.4, -half * 0.72),
        (0.78, -half),
        (1.0, -half * 0.3),
        (1.0, half * 0.3),
        (0.78, half),
        (0.4, half * 0.72),
    ]
    return smooth([(reach * x * cos - y * sin * 0.62, reach * x * sin + y * cos * 0.62) for x, y in shape], 2)


def _dot(number: int, eye: float) -> Outline:
    """Seeds in the golden angle."""
    angle, reach = number * 2.39996, eye * 0.92 * math.sqrt(number / 34)
    return oval(reach * math.cos(angle), reach * math.sin(angle), eye * 0.075, eye * 0.075, points=8)


def _cup(tone: Colour) -> list[Layer]:
    back = smooth([(-0.45, -0.75), (-0.15, -0.4), (0.15, -0.4), (0.45, -0.75), (0.5, 0.2), (0, 0.7), (-0.5, 0.2)], 5)
    left = smooth([(-0.72, -0.95), (-0.72, -0.2), (-0.5, 0.5), (-0.05, 0.78), (0.1, 0.3), (-0.2, -0.4)], 5)
    right = smooth([(0.72, -0.95), (0.72, -0.2), (0.5, 0.5), (0.05, 0.78), (-0.1, 0.3), (0.2, -0.4)], 5)
    front = smooth([(0, -0.85), (-0.34, -0.2), (-0.3, 0.45), (0, 0.78), (0.3, 0.45), (0.34, -0.2)], 5)
    return [(lighter(tone, -0.25), [back]), (lighter(tone, -0.1), [left, right]), (lighter(tone, 0.1), [front])]
