"""The values of an axis as a lazy sequence: a list is kept, a range and a draw are computed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """

    value: Scalar | Style
    label: str | None = None
    columns: Mapping[str, Scalar] = field(default_factory=dict)
    about: str | None = None

    @property
    def name(self) -> Scalar:
        """The label, or else the value, or the style's name."""
        if self.label is not None:
            return self.label
        return self.value.name if isinstance(self.value, Style) else self.value


class Computed(Sequence[Choice]):
    """*count* choices, the i-th made by *make*: nothing is stored."""

    __slots__ = ("_count", "_make")

    def __init__(self, count: int, make: Callable[[int], Scalar]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Choice: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...
    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        """Compute one choice, or the choices of a slice."""
        places = range(self._count)[index]
        return Choice(self._make(places)) if isinstance(places, int) else [self[place] for place in places]


class Chained(Sequence[Choice]):
    """Several sequences, one after the other."""

    __slots__ = ("_ends", "_parts")

    def __init__(self, parts: Sequence[Sequence[Choice]]) -> None:
        self._parts = tuple(parts)
        self._ends = tuple(accumulate(len(part) for part in parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

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
