"""What a treatment works on: the plain painting with its layers, and the random choices of this picture."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from PIL import Image

from flux_batch.addons.server.render.chance import Chance


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture on its way through a treatment.

    Attributes:
        image: ``RGB``.
        depth: ``L``; 0 is the sky, higher is nearer; one value per layer.
        subject: ``L`` mask of the main figures.
        chance: random choices, one root per picture.
        words: the prompt, for treatments that set type.
    """

    image: Image.Image
    depth: Image.Image
    subject: Image.Image
    chance: Chance
    words: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Pixels across and down."""
        return self.image.size

    @property
    def unit(self) -> float:
        """The shorter side in pixels; sizes of strokes, dots and tiles are shares of it."""
        return float(min(self.image.size))

    def stream(self, name: str) -> random.Random:
        """Random numbers for the effect *name*."""
        return self.chance.stream(name)

    def showing(self, image: Image.Image) -> Plate:
        """The same layers with another image."""
        return replace(self, image=image)


Effect: TypeAlias = Callable[[Plate], Image.Image]
"""One step of a treatment: reads the plate, returns the next image."""


def treated(plate: Plate, effects: tuple[Effect, ...]) -> Image.Image:
    """Run *effects* in order."""
    for effect in effects:
        plate = plate.showing(effect(plate))
    return plate.image
