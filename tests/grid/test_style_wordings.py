"""The portable wordings: what each documented style says in words, for endpoints that do not know its name."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from importlib.resources import files
from itertools import combinations

import pytest

WORDINGS = tomllib.loads((files("flux_batch.grid") / "styles.toml").read_text("utf-8"))
NAMES_DIGEST = "fab5e85efceaf6d052407ed18567081ca38fb46dd3e810601eb4425685ebb4df"
"""SHA-256 of the documented names, one a line: the page's list cannot change unnoticed."""

MOST_SHARED = 0.5
"""Part of the words of the shorter of two wordings that the other may have too; 'and' and 'paper' will meet."""

BRANDS = """
adidas adobe aardman artstation atari barbie bmw canon capcom chanel coca-cola conde deviantart
disney dreamworks ferrari fortnite fujifilm funko ghibli gopro gta gucci hasbro hasselblad ikea instagram iphone
kodachrome kodak lamborghini lego leica lomo mario marvel michelin midjourney minecraft mtv nasa netflix nikon nintendo
pantone pinterest pixar playstation pokemon polaroid porsche portra prada rockstar sega sketchup snapchat sony
starbucks streetfighter tesla terragen tiktok tomorrowland unreal vogue vray warhammer xbox youtube zelda
"""
LIVING_ARTISTS = """
amano banksy beeple bisley fairey hirst hockney katayama kaws kentaro koons kusama loish makoto miyazaki murakami nolan
otomo richter rutkowski shinkai spielberg tarantino villeneuve weiwei wlop yoshitaka
"""
NAMED = frozenset(BRANDS.split()) | frozenset(LIVING_ARTISTS.split())


def words(text: str) -> list[str]:
    """The words of *text* without the prompt's place, in lower case."""
    return re.findall(r"[a-z0-9][a-z0-9'-]*", text.replace("{prompt}", " ").lower())


def test_every_documented_style_has_its_wording() -> None:
    """The names are those of the page, all of them, in its order."""
    assert len(WORDINGS) == 188
    assert hashlib.sha256("\n".join(WORDINGS).encode()).hexdigest() == NAMES_DIGEST


@pytest.mark.parametrize("name", WORDINGS)
def test_a_wording_is_one_template_of_a_sentence(name: str) -> None:
    """One place for the prompt, no other brace, 8 to 30 words, and keys a loader knows."""
    entry = WORDINGS[name]
    template = entry["prompt"]

    assert {"prompt", "family"} <= set(entry) <= {"prompt", "negative_prompt", "family"}
    assert all(isinstance(value, str) and value == value.strip() and value for value in entry.values())
    assert template.count("{prompt}") == 1
    assert not set("{}<>\\|\n") & set(template.replace("{prompt}", "")) | set("{}") & set(
        entry.get("negative_prompt", "")
    )
    assert 8 <= len(words(template)) <= 30


@pytest.mark.parametrize("name", WORDINGS)
def test_a_wording_names_no_brand_and_no_living_artist(name: str) -> None:
    """A style is described, not attributed; only the style's own name may say a brand."""
    said = {part for word in words(" ".join(WORDINGS[name].values())) for part in (word, *word.split("-"))}

    assert not said & NAMED - set(name.split("-"))


def test_no_two_styles_say_the_same() -> None:
    """Each wording is its own: no pair shares more than half of its words."""
    said = {name: set(words(entry["prompt"])) for name, entry in WORDINGS.items()}
    shared = {(a, b): len(said[a] & said[b]) / min(len(said[a]), len(said[b])) for a, b in combinations(said, 2)}

    assert not [(pair, part) for pair, part in shared.items() if part > MOST_SHARED]


def test_no_phrase_is_worn_out() -> None:
    """Wordings that differ in words also differ in phrases: no three words in a row stand in more than two styles."""
    phrases: Counter[tuple[str, ...]] = Counter()
    for entry in WORDINGS.values():
        said = words(entry["prompt"])
        phrases.update(set(zip(said, said[1:], said[2:], strict=False)))

    assert not [phrase for phrase, count in phrases.items() if count > 2]


def test_a_listing_has_some_fifteen_groups() -> None:
    """Families are few enough to read and none stands for a single style."""
    families = Counter(entry["family"] for entry in WORDINGS.values())

    assert 12 <= len(families) <= 18
    assert min(families.values()) >= 3
    assert all(re.fullmatch(r"[a-z]+", family) for family in families)


@pytest.mark.parametrize("name", WORDINGS)
def test_a_wording_says_what_is_there(name: str) -> None:
    """Image models paint what a "no" names, so what a style excludes stands in its negative prompt."""
    assert not {"no", "not", "never", "without", "nothing"} & set(words(WORDINGS[name]["prompt"]))


def test_a_negative_prompt_does_not_contradict_its_style() -> None:
    """No phrase is asked for and refused at once."""
    contradictions = [
        (name, refused)
        for name, entry in WORDINGS.items()
        for refused in entry.get("negative_prompt", "").split(", ")
        if refused and refused in entry["prompt"]
    ]

    assert not contradictions
