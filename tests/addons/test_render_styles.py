"""Styles: all 188 documented names are treatments, each of them seen and not merely named."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from PIL import Image, ImageChops, ImageStat

from flux_batch.addons.server.render.painter import compose, picture, plain
from flux_batch.addons.server.render.renderer import PictureRequest
from flux_batch.addons.server.render.style.plate import Plate, treated
from flux_batch.addons.server.render.style.styles import STYLES, effects_of
from flux_batch.grid.styles import documented_styles

SIZE = (96, 96)
SEEN = 4.0
"""Mean steps of 255 by which a treatment must at least differ from the plain painting."""
TWINS = 2.0
"""Mean steps by which any two treatments must differ."""


@cache
def plate(prompt: str, seed: int, size: tuple[int, int]) -> Plate:
    """The plain painting, as treatments get it."""
    request = PictureRequest(prompt, seed, *size)
    return plain(compose(request, 0), request, 0)


@cache
def shown(style: str | None, seed: int = 2) -> Image.Image:
    """The lighthouse in *style*."""
    return treated(plate("a lighthouse at dusk", seed, SIZE), effects_of(style))


def gap(first: Image.Image, second: Image.Image) -> float:
    """Mean absolute difference, in steps of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


def test_every_documented_style_has_a_treatment() -> None:
    """188 names, none missing and none invented."""
    assert len(STYLES) == 188
    assert set(documented_styles()) == set(STYLES)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_style_can_be_seen(style: str) -> None:
    """Each differs measurably from the plain painting of the same scene."""
    assert shown(style).size == SIZE
    assert gap(shown(None), shown(style)) > SEEN


def test_no_two_styles_look_the_same() -> None:
    """Siblings have palettes and parameters of their own."""
    names = sorted(STYLES)
    small = {name: shown(name).resize((56, 56), Image.Resampling.BOX) for name in names}
    twins = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if gap(small[a], small[b]) < TWINS]

    assert twins == []
    assert len(names) == len({effects_of(name) for name in names})


@pytest.mark.parametrize(
    "first, prompt, size", [(0, "an owl", (64, 64)), (1, "clouds", (64, 141)), (2, "fog", (140, 64))]
)
def test_every_treatment_works_at_odd_shapes(first: int, prompt: str, size: tuple[int, int]) -> None:
    """A third of the styles on the smallest square, one on a tower, one on a strip; two of them without a subject."""
    for style in sorted(STYLES)[first::3]:
        assert size == treated(plate(prompt, 1, size), effects_of(style)).size


def test_a_style_keeps_the_composition() -> None:
    """In one row of a grid the same seed shows the same scene."""
    same, other = gap(shown("photographic"), shown(None)), gap(shown("photographic"), shown(None, seed=3))

    assert same < other


def test_the_painter_applies_the_style_of_the_request_or_of_its_words() -> None:
    """What the request names wins; without it the words of the prompt count."""
    request = PictureRequest("a fox", 1, 96, 96)
    named, worded = replace(request, style="lowpoly"), replace(request, prompt="a fox, low poly")

    assert gap(picture(request), picture(named)) > SEEN
    assert gap(picture(named), picture(worded)) < gap(picture(request), picture(worded))


def test_an_unknown_style_leaves_the_plain_painting() -> None:
    """The server decides what is refused; the painter paints."""
    assert () == effects_of("no-such-style") == effects_of(None)
