"""Reading a prompt: words in, a :class:`Theme` out: what to paint, where, when, in which weather and colours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flux_batch.addons.server.render import lexicon
from flux_batch.addons.server.render.chance import Chance
from flux_batch.addons.server.render.colour import Colour

WORD = re.compile(r"\w[\w'-]*")

SUBJECT_OF = lexicon.inverted(lexicon.SUBJECTS)
PLACE_OF = lexicon.inverted(lexicon.PLACES)
TIME_OF = lexicon.inverted(lexicon.TIMES)
WEATHER_OF = lexicon.inverted(lexicon.WEATHERS)
STYLE_OF = lexicon.inverted(lexicon.STYLE_WORDS)

HOME = {
    "sea": "lighthouse ship whale boat",
    "forest": "fox wolf owl deer bear mushroom bicycle campfire rabbit",
    "field": "house horse windmill castle church tree walker balloon bird train car",
    "lake": "heron swan bridge temple",
    "desert": "camel cactus elephant",
    "beach": "palm",
    "garden": "flower butterfly",
    "city": "tower robot",
    "space": "rocket astronaut",
    "underwater": "fish",
    "room": "cup fruit vase book lamp guitar crystal skull cat",
    "studio": "portrait",
    "mountain": "dragon",
}
"""Where a subject is at home when the prompt names no place."""

HOME_OF = {subject: place for place, subjects in HOME.items() for subject in subjects.split()}
ANYWHERE = ("mountain", "sea", "field", "lake", "desert", "forest", "abstract")
TIME_IN = {"space": "space", "underwater": "underwater"}
WHEN_UNSAID = ("day", "golden", "morning", "dusk", "dawn", "day")


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing to be shown.

    Attributes:
        name: a key of ``lexicon.SUBJECTS``.
        word: the prompt's own word for it.
        colour: what the colour word right before it says, or None.
    """

    name: str
    word: str
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """What a prompt asks to see.

    Attributes:
        subjects: main figures in the order of the prompt, at most three.
        place: the setting, a key of ``lexicon.PLACES`` or ``studio``.
        near: other settings named beside it.
        time: the light, a key of ``palette.TIMES``.
        weathers: weather, season and celestial bodies asked for.
        tints: colour words that belong to no subject.
        style: a documented style that the words ask for, or None.
    """

    subjects: tuple[Subject, ...]
    place: str
    near: frozenset[str]
    time: str
    weathers: frozenset[str]
    tints: tuple[Colour, ...]
    style: str | None

    def shows(self, name: str) -> bool:
        """Whether *name* is among the subjects."""
        return any(subject.name == name for subject in self.subjects)


def words_of(text: str) -> list[str]:
    """Lower-case words in order, two neighbours also joined by a hyphen where the lexicon knows the pair."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    single = WORD.findall(plain)
    words = []
    for i, word in enumerate(single):
        pair = f"{word}-{single[i + 1]}" if i + 1 < len(single) else ""
        if pair in STYLE_OF or pair in TIME_OF or pair in WEATHER_OF or pair in PLACE_OF:
            words.append(pair)
        words.append(word)
    return words


def read(prompt: str, negative: str = "") -> Theme:
    """Return the theme of *prompt* without what *negative* names; unknown words still choose a place and a light."""
    words = words_of(prompt)
    banned = {tag for word in words_of(negative) for tag in _tags(word)}
    colours_off = {lexicon.COLOURS[word] for word in words_of(negative) if word in lexicon.COLOURS}
    subjects, tints = _subjects(words, banned)
    named = [tag for word in words if (tag := _known(PLACE_OF, word)) and tag not in banned]
    place = _place(words, named, subjects, banned)
    return Theme(
        subjects=tuple(s for s in subjects if s.colour not in colours_off or s.colour is None)[:3],
        place=place,
        near=frozenset(named) - {place},
        time=_time(words, place, banned),
        weathers=frozenset(tag for word in words if (tag := _known(WEATHER_OF, word)) and tag not in banned),
        tints=tuple(tint for tint in tints if tint not in colours_off),
        style=next((STYLE_OF[word] for word in words if word in STYLE_OF), None),
    )


def _known(table: dict[str, str], word: str) -> str | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("n")):
        if form in table:
            return table[form]
    return None


def _tags(word: str) -> list[str]:
    tables = (SUBJECT_OF, PLACE_OF, TIME_OF, WEATHER_OF)
    return [tag for table in tables if (tag := _known(table, word)) is not None]


def _subjects(words: list[str], banned: set[str]) -> tuple[list[Subject], list[Colour]]:
    """The subjects with the colour word that stands right before each, and the colours left over."""
    found: dict[str, Subject] = {}
    tints = []
    held: Colour | None = None
    for word in words:
        name = _known(SUBJECT_OF, word)
        if name is not None and name not in banned:
            found.setdefault(name, Subject(name, word, held))
            held = None
        elif word in lexicon.COLOURS:
            tints += [held] if held else []
            held = lexicon.COLOURS[word]
        elif held:
            tints.append(held)
            held = None
    return list(found.values()), tints + ([held] if held else [])


def _place(words: list[str], named: list[str], subjects: list[Subject], banned: set[str]) -> str:
    if "harbour" in named:
        return "harbour"
    if named:
        return named[0]
    homes = [HOME_OF[subject.name] for subject in subjects if HOME_OF[subject.name] not in banned]
    if homes:
        return homes[0]
    return Chance.of("place", *sorted(words)).stream("place").choice([p for p in ANYWHERE if p not in banned])


def _time(words: list[str], place: str, banned: set[str]) -> str:
    if place in TIME_IN:
        return TIME_IN[place]
    named = [tag for word in words if (tag := _known(TIME_OF, word)) and tag not in banned]
    if named:
        return named[0]
    return Chance.of("time", *sorted(words)).stream("time").choice(WHEN_UNSAID)
