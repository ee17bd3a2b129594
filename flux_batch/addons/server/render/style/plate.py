"""What a treatment works on: the plain painting with its layers, and the random choices of this picture."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from PIL import Image

from flux_batch.addons.server.render.chance import Chance

LARGE = 1024
"""Pixels a side up to which fine work is drawn at twice the size."""


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

    @property
    def fine(self) -> int:
        """How many times larger than the picture fine work is drawn before it is shrunk: smooth edges."""
        return 2 if max(self.size) <= LARGE else 1

    def stream(self, name: str) -> random.Random:
        """Random numbers for the effect *name*."""
        return self.chance.stream(name)

    def showing(self, image: Image.Image) -> Plate:
        """The same layers with another image."""
        return replace(self, image=image)

    def lifted(self, share: float = 0.84) -> tuple[Image.Image, Image.Image] | None:
        """The subject and its mask, cut out and enlarged to fill *share* of the picture; None where there is none."""
        frame = self.subject.getbbox()
        if frame is None:
            return None
        wide, high = frame[2] - frame[0], frame[3] - frame[1]
        scale = share * min(self.size[0] / wide, self.size[1] / high)
        size = (max(1, round(wide * scale)), max(1, round(high * scale)))
        at = ((self.size[0] - size[0]) // 2, (self.size[1] - size[1]) // 2)
        image, mask = Image.new("RGB", self.size), Image.new("L", self.size)
        image.paste(self.image.resize(size, Image.Resampling.BICUBIC, frame), at)
        mask.paste(self.subject.resize(size, Image.Resampling.BICUBIC, frame), at)
        return image, mask


Effect: TypeAlias = Callable[[Plate], "Image.Image | Plate"]
"""One step of a treatment: reads the plate, returns the next image, or the next plate where forms have moved."""


def treated(plate: Plate, effects: tuple[Effect, ...]) -> Image.Image:
    """Run *effects* in order."""
    for effect in effects:
        after = effect(plate)
        plate = after if isinstance(after, Plate) else plate.showing(after)
    return plate.image
