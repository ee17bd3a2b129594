"""An account's queue in memory: so many jobs at once, one more is refused. Runs on whatever clock drives the test.

It is the engine's counterpart, not a mock: it decides from its own state alone, keeps a ledger, and shares no code with
the governor. Times are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import anyio

from flux_batch.engine.outcome import Accepted, Busy, Outcome

Times = Callable[[Random], float]
"""Draws how long one job is served, in seconds."""


def constant(mean: float) -> Times:
    """Every job takes *mean*."""
    return lambda _: mean


def heavy_tailed(mean: float, sigma: float = 1.0) -> Times:
    """Log-normal with this *mean*: most jobs are quick, a few take ten times as long."""
    mu = math.log(mean) - sigma * sigma / 2
    return lambda rng: rng.lognormvariate(mu, sigma)


@dataclass(frozen=True, slots=True)
class Served:
    """A job the service took, from when to when; its first estimate, and by what factor that was wrong."""

    begin: float
    end: float
    eta: float
    error: float = 1.0

    def done(self, now: float) -> bool:
        """Whether its images exist."""
        return now >= self.end


@dataclass(frozen=True, slots=True)
class Polled:
    """The answer to a poll: whether the job is done, and the seconds it still takes, None where that is not said."""

    done: bool
    eta: float | None = None


@dataclass(slots=True)
class QueueService:
    """Takes up to *depth* jobs at a time.

    Attributes:
        depth: places in the queue; may be changed at any time.
        times: how long a job is served.
        latency: one way through the network; of a post, up to *jitter* longer, so that one overtakes another.
        holds: whether the answer comes when the job is done; else at once, with an eta.
        eta_error: the eta is right within this fraction.
        fresh: whether a poll that comes too early is told a new eta, as right as the first.
        steady: whether all estimates of one job are wrong by the same factor.
        whole: whether they are told in whole seconds, one at least.
        retry_after: what a refusal says; None says nothing.
        says_limit: whether a refusal names the depth.
        sick: called for each post with the time; an outcome it returns is the answer, and the job is not taken.
        foreign: places taken by somebody else.
        posts: when each post arrived, and whether it was taken.
    """

    depth: int
    times: Times
    rng: Random
    latency: float = 0.02
    jitter: float = 0.0
    holds: bool = True
    eta_error: float = 0.2
    fresh: bool = True
    steady: bool = False
    whole: bool = False
    retry_after: float | None = 30.0
    says_limit: bool = True
    sick: Callable[[float], Outcome | None] = lambda _: None
    foreign: int = 0
    posts: list[tuple[float, bool]] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    depths: list[tuple[float, int]] = field(default_factory=list)
    _unfinished: list[Served] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.depths.append((0.0, self.depth))

    def resize(self, depth: int) -> None:
        """Change the number of places from now on."""
        self.depth = depth
        self.depths.append((anyio.current_time(), depth))

    def taken(self, now: float) -> int:
        """Places taken at *now*, foreign jobs included."""
        self._unfinished = [job for job in self._unfinished if not job.done(now)]
        return self.foreign + len(self._unfinished)

    async def post(self) -> tuple[Outcome, Served | None]:
        """Answer one post: what it came to, and the job where it was taken."""
        await anyio.sleep(self._way())
        now = anyio.current_time()
        outcome = self.sick(now) or (self._full() if self.taken(now) >= self.depth else None)
        self.posts.append((now, outcome is None))
        if outcome is not None:
            await anyio.sleep(self._way())
            return outcome, None
        job = self._begin(now)
        await anyio.sleep(self._way() + (job.end - now if self.holds else 0.0))
        return Accepted(), job

    def _way(self) -> float:
        return self.latency + (self.rng.uniform(0, self.jitter) if self.jitter else 0.0)

    async def poll(self, job: Served) -> Polled:
        """Answer whether *job* is done, and how long it still takes."""
        arrives = anyio.current_time() + self.latency
        self.polls.append(arrives)
        await anyio.sleep(2 * self.latency)
        if job.done(arrives) or not self.fresh:
            return Polled(job.done(arrives))
        error = job.error if self.steady else self._error()
        return Polled(done=False, eta=self._told((job.end - arrives) * error))

    def _error(self) -> float:
        return self.rng.uniform(1 - self.eta_error, 1 + self.eta_error)

    def _told(self, seconds: float) -> float:
        return max(1.0, round(seconds)) if self.whole else seconds

    def _begin(self, now: float) -> Served:
        seconds = self.times(self.rng)
        error = self._error()
        job = Served(now, now + seconds, self._told(seconds * error), error)
        self.served.append(job)
        self._unfinished.append(job)
        return job

    def _full(self) -> Outcome:
        return Busy(self.retry_after, self.depth if self.says_limit else None)

    def utilisation(self, start: float, end: float) -> float:
        """Return the slot-seconds in service divided by the slot-seconds there were between two times."""
        used = sum(max(0.0, min(job.end, end) - max(job.begin, start)) for job in self.served)
        return used / self._offered(start, end)

    def _offered(self, start: float, end: float) -> float:
        until = [*(begin for begin, _ in self.depths[1:]), math.inf]
        spans = zip(self.depths, until, strict=True)
        return sum(depth * max(0.0, min(stop, end) - max(begin, start)) for (begin, depth), stop in spans)

    @property
    def rejects(self) -> float:
        """The fraction of posts that were refused."""
        return sum(not taken for _, taken in self.posts) / max(1, len(self.posts))
