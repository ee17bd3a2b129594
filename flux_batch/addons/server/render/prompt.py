"""Reading a prompt: words in, a :class:`Theme` out: what to paint, where, when, in which weather and colours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import zip_longest

from flux_batch.addons.server.render import lexicon
from flux_batch.addons.server.render.chance import Chance
from flux_batch.addons.server.render.colour import Colour
from flux_batch.addons.server.render.style.words import NAMED, asked_for

WORD = re.compile(r"\w[\w'-]*")
SHORT = 5
"""Letters up to which a word keeps its n: what is seen is no See."""
OTHERWORLDLY = {"space", "underwater", "neon"}
"""Lights that only the first clause may ask for: elsewhere space is room and depth is a manner of speaking."""
CLAUSE = re.compile(r"[,.;:|\n]")

SUBJECT_OF = lexicon.inverted(lexicon.SUBJECTS)
PLACE_OF = lexicon.inverted(lexicon.PLACES)
TIME_OF = lexicon.inverted(lexicon.TIMES)
WEATHER_OF = lexicon.inverted(lexicon.WEATHERS)

HOME = {
    "sea": "lighthouse ship whale boat penguin",
    "forest": "fox wolf owl deer bear mushroom campfire rabbit",
    "field": "house horse windmill castle church tree walker balloon bird train car",
    "lake": "heron swan temple",
    "river": "bridge",
    "street": "bicycle",
    "desert": "camel cactus elephant",
    "beach": "palm",
    "garden": "flower butterfly",
    "city": "tower robot",
    "space": "rocket astronaut",
    "underwater": "fish turtle jellyfish",
    "room": "cup fruit vase book lamp guitar crystal skull cat",
    "studio": "portrait",
    "mountain": "dragon",
}
"""Where a subject is at home when the prompt names no place."""

HOME_OF = {subject: place for place, subjects in HOME.items() for subject in subjects.split()}
RANK = {
    "harbour": 5,
    "underwater": 5,
    "street": 4,
    "town": 4,
    "space": 4,
    "beach": 4,
    "mountain": 3,
    "river": 3,
    "lake": 3,
    "room": 3,
    "field": 1,
    "clouds": 0,
    "abstract": 4,
}
"""Which of several places named wins; 2 where nothing is said, then the first."""
ANYWHERE = ("mountain", "sea", "field", "lake", "desert", "forest", "abstract")
TIME_IN = {"space": "space", "underwater": "underwater"}
WHEN_UNSAID = ("day", "golden", "morning", "dusk", "dawn", "day")
WHEN_IN = {
    "snow": ("twilight", "day", "dawn"),
    "fog": ("dawn", "overcast", "morning"),
    "rain": ("overcast", "twilight"),
    "autumn": ("golden", "morning"),
    "aurora": ("night",),
    "moon": ("night",),
    "stars": ("night",),
}
"""The light where the prompt names a weather but no time of day."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing to be shown.

    Attributes:
        name: a key of ``lexicon.SUBJECTS``.
        words: the prompt's own words for it, in order.
        colour: what the colour word right before it says, or None.
        count: how many of them, 1 to 4.
    """

    name: str
    words: tuple[str, ...]
    colour: Colour | None = None
    count: int = 1


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
        riding: the first subject rides on the second.
        mood: 0 to 1, the same for the same first clause: chooses hues where nothing else does.
    """

    subjects: tuple[Subject, ...]
    place: str
    near: frozenset[str]
    time: str
    weathers: frozenset[str]
    tints: tuple[Colour, ...]
    style: str | None
    riding: bool = False
    mood: float = 0.0

    def shows(self, name: str) -> bool:
        """Whether *name* is among the subjects."""
        return any(subject.name == name for subject in self.subjects)


def words_of(text: str) -> list[str]:
    """Lower-case words in order; two neighbours become one hyphened word where the lexicon knows the pair."""
    single = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    words = []
    skip = False
    for word, after in zip_longest(single, single[1:], fillvalue=""):
        pair = f"{word}-{after}"
        if not skip:
            words.append(pair if _is_pair(pair) else word)
        skip = not skip and _is_pair(pair)
    return words


def _is_pair(pair: str) -> bool:
    return any(_known(table, pair) for table in (NAMED, TIME_OF, WEATHER_OF, PLACE_OF, SUBJECT_OF))


def motif(prompt: str) -> str:
    """The first clause of *prompt*: what it is about. What follows a comma tells how it should look."""
    clauses = (clause.strip() for clause in CLAUSE.split(prompt))
    return next((clause for clause in clauses if words_of(clause)), "")


