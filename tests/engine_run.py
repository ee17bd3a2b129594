"""A run in small: real slots, pace and retries against the service in memory, as the caller of the engine uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Protocol

import anyio
from queue_service import QueueService, Served

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.events import Event
from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Outcome, ServerError, Unknown
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.pollgate import POLLS, Pace
from flux_batch.engine.pool import run_on_each
from flux_batch.engine.retries import Retries
from flux_batch.engine.retry import Failures, Retry
from flux_batch.engine.slots import Slots
from flux_batch.errors import LimitReached, RunStopped


class Noted(Protocol):
    """A slot, ours or a baseline's."""

    def note(self, outcome: Outcome) -> None:
        """Tell what the post came to."""
        ...


class Holds(Protocol):
    """Slots, ours or a baseline's."""

    def hold(self) -> AbstractAsyncContextManager[Noted]:
        """Wait for a slot and hold it."""
        ...


@dataclass(slots=True)
class Run:
    """One run and what came of it.

    Attributes:
        service: whom it posts to.
        slots: what governs it; None makes slots from *policy*.
        workers: jobs that may be under way.
        until: seconds after which nothing new is posted; None runs all *jobs*.
        jobs: how many there are; None for no end.
        watched: whether polls are timed by what they gain; else after the estimate and then by growing pauses.
        heard: every event, with its time.
        delays: for each polled job, how long it had been ready when it was found to be.
        done, failed, waiting: jobs accepted, given up or refused, and left for the next run.
    """

    service: QueueService
    policy: SlotPolicy = field(default_factory=SlotPolicy)
    slots: Holds | None = None
    workers: int = 24
    until: float | None = None
    jobs: int | None = None
    watched: bool = True
    seed: int = 1
    retry: Retry = field(default_factory=Retry)
    brake: Brake = field(default_factory=Brake)
    heard: list[tuple[float, Event]] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    done: int = 0
    failed: int = 0
    waiting: int = 0
    begun: float = 0.0
    ended: float = 0.0
    _rng: Random = field(init=False)
    _clock: SystemClock = field(init=False)
    _pace: Pace = field(init=False)
    _retries: Retries = field(init=False)

    async def go(self, *changes: tuple[float, Callable[[], None]]) -> Run:
        """Run to the end; *changes* happen at their times (seconds after the start)."""
        clock, self._rng = SystemClock(), Random(self.seed)
        self.begun = anyio.current_time()
        self._pace = Pace(POLLS, clock=clock)
        self._retries = Retries(self.retry, clock=clock, rng=self._rng, brake=self.brake)
        self._clock = clock
        slots = self.slots or Slots(self.policy, clock=clock, rng=self._rng, brake=self.brake, notice=self._hear)
        numbers: Iterable[int] = count() if self.jobs is None else range(self.jobs)
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._happen, *changes)
            await run_on_each(lambda _: self._job(slots), numbers, at_once=self.workers, brake=self.brake)
            self.ended = anyio.current_time()
            beside.cancel_scope.cancel()
        return self

    def _hear(self, event: Event) -> None:
        self.heard.append((anyio.current_time() - self.begun, event))

    async def _happen(self, *changes: tuple[float, Callable[[], None]]) -> None:
        ends = [] if self.until is None else [(self.until, lambda: self.brake.pull(LimitReached("the test ends")))]
        for at, change in sorted([*changes, *ends], key=lambda pair: pair[0]):
            await anyio.sleep(self.begun + at - anyio.current_time())
            change()

    async def _job(self, slots: Holds) -> None:
        try:
            delivered = await self._delivered(slots)
        except RunStopped:
            self.waiting += 1
        else:
            self.done += delivered
            self.failed += not delivered

    async def _delivered(self, slots: Holds) -> bool:
        failures, last = Failures(), None
        while True:
            async with slots.hold() as slot:
                outcome, job = await self.service.post()
                slot.note(outcome)
                if isinstance(outcome, Fatal) and outcome.reason is not None:
                    raise outcome.reason
                if job is not None and not self.service.holds:
                    await (self._watch(job) if self.watched else self._ask_after_pauses(job))
            if isinstance(outcome, Accepted):
                self._retries.succeeded(last)
                return True
            failures = failures.after(outcome, self._clock.monotonic())
            if not await self._retries.wait(failures, outcome):
                return False
            last = outcome if isinstance(outcome, Busy | ServerError | NeverSent | Unknown) else None

    async def _watch(self, job: Served) -> None:
        watch = self._pace.watch(job.eta)
        await watch.turn()
        while not (answer := await self.service.poll(job)).done:
            watch.pending(answer.eta)
            await watch.turn()
        watch.ready()
        self.delays.append(anyio.current_time() - job.end)

    async def _ask_after_pauses(self, job: Served) -> None:
        await anyio.sleep(max(job.eta, 1.0))
        for pause in (min(15.0, 2 * 1.5**n) for n in count()):
            await self._pace.turn()
            if (await self.service.poll(job)).done:
                break
            await anyio.sleep(self._rng.uniform(0.5, 1.0) * pause)
        self.delays.append(anyio.current_time() - job.end)
