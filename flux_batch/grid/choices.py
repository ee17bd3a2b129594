"""The values of an axis as a lazy sequence: a list is kept, a range and a draw are computed."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate
from typing import overload

from flux_batch.grid.node import Scalar
from flux_batch.grid.styles import Style


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an axis.

    Attributes:
        value: what goes into the body; a :class:`Style` on the style axis.
        label: what reports call it, None for the value itself.
        columns: what travels beside it to the manifest's ``axes`` and never into the body.
        about: a description for reports.
        weight: how often a draw takes it, beside the others; counts in draws only.
    """

    value: Scalar | Style
    label: str | None = None
    columns: Mapping[str, Scalar] = field(default_factory=dict)
    about: str | None = None
    weight: float = 1.0

    @property
    def name(self) -> Scalar:
        """The label, or else the value, or the style's name."""
        if self.label is not None:
            return self.label
        return self.value.name if isinstance(self.value, Style) else self.value

    @property
    def said(self) -> tuple[str, object]:
        """What the value says to the service, for comparing: without any name."""
        if isinstance(self.value, Style):
            return "style", (self.value.parameter, self.value.prompt, self.value.negative_prompt)
        return type(self.value).__name__, self.value


class Computed(Sequence[Choice]):
    """*count* choices, the i-th made by *make*: nothing is stored.

    Attributes:
        value: the bare value at an index, 0 <= index < count.
    """

    __slots__ = ("_count", "value")

    def __init__(self, count: int, make: Callable[[int], Scalar]) -> None:
        self._count = count
        self.value = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Choice: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...
    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        """Compute one choice, or the choices of a slice."""
        places = range(self._count)[index]
        return Choice(self.value(places)) if isinstance(places, int) else [self[place] for place in places]


class Ranged(Computed):
    """A range of numbers: start, start + step, ...; knows where a number stands in it."""

    __slots__ = ("_start", "_step")

    def __init__(self, count: int, make: Callable[[int], Scalar], start: Decimal, step: Decimal) -> None:
        super().__init__(count, make)
        self._start = start
        self._step = step

    def places(self, low: Decimal | None, high: Decimal | None) -> tuple[int, int]:
        """Return the run of indices whose numbers lie from *low* to *high*, both included; None for no end."""
        ends = (low, high) if self._step > 0 else (high, low)
        first, last = ((None if end is None else (end - self._start) / self._step) for end in ends)
        start = 0 if first is None else max(0, math.ceil(first))
        stop = len(self) if last is None else min(len(self), math.floor(last) + 1)
        return start, stop


class Rows(Sequence[Choice]):
    """The rows of a table: a value each, and what stands beside it, made into choices when asked for.

    Attributes:
        values: the bare values.
    """

    __slots__ = ("_columns", "values")

    def __init__(self, values: Sequence[Scalar], columns: Mapping[str, Sequence[Scalar]]) -> None:
        self.values = values
        self._columns = columns

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Choice: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...
    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        """Make one choice, or those of a slice."""
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return Choice(self.values[index], None, {name: column[index] for name, column in self._columns.items()})


class Chained(Sequence[Choice]):
    """Several sequences, one after the other."""

    __slots__ = ("_ends", "_parts")

    def __init__(self, parts: Sequence[Sequence[Choice]]) -> None:
        self._parts = tuple(parts)
        self._ends = tuple(accumulate(len(part) for part in parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def parts(self) -> Iterator[tuple[int, Sequence[Choice]]]:
        """Yield (index of its first choice, part)."""
        return zip((0, *self._ends), self._parts, strict=False)

    @overload
    def __getitem__(self, index: int) -> Choice: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...
    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        """Find the part an index falls into."""
        places = range(len(self))[index]
        if not isinstance(places, int):
            return [self[place] for place in places]
        part = bisect_right(self._ends, places)
        return self._parts[part][places - (self._ends[part - 1] if part else 0)]


def chained(parts: Sequence[Sequence[Choice]]) -> Sequence[Choice]:
    """Join *parts*; where all of them are short lists the result is one plain tuple."""
    if len(parts) == 1:
        return parts[0]
    if all(isinstance(part, tuple) for part in parts):
        return tuple(choice for part in parts for choice in part)
    return Chained(parts)
