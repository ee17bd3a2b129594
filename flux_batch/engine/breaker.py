"""The circuit breaker of one origin: a dead service is looked at now and then, not asked by every job.

It is a value. Cancellation is no outcome and never counts; while it is open, posts still under way may fail without
opening it again; one probe decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import assert_never

from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Outcome, Refused, ServerError, Unknown
from flux_batch.engine.policy import BreakerPolicy


@dataclass(frozen=True, slots=True)
class Breaker:
    """What the last outcomes say about the service.

    Attributes:
        policy: the user's numbers.
        down: posts in a row that were never sent or met a server error.
        unknown: posts in a row whose answer was lost.
        recent: the last outcomes from the first bad one on; True for a bad one.
        trips: times it opened since the last good outcome; 0 means closed.
        opens_at: while open, the time of the probe (monotonic seconds).
        since: when the first bad outcome came after the last good one.
        reason: why it opened.
    """

    policy: BreakerPolicy
    down: int = 0
    unknown: int = 0
    recent: tuple[bool, ...] = ()
    trips: int = 0
    opens_at: float = -math.inf
    since: float = math.inf
    reason: str = ""

    def wait(self, now: float) -> float:
        """Return the seconds until a post may go, 0 while closed."""
        return max(0.0, self.opens_at - now)

    def outage(self, now: float) -> float:
        """Return the seconds since the first bad outcome while it is open, 0 while closed."""
        return now - self.since if self.trips else 0.0

    def after(self, outcome: Outcome, now: float, *, alone: bool = False) -> Breaker:
        """Return the breaker with *outcome* counted.

        Args:
            alone: whether this was the post sent to see whether the service is back.
        """
        match outcome:
            case NeverSent() | ServerError():
                counted = replace(self._seen(bad=True), down=self.down + 1)
                return _tripped(counted, outcome.message, now, alone=alone)
            case Unknown():
                counted = replace(self._seen(bad=True), unknown=self.unknown + 1)
                return _tripped(counted, outcome.message, now, alone=alone)
            case Accepted() | Refused():
                return self._good((*self.recent, False)[-self.policy.of_last :])
            case Busy() | Fatal():
                return self._good(self.recent)
        assert_never(outcome)

    def _good(self, recent: tuple[bool, ...]) -> Breaker:
        if self.trips or not any(recent):
            recent = ()
        return self if recent == self.recent and not self.down + self.unknown else Breaker(self.policy, recent=recent)

    def _seen(self, *, bad: bool) -> Breaker:
        return replace(self, recent=(*self.recent, bad)[-self.policy.of_last :])


def _tripped(breaker: Breaker, message: str, now: float, *, alone: bool) -> Breaker:
    counted = replace(breaker, since=min(breaker.since, now))
    reason = _why(breaker) and ": ".join(filter(None, [_why(breaker), message]))
    if not reason or (breaker.trips and not alone):
        return counted
    trips = breaker.trips + 1
    seconds = min(breaker.policy.longest, breaker.policy.first * trips)
    return replace(counted, trips=trips, opens_at=now + seconds, reason=reason)


def _why(breaker: Breaker) -> str:
    policy, bad = breaker.policy, sum(breaker.recent)
    if breaker.down >= policy.down:
        return f"{breaker.down} posts in a row failed"
    if breaker.unknown >= policy.unknown:
        return f"{breaker.unknown} answers in a row were lost"
    if 2 * bad >= policy.of_last:
        return f"{bad} of the last {policy.of_last} posts failed"
    return ""
