"""The stage: canvas, light and chance of one picture, and the few measures all places share."""

from __future__ import annotations

import random
from dataclasses import dataclass

from flux_batch.addons.server.render.canvas import Canvas
from flux_batch.addons.server.render.chance import Chance
from flux_batch.addons.server.render.outline import Point
from flux_batch.addons.server.render.palette import Palette
from flux_batch.addons.server.render.prompt import Theme

ORB_HEIGHT = {"day": 0.16, "morning": 0.38, "night": 0.28, "twilight": 0.36, "neon": 0.5}
"""How far down to the horizon the sun or moon stands, where it is not low."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What every painter of a place gets.

    Attributes:
        canvas: what is painted on.
        palette: the light.
        theme: what is asked for.
        chance: the picture's random choices.
        horizon: y of the horizon, pixels.
        focus: x where the main subject stands, pixels.
        orb: centre of the sun or the moon, pixels; may lie outside the picture.
        zoom: how near the subject is seen, about 1.
    """

    canvas: Canvas
    palette: Palette
    theme: Theme
    chance: Chance
    horizon: float
    focus: float
    orb: Point
    zoom: float = 1.0

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.canvas.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.canvas.height

    @property
    def unit(self) -> float:
        """The length figures are sized by, pixels."""
        return self.canvas.unit

    def stream(self, name: str) -> random.Random:
        """Random numbers for the part *name*."""
        return self.chance.stream(name)

    def has(self, weather: str) -> bool:
        """Whether the prompt asks for *weather*."""
        return weather in self.theme.weathers


def stage_for(theme: Theme, palette: Palette, size: tuple[int, int], chance: Chance, *, wide: bool = False) -> Stage:
    """Lay out a picture of *size*: the subject on one third, the orb on the other; *wide* steps back from it all."""
    rng = chance.stream("layout")
    width, height = size
    left = rng.choice((True, False))
    focus = width * (rng.uniform(0.3, 0.4) if left else rng.uniform(0.6, 0.7))
    across = rng.uniform(0.62, 0.86)
    horizon = height * rng.uniform(0.55, 0.68)
    above = ORB_HEIGHT.get(theme.time, 0.78)
    orb = (width * (across if left else 1 - across), horizon * (above + rng.uniform(-0.08, 0.08)))
    zoom = rng.uniform(0.78, 1.12) * (0.72 if wide else 1.0)
    return Stage(Canvas(width, height), palette, theme, chance, horizon, focus, orb, zoom)
