"""What is known of how long a job takes, seen from a moment at which it was unfinished.

Two beliefs tell it, and both learn from every answer: that a job takes a multiple of the service's last estimate, and
that it takes so many seconds whatever the estimate says. Whichever foretold the last answers better counts more. When
to ask follows from it, in ``engine.questions``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flux_batch.engine.spread import CELLS, LONGEST, SHORTEST, Spread

UNIT = 10.0
"""Seconds: the unit of the belief in seconds, and the estimate where the service gives none."""
_BELIEVED = 3600.0
"""Seconds; a longer estimate is read as this."""
_MOSTLY = 1.25
"""An estimate is mostly right within this factor: so much counts as eleven answers before the first,"""
_RARELY = 0.05
"""and that it is wrong by any factor as the twentieth of one."""
_FADING = 0.98
_RENEWING = 0.1
_CELLS_WITHIN = 2 * math.log(_MOSTLY) / math.log(LONGEST / SHORTEST) * CELLS
_NEVER = 1e-9
_NEARLY = 0.999


def _near_one(low: float, high: float) -> float:
    middle = math.sqrt(max(low, 1e-3) * high)
    return 11 / _CELLS_WITHIN if 1 / _MOSTLY < middle < _MOSTLY else _RARELY / CELLS


def _anywhere(_low: float, _high: float) -> float:
    return 1 / CELLS


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the service said of how long a job will take.

    Attributes:
        seconds: as said, None where nothing was.
        at: seconds after the job's start at which it was said; they count from there.
    """

    seconds: float | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Belief:
    """One spread, seen from *since*, at which the job was unfinished. Times are seconds after the job's start.

    Attributes:
        origin: where the spread's own time begins; *unit* is its scale in seconds.
        chance, area: the spread and its integral at *since*.
    """

    spread: Spread
    unit: float
    origin: float
    since: float
    chance: float
    area: float

    @classmethod
    def seen(cls, spread: Spread, unit: float, since: float, origin: float = 0.0) -> Belief:
        """Look at *spread* from *since*."""
        return cls(spread, unit, origin, since, *spread.at(max(0.0, since - origin) / unit))

    @property
    def unfinished(self) -> float:
        """The probability that was given to a job's lasting beyond *since*."""
        return max(_NEVER, 1 - self.chance)

    @property
    def exhausted(self) -> bool:
        """Whether the job lasts longer than this belief holds possible."""
        return self.chance >= 1 - _NEVER

    def ready(self, elapsed: float) -> float:
        """Return the probability that the job is ready by *elapsed*."""
        if self.exhausted:
            return 1.0
        return (self._at(elapsed)[0] - self.chance) / self.unfinished

    def idle(self, elapsed: float) -> float:
        """Return the seconds the job is to be expected to have been ready by *elapsed*: the integral of *ready*."""
        if self.exhausted:
            return elapsed - self.since
        gained = self._at(elapsed)[1] - self.area
        return (gained * self.unit - self.chance * (elapsed - self.since)) / self.unfinished

    def foretold(self, elapsed: float) -> float:
        """Return the logarithm of the probability that was given to what happened: ready by *elapsed*."""
        return math.log(max(1e-6, self._at(elapsed)[0] - self.chance))

    def outlasted(self) -> float:
        """Return the logarithm of the probability that was given to what happened: not ready at *since*."""
        return math.log(max(1e-6, 1 - self.chance))

    def _at(self, elapsed: float) -> tuple[float, float]:
        return self.spread.at((elapsed - self.origin) / self.unit)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect of one unfinished job.

    Attributes:
        first, second: the beliefs about it; *trust*: how much the first counts, from 0 to 1.
        renewal: the probability that an answer which comes too early brings a fresh estimate that is worth having.
    """

    first: Belief
    second: Belief
    trust: float
    renewal: float = 0.0

    @property
    def since(self) -> float:
        """Seconds after its start at which the job was last known to be unfinished."""
        return self.first.since

    @property
    def age(self) -> float:
        """Seconds from what is counted from to *since*: the job's start, or its estimate as far as that is trusted."""
        return self.since - self.trust * self.first.origin

    @property
    def scatter(self) -> float:
        """How far the truth lies from an estimate: see :attr:`Spread.scatter`."""
        return self.first.spread.scatter

    def ready(self, elapsed: float) -> float:
        """Return the probability that the job is ready *elapsed* seconds after its start."""
        return sum(part * belief.ready(elapsed) for part, belief in self._parts())

    def idle(self, elapsed: float) -> float:
        """Return the seconds the job is to be expected to have been ready, *elapsed* seconds after its start."""
        return sum(part * belief.idle(elapsed) for part, belief in self._parts())

    def _parts(self) -> tuple[tuple[float, Belief], ...]:
        if self.trust > _NEARLY:
            return ((1.0, self.first),)
        if self.trust < 1 - _NEARLY:
            return ((1.0, self.second),)
        return ((self.trust, self.first), (1 - self.trust, self.second))


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of how long jobs take.

    Attributes:
        by_estimate: as multiples of the service's estimate.
        by_clock: as multiples of :data:`UNIT`.
        scores: how well each of the two foretold the last answers (logarithms, faded).
        renewal: the part of the last answers "not yet" that brought a fresh estimate.
    """

    by_estimate: Spread = field(default_factory=partial(Spread.believing, _near_one))
    by_clock: Spread = field(default_factory=partial(Spread.believing, _anywhere))
    scores: tuple[float, float] = (0.0, -4.0)
    renewal: float = 0.0

    def outlook(self, told: Estimate, since: float) -> Outlook:
        """Return what to expect of a job.

        Args:
            told: the service's last word on it.
            since: seconds after its start at which it was last known to be unfinished, not before *told*.
        """
        clock = Belief.seen(self.by_clock, UNIT, since)
        estimated = self._estimated(told, since)
        if estimated is None:
            return Outlook(clock, clock, 1.0)
        odds = math.exp(min(50.0, self.scores[1] - self.scores[0])) * clock.unfinished / estimated.unfinished
        trust = 1 / (1 + odds)
        return Outlook(estimated, clock, trust, self.renewal * trust)

    def after(self, told: Sequence[Estimate], since: float, elapsed: float) -> Readiness:
        """Return what is known after an answer: unfinished at *since*, ready by *elapsed*.

        Args:
            told: all that the service said of the job, its last word last. Each of them is taught by how it came out:
                the last alone would say nothing of those that did not last, and the end is known best in proportion
                to the first.
            since, elapsed: seconds after the job's start.
        """
        by_clock = self.by_clock.after(since / UNIT, elapsed / UNIT)
        estimated = self._estimated(told[-1], since)
        if estimated is None:
            return replace(self, by_clock=by_clock)
        by_estimate = self.by_estimate
        for each in told:
            if unit := estimate(each.seconds):
                by_estimate = by_estimate.after((since - each.at) / unit, (elapsed - each.at) / unit)
        score = _FADING * self.scores[0] + estimated.foretold(elapsed)
        other = _FADING * self.scores[1] + Belief.seen(self.by_clock, UNIT, since).foretold(elapsed)
        return replace(self, by_estimate=by_estimate, by_clock=by_clock, scores=(score, other))

    def outlasted(self, told: Estimate, since: float, *, renewed: bool) -> Readiness:
        """Return what is known after an answer: unfinished at *since*.

        Args:
            told: the service's last word before.
            since: seconds after the job's start.
            renewed: whether the answer brought a fresh estimate instead.
        """
        renewal = self.renewal + (renewed - self.renewal) * _RENEWING
        estimated = self._estimated(told, since)
        if estimated is None or not renewed:
            return replace(self, renewal=renewal)
        return replace(self, renewal=renewal, scores=(self.scores[0] + estimated.outlasted(), self.scores[1]))

    def _estimated(self, told: Estimate, since: float) -> Belief | None:
        unit = estimate(told.seconds)
        return Belief.seen(self.by_estimate, unit, since, told.at) if unit else None


def estimate(eta: float | None) -> float:
    """Read an estimate: what is odd says nothing (0.0), what is long says an hour."""
    if eta is None or math.isnan(eta) or eta <= 0:
        return 0.0
    return min(eta, _BELIEVED)
