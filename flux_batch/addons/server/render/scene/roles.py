"""Roles: which figure plays a subject, how large it is, where it is at home, what colour its name says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flux_batch.addons.server.render.colour import Colour, rgb
from flux_batch.addons.server.render.figure.beasts import BEASTS
from flux_batch.addons.server.render.figure.buildings import BUILDINGS
from flux_batch.addons.server.render.figure.creatures import CREATURES
from flux_batch.addons.server.render.figure.things import THINGS
from flux_batch.addons.server.render.figure.vessels import VESSELS

FIGURES: Mapping[str, str] = {**BEASTS, **CREATURES, **BUILDINGS, **VESSELS, **THINGS}


KNOWN_BY_COLOUR: Mapping[str, Colour] = {
    word: rgb(code)
    for code, words in {
        "26262c": "raven crow panther blackbird",
        "f2f0ea": "dove unicorn swan arctic polar",
        "d9a253": "lion lioness",
        "df8730": "tiger",
        "c9a468": "cheetah leopard",
        "f48fa6": "flamingo",
        "3fa34f": "parrot",
        "b8582f": "robin",
        "6d6f78": "husky",
        "8a5a36": "moose elk",
        "5c8ab0": "shark",
        "c0c6cc": "salmon trout",
        "b3443a": "barn",
    }.items()
    for word in words.split()
}
"""Words for a subject that say its colour by themselves."""


@dataclass(frozen=True, slots=True)
class Role:
    """How a subject appears.

    Attributes:
        size: height as a share of the picture's unit.
        home: ``ground``, ``water``, ``air``, ``table``, ``branch``, or ``front`` for who looks in from the lower edge.
        shadow: width of its shadow as a share of its height.
        plays: figures that may play it, one is chosen by chance; none means the subject's own name.
    """

    size: float
    home: str = "ground"
    shadow: float = 0.4
    plays: tuple[str, ...] = ()


ROLES = {
    "lighthouse": Role(0.6, shadow=0.3),
    "fox": Role(0.4, plays=("fox", "fox", "fox-walking")),
    "wolf": Role(0.42),
    "cat": Role(0.38),
    "owl": Role(0.4, "branch"),
    "deer": Role(0.5, shadow=0.36),
    "rabbit": Role(0.34),
    "bear": Role(0.4, shadow=0.5),
    "horse": Role(0.44),
    "bird": Role(0.28, "branch"),
    "heron": Role(0.44, shadow=0.2),
    "swan": Role(0.27, "water"),
    "whale": Role(0.42, "water"),
    "fish": Role(0.26, "water"),
    "elephant": Role(0.46, shadow=0.55),
    "camel": Role(0.4),
    "dragon": Role(0.42, "air"),
    "penguin": Role(0.34, shadow=0.35),
    "turtle": Role(0.24, "water", 0.7),
    "jellyfish": Role(0.4, "water"),
    "butterfly": Role(0.3, "air"),
    "portrait": Role(0.66, "front"),
    "walker": Role(0.32, shadow=0.25),
    "house": Role(0.36, shadow=0.55),
    "castle": Role(0.44, shadow=0.8),
    "church": Role(0.42, shadow=0.5),
    "temple": Role(0.42, shadow=0.55),
    "windmill": Role(0.5, shadow=0.3),
    "tower": Role(0.72, shadow=0.2),
    "boat": Role(0.38, "water"),
    "ship": Role(0.44, "water"),
    "balloon": Role(0.42, "air"),
    "rocket": Role(0.46, "air"),
    "astronaut": Role(0.46, shadow=0.25),
    "robot": Role(0.46, shadow=0.3),
    "car": Role(0.2, shadow=0.95),
    "train": Role(0.26, shadow=1.0),
    "bicycle": Role(0.26, shadow=0.7),
    "palm": Role(0.66, shadow=0.2),
    "cactus": Role(0.5, shadow=0.25),
    "mushroom": Role(0.34, shadow=0.45),
    "flower": Role(0.46, "table", 0.35, ("vase",)),
    "cup": Role(0.34, "table", 0.7),
    "fruit": Role(0.32, "table", 0.75),
    "vase": Role(0.5, "table", 0.35),
    "book": Role(0.32, "table", 0.6),
    "lamp": Role(0.42, "table", 0.3),
    "guitar": Role(0.62, "table", 0.3),
    "crystal": Role(0.4, "table", 0.65),
    "skull": Role(0.36, "table", 0.4),
    "campfire": Role(0.26, shadow=0.5),
}
