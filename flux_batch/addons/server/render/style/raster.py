"""Rasters: pixels and their limited palettes."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.screen import tiled
from flux_batch.addons.server.render.style.tone import reduced

HALF = 127
BAYER = (0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5)
"""The 4 x 4 ordered dither of Bayer (1973), in sixteenths."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A coarse grid in few colours with ordered dither and dark outlines around the subject.

    Attributes:
        across: pixels along the shorter side.
        colours: how many.
        dither: steps of 255 that the dither moves a pixel.
        outline: how dark the subject's outline is, 0 to 1.
    """

    across: int = 112
    colours: int = 28
    dither: int = 12
    outline: float = 0.75

    def __call__(self, plate: Plate) -> Image.Image:
        scale = max(1.0, plate.unit / self.across)
        grid = (max(1, round(plate.size[0] / scale)), max(1, round(plate.size[1] / scale)))
        small = plate.image.resize(grid, Image.Resampling.BOX).filter(ImageFilter.UnsharpMask(1, 60, 2))
        small.paste((18, 14, 26), (0, 0), self._rim(plate, grid))
        tile = Image.frombytes("L", (4, 4), bytes(128 + round((v / 15 - 0.5) * self.dither) for v in BAYER))
        pattern = tiled(tile, grid)
        dithered = ImageChops.add(small, Image.merge("RGB", (pattern, pattern, pattern)), 1, -128)
        return reduced(plate, dithered, self.colours).resize(plate.size, Image.Resampling.NEAREST)

    def _rim(self, plate: Plate, grid: tuple[int, int]) -> Image.Image:
        """One pixel around the subject, ``L``."""
        shape = plate.subject.resize(grid, Image.Resampling.BOX).point([255 if v > HALF else 0 for v in range(256)])
        grown = shape.filter(ImageFilter.MaxFilter(3))
        return ImageChops.subtract(grown, shape).point([round(v * self.outline) for v in range(256)])
