"""Which cells a line of ``exclude`` or ``include`` means: for each axis it names, values or a range of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Self, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from flux_batch.grid.choices import Chained, Choice, Ranged
from flux_batch.grid.dimension import Dimension
from flux_batch.grid.node import Scalar
from flux_batch.grid.strict import Strict, Unfit, complain
from flux_batch.grid.styles import Style
from flux_batch.grid.synonyms import nearest

Run: TypeAlias = tuple[int, int]
"""Indices from the first to before the second."""

MOST_SEARCHED = 2_000_000
"""Values of an axis that are looked at one by one; a plain range is not searched but computed."""


class Between(Strict):
    """A range of numbers, both ends included: ``{min: 3, max: 5}``."""

    min: int | float | None = None
    max: int | float | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.min is None and self.max is None:
            complain("a range needs min, max or both", "{min: 3, max: 5}")
        if self.min is not None and self.max is not None and self.min > self.max:
            complain(f"a range from {self.min} to {self.max} holds nothing", "swap its ends")
        return self


def _kind(value: object) -> str:
    if isinstance(value, list | tuple):
        return "~any"
    return "~between" if isinstance(value, dict | Between) else "~value"


Plain: TypeAlias = str | int | float | bool | None
Wanted: TypeAlias = Annotated[
    Annotated[Plain, Tag("~value")]
    | Annotated[tuple[Plain, ...], Field(strict=False, min_length=1), Tag("~any")]
    | Annotated[Between, Tag("~between")],
    Discriminator(_kind),
]
Condition: TypeAlias = dict[str, Wanted]
"""All of its keys must hold."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition upon the dimensions of a grid: for each dimension the runs of digits it means, None for all."""

    runs: tuple[tuple[Run, ...] | None, ...]


def clause(condition: Condition, over: Sequence[Dimension]) -> Clause:
    """Return *condition* as runs of digits.

    Raises:
        Unfit: it names something that is neither an axis nor a column, or a value that never occurs.
    """
    runs: list[tuple[Run, ...] | None] = [None] * len(over)
    for name, wanted in condition.items():
        at, found = _found(name, wanted, over)
        before = runs[at]
        runs[at] = found if before is None else tuple(_both(before, found))
        if not runs[at]:
            raise Unfit(f"no cell has {', '.join(condition)} like that", "its axes step together and never meet so")
    return Clause(tuple(runs))


def _found(name: str, wanted: Any, over: Sequence[Dimension]) -> tuple[int, tuple[Run, ...]]:
    for at, dimension in enumerate(over):
        values = dimension.axis(name)
        if values is not None:
            return at, _runs(name, wanted, values)
    for at, dimension in enumerate(over):
        for values in dimension.values:
            if len(values) and name in values[0].columns:
                return at, _runs(name, wanted, values)
    known = [axis for dimension in over for axis in dimension.names]
    known += [column for dimension in over for values in dimension.values for column in values[0].columns]
    raise Unfit(f"{name!r} is neither an axis nor a column", nearest(name, known) or f"there are {', '.join(known)}")


def _runs(name: str, wanted: Any, values: Sequence[Choice]) -> tuple[Run, ...]:
    """Return where *values* are what is *wanted*; raise Unfit where one wanted value never occurs."""
    if isinstance(wanted, Between):
        found = tuple(_where(values, name, wanted))
        return found or _never(name, wanted, values)
    each = [tuple(_where(values, name, one)) or _never(name, one, values) for one in _listed(wanted)]
    return tuple(_merged(sorted(run for runs in each for run in runs)))


def _listed(wanted: Any) -> tuple[Any, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _never(name: str, wanted: Any, values: Sequence[Choice]) -> tuple[Run, ...]:
    some = [str(choice.name) for choice in values[:1000]]
    said = f"from {wanted.min} to {wanted.max}" if isinstance(wanted, Between) else repr(wanted)
    raise Unfit(f"{name} is never {said}", nearest(str(wanted), some) or f"its values are {_some(some)}")


def _some(values: Sequence[str]) -> str:
    return ", ".join(values[:5]) + (", ..." if len(values) > 5 else "")  # noqa: PLR2004 - a line's worth


def _where(values: Sequence[Choice], name: str, wanted: Any) -> Iterator[Run]:
    """Yield the runs of *values* that match: by arithmetic in a range, else by looking at each."""
    if isinstance(values, Ranged):
        yield from _between(values, wanted)
    elif isinstance(values, Chained):
        for offset, part in values.parts():
            yield from ((offset + start, offset + stop) for start, stop in _where(part, name, wanted))
    elif len(values) > MOST_SEARCHED:
        raise Unfit(f"{name} has {len(values):,} values, too many to look at one by one", "exclude by a plain range")
    else:
        hits = (at for at, choice in enumerate(values) if _matches(choice, name, wanted))
        yield from _merged((at, at + 1) for at in hits)


def _between(values: Ranged, wanted: Any) -> Iterator[Run]:
    low, high = (wanted.min, wanted.max) if isinstance(wanted, Between) else (wanted, wanted)
    if any(isinstance(end, bool | str) for end in (low, high)) or (low is None and high is None):
        return
    places = values.places(None if low is None else Decimal(str(low)), None if high is None else Decimal(str(high)))
    if places[0] < places[1]:
        yield places


def _matches(choice: Choice, name: str, wanted: Any) -> bool:
    if name in choice.columns:
        seen: tuple[Scalar, ...] = (choice.columns[name],)
    else:
        value = choice.value.name if isinstance(choice.value, Style) else choice.value
        seen = (value,) if choice.label is None else (value, choice.label)
    if isinstance(wanted, Between):
        low = -float("inf") if wanted.min is None else wanted.min
        high = float("inf") if wanted.max is None else wanted.max
        return any(isinstance(one, int | float) and low <= one <= high for one in seen)
    return any(_same(one, wanted) for one in seen)


def _same(one: Scalar, wanted: Scalar) -> bool:
    """Return whether *one* is meant by *wanted*: a flag may be a boolean, a number may stand as text."""
    if wanted is None:
        return one is None
    if isinstance(wanted, bool):
        return one in (wanted, "yes" if wanted else "no")
    return one in (wanted, str(wanted))


def _merged(runs: Iterator[Run] | Sequence[Run]) -> Iterator[Run]:
    """Yield sorted *runs* with touching ones made one."""
    open_run: Run | None = None
    for start, stop in runs:
        if open_run is not None and start <= open_run[1]:
            open_run = open_run[0], max(stop, open_run[1])
        else:
            if open_run is not None:
                yield open_run
            open_run = start, stop
    if open_run is not None:
        yield open_run


def _both(one: Sequence[Run], other: Sequence[Run]) -> Iterator[Run]:
    """Yield where both hold."""
    for start, stop in one:
        for first, last in other:
            if max(start, first) < min(stop, last):
                yield max(start, first), min(stop, last)
