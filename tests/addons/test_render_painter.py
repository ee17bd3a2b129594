"""The painter: the same request gives the same bytes, another seed another composition, always a whole PNG."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from flux_batch.addons.server.render import lexicon
from flux_batch.addons.server.render.painter import Painter, paint, picture
from flux_batch.addons.server.render.renderer import PictureRequest, Renderer
from flux_batch.addons.server.render.scene.places import PLACES

FOX = PictureRequest("a red fox in a snowy forest", seed=7, width=160, height=128)
SUM_OF_FOX = """
import hashlib
from flux_batch.addons.server.render.painter import paint
from flux_batch.addons.server.render.renderer import PictureRequest
request = PictureRequest("a red fox in a snowy forest", seed=7, width=160, height=128, style="impressionism")
print(hashlib.sha256(paint(request)).hexdigest())
"""


def difference(first: Image.Image, second: Image.Image) -> float:
    """Mean absolute difference of two pictures, in steps of 255."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


def test_the_same_request_gives_the_same_bytes() -> None:
    """Nothing but the request decides."""
    assert paint(FOX) == paint(replace(FOX))


@pytest.mark.process
@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_other_processes_paint_the_same_bytes(hash_seed: str) -> None:
    """Neither the process nor its hash seed can be seen in a picture."""
    done = subprocess.run(
        [sys.executable, "-c", SUM_OF_FOX], check=True, capture_output=True, env={"PYTHONHASHSEED": hash_seed}
    )

    assert hashlib.sha256(paint(replace(FOX, style="impressionism"))).hexdigest() == done.stdout.decode().strip()


def test_another_seed_gives_another_composition() -> None:
    """Seeds are what people vary: no two of eight are alike."""
    pictures = [picture(replace(FOX, seed=seed)) for seed in range(8)]
    gaps = [difference(a, b) for i, a in enumerate(pictures) for b in pictures[i + 1 :]]

    assert min(gaps) > 4


def test_all_seeds_share_the_spirit_of_the_prompt() -> None:
    """The mean colours of two seeds of one prompt are nearer to each other than to those of another prompt."""
    dusk, noon = (
        [ImageStat.Stat(picture(PictureRequest(prompt, seed=seed, width=128, height=128))).mean for seed in range(5)]
        for prompt in ("a lighthouse at dusk", "sunflowers in a field at noon")
    )

    def gap(a: list[float], b: list[float]) -> float:
        return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / 3

    within = max(gap(a, b) for a in dusk for b in dusk)
    between = min(gap(a, b) for a in dusk for b in noon)
    assert within < between


async def test_samples_are_whole_png_files_that_differ() -> None:
    """One request, several compositions, painted off the event loop (the blockbuster fixture watches)."""
    renderer: Renderer = Painter()
    files = await renderer.generate(replace(FOX, samples=3))

    assert len(set(files)) == 3
    for file in files:
        image = Image.open(io.BytesIO(file), formats=["PNG"])
        image.load()
        assert (image.size, image.mode) == ((160, 128), "RGB")


async def test_the_first_sample_is_the_picture_of_one_sample() -> None:
    """Asking for more samples changes none of those already known."""
    one = await Painter().generate(FOX)
    three = await Painter().generate(replace(FOX, samples=3))

    assert one[0] == three[0]


@pytest.mark.parametrize(
    "size, style",
    [((64, 64), None), ((64, 2048), None), ((2048, 64), "lowpoly"), ((97, 101), "watercolor"), ((1024, 768), None)],
)
def test_any_size_in_range_is_painted(size: tuple[int, int], style: str | None) -> None:
    """Any aspect ratio, odd numbers included."""
    image = picture(replace(FOX, width=size[0], height=size[1], style=style))

    assert size == image.size


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_is_painted_at_every_shape(place: str) -> None:
    """No place fails on a square, a tower or a strip, with nobody in it or several."""
    for prompt in (place, f"three foxes, a boat and a bird in a {place} in a snow storm with fog at night"):
        for seed, size in enumerate(((64, 150), (150, 64))):
            image = picture(PictureRequest(prompt, seed, *size))
            assert any(low != high for low, high in image.getextrema())  # type: ignore[misc] # RGB: one pair per channel


