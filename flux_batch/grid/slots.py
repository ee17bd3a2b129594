"""Templates with named slots: ``a {animal} in {place}``. A doubled brace is a brace, any other brace stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from typing import overload

from flux_batch.grid.choices import Choice
from flux_batch.grid.node import Scalar
from flux_batch.grid.stream import Stream

SLOT = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")


def slots(template: str) -> tuple[str, ...]:
    """Return the names of the slots of *template*, each once, in the order they stand."""
    return tuple(dict.fromkeys(found[1] for found in SLOT.finditer(template) if found[1]))


def fill(template: str, values: Mapping[str, object]) -> str:
    """Return *template* with *values* in its slots."""

    def put(found: re.Match[str]) -> str:
        return str(values[found[1]]) if found[1] else found[0][0]

    return SLOT.sub(put, template)


class Filled(Sequence[Choice]):
    """All texts of a template: a product of its slots in the order given, the last varies fastest.

    What fills a slot travels to the reports under the slot's name.
    """

    def __init__(self, template: str, values: Mapping[str, Sequence[Choice]]) -> None:
        self._template = template
        self._values = dict(values)
        self._count = prod(len(choices) for choices in values.values())

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Choice: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...
    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        """Read an index as one digit per slot."""
        place = range(self._count)[index]
        if not isinstance(place, int):
            return [self[each] for each in place]
        picks = {}
        for name, choices in reversed(self._values.items()):
            place, digit = divmod(place, len(choices))
            picks[name] = choices[digit]
        return self._choice({name: picks[name] for name in self._values})

    def draw(self, stream: Stream) -> Choice:
        """Draw one text, each slot by the weights of its values."""
        return self._choice({name: _drawn(choices, stream) for name, choices in self._values.items()})

    def _choice(self, picks: Mapping[str, Choice]) -> Choice:
        columns: dict[str, Scalar] = {}
        for name, choice in picks.items():
            columns |= {name: choice.name, **choice.columns}
        return Choice(fill(self._template, {name: choice.value for name, choice in picks.items()}), None, columns)


def _drawn(choices: Sequence[Choice], stream: Stream) -> Choice:
    if isinstance(choices, Filled):
        return choices.draw(stream)
    weights = [choice.weight for choice in choices] if isinstance(choices, tuple) else []
    at = stream.one_of(weights) if any(weight != 1 for weight in weights) else stream.below(len(choices))
    return choices[at]
