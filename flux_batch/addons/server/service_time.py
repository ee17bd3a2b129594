"""How long the service takes for one request, as a distribution written in one word."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Self

from flux_batch.errors import UsageError

LONGEST = 86_400.0
"""Seconds: one draw never exceeds a day, whatever the tail of its distribution."""


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """A distribution of service times.

    Attributes:
        kind: ``constant`` (seconds), ``uniform`` (from, to) or ``lognormal`` (median seconds, sigma of the logarithm).
        numbers: its parameters, seconds where they are times.
    """

    kind: str = "constant"
    numbers: tuple[float, ...] = (0.0,)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``4.5``, ``uniform:3,6`` or ``lognormal:4.5,0.6``.

        Raises:
            UsageError: unknown name, wrong count of numbers, or a number that is no time.
        """
        name, _, rest = text.strip().rpartition(":")
        kind = name or "constant"
        try:
            numbers = tuple(float(part) for part in rest.split(","))
        except ValueError:
            numbers = ()
        if kind not in DRAWS or len(numbers) != COUNTS[kind] or not all(0 <= n <= LONGEST for n in numbers):
            raise UsageError(
                f"service time cannot be read: {text}",
                hint="write seconds (`4.5`), `uniform:3,6` (from, to) or `lognormal:4.5,0.6` (median, sigma)",
            )
        return cls(kind, numbers)

    def draw(self, rng: Random) -> float:
        """Return one service time in seconds."""
        return min(LONGEST, DRAWS[self.kind](rng, self.numbers))

    @property
    def typical(self) -> float:
        """The middle of the distribution in seconds: what the service would estimate."""
        return sum(self.numbers) / 2 if self.kind == "uniform" else self.numbers[0]


def _lognormal(rng: Random, numbers: tuple[float, ...]) -> float:
    median, sigma = numbers
    return rng.lognormvariate(math.log(median), min(sigma, 5.0)) if median else 0.0


DRAWS: Mapping[str, Callable[[Random, tuple[float, ...]], float]] = {
    "constant": lambda _, numbers: numbers[0],
    "uniform": lambda rng, numbers: rng.uniform(*numbers),
    "lognormal": _lognormal,
}
COUNTS = {"constant": 1, "uniform": 2, "lognormal": 2}
