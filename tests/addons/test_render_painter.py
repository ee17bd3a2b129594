"""The painter: the same request gives the same bytes, another seed another composition, always a whole PNG."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from flux_batch.addons.server.render.painter import Painter, paint
from flux_batch.addons.server.render.renderer import PictureRequest

FOX = PictureRequest("a red fox in a snowy forest", seed=7, width=192, height=128)


def test_the_same_request_gives_the_same_bytes() -> None:
    """Nothing but the request decides."""
    assert paint(FOX) == paint(replace(FOX))


def test_another_seed_gives_another_picture() -> None:
    """Seeds are what people vary."""
    assert paint(FOX) != paint(replace(FOX, seed=8))


async def test_samples_are_whole_png_files_that_differ() -> None:
    """One request, several compositions, rendered off the event loop."""
    files = await Painter().generate(replace(FOX, samples=3))

    assert len(set(files)) == 3
    for file in files:
        image = Image.open(io.BytesIO(file), formats=["PNG"])
        image.load()
        assert (image.size, image.mode) == ((192, 128), "RGB")


@pytest.mark.parametrize("size", [(64, 64), (64, 2048), (2048, 64), (97, 101), (1024, 768)])
def test_any_size_in_range_is_painted(size: tuple[int, int]) -> None:
    """Any aspect ratio, odd numbers included."""
    image = Image.open(io.BytesIO(paint(replace(FOX, width=size[0], height=size[1]))))

    assert image.size == size
