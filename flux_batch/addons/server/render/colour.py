"""Arithmetic of colours: 8-bit sRGB triples in, 8-bit sRGB triples out."""

from __future__ import annotations

import colorsys
from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)


def rgb(text: str) -> Colour:
    """``"#ffb26b"`` or ``"ffb26b"`` -> (255, 178, 107)."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """*first* at share 0, *second* at share 1, a straight line between; shares outside are clipped."""
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def tinted(colour: Colour, light: Colour) -> Colour:
    """*colour* as it looks under *light*: channel by channel, white light changes nothing."""
    red, green, blue = (round(a * b / 255) for a, b in zip(colour, light, strict=True))
    return red, green, blue


def lighter(colour: Colour, amount: float) -> Colour:
    """Towards white for positive *amount*, towards black for negative; 1 and -1 are the ends."""
    return mix(colour, WHITE if amount > 0 else BLACK, abs(amount))


def turned(colour: Colour, degrees: float = 0.0, saturation: float = 1.0, value: float = 1.0) -> Colour:
    """Turn the hue by *degrees*; multiply saturation and value (HSV), clipped to what exists."""
    hue, sat, val = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    return from_hsv(hue * 360 + degrees, sat * saturation, val * value)


def from_hsv(degrees: float, saturation: float, value: float) -> Colour:
    """HSV (hue in degrees, the others 0 to 1, clipped) -> a colour."""
    red, green, blue = colorsys.hsv_to_rgb(degrees % 360 / 360, min(1.0, saturation), min(1.0, value))
    return round(red * 255), round(green * 255), round(blue * 255)


def hue_of(colour: Colour) -> float:
    """The hue in degrees, 0 for greys."""
    return colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))[0] * 360


def luma(colour: Colour) -> float:
    """Brightness as the eye weighs it, 0 to 255 (ITU-R BT.601)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue
