"""The canonical bytes of a cell's body, put together from pieces that are encoded once per axis value.

A canonical body is sorted, so each key has its place, and most keys depend on one dimension: the piece ``,"seed":100``
is the same in every cell with that seed. Walking the cells in order, only the pieces of dimensions that moved are
exchanged. JSON text is escaped letter by letter, so a prompt and the style around it may be encoded apart and put side
by side. What comes out is, byte for byte, ``canonical(job.body)``; a test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from json.encoder import encode_basestring
from operator import itemgetter
from typing import TypeAlias, TypeVar

from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.cells import Cells
from flux_batch.grid.choices import Computed
from flux_batch.grid.lattice import Digits, Lattice
from flux_batch.grid.styles import SLOT
from flux_batch.plan.body import EMPTY, MOST_KEPT, Bodies
from flux_batch.plan.job import NEVER_HASHED

ANCHOR = "base64"
"""A key every body has: keys before it bring a comma behind them, keys after it one before them."""

T = TypeVar("T")
Piece: TypeAlias = Callable[[Digits], str]


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one key in the text.

    Attributes:
        levels: the dimensions it depends on.
        piece: its text for the digits of a cell; empty where the cell has no such key.
        by_digit: the same from the one digit it depends on, where it depends on one dimension.
    """

    levels: tuple[int, ...]
    piece: Piece
    by_digit: Callable[[int], str] | None = None

    def pieces(self, before: Digits, run: range) -> Iterable[str]:
        """Return the texts of a run, in which only the last digit moves."""
        if self.by_digit is not None:
            return map(self.by_digit, run)
        return (self.piece((*before, digit)) for digit in run)


@dataclass(frozen=True, slots=True)
class Run:
    """Cells that differ in the last digit only.

    Attributes:
        before: the other digits.
        digits: the last digits.
        head, tail: what their texts begin and end with.
        middles: what stands between, one text per cell.
    """

    before: Digits
    digits: range
    head: str
    middles: Iterable[str]
    tail: str


class Press:
    """Prints the canonical bodies of the cells of *part*."""

    def __init__(self, part: Cells, bodies: Bodies) -> None:
        self._part = part
        self._bodies = bodies
        self._levels = {name: at for at, dimension in enumerate(part.dimensions) for name in dimension.names}
        self._styles = bodies.styles()
        self._slots = _joined([self._slot(key) for key in sorted(self._keys() - NEVER_HASHED)])

    def text(self, digits: Digits) -> str:
        """Return the canonical body of one cell."""
        return "{" + "".join([slot.piece(digits) for slot in self._slots]) + "}"

    def runs(self, lattice: Lattice, start: int = 0) -> Iterator[Run]:
        """Yield the cells of *lattice* from the *start*-th on, run by run."""
        last = len(lattice.sizes) - 1
        if last < 0:
            yield from [Run((), range(1), "", [self.text(())], "")][start:]
            return
        moving = [at for at, slot in enumerate(self._slots) if last in slot.levels]
        standing = [(at, slot) for at, slot in enumerate(self._slots) if slot.levels and at not in moving]
        pieces = ["" if slot.levels else slot.piece(()) for slot in self._slots]
        # As on an odometer, a wheel that moves may move all those behind it.
        moved = [[(at, slot.piece) for at, slot in standing if slot.levels[-1] >= level] for level in range(last + 1)]
        earlier: Digits = (-1,) * last
        for before, first, end in lattice.runs(start):
            digits = (*before, first)
            for at, piece in moved[next((n for n in range(last) if before[n] != earlier[n]), last)]:
                pieces[at] = piece(digits)
            earlier = before
            yield self._run(before, range(first, end), pieces, moving)

    def _run(self, before: Digits, run: range, pieces: list[str], moving: list[int]) -> Run:
        """Return one run: the pieces that move, with the standing ones before, between and behind them."""
        if not moving:
            return Run(before, run, "{" + "".join(pieces), [""] * len(run), "}")
        head, tail = "{" + "".join(pieces[: moving[0]]), "".join(pieces[moving[-1] + 1 :]) + "}"
        middles = self._slots[moving[0]].pieces(before, run)
        for left, right in pairwise(moving):
            between = "".join(pieces[left + 1 : right])
            middles = _beside(middles, between, self._slots[right].pieces(before, run))
        return Run(before, run, head, middles, tail)

    def _keys(self) -> set[str]:
        """All keys a cell may have."""
        keys = {*self._bodies.fixed, *(name for name in self._levels if name in ATTRIBUTES)}
        keys |= {"enhance_style"} if any(style.parameter for style in self._styles) else set()
        return keys | ({"negative_prompt"} if any(style.negative_prompt for style in self._styles) else set())

    def _slot(self, key: str) -> Slot:
        """Return the place of *key*: it depends on the axis of its name, on the size, on a style that touches it."""
        touched = {
            "prompt": any(style.prompt for style in self._styles),
            "negative_prompt": any(style.negative_prompt for style in self._styles),
            "enhance_style": any(style.parameter for style in self._styles),
        }.get(key, False)
        names = (key, "size") if key in {"width", "height"} else (key, "style") if touched else (key,)
        levels = tuple(sorted({self._levels[name] for name in names if name in self._levels}))
        if len(levels) > 1:
            return Slot(levels, self._wrapped() if key == "prompt" else _kept(self._general(key), levels))
        if not levels:
            return _standing(self._general(key)((0,) * len(self._part.dimensions)))
        by_digit = self._computed(key, levels[0]) if not touched else None
        by_digit = by_digit or _kept_by_digit(self._general(key), levels[0], len(self._part.dimensions))
        return Slot(levels, _by(by_digit, levels[0]), by_digit)

    def _general(self, key: str) -> Piece:
        """The piece of *key* as the body has it: slow, and right for any mixture of axes and style."""

        def piece(digits: Digits) -> str:
            body, _ = self._bodies.body(digits)
            return _pair(key, _encoded(body[key])) if key in body else ""

        return piece

    def _computed(self, key: str, level: int) -> Callable[[int], str] | None:
        """The piece of a key whose axis is computed, number by number; None where it is not."""
        dimension = self._part.dimensions[level]
        values = dimension.axis(key)
        if not isinstance(values, Computed) or key in EMPTY:
            return None
        head, tail = _pair(key, SLOT).split(SLOT)
        value = values.value
        return lambda digit: f"{head}{_encoded(value(digit))}{tail}"

    def _wrapped(self) -> Piece:
        """The piece of a prompt in a style, where both vary: the style's words and the prompt are encoded apart."""
        head, tail = _pair("prompt", SLOT).split(SLOT)
        prompt_level, style_level = self._levels["prompt"], self._levels["style"]

        def affixes(digits: Digits) -> tuple[str, str]:
            style = self._bodies.effect(style_level, digits[style_level]).style
            words = _encoded(style.prompt if style and style.prompt else SLOT)[1:-1].split(SLOT)
            return f'{head}"{words[0]}', f'{words[1]}"{tail}'

        def own(digits: Digits) -> str:
            return _encoded(self._bodies.effect(prompt_level, digits[prompt_level]).body["prompt"])[1:-1]

        around, inner = _kept(affixes, (style_level,)), _kept(own, (prompt_level,))

        def piece(digits: Digits) -> str:
            before, behind = around(digits)
            return before + inner(digits) + behind

        return piece


