"""The light of a picture: sky, haze, sun and shadow by time of day and weather."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from flux_batch.addons.server.render.colour import Colour, luma, mix, rgb, tinted, turned


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the light; things have colours of their own, and :meth:`under` shows them in this light.

    Attributes:
        zenith, upper, lower, horizon: the sky from top to bottom.
        haze: what distance fades into.
        orb: the sun's or the moon's disc.
        light: falls on what faces the orb.
        shade: falls on what does not.
        water: the deep.
        lamp: lit windows, lanterns.
        bright: 0 to 1, how much daylight there is; below 0.5 lamps are lit.
        stars: 0 to 1, how many.
    """

    zenith: Colour
    upper: Colour
    lower: Colour
    horizon: Colour
    haze: Colour
    orb: Colour
    light: Colour
    shade: Colour
    water: Colour
    lamp: Colour = (255, 205, 120)
    bright: float = 1.0
    stars: float = 0.0

    def under(self, colour: Colour, far: float = 0.0, lit: float = 0.5) -> Colour:
        """*colour* in this light, *far* (0 near, 1 lost in the haze), *lit* (0 shade, 1 full light)."""
        seen = tinted(colour, mix(self.shade, self.light, lit))
        return mix(seen, self.haze, far)

    def towards(self, colour: Colour, share: float) -> Palette:
        """The same light with its hues pulled towards *colour*, brightness kept."""
        return self._recoloured(lambda own: _pulled(own, colour, share))

    def varied(self, rng: random.Random) -> Palette:
        """A sibling: a few degrees of hue, a little more or less colour and brightness."""
        degrees, saturation, value = rng.uniform(-7, 7), rng.uniform(0.92, 1.1), rng.uniform(0.95, 1.04)
        return self._recoloured(lambda own: turned(own, degrees, saturation, value))

    def _recoloured(self, change: Callable[[Colour], Colour]) -> Palette:
        """Every colour but the lamps' through *change*."""
        return replace(
            self,
            zenith=change(self.zenith),
            upper=change(self.upper),
            lower=change(self.lower),
            horizon=change(self.horizon),
            haze=change(self.haze),
            orb=change(self.orb),
            light=change(self.light),
            shade=change(self.shade),
            water=change(self.water),
        )


def _pulled(colour: Colour, goal: Colour, share: float) -> Colour:
    weight = luma(colour) / max(1.0, luma(goal))
    red, green, blue = (min(255, round(channel * weight)) for channel in goal)
    return mix(colour, (red, green, blue), share)


def _palette(colours: str, *, lamp: str = "ffcd78", bright: float = 1.0, stars: float = 0.0) -> Palette:
    zenith, upper, lower, horizon, haze, orb, light, shade, water = (rgb(text) for text in colours.split())
    return Palette(zenith, upper, lower, horizon, haze, orb, light, shade, water, rgb(lamp), bright, stars)


#                     zenith upper  lower  horizon haze  orb    light  shade  water
TIMES = {
    "day": _palette("2b78c4 5fa6de a3d0ee e2f1f4 bcd9e8 fffbe8 fff8e8 7f96b8 1f6a94"),
    "morning": _palette("5b93c7 93bede d3dfe0 fbeccf d5dad6 fff6d6 fff2d8 8494ae 3d7d96"),
    "dawn": _palette("6d83b5 aea2c8 efb7b1 ffe0b4 dcb6ba fff0cf ffe0c2 6f6f98 6d86a6", bright=0.45),
    "golden": _palette("4d7fae a9a99f f2c078 ffe9a8 e8bf86 fff3c4 ffdf9e 7d6a70 4d7885", bright=0.7),
    "dusk": _palette("1b2350 4a3672 b3527c ffab64 b26a86 ffe2ac ffc79b 4d4878 33386e", bright=0.3, stars=0.25),
    "twilight": _palette("0f1c40 1f3c6e 4f74a0 d9b8a0 5f7598 fdf4dc b9c6e6 38466e 1d355c", bright=0.2, stars=0.5),
    "night": _palette("060b22 0d1a42 1b3464 3c5f92 24416f fdf6df a3bbe8 2c3c68 0d2044", bright=0.08, stars=1.0),
    "overcast": _palette("8d9fac adbcc4 ccd5d6 e6e7e0 c6d0d2 f7f6ee f4f4ee 8793a0 5d7986", bright=0.75),
    "storm": _palette("1d2935 384955 63757b a9b3a6 6f7f84 e8eee0 c9d4d0 4a5a66 243c48", bright=0.35),
    "space": _palette("04040f 0b0a28 1d1046 3b1a5c 241546 fff4dc e8e0ff 41386e 0a1030", bright=0.05, stars=1.6),
    "underwater": _palette("3fb6c9 1f8fb0 116a92 0a3f66 14688c e8fff8 c8fff0 2c6a8c 07314f", bright=0.6),
    "neon": _palette("0a0820 1f0f45 5a1a6e d8338a 4a2368 ff9ad8 d0b8ff 3c3070 14103c", lamp="6ff7ff", bright=0.1),
}
"""Each time of day and each other light the words of a prompt can ask for."""


def palette_for(time: str, tints: tuple[Colour, ...], rng: random.Random) -> Palette:
    """The light of *time*, pulled towards the prompt's first two colour words and varied a little by *rng*."""
    palette = TIMES[time].varied(rng)
    if tints:
        palette = palette.towards(tints[0], 0.26)
    if tints[1:]:
        warm = palette.towards(tints[1], 0.4)
        palette = replace(palette, horizon=warm.horizon, lower=warm.lower, light=warm.light, orb=warm.orb)
    return palette
