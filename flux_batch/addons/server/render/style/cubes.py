"""Worlds of cubes: seen from above one corner, and block by block from the front."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from flux_batch.addons.server.render.colour import Colour, lighter
from flux_batch.addons.server.render.noise import grain
from flux_batch.addons.server.render.outline import Point
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.screen import tiled
from flux_batch.addons.server.render.style.stroke import Sampler, restless


@dataclass(frozen=True, slots=True)
class Cubes:
    """An isometric world of cubes: each takes its colour from the picture, lit on top, dark on the right."""

    cell: float = 0.026
    tall: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        rng, scale = plate.stream("cubes"), plate.fine
        half = max(4.0, self.cell * plate.unit) * scale
        rise = half * 0.5
        sampler = Sampler(plate.image, half / scale, Image.new("L", (2, 2)))
        board = Image.new("RGB", (plate.size[0] * scale, plate.size[1] * scale), (20, 22, 28))
        pen = ImageDraw.Draw(board)
        rows = math.ceil(board.height / (rise * 3)) + 3
        for row in range(-1, rows):
            for column in range(-1, math.ceil(board.width / (half * 2)) + 2):
                x, y = column * half * 2 + (half if row % 2 else 0), row * rise * 3
                tone = restless(sampler.colour(x / scale, y / scale), rng, 0.12)
                lift = self.tall * half * (sum(tone) / 765 - 0.4)
                cube(pen, (x, y - lift), half, rise, rise * 2 + max(0.0, lift), tone)
        return board.reduce(scale) if scale > 1 else board


def cube(pen: ImageDraw.ImageDraw, at: Point, half: float, rise: float, deep: float, tone: Colour) -> None:
    """One cube: its top diamond about *at*, two sides *deep* pixels."""
    x, y = at
    north, east, south, west = (x, y - rise), (x + half, y), (x, y + rise), (x - half, y)
    pen.polygon([west, south, (x, y + rise + deep), (x - half, y + deep)], fill=lighter(tone, -0.06))
    pen.polygon([south, east, (x + half, y + deep), (x, y + rise + deep)], fill=lighter(tone, -0.3))
    pen.polygon([north, east, south, west], fill=lighter(tone, 0.24))


@dataclass(frozen=True, slots=True)
class Blocks:
    """A world of blocks: coarse squares with a grainy surface and bevelled edges."""

    across: int = 40
    bevel: float = 0.4

    def __call__(self, plate: Plate) -> Image.Image:
        cell = max(4, round(plate.unit / self.across))
        grid = (-(-plate.size[0] // cell), -(-plate.size[1] // cell))
        small = plate.image.resize(grid, Image.Resampling.BOX)
        coarse = small.resize((grid[0] * cell, grid[1] * cell), Image.Resampling.NEAREST).crop((0, 0, *plate.size))
        rng = plate.stream("blocks")
        speck = grain((grid[0] * 4, grid[1] * 4), rng).point([112 + v // 8 for v in range(256)])
        rough = speck.resize((grid[0] * cell, grid[1] * cell), Image.Resampling.NEAREST).crop((0, 0, *plate.size))
        edge = max(1, cell // 9)
        tile = Image.new("L", (cell, cell), 128)
        tile.paste(round(128 + 90 * self.bevel), (0, 0, cell, edge))
        tile.paste(round(128 + 60 * self.bevel), (0, 0, edge, cell))
        tile.paste(round(128 - 100 * self.bevel), (0, cell - edge, cell, cell))
        tile.paste(round(128 - 70 * self.bevel), (cell - edge, 0, cell, cell))
        lit = ImageChops.add(rough, tiled(tile, plate.size), 1, -128)
        return ImageChops.hard_light(coarse, Image.merge("RGB", (lit, lit, lit)))
