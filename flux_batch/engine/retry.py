"""When a failed job is posted again: a policy is a value that answers with a number of seconds, or with None.

It never sleeps and never sends. No class of failure is without a ceiling (a count, a time, or both), so a poisoned
job is set aside instead of being tried for ever. Figures: reliability policy, "retry and rate".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import assert_never

from flux_batch.engine.outcome import Accepted, Busy, Failure, Fatal, NeverSent, Outcome, Refused, ServerError, Unknown

OUTAGE = 30 * 60.0
"""Seconds without an answer after which a service counts as unreachable."""

_LARGEST_EXPONENT = 32
"""2.0 ** attempts overflows after a thousand attempts; every cap is reached long before this."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential back-off with full jitter, and where it ends.

    Attributes:
        base: the first pause lies between 0 and this many seconds; each further one may be twice as long.
        longest: no pause is longer, in seconds.
        attempts: posts of one job that may end this way, all counted; None for no such bound.
        within: seconds from the job's first failure of this class, after which it is given up.
    """

    base: float
    longest: float
    attempts: int | None
    within: float = float("inf")

    def __post_init__(self) -> None:
        if self.attempts is None and self.within == float("inf"):
            raise ValueError("a back-off needs a ceiling: set attempts, within, or both")

    def pause(self, failures: int, rng: Random) -> float:
        """Draw the pause after so many failures: uniform from 0 to min(longest, base * 2 ** (failures - 1))."""
        return rng.uniform(0.0, min(self.longest, self.base * 2.0 ** min(failures - 1, _LARGEST_EXPONENT)))


@dataclass(frozen=True, slots=True)
class Tally:
    """One class of failure of one job: how often, and from when to when (monotonic seconds)."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0

    def again(self, now: float) -> Tally:
        """Return the tally with one more failure at *now*."""
        return Tally(self.count + 1, self.first if self.count else now, now)


@dataclass(frozen=True, slots=True)
class Failures:
    """What happened to one job so far, by class: what :class:`Retry` decides on."""

    busy: Tally = Tally()
    server_error: Tally = Tally()
    never_sent: Tally = Tally()
    unknown: Tally = Tally()

    def after(self, outcome: Outcome, now: float) -> Failures:
        """Return the failures with *outcome* counted; an outcome that is none changes nothing."""
        match outcome:
            case Busy():
                return replace(self, busy=self.busy.again(now))
            case ServerError():
                return replace(self, server_error=self.server_error.again(now))
            case NeverSent():
                return replace(self, never_sent=self.never_sent.again(now))
            case Unknown():
                return replace(self, unknown=self.unknown.again(now))
            case Accepted() | Refused() | Fatal():
                return self
        assert_never(outcome)

    @property
    def posts(self) -> int:
        """Posts that reached, or may have reached, the service and got the job nothing."""
        return self.busy.count + self.server_error.count + self.unknown.count


@dataclass(frozen=True, slots=True)
class Retry:
    """The policy by class of failure.

    Attributes:
        never_sent: nothing reached the service: any number of attempts, for as long as an outage may last.
        busy: the gate makes everybody wait, so the job itself waits no longer; still not for ever.
        server_error: the service failed at this job.
        unknown: may have been billed: posted again once at most. ``attempts=1`` means never.
    """

    never_sent: Backoff = Backoff(base=0.5, longest=30, attempts=None, within=OUTAGE)
    busy: Backoff = Backoff(base=0, longest=0, attempts=200, within=6 * 3600)
    server_error: Backoff = Backoff(base=2, longest=30, attempts=3)
    unknown: Backoff = Backoff(base=2, longest=30, attempts=2)

    @classmethod
    def holding(cls) -> Retry:
        """Return the policy that never posts a job again whose answer was lost."""
        return cls(unknown=Backoff(base=0, longest=0, attempts=1))

    def delay(self, failures: Failures, outcome: Outcome, rng: Random) -> float | None:
        """Return the seconds before the same job is posted again, None to give it up.

        Args:
            failures: of this job, *outcome* included: ``failures.after(outcome, now)``.
            outcome: how the last post ended.
        """
        match outcome:
            case NeverSent():
                return _next(self.never_sent, failures.never_sent, rng)
            case Busy():
                return _next(self.busy, failures.busy, rng)
            case ServerError():
                return _next(self.server_error, failures.server_error, rng)
            case Unknown():
                return _next(self.unknown, failures.unknown, rng)
            case Accepted() | Refused() | Fatal():
                return None
        assert_never(outcome)


def _next(backoff: Backoff, tally: Tally, rng: Random) -> float | None:
    if backoff.attempts is not None and tally.count >= backoff.attempts:
        return None
    if tally.last - tally.first > backoff.within:
        return None
    return backoff.pause(tally.count, rng)


@dataclass(frozen=True, slots=True)
class RetryQuota:
    """What all retries of a run may cost together, so that a sick service is not drowned in second tries.

    A failure's retry is paid in tokens; a success earns one, and a success at a second try refunds what that try cost.
    Where there are too few, the job is parked and not failed: tokens also trickle in with time.

    Attributes:
        tokens: left at *at*.
        at: the monotonic time of the last change, in seconds.
        capacity: tokens at the start, and never more.
        per_second: the trickle: one retry of a server error every 30 s while nothing succeeds.
    """

    tokens: float = 100.0
    at: float = 0.0
    capacity: float = 100.0
    per_second: float = 14 / 30

    def take(self, failure: Failure, now: float) -> tuple[float, RetryQuota]:
        """Pay for one retry of *failure*: the seconds to park the job first, and the quota after it.

        Debt is how parked jobs queue: each finds the wait behind those before it.
        """
        left = self._grown(now) - cost(failure)
        return max(0.0, -left / self.per_second), replace(self, tokens=left, at=now)

    def earn(self, now: float, retried: Failure | None = None) -> RetryQuota:
        """Return the quota after a success; *retried* is the failure whose retry succeeded, None for a first try."""
        earned = 1.0 if retried is None else cost(retried)
        return replace(self, tokens=min(self.capacity, self._grown(now) + earned), at=now)

    def _grown(self, now: float) -> float:
        return min(self.capacity, self.tokens + max(0.0, now - self.at) * self.per_second)


def cost(failure: Failure) -> float:
    """Return the tokens one retry costs: a busy answer none, since the gate already holds everybody back."""
    match failure:
        case Busy():
            return 0.0
        case NeverSent():
            return 5.0
        case ServerError() | Unknown():
            return 14.0
    assert_never(failure)
