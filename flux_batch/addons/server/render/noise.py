"""Noise as pictures and as lines: grain, clouds, ridges. Pillow upsamples, so the cost is a few resizes."""

from __future__ import annotations

import random
from itertools import pairwise

from PIL import Image, ImageOps

from flux_batch.addons.server.render.colour import Colour

Size = tuple[int, int]


def grain(size: Size, rng: random.Random) -> Image.Image:
    """White noise, ``L``, every value 0 to 255 equally likely."""
    width, height = size
    return Image.frombytes("L", size, rng.randbytes(width * height))


def fractal(size: Size, rng: random.Random, cells: tuple[float, float] = (4, 4), octaves: int = 4) -> Image.Image:
    """Soft noise, ``L``, stretched to the full range 0 to 255.

    Args:
        size: pixels.
        rng: the source of its numbers.
        cells: features across the width and the height in the coarsest octave.
        octaves: layers, each twice as fine and half as strong as the one before.
    """
    across, down = cells
    finest = (min(size[0], round(across * 2**octaves) + 2), min(size[1], round(down * 2**octaves) + 2))
    total: Image.Image | None = None
    for octave in range(octaves):
        cell = (max(2, round(across * 2**octave)), max(2, round(down * 2**octave)))
        layer = grain(cell, rng).resize(finest, Image.Resampling.BICUBIC)
        total = layer if total is None else Image.blend(total, layer, 0.5 ** (octave + 0.55))
    smooth = ImageOps.autocontrast(total or grain(finest, rng), cutoff=1)
    return smooth.resize(size, Image.Resampling.BICUBIC)


def ridge(rng: random.Random, count: int, roughness: float = 0.5, ends: tuple[float, float] = (0, 0)) -> list[float]:
    """Return a mountain line by midpoint displacement.

    Args:
        rng: the source of its numbers.
        count: values wanted, 2 or more.
        roughness: 0 rolling, 1 jagged: how much of the displacement survives each halving.
        ends: heights of the first and the last point before displacement.

    Returns:
        *count* heights scaled to 0 to 1.
    """
    line = [ends[0], ends[1]]
    reach = 1.0
    while len(line) < count:
        middles = [(a + b) / 2 + rng.uniform(-reach, reach) for a, b in pairwise(line)]
        line = [point for pair in zip(line, middles, strict=False) for point in pair] + [line[-1]]
        reach *= 0.25 + 0.45 * roughness
    line = line[:count]
    low, high = min(line), max(line)
    return [(value - low) / (high - low or 1) for value in line]


def vertical(size: Size, stops: list[tuple[float, Colour]]) -> Image.Image:
    """Gradient from top to bottom through *stops*, (place 0 to 1, colour), places rising."""
    width, height = size
    column = Image.new("RGB", (1, height), stops[0][1])
    for (start, above), (end, below) in pairwise(stops):
        top, bottom = round(start * height), round(end * height)
        if bottom > top:
            pair = Image.frombytes("RGB", (1, 2), bytes((*above, *below)))
            column.paste(pair.resize((1, bottom - top), Image.Resampling.BILINEAR, (0, 0.5, 1, 1.5)), (0, top))
    return column.resize((width, height), Image.Resampling.NEAREST)