def _joined(slots: Sequence[Slot]) -> list[Slot]:
    """Return *slots* with neighbours that never change made one."""
    found: list[Slot] = []
    for slot in slots:
        if found and not slot.levels and not found[-1].levels:
            found[-1] = _standing(found[-1].piece(()) + slot.piece(()))
        else:
            found.append(slot)
    return found


def _standing(text: str) -> Slot:
    return Slot((), lambda _: text)


def _beside(lefts: Iterable[str], between: str, rights: Iterable[str]) -> Iterator[str]:
    return (f"{left}{between}{right}" for left, right in zip(lefts, rights, strict=True))


def _by(by_digit: Callable[[int], str], level: int) -> Piece:
    return lambda digits: by_digit(digits[level])


def _kept(make: Callable[[Digits], T], levels: tuple[int, ...]) -> Callable[[Digits], T]:
    """Return *make* with its results kept for the digits of *levels*, which alone they depend on."""
    known: dict[object, T] = {}
    key = itemgetter(*levels)

    def piece(digits: Digits) -> T:
        at = key(digits)
        if at not in known:
            if len(known) >= MOST_KEPT:
                known.clear()
            known[at] = make(digits)
        return known[at]

    return piece


def _kept_by_digit(make: Piece, level: int, levels: int) -> Callable[[int], str]:
    """Return *make* with its results kept, from the one digit they depend on."""
    before, behind = (0,) * level, (0,) * (levels - level - 1)
    known: dict[int, str] = {}

    def piece(digit: int) -> str:
        text = known.get(digit)
        if text is None:
            if len(known) >= MOST_KEPT:
                known.clear()
            text = known[digit] = make((*before, digit, *behind))
        return text

    return piece


def _pair(key: str, value: str) -> str:
    """Return a key and its encoded value with the comma that belongs to it."""
    pair = f"{encode_basestring(key)}:{value}"
    return pair if key == ANCHOR else f"{pair}," if key < ANCHOR else f",{pair}"


def _encoded(value: object) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return encode_basestring(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
