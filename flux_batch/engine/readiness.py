"""When it is worth asking whether a job is ready: not by a fixed row of pauses, but by what asking would gain.

A job that is ready and not known to be holds a slot of the queue for nothing. So what counts is the *idle time* one
has to expect: how long, on average, a job like this one has been ready by now. Two beliefs give it, and both learn
from every answer: that a job takes a multiple of the service's estimate, and that it takes so many seconds whatever the
estimate says. Whichever foretold the last answers better counts more.

A question is due when that idle time reaches a threshold; where questions are scarce, the job goes first whose idle
time is largest. For a memoryless wait this is the best there is; for others it is close, and needs no planning ahead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial

from flux_batch.engine.spread import CELLS, Spread

UNIT = 10.0
"""Seconds: the unit of the belief in seconds, and the estimate where the service gives none."""
SOONEST = 1.0
"""Seconds before the first question about a job, at least."""
WORTH = 0.002
"""A question is due when the idle time to expect is this part of the estimate."""

_BELIEVED = 3600.0
"""Seconds; a longer estimate is read as this."""
_MOSTLY = 1.25
"""An estimate is mostly right within this factor,"""
_RARELY = 0.05
"""and with this weight (against 11 for the cells within) wrong by any."""
_FINEST = 0.02
"""Two questions about a job are this part of its age apart, at least: beyond all experience they get rare, not many."""
_FADING = 0.98
_NEVER = 1e-9
_NEARLY = 0.999
_STEPS = 14


def _near_one(low: float, high: float) -> float:
    middle = math.sqrt(max(low, 1e-3) * high)
    return 1.0 if 1 / _MOSTLY < middle < _MOSTLY else _RARELY / CELLS


def _anywhere(_low: float, _high: float) -> float:
    return 1 / CELLS


@dataclass(frozen=True, slots=True)
class Belief:
    """One spread, seen from a moment at which the job was unfinished. Times are seconds since its start."""

    spread: Spread
    unit: float
    since: float
    chance: float
    area: float

    @classmethod
    def seen(cls, spread: Spread, unit: float, since: float) -> Belief:
        """Look at *spread* from *since*."""
        return cls(spread, unit, since, *spread.at(since / unit))

    @property
    def unfinished(self) -> float:
        """The probability that a job lasts beyond *since*."""
        return max(_NEVER, 1 - self.chance)

    def idle(self, elapsed: float) -> float:
        """Return the seconds the job is to be expected to have been ready by *elapsed*."""
        if self.chance >= 1 - _NEVER:
            return elapsed - self.since
        gained = self.spread.at(elapsed / self.unit)[1] - self.area
        return (gained * self.unit - self.chance * (elapsed - self.since)) / self.unfinished

    def foretold(self, elapsed: float) -> float:
        """Return the logarithm of the probability that was given to what happened: ready by *elapsed*."""
        return math.log(max(1e-6, self.spread.at(elapsed / self.unit)[0] - self.chance))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect of one unfinished job: its beliefs, and how much the first is trusted (0 to 1)."""

    first: Belief
    second: Belief
    trust: float
    worth: float

    def idle(self, elapsed: float) -> float:
        """Return the seconds the job is to be expected to have been ready, *elapsed* seconds after its start."""
        if self.trust > _NEARLY:
            return self.first.idle(elapsed)
        if self.trust < 1 - _NEARLY:
            return self.second.idle(elapsed)
        return self.trust * self.first.idle(elapsed) + (1 - self.trust) * self.second.idle(elapsed)

    def due(self) -> float:
        """Return the seconds after the start at which the next question is worth its while."""
        low = max(SOONEST, self.first.since * (1 + _FINEST))
        if self.idle(low) >= self.worth:
            return low
        high = 2 * low
        while self.idle(high) < self.worth:
            low, high = high, 2 * high
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.idle(middle) >= self.worth else (middle, high)
        return high


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of how long jobs take.

    Attributes:
        by_estimate: as multiples of the service's estimate.
        by_clock: as multiples of :data:`UNIT`.
        scores: how well each of the two foretold the last answers (logarithms, faded).
    """

    by_estimate: Spread = field(default_factory=partial(Spread.believing, _near_one))
    by_clock: Spread = field(default_factory=partial(Spread.believing, _anywhere))
    scores: tuple[float, float] = (0.0, -4.0)

    def outlook(self, eta: float | None, since: float) -> Outlook:
        """Return what to expect of a job.

        Args:
            eta: the service's estimate in seconds, None where it gave none.
            since: seconds after its start at which it was last known to be unfinished.
        """
        clock = Belief.seen(self.by_clock, UNIT, since)
        if not (unit := estimate(eta)):
            return Outlook(clock, clock, 1.0, WORTH * UNIT)
        estimated = Belief.seen(self.by_estimate, unit, since)
        odds = math.exp(min(50.0, self.scores[1] - self.scores[0])) * clock.unfinished / estimated.unfinished
        return Outlook(estimated, clock, 1 / (1 + odds), WORTH * unit)

    def after(self, eta: float | None, since: float, elapsed: float) -> Readiness:
        """Return what is known after an answer: unfinished at *since*, ready by *elapsed*."""
        by_clock = self.by_clock.after(since / UNIT, elapsed / UNIT)
        if not (unit := estimate(eta)):
            return Readiness(self.by_estimate, by_clock, self.scores)
        estimated = _FADING * self.scores[0] + Belief.seen(self.by_estimate, unit, since).foretold(elapsed)
        clock = _FADING * self.scores[1] + Belief.seen(self.by_clock, UNIT, since).foretold(elapsed)
        return Readiness(self.by_estimate.after(since / unit, elapsed / unit), by_clock, (estimated, clock))


def estimate(eta: float | None) -> float:
    """Read an estimate: what is odd says nothing (0.0), what is long says an hour."""
    if eta is None or math.isnan(eta) or eta <= 0:
        return 0.0
    return min(eta, _BELIEVED)
