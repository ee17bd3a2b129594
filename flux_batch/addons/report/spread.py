"""How lengths of time are spread: percentiles, and a histogram whose columns grow by the same factor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = 10
"""Columns from one power of ten to the next."""
SHORTEST = 0.001
"""Seconds: the journal's clock ticks in milliseconds."""


@dataclass(frozen=True, slots=True)
class Column:
    """How many are at least *begin* and less than *end*, in seconds."""

    begin: float
    end: float
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of times in seconds; all None where nothing was measured.

    Attributes:
        count: of the times.
        p50, p90, p99: half, nine tenths, 99 % of them are at most this long (nearest rank: each was really measured).
        columns: the histogram, without gaps.
    """

    count: int = 0
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    longest: float | None = None
    columns: tuple[Column, ...] = ()

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        """Return the distribution of *times*."""
        if not times:
            return cls()
        ordered = sorted(times)
        p50, p90, p99 = (round(rank(ordered, share), 6) for share in (0.5, 0.9, 0.99))
        mean = round(math.fsum(ordered) / len(ordered), 6)
        return cls(len(ordered), mean, p50, p90, p99, round(ordered[-1], 6), histogram(ordered))


def rank(ordered: Sequence[float], share: float) -> float:
    """Return the smallest of *ordered* that at least *share* of them do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def histogram(times: Sequence[float]) -> tuple[Column, ...]:
    """Count *times* into columns, from the first that has any to the last."""
    counts: dict[int, int] = {}
    for time in times:
        counts[_column(time)] = counts.get(_column(time), 0) + 1
    if not counts:
        return ()
    return tuple(Column(_edge(n), _edge(n + 1), counts.get(n, 0)) for n in range(min(counts), max(counts) + 1))


def _column(time: float) -> int:
    return math.floor(math.log10(max(time, SHORTEST)) * COLUMNS + 1e-9)


def _edge(column: int) -> float:
    return float(f"{10 ** (column / COLUMNS):.4g}")
