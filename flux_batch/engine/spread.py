"""How long something takes, as a histogram that learns from answers like "not yet after 8, done by 9".

Times are multiples of a unit (an estimate, or ten seconds), on a logarithmic grid, so that a spread knows a tenth of a
second as well as half an hour. Each answer adds its weight to the cells of its interval, in proportion to what was
believed of them: the self-consistent estimate for interval-censored data (Turnbull 1976), taken one answer at a time
and forgetting slowly, so that it follows a service that changes.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import add, mul
from typing import Self

CELLS = 960
SHORTEST, LONGEST = 0.01, 200.0
GRID = (0.0, *(SHORTEST * (LONGEST / SHORTEST) ** (n / (CELLS - 1)) for n in range(CELLS)))
"""Edges of the cells in units, from 0: each 1 % above the one before."""
MEMORY = 0.995
"""An answer counts this much less with each further one."""

_MIDDLE = (0.2, 0.8)
_WIDTHS = tuple(high - low for low, high in pairwise(GRID))
_HALVES = tuple(width / 2 for width in _WIDTHS)


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution over multiples of a unit.

    Attributes:
        prior: weight per cell before any answer; it never fades, so nothing is ever held impossible.
        learned: weight per cell from answers, faded.
        mass: weight up to each edge of the grid; the last is the whole.
        area: the integral of *mass* from 0 to each edge.
    """

    prior: tuple[float, ...]
    learned: tuple[float, ...]
    mass: tuple[float, ...]
    area: tuple[float, ...]

    @classmethod
    def believing(cls, weight: Callable[[float, float], float]) -> Self:
        """Return the spread before any answer; *weight* gives that of a cell from its two edges."""
        return cls._summed(tuple(weight(low, high) for low, high in pairwise(GRID)), (0.0,) * CELLS)

    @classmethod
    def _summed(cls, prior: tuple[float, ...], learned: tuple[float, ...]) -> Self:
        mass = tuple(accumulate(map(add, prior, learned), initial=0.0))
        area = tuple(accumulate(map(mul, map(add, mass, mass[1:]), _HALVES), initial=0.0))
        return cls(prior, learned, mass, area)

    def at(self, time: float) -> tuple[float, float]:
        """Return the probability of being done by *time*, and its integral from 0 to *time*."""
        cell = bisect_right(GRID, time) - 1
        whole = self.mass[-1]
        if cell >= CELLS:
            return 1.0, self.area[-1] / whole + time - GRID[-1]
        into = time - GRID[cell]
        mass = self.mass[cell] + (self.mass[cell + 1] - self.mass[cell]) * into / _WIDTHS[cell]
        return mass / whole, (self.area[cell] + (self.mass[cell] + mass) / 2 * into) / whole

    @property
    def scatter(self) -> float:
        """How far apart the times lie: half the logarithm of the ratio between the ends of the middle three fifths."""
        low, high = (GRID[min(CELLS, bisect_left(self.mass, share * self.mass[-1]))] for share in _MIDDLE)
        return math.log(high / max(low, SHORTEST)) / 2

    def after(self, since: float, time: float) -> Self:
        """Return the spread taught by an answer: not done at *since*, done by *time*."""
        first, last = bisect_right(GRID, since) - 1, bisect_right(GRID, time) - 1
        parts = {
            cell: (self.prior[cell] + self.learned[cell]) * overlap / _WIDTHS[cell]
            for cell in range(first, min(last, CELLS - 1) + 1)
            if (overlap := min(time, GRID[cell + 1]) - max(since, GRID[cell])) > 0
        }
        if not (whole := sum(parts.values())):
            return self
        learned = [weight * MEMORY for weight in self.learned]
        for cell, part in parts.items():
            learned[cell] += part / whole
        return self._summed(self.prior, tuple(learned))
