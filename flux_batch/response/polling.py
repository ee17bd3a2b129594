"""When to ask for a job that is being processed: pure arithmetic in seconds, no clock and no sleep."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Polling:
    """The pauses between polls of one job.

    First after the service's own estimate, then with growing, jittered pauses
    U(0.5, 1) * min(*longest*, *base* * *growth* ** n), until the deadline; what is left then stays pending for the
    next run and is never posted again. The pace all jobs share is ``engine.pollgate``.

    Attributes:
        soonest: seconds before the first poll, at least.
        base: seconds of the second poll's pause, before jitter.
        growth: factor from one pause to the next.
        longest: seconds a pause may grow to, before jitter.
        estimates: deadline, in multiples of the estimate.
        patience: seconds before the deadline, at least.
        believed: seconds; a longer estimate is read as this.
    """

    soonest: float = 1.0
    base: float = 2.0
    growth: float = 1.5
    longest: float = 15.0
    estimates: float = 10.0
    patience: float = 900.0
    believed: float = 3600.0

    def first_poll(self, eta: float | None) -> float:
        """Return the seconds from ``processing`` to the first poll. *eta*: seconds, None where none was given."""
        return max(self.soonest, self._estimate(eta))

    def next_poll(self, attempt: int, rng: random.Random) -> float:
        """Return the seconds from poll number *attempt* (from 0) to the next."""
        steepest = min(attempt, 64)  # far beyond any *longest*, and no float overflows
        return rng.uniform(0.5, 1.0) * min(self.longest, self.base * self.growth**steepest)

    def deadline(self, eta: float | None) -> float:
        """Return the seconds from ``processing`` to the end of this run's patience."""
        return max(self.estimates * self._estimate(eta), self.patience)

    def _estimate(self, eta: float | None) -> float:
        """Read *eta*: NaN and what is negative say nothing."""
        return min(eta, self.believed) if eta is not None and eta > 0 else 0.0
