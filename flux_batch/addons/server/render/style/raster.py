"""Rasters: pixels and their limited palettes."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from flux_batch.addons.server.render.style.plate import Plate

BAYER = (0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5)
"""The 4 x 4 ordered dither of Bayer (1973), in sixteenths."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A coarse grid in few colours with ordered dither.

    Attributes:
        across: pixels along the shorter side.
        colours: how many.
        dither: steps of 255 that the dither moves a pixel.
    """

    across: int = 96
    colours: int = 24
    dither: int = 18

    def __call__(self, plate: Plate) -> Image.Image:
        scale = max(1.0, plate.unit / self.across)
        grid = (max(1, round(plate.size[0] / scale)), max(1, round(plate.size[1] / scale)))
        small = plate.image.resize(grid, Image.Resampling.BOX)
        edges = plate.depth.resize(grid, Image.Resampling.NEAREST).filter(ImageFilter.FIND_EDGES)
        outlined = ImageChops.multiply(small, edges.point([255 - min(70, v * 2) for v in range(256)]).convert("RGB"))
        tile = Image.frombytes("L", (4, 4), bytes(128 + round((v / 15 - 0.5) * self.dither) for v in BAYER))
        pattern = Image.new("L", grid)
        for y in range(0, grid[1], 4):
            for x in range(0, grid[0], 4):
                pattern.paste(tile, (x, y))
        dithered = ImageChops.add(outlined, Image.merge("RGB", [pattern] * 3), 1, -128)
        few = dithered.quantize(self.colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
        return few.resize(plate.size, Image.Resampling.NEAREST)
