"""Figures written as text. Lengths are hundredths of the figure's height, y upwards from where it stands.

One line per part, back to front: its tone, the kind of outline, and numbers::

    = body d8642a light f6ead8        tones and their colours, first line
    body blob 2,66 -20,40 -28,15      closed curve through points
    dark cut  0,0 10,0 5,8            polygon
    dark oval 20,74 3,2 15            centre, half axes, tilt in degrees
    body limb -16,10,9 -42,8,20       curve through x,y with a width at each point
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from flux_batch.addons.server.render.colour import Colour, rgb
from flux_batch.addons.server.render.outline import Outline, limb, oval, smooth


@dataclass(frozen=True, slots=True)
class Part:
    """One outline of a figure, in local coordinates, and the name of its tone."""

    tone: str
    outline: Outline


@dataclass(frozen=True, slots=True)
class Figure:
    """Parts from back to front; (0, 0) is where it stands, 1 its height.

    Attributes:
        parts: what is filled, in order.
        tones: the colour of each tone in white light. ``body`` takes the prompt's colour; ``lamp`` shines.
    """

    parts: tuple[Part, ...]
    tones: Mapping[str, Colour]


@cache
def figure(text: str) -> Figure:
    """Parse the notation above."""
    first, *lines = text.strip().splitlines()
    words = first.split()[1:]
    tones = {name: rgb(code) for name, code in zip(words[::2], words[1::2], strict=True)}
    return Figure(tuple(_part(line.split()) for line in lines if line), MappingProxyType(tones))


def _part(words: list[str]) -> Part:
    tone, kind, *rest = words
    numbers = [tuple(float(number) / 100 for number in word.split(",")) for word in rest]
    if kind == "oval":
        (x, y), (across, up), *tilt = numbers
        return Part(tone, oval(x, y, across, up, tilt[0][0] * 100 if tilt else 0.0))
    if kind == "limb":
        return Part(tone, limb([(x, y) for x, y, _ in numbers], [width for _, _, width in numbers]))
    points = [(x, y) for x, y in numbers]
    return Part(tone, smooth(points) if kind == "blob" else points)