def test_fewer_steps_leave_the_picture_rougher() -> None:
    """The fewer steps, the farther from the finished picture; from a dozen on it is finished."""
    finished = picture(replace(FOX, steps=20))
    gaps = [difference(finished, picture(replace(FOX, steps=steps))) for steps in (1, 3, 6, 12)]

    assert sorted(gaps, reverse=True) == gaps
    assert gaps[0] > 10
    assert gaps[-1] < 1


def test_more_guidance_means_more_colour() -> None:
    """Guidance strengthens the picture: its colours lie farther apart."""
    saturation = [
        ImageStat.Stat(picture(replace(FOX, guidance=guidance)).convert("HSV")).mean[1] for guidance in (1, 7.5, 20)
    ]

    assert sorted(saturation) == saturation
    assert saturation[-1] > saturation[0] * 1.2


def test_a_negative_prompt_removes_what_it_names() -> None:
    """Without its fox the forest stays the same forest."""
    gap = difference(picture(FOX), picture(replace(FOX, negative_prompt="fox, blurry, low quality")))

    assert 1 < gap < 40


@pytest.mark.parametrize("name", sorted(lexicon.SUBJECTS))
def test_every_subject_can_be_seen(name: str) -> None:
    """With the word the picture shows something that it does not show when the negative prompt forbids it."""
    word = lexicon.SUBJECTS[name].split()[0]
    shown = PictureRequest(f"a {word}", seed=4, width=72, height=72)

    assert difference(picture(shown), picture(replace(shown, negative_prompt=word))) > 0.4


@pytest.mark.parametrize("name", sorted(lexicon.WEATHERS))
def test_every_weather_can_be_seen(name: str) -> None:
    """Snow, rain, fog, seasons, sun, moon and northern lights all change the scene."""
    word = lexicon.WEATHERS[name].split()[0]
    scene = {"waterfall": "hills by a river at noon", "wave": "the sea at noon"}.get(name, "a forest at noon")
    plain, changed = (PictureRequest(prompt, 4, 72, 72) for prompt in (scene, f"{scene}, {word}"))

    assert difference(picture(plain), picture(changed)) > 0.1


@pytest.mark.parametrize(
    "prompt", ["abstract", "abstract joy", "abstract blue and orange", "abstract night", "abstract d"]
)
def test_abstract_prompts_have_forms(prompt: str) -> None:
    """A prompt without a place still fills the sheet."""
    image = picture(PictureRequest(prompt, 1, 96, 96))

    assert min(ImageStat.Stat(image).stddev) > 8


def test_a_rider_sits_on_the_mount() -> None:
    """Riding is another picture than standing beside."""
    riding, beside = (picture(PictureRequest(f"an astronaut {how} a horse", 2, 96, 96)) for how in ("riding", "with"))

    assert difference(riding, beside) > 1


def test_words_about_the_look_leave_the_composition_alone() -> None:
    """The first clause is what the picture is about; the rest is how it looks."""
    gap = difference(picture(FOX), picture(replace(FOX, prompt=FOX.prompt + ", highly detailed, masterpiece")))

    assert gap < 3


def test_colour_words_colour_the_picture() -> None:
    """Emerald light is greener than crimson light."""
    green, red = (
        ImageStat.Stat(picture(PictureRequest(f"{colour} hills at dawn", seed=1, width=96, height=96))).mean
        for colour in ("emerald", "crimson")
    )

    assert green[1] - green[0] > red[1] - red[0] + 10


@example(prompt="\ud800\x00", negative="\ud800", seed=0, sample=0, steps=20, guidance=7.5, style="typography")
@settings(max_examples=25)
@given(
    prompt=st.text(max_size=60),
    negative=st.text(max_size=20),
    seed=st.integers(0, 2**32 - 1),
    sample=st.integers(0, 3),
    steps=st.integers(1, 20),
    guidance=st.floats(1, 20),
    style=st.sampled_from([None, "typography", "sticker-designs", "double-exposure"]),
)
def test_any_text_is_painted(
    prompt: str, negative: str, seed: int, sample: int, steps: int, guidance: float, style: str | None
) -> None:
    """Empty, foreign, broken or hostile: every prompt gives a whole picture."""
    request = PictureRequest(
        prompt, seed, 64, 64, style=style, negative_prompt=negative, steps=steps, guidance=guidance
    )
    image = Image.open(io.BytesIO(paint(request, sample)), formats=["PNG"])
    image.load()

    assert image.size == (64, 64)
