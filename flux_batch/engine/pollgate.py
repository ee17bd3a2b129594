"""One pace for everything that asks "is it ready?": however many jobs wait, the service hears so many polls a second.

The turns go out evenly (GCRA). A plain ``turn()`` is served in the order of arrival; a ``watch(eta)`` asks when asking
is worth its while, and where turns are scarce the job goes first that has probably been ready the longest. A thousand
waiting jobs are a queue here, never a storm at the service.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Callable

import anyio

from flux_batch.engine.clock import Clock
from flux_batch.engine.rate import Rate
from flux_batch.engine.readiness import Readiness, estimate
from flux_batch.engine.turnstile import TICK

POLLS = Rate(per_second=2)
"""The cap where nothing else is set."""

TRUSTED = 1
"""Jobs that must have shown how long they really take before one is asked about ahead of the service's estimate."""


_LOOKED_AT = 32
"""Of a crowd, so many that have been due the longest are compared; the others wait behind them in any case."""


class _Asker:
    """Somebody who waits for a turn: from when on, and how much is lost by letting it wait."""

    def __init__(self, due: float, loss: Callable[[float], float]) -> None:
        self.due = due
        self.loss = loss
        self.called = False
        self.woken = anyio.Event()

    def __lt__(self, other: _Asker) -> bool:
        return self.due < other.due

    def wake(self) -> None:
        self.woken.set()
        self.woken = anyio.Event()


class Pace:
    """Turns at a rate, shared by all.

    Args:
        rate: turns a second.
        clock: time.

    Attributes:
        readiness: what is known of how long jobs take; *seen* is how many have told it.
    """

    def __init__(self, rate: Rate = POLLS, *, clock: Clock) -> None:
        self.readiness = Readiness()
        self.seen = 0
        self._rate = rate
        self._clock = clock
        self._free_at = -math.inf
        self._askers: list[_Asker] = []
        self._leader: _Asker | None = None

    async def turn(self) -> None:
        """Wait for one's turn. Whoever is cancelled in line takes no turn away from those behind."""
        now = self._clock.monotonic()
        await self.stand(_Asker(now, lambda later: later - now))

    def watch(self, eta: float | None = None) -> Watch:
        """Begin to watch a job that was accepted just now; *eta*: the service's estimate in seconds."""
        return Watch(self, self._clock, eta)

    async def stand(self, asker: _Asker) -> None:
        """Wait until *asker* is called. One of those who wait does the calling; when it leaves, another takes over."""
        insort(self._askers, asker)
        if self._leader is not None and asker.due < self._leader.due:
            self._leader.wake()
        try:
            while not asker.called:
                self._leader = self._leader or asker
                with anyio.move_on_after(max(TICK, self._call()) if self._leader is asker else math.inf):
                    if not asker.called:
                        await asker.woken.wait()
        finally:
            if not asker.called:
                self._askers.remove(asker)
            if self._leader is asker:
                self._leader = None
                for heir in self._askers[:1]:
                    heir.wake()

    def _call(self) -> float:
        """Call whoever is next, if it is time; return the seconds until it is time to look again."""
        now = self._clock.monotonic()
        wait, free_at = self._rate.admit(self._free_at, now)
        if wait > 0:
            return wait
        due = [asker for asker in self._askers[:_LOOKED_AT] if asker.due <= now]
        if not due:
            return self._askers[0].due - now
        asker = max(due, key=lambda one: one.loss(now))
        self._free_at = free_at
        self._askers.remove(asker)
        asker.called = True
        asker.wake()
        return 0.0


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
        self._eta = eta
        self._begun = clock.monotonic()
        self._asked = 0.0
        self._since = 0.0

    async def turn(self) -> None:
        """Wait until it is this job's turn to be asked about."""
        outlook = self._pace.readiness.outlook(self._eta, self._since)
        due = max(outlook.due(), self._own_estimate())
        await self._pace.stand(_Asker(self._begun + due, lambda now: outlook.idle(now - self._begun)))
        self._asked = self._clock.monotonic() - self._begun

    def _own_estimate(self) -> float:
        """Return the seconds before the first question while nothing is known but what the service says itself."""
        return estimate(self._eta) if self._pace.seen < TRUSTED and not self._asked else 0.0

    def pending(self) -> None:
        """Learn that the job was not ready when asked about."""
        self._since = self._asked

    def ready(self) -> None:
        """Learn that the job is ready, however that was found out."""
        self._pace.seen += 1
        elapsed = self._clock.monotonic() - self._begun
        self._pace.readiness = self._pace.readiness.after(self._eta, self._since, elapsed)
