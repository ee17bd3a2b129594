"""One pace for everything that asks "is it ready?": however many jobs wait, the service hears so many polls a second.

In no second do more go out than may. A plain ``turn()`` is served in the order of arrival; a ``watch(eta)`` asks when
asking is worth its while, and where turns are scarce the job goes first that is the most likely to be ready. A thousand
waiting jobs are a queue here, never a storm at the service.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

from flux_batch.engine.clock import Clock
from flux_batch.engine.gate import told
from flux_batch.engine.questions import next_question
from flux_batch.engine.rate import Window
from flux_batch.engine.readiness import Estimate, Readiness, estimate
from flux_batch.engine.turnstile import TICK

POLLS = Window(2)
"""The cap where nothing else is set."""

FIRST = 1.0
"""Seconds before the first question of all, at least."""
TRUSTED = 1
"""Jobs that must have shown how long they really take before one is asked about ahead of the service's estimate."""
REMEMBERED = 4
"""Estimates of one job that are held against its end: the first ones, and the last."""

LONGEST_PAUSE = 60.0
"""Seconds, at most, between two questions about a job of which nobody tells anything, whatever a busy answer asks."""

_LOOKED_AT = 32
"""Of a crowd, so many that have been due the longest are compared; the others wait behind them in any case."""
_DOUBLINGS = 32
_PATIENCE = 1e-3
"""Of two jobs that are ready with the same probability, the one that has waited longer goes first."""


@dataclass(eq=False, slots=True)
class Asker:
    """Somebody who waits for a turn.

    Attributes:
        early, due: from when on, if nobody else needs the turn, and in any case.
        gain: how much a turn now is worth to it, from 0 to 1 and a little more the longer it waits.
    """

    early: float
    due: float
    gain: Callable[[float], float]
    called: bool = False
    woken: anyio.Event = field(default_factory=anyio.Event)

    def __lt__(self, other: Asker) -> bool:
        return self.early < other.early

    def wake(self) -> None:
        self.woken.set()
        self.woken = anyio.Event()


class Pace:
    """Turns within a limit, shared by all.

    Args:
        limit: turns in any second.
        clock: time.

    Attributes:
        readiness: what is known of how long jobs take; *seen* is how many have told it.
    """

    def __init__(self, limit: Window = POLLS, *, clock: Clock) -> None:
        self.readiness = Readiness()
        self.seen = 0
        self._limit = limit
        self._clock = clock
        self._called = deque[float](maxlen=limit.count)
        self._askers: list[Asker] = []
        self._leader: Asker | None = None

    async def turn(self) -> None:
        """Wait for one's turn. Whoever is cancelled in line takes no turn away from those behind."""
        now = self._clock.monotonic()
        await self.stand(Asker(now, now, lambda later: 1 + _PATIENCE * (later - now)))

    def watch(self, eta: float | None = None) -> Watch:
        """Begin to watch a job that was accepted just now; *eta*: the service's estimate in seconds."""
        return Watch(self, self._clock, eta)

    async def stand(self, asker: Asker) -> None:
        """Wait until *asker* is called. One of those who wait does the calling; when it leaves, another takes over."""
        insort(self._askers, asker)
        if self._leader is not None:
            self._leader.wake()  # for whom may be called, or when, has changed
        try:
            while not asker.called:
                self._leader = self._leader or asker
                with anyio.move_on_after(max(TICK, self._call()) if self._leader is asker else math.inf):
                    if not asker.called:
                        await asker.woken.wait()
        finally:
            if not asker.called:
                self._askers.remove(asker)
            if self._leader in {None, asker}:  # nobody leads: its heir was cancelled at the same moment
                self._leader = None
                for heir in self._askers[:1]:
                    heir.wake()

    def _call(self) -> float:
        """Call whoever is next, if it is time; return the seconds until it is time to look again."""
        now = self._clock.monotonic()
        if (wait := self._limit.wait(self._called, now)) > 0:
            return wait
        plenty = self._limit.free(self._called, now) * 2 > self._limit.count
        line = self._askers[:_LOOKED_AT]
        ready = [asker for asker in line if (asker.early if plenty else asker.due) <= now]
        if not ready:
            return self._next(line, now, plenty=plenty)
        asker = max(ready, key=lambda one: one.gain(now))
        self._called.append(now)
        self._askers.remove(asker)
        asker.called = True
        asker.wake()
        return 0.0

    def _next(self, line: list[Asker], now: float, *, plenty: bool) -> float:
        """Return the seconds until somebody in *line* may be called; the last free turns are kept for who is due."""
        if plenty:
            return line[0].early - now
        return min(self._limit.next_free(self._called, now), *(asker.due for asker in line)) - now


class Watch:
    """One unfinished job and what the answers about it were.

    ```python
    watch = pace.watch(eta)
    while True:
        await watch.turn()
        if await is_ready(job):
            watch.ready()
            break
        watch.pending()
    ```
    """

    def __init__(self, pace: Pace, clock: Clock, eta: float | None) -> None:
        self._pace = pace
        self._clock = clock
        self._told = [Estimate(eta)]
        self._begun = clock.monotonic()
        self._asked = 0.0
        self._since = 0.0
        self._misses = 0
        self._resting = 0.0

    async def turn(self) -> None:
        """Wait until it is this job's turn to be asked about."""
        outlook = self._pace.readiness.outlook(self._told[-1], self._since)
        question, least = next_question(outlook), max(self._own_estimate(), self._resting)

        def gain(now: float) -> float:
            age = now - self._begun
            return outlook.ready(age) + _PATIENCE * outlook.idle(age)

        await self._pace.stand(
            Asker(self._begun + max(question.early, least), self._begun + max(question.due, least), gain)
        )
        self._asked = self._clock.monotonic() - self._begun

    def _own_estimate(self) -> float:
        """Return the seconds before the first question while nothing is known but what the service says itself."""
        return max(FIRST, estimate(self._told[-1].seconds)) if self._pace.seen < TRUSTED and not self._asked else 0.0

    def pending(self, eta: float | None = None) -> None:
        """Learn that the job was not ready when asked about, and how long it still takes where the answer tells."""
        self._since, self._misses, self._resting = self._asked, 0, 0.0
        renewed = estimate(eta) > 0
        self._pace.readiness = self._pace.readiness.outlasted(self._told[-1], self._since, renewed=renewed)
        if renewed:
            self._told = [*self._told[: REMEMBERED - 1], Estimate(eta, self._asked)]

    def unanswered(self, retry_after: float | None = None) -> None:
        """Learn nothing of the job: no answer came, or one that does not speak of it; *retry_after*: as it was told."""
        self._misses += 1
        self._resting = self._clock.monotonic() - self._begun + pause(self._misses, retry_after)

    def ready(self) -> None:
        """Learn that the job is ready, however that was found out."""
        self._pace.seen += 1
        elapsed = self._clock.monotonic() - self._begun
        self._pace.readiness = self._pace.readiness.after(self._told, self._since, elapsed)


def pause(misses: int, retry_after: float | None) -> float:
    """Return the seconds before a job is asked about again of which *misses* questions in a row told nothing.

    Args:
        misses: at least 1.
        retry_after: seconds the last answer asked for, if it did; a minute is heard at most, for a slot waits.
    """
    own = 2.0 ** min(misses - 1, _DOUBLINGS)
    return min(LONGEST_PAUSE, max(own, told(retry_after)))
