"""The canvas: a picture, and for each pixel how near its layer is to the eye.

Shapes are filled through masks drawn larger and shrunk, which makes smooth edges at the price of the shape's own box.
Treatments read *depth* to cut, outline or shadow layer by layer, and *subject* to lift out what the prompt is about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw

from flux_batch.addons.server.render.colour import Colour
from flux_batch.addons.server.render.noise import vertical
from flux_batch.addons.server.render.outline import Outline, bounds

Box: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Fade:
    """A paint that runs from *top* to *bottom* over the height of the shape it fills."""

    top: Colour
    bottom: Colour


Paint: TypeAlias = "Colour | Fade | Image.Image"

SOLID = 0.5
"""Opacity above which a fill is a thing of its own and not a veil."""
FINE, COARSE = 160 * 160, 700 * 700
"""Areas in pixels up to which a mask is drawn 4 and 3 times as large; above, twice."""


class Canvas:
    """Pixels and their depth.

    Attributes:
        image: ``RGB``.
        depth: ``L``; 0 is the sky, higher is nearer.
        subject: ``L`` mask of the prompt's main figures.
        near: the depth that the next fill writes.
    """

    __slots__ = ("depth", "image", "near", "subject")

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height))
        self.depth = Image.new("L", (width, height))
        self.subject = Image.new("L", (width, height))
        self.near = 0

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.image.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.image.height

    @property
    def unit(self) -> float:
        """The length by which figures are sized: the shorter side, a little longer in wide pictures."""
        short, long = sorted(self.image.size)
        return short * min(1.25, math.sqrt(math.sqrt(long / short)))

    def step_nearer(self) -> None:
        """What is filled from now on stands in front of all that was filled before."""
        self.near = min(self.near + 9, 250)

    def mask(self, outlines: Sequence[Outline], *, soft: bool = True) -> tuple[Image.Image, Box] | None:
        """Coverage of *outlines* (pixels, may leave the canvas) as ``L`` over its box; None where nothing shows."""
        left, top, right, bottom = bounds(outlines)
        frame = (
            max(0, math.floor(left)),
            max(0, math.floor(top)),
            min(self.width, math.ceil(right) + 1),
            min(self.height, math.ceil(bottom) + 1),
        )
        across, down = frame[2] - frame[0], frame[3] - frame[1]
        if across <= 0 or down <= 0:
            return None
        scale = _scale(across * down) if soft else 1
        mask = Image.new("L", (across * scale, down * scale))
        pen = ImageDraw.Draw(mask)
        for outline in outlines:
            if len(outline) > 1:
                pen.polygon([((x - frame[0]) * scale, (y - frame[1]) * scale) for x, y in outline], fill=255)
        return mask.reduce(scale) if scale > 1 else mask, frame

    def fill(self, outlines: Sequence[Outline], paint: Paint, opacity: float = 1.0) -> None:
        """Fill the union of *outlines* (pixels) with *paint*; layers under half *opacity* leave the depth alone."""
        drawn = self.mask(outlines)
        if drawn is None:
            return
        self.lay(drawn[0], drawn[1], paint, opacity)

    def lay(self, mask: Image.Image, frame: Box, paint: Paint, opacity: float = 1.0) -> None:
        """Lay *paint* through *mask*, which covers the box *frame* (pixels, may leave the canvas)."""
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        self.image.paste(_flow(paint, mask.size), frame, mask)
        if opacity > SOLID and self.near:
            self.depth.paste(self.near, frame, mask)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float, *, sharp: float = 2.0) -> None:
        """Add light around (x, y) that falls off to nothing at *radius* pixels; higher *sharp*, tighter core."""
        side = max(2, round(radius * 2))
        left, top = round(x - radius), round(y - radius)
        frame = (max(0, left), max(0, top), min(self.width, left + side), min(self.height, top + side))
        if frame[2] <= frame[0] or frame[3] <= frame[1]:
            return
        table = [round(255 * strength * (1 - value / 255) ** sharp) for value in range(256)]
        seen = (frame[0] - left, frame[1] - top, frame[2] - left, frame[3] - top)
        spot = _RADIAL.resize(
            (frame[2] - frame[0], frame[3] - frame[1]),
            box=(seen[0] * 256 / side, seen[1] * 256 / side, seen[2] * 256 / side, seen[3] * 256 / side),
        )
        light = Image.merge("RGB", [spot.point([v * c // 255 for v in table]) for c in colour])
        self.image.paste(ImageChops.screen(self.image.crop(frame), light), frame)


def _scale(area: int) -> int:
    if area <= FINE:
        return 4
    return 3 if area <= COARSE // 4 else 2


def _flow(paint: Paint, size: tuple[int, int]) -> Image.Image | Colour:
    if isinstance(paint, Fade):
        return vertical(size, [(0.0, paint.top), (1.0, paint.bottom)])
    if isinstance(paint, Image.Image) and paint.size != size:
        return paint.resize(size)
    return paint


def _radial() -> Image.Image:
    """Distance from the centre, ``L``: 0 in the middle, 255 from the inscribed circle on."""
    return Image.radial_gradient("L").point([min(255, round(value * math.sqrt(2) * 1.0)) for value in range(256)])


_RADIAL = _radial()
