"""What the user may set about slots, checked with words."""

from __future__ import annotations

from dataclasses import dataclass

from flux_batch.engine.rate import Rate


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When a service counts as dead, and how often it is looked at then. Times are seconds.

    Attributes:
        down: posts in a row that were never sent or met a server error, which open the breaker.
        unknown: posts in a row whose answer was lost, which open it.
        of_last: with this many outcomes known, half of them bad opens it.
        first: it stays open this long the first time, twice as long the second, three times the third, ...
        longest: and never longer than this.
        outage: with no answer for this long the run ends.
    """

    down: int = 5
    unknown: int = 3
    of_last: int = 20
    first: float = 30.0
    longest: float = 300.0
    outage: float = 30 * 60.0


@dataclass(frozen=True, slots=True)
class SlotPolicy:
    """How many posts and unfinished jobs may be in flight, and how that is found out. Times are seconds.

    Attributes:
        limit: slots of the account. Not adaptive: a ceiling that is never exceeded. Adaptive: what is believed at
            first, None where nothing is known.
        adaptive: whether more than *limit* may be tried.
        most: adaptive: no more than this, whatever the service takes.
        rate: posts a second, where the endpoint limits those too.
        max_wait: a service that asks for a longer pause than this ends the run.
        patience: so does one that is busy for this long without taking a single job.
        taken_after: a refusal comes within a second or so (1.0 to 1.3 s were seen); a post that is silent for longer
            was taken. This only speeds up the slow start below a limit that is known.
        busy_longest: busy answers in a row that name no time double the pause up to this.
        probe_first: one slot more than the learned ceiling is tried after this time,
        probe_named: or after this, where the service itself has named the limit: each such try costs a pause of all,
        probe_longest: and twice as long after each time it was refused, up to this.
        probe_back: a ceiling below what once worked is tried sooner.
        breaker: when the service counts as dead.

    Raises:
        ValueError: a number is out of its range, or a fixed limit is missing.
    """

    limit: int | None = None
    adaptive: bool = True
    most: int = 100
    rate: Rate | None = None
    max_wait: float = 900.0
    patience: float = 2 * 3600.0
    taken_after: float = 3.0
    busy_longest: float = 120.0
    probe_first: float = 600.0
    probe_named: float = 1800.0
    probe_longest: float = 2 * 3600.0
    probe_back: float = 120.0
    breaker: BreakerPolicy = BreakerPolicy()

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit must be at least 1 slot, not {self.limit}")
        if self.limit is None and not self.adaptive:
            raise ValueError("a fixed number of slots needs a limit")
        if self.most < 1:
            raise ValueError(f"most must be at least 1 slot, not {self.most}")

    @property
    def ceiling(self) -> int:
        """The number of slots that is never exceeded."""
        if self.limit is None:
            return self.most
        return max(self.limit, self.most) if self.adaptive else self.limit
