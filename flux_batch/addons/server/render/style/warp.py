"""Bent space: melting waves, a swollen middle, a swirl."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from PIL import Image

from flux_batch.addons.server.render.outline import Point
from flux_batch.addons.server.render.style.plate import Plate

CELLS = 40


def bent(plate: Plate, source: Callable[[float, float], Point]) -> Plate:
    """Move every place of the picture and of its layers.

    *source* tells, in shares of width and height, where the colour of a place comes from.
    """
    width, height = plate.size
    xs = [round(width * i / CELLS) for i in range(CELLS + 1)]
    ys = [round(height * j / CELLS) for j in range(CELLS + 1)]
    places = {}
    for i in range(CELLS + 1):
        for j in range(CELLS + 1):
            x, y = source(i / CELLS, j / CELLS)
            places[i, j] = (min(1.0, max(0.0, x)) * (width - 1), min(1.0, max(0.0, y)) * (height - 1))
    mesh = []
    for i in range(CELLS):
        for j in range(CELLS):
            box = (xs[i], ys[j], xs[i + 1], ys[j + 1])
            if box[0] < box[2] and box[1] < box[3]:
                quad = (*places[i, j], *places[i, j + 1], *places[i + 1, j + 1], *places[i + 1, j])
                mesh.append((box, quad))

    def moved(layer: Image.Image, sampling: Image.Resampling) -> Image.Image:
        return layer.transform(layer.size, Image.Transform.MESH, mesh, sampling)

    return replace(
        plate,
        image=moved(plate.image, Image.Resampling.BILINEAR),
        depth=moved(plate.depth, Image.Resampling.NEAREST),
        subject=moved(plate.subject, Image.Resampling.BILINEAR),
    )


@dataclass(frozen=True, slots=True)
class Melt:
    """Waves run through everything, stronger below, as if it hung down and dripped."""

    amount: float = 0.05
    waves: float = 2.5

    def __call__(self, plate: Plate) -> Plate:
        phase = plate.stream("melt").random() * math.tau

        def source(x: float, y: float) -> Point:
            swing = math.sin(phase + y * self.waves * math.tau) * self.amount * (0.4 + y)
            sag = (math.sin(phase * 2 + x * self.waves * 1.7 * math.tau) + 1) * self.amount * 0.8 * y
            return x + swing, y - sag

        return bent(plate, source)


@dataclass(frozen=True, slots=True)
class Bulge:
    """A lens over the subject's head: the middle swells, the rest shrinks away."""

    amount: float = 0.5
    reach: float = 0.42

    def __call__(self, plate: Plate) -> Plate:
        frame = plate.subject.getbbox() or (0, 0, *plate.size)
        cx = (frame[0] + frame[2]) / 2 / plate.size[0]
        cy = (frame[1] + (frame[3] - frame[1]) * 0.3) / plate.size[1]

        def source(x: float, y: float) -> Point:
            away = math.hypot(x - cx, y - cy) / self.reach
            if away >= 1:
                return x, y
            pull = 1 - self.amount * (1 - away) ** 1.2
            return cx + (x - cx) * pull, cy + (y - cy) * pull

        return bent(plate, source)


@dataclass(frozen=True, slots=True)
class Swirl:
    """Everything turns about a point, most in the middle; *turn* in degrees."""

    turn: float = 120.0
    x: float = 0.5
    y: float = 0.45

    def __call__(self, plate: Plate) -> Plate:
        def source(x: float, y: float) -> Point:
            dx, dy = x - self.x, y - self.y
            angle = math.radians(self.turn) * max(0.0, 1 - math.hypot(dx, dy) / 0.62) ** 2
            cos, sin = math.cos(angle), math.sin(angle)
            return self.x + dx * cos - dy * sin, self.y + dx * sin + dy * cos

        return bent(plate, source)