def read(prompt: str, negative: str = "") -> Theme:
    """Return the theme of *prompt* without what *negative* names.

    The first clause decides as far as it says something, the others fill in; where all are silent, their words still
    choose a place and a light, the same for the same words.
    """
    head, words = words_of(motif(prompt)), words_of(prompt)
    banned = {tag for word in words_of(negative) for tag in _tags(word)}
    colours_off = {lexicon.COLOURS[word] for word in words_of(negative) if word in lexicon.COLOURS}
    about = head if _all(SUBJECT_OF, head, set()) or _all(PLACE_OF, head, set()) else words
    subjects, tints = _subjects(about, banned)
    tints = tints or ([] if any(s.colour for s in subjects) else _subjects(words, banned)[1])
    place = _place(about, banned)
    return Theme(
        subjects=tuple(s for s in subjects if s.colour is None or s.colour not in colours_off)[:3],
        place=place,
        near=frozenset(_all(PLACE_OF, about, banned)) - {place},
        time=_time(head, words, place, banned),
        weathers=frozenset(_all(WEATHER_OF, words, banned)),
        tints=tuple(tint for tint in tints if tint not in colours_off),
        style=asked_for(words),
        riding="riding" in head and len(subjects) > 1,
        mood=Chance.of("mood", *sorted(head)).stream("mood").random(),
    )


def _all(table: dict[str, str], words: list[str], banned: set[str]) -> list[str]:
    """The tags of *words* in *table*, in order, without the *banned* ones."""
    return [tag for word in words if (tag := _known(table, word)) and tag not in banned]


def _known(table: dict[str, str], word: str) -> str | None:
    forms = [word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"]
    if len(word) > SHORT:
        forms.append(word.removesuffix("n"))
    return next((table[form] for form in forms if form in table), None)


def _tags(word: str) -> list[str]:
    tables = (SUBJECT_OF, PLACE_OF, TIME_OF, WEATHER_OF)
    return [tag for table in tables if (tag := _known(table, word)) is not None]


def _subjects(words: list[str], banned: set[str]) -> tuple[list[Subject], list[Colour]]:
    """The subjects with the number and colour words that stand before each, and the colours left over."""
    found: dict[str, Subject] = {}
    tints = []
    held: Colour | None = None
    count = 0
    for word in words:
        name = _known(SUBJECT_OF, word)
        if name is not None and name not in banned:
            before = found.get(name, Subject(name, ()))
            many = count or (2 if word.endswith("s") and word not in SUBJECT_OF else 1)
            stem = word.removesuffix("s")
            found[name] = Subject(name, (*before.words, stem), before.colour or held, max(before.count, many))
            held, count = None, 0
            continue
        if held:
            tints.append(held)
        held = lexicon.COLOURS.get(word)
        count = lexicon.NUMBERS.get(word, count)
    return list(found.values()), tints + ([held] if held else [])


def _place(words: list[str], banned: set[str]) -> str:
    """The most telling place that is named (a street in a city is a street), else where the subject is at home."""
    named = _all(PLACE_OF, words, banned)
    if {"town", "sea"} <= set(named):
        return "harbour"
    if "sea" in named and any(HOME_OF[name] == "underwater" for name in _all(SUBJECT_OF, words, banned)):
        return "underwater"
    if named:
        best = max(named, key=lambda place: (RANK.get(place, 2), -named.index(place)))
        return "garden" if best == "field" and "flower" in _all(SUBJECT_OF, words, banned) else best
    homes = [HOME_OF[name] for name in _all(SUBJECT_OF, words, set()) if HOME_OF[name] not in banned]
    if homes:
        return next((home for home in homes if home != "studio"), "studio")
    free = [place for place in ANYWHERE if place not in banned]
    return Chance.of("place", *sorted(words)).stream("place").choice(free)


def _time(head: list[str], words: list[str], place: str, banned: set[str]) -> str:
    """The light that the first clause names, else the others, else one that fits the weather."""
    if place in TIME_IN:
        return TIME_IN[place]
    named = _all(TIME_OF, head, banned) or [time for time in _all(TIME_OF, words, banned) if time not in OTHERWORLDLY]
    if named:
        return named[0]
    skies = _all(WEATHER_OF, head, banned) or _all(WEATHER_OF, words, banned)
    times = next((WHEN_IN[sky] for sky in skies if sky in WHEN_IN), WHEN_UNSAID)
    about = _all(SUBJECT_OF, head, set()) + _all(PLACE_OF, head, set())
    return Chance.of("time", *(about or sorted(head))).stream("time").choice(times)
