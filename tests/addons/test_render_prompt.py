"""Reading a prompt: what is shown, where, when, in which weather, colours and style."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.server.render import lexicon
from flux_batch.addons.server.render.palette import TIMES
from flux_batch.addons.server.render.prompt import HOME_OF, motif, read, words_of
from flux_batch.addons.server.render.scene.places import PLACES
from flux_batch.addons.server.render.scene.roles import FIGURES, ROLES
from flux_batch.addons.server.render.style.styles import STYLES
from flux_batch.addons.server.render.style.words import HINTS, NAMES


@pytest.mark.parametrize(
    "prompt, place, time, subjects",
    [
        ("a lighthouse at dusk", "sea", "dusk", ["lighthouse"]),
        ("a red fox in a snowy forest", "forest", "twilight", ["fox"]),
        ("a quiet harbour town at dawn", "harbour", "dawn", []),
        ("portrait of a queen, golden hour", "studio", "golden", ["portrait"]),
        ("rainy city street at night", "street", "night", []),
        ("Ein Leuchtturm am Meer bei Nacht", "sea", "night", ["lighthouse"]),
        ("un renard dans la forêt, aube", "forest", "dawn", ["fox"]),
        ("an astronaut floating in space", "space", "space", ["astronaut"]),
        ("a cup of coffee", "room", None, ["cup"]),
        ("A LIGHTHOUSE AT DUSK", "sea", "dusk", ["lighthouse"]),  # full-width letters
    ],
)
def test_common_words_are_known(prompt: str, place: str, time: str | None, subjects: list[str]) -> None:
    """Nouns become figures, settings places, times of day light; in English and a few other languages."""
    theme = read(prompt)

    assert (place, subjects) == (theme.place, [subject.name for subject in theme.subjects])
    assert time in {None, theme.time}


def test_a_colour_word_belongs_to_the_noun_after_it() -> None:
    """The fox is red, the sky is not; a colour without a noun tints the light."""
    fox, sky = read("a red fox"), read("a fox under crimson skies")

    assert lexicon.COLOURS["red"] == fox.subjects[0].colour
    assert fox.tints == ()
    assert None is sky.subjects[0].colour
    assert (lexicon.COLOURS["crimson"],) == sky.tints


@pytest.mark.parametrize("prompt, count", [("two foxes", 2), ("a herd of horses", 4), ("owls", 2), ("an owl", 1)])
def test_numbers_and_plurals_are_counted(prompt: str, count: int) -> None:
    """As many as are asked for, four at most."""
    assert count == read(prompt).subjects[0].count


def test_the_negative_prompt_takes_away() -> None:
    """What it names is not shown; the place stays where the prompt put it."""
    theme = read("a lighthouse in the fog at dusk", "lighthouse, mist")

    assert theme.subjects == ()
    assert ("sea", frozenset()) == (theme.place, theme.weathers)


def test_the_first_clause_decides() -> None:
    """Words about the look neither move the scene nor add to its cast."""
    theme = read("a red fox in a snowy forest, cinematic city lights, studio portrait of a queen")

    assert ([subject.name for subject in theme.subjects], theme.place) == (["fox"], "forest")
    assert motif(" , a red fox in a snowy forest, watercolor") == "a red fox in a snowy forest"


@pytest.mark.parametrize(
    "prompt, style",
    [
        ("a fox, loose ink wash", "japanese-ink-drawing"),
        ("a fox, watercolour", "watercolor"),
        ("a fox, pixel art", "pixel-art"),
        ("a fox in transparent wash on cold-pressed paper, soft bleeding edges", "watercolor"),
        ("a fox", None),
        ("a flat stone", None),
    ],
)
def test_words_may_ask_for_a_style(prompt: str, style: str | None) -> None:
    """A technique's name is enough; hints must come in pairs."""
    assert style == read(prompt).style


def test_the_lexicon_names_only_what_can_be_painted() -> None:
    """Every tag leads to a place, a light, a figure or a style that exists."""
    assert set(lexicon.SUBJECTS) == set(HOME_OF)
    assert set(lexicon.PLACES) | {"studio"} == set(PLACES)
    assert set(lexicon.TIMES) == set(TIMES)
    assert {*NAMES, *HINTS} <= set(STYLES)
    assert set(lexicon.SUBJECTS) - {"portrait", "flower", "tree", "bridge"} <= set(FIGURES)
    assert set(ROLES) <= set(lexicon.SUBJECTS)


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_has_a_theme(prompt: str, negative: str) -> None:
    """Whatever is written, there is a place to paint and a light to paint it in."""
    theme = read(prompt, negative)

    assert theme.place in PLACES
    assert theme.time in TIMES
    assert theme == read(prompt, negative)
    assert len(theme.subjects) <= 3
    if prompt.isascii():  # elsewhere capitals are no plain matter: the dotless i loses its shape for good
        assert words_of(prompt) == words_of(prompt.upper())
