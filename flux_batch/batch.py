"""The whole way on one screen: a grid's jobs are bought, fetched, verified and kept, each step written down.

plan -> to_buy -> _deliver -> Buyer.buy -> Fetcher.fetch -> Keeper.keep -> manifest line
               (job boundary)   (slot)       (download)       (gates)
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import anyio

from flux_batch.engine.bell import Bells
from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import Clock, SystemClock
from flux_batch.engine.pool import run_on_each
from flux_batch.errors import FluxBatchError, RunStopped
from flux_batch.grid import Grid
from flux_batch.plan import Plan, make_plan
from flux_batch.plan.job import Job
from flux_batch.request.endpoint import Endpoint, find_endpoint
from flux_batch.request.transport import Transport
from flux_batch.store import record
from flux_batch.store.agenda import Agenda
from flux_batch.store.crew import DOWNLOADS, Crew, Ground, check_price, hire
from flux_batch.store.duty import Duty
from flux_batch.store.events import Begun, Ended, Event, Failed, Kept, Quarantined, Stopping
from flux_batch.store.fetch import Broken, ImageLost
from flux_batch.store.folder import Folder
from flux_batch.store.keep import SetAside
from flux_batch.store.manifest import Line
from flux_batch.store.report import Ending, Report, failure_class, report, write_reports
from flux_batch.store.standing import Fate, Stage, Standing
from flux_batch.store.store import Store, open_store

log = logging.getLogger(__name__)

DRAIN = 60.0
"""Seconds that what is under way has to come home once the run is ending."""

FREE_DRAIN = 0.4
"""The same for a service that bills nothing: the embedded server can paint a picture again."""

BACKLOG = 1000
"""Events a slow listener may be behind before the run waits for it."""


class Batch:
    """One run of a grid: an async context manager, and an async iterator over what happens.

    ```python
    async with Batch(grid) as batch:
        async for event in batch:
            ...
    print(batch.report.kept)
    ```

    Leaving the block early cancels the run; what was paid for is in the journal and the next run fetches it.

    Args:
        grid: what to make.
        clock, rng: time and jitter.
        endpoint: where to post and with which key; None reads both from the grid and the environment.
        drain: seconds that what is under way has to come home once the run is ending.
        webhook: URL the service is told to call when an image is done; whoever hears the call
            rings *bells* with its ``track_id``: a hint that wakes the job's poll. A forged one does no harm.

    Raises:
        UsageError: on entering, where the key is missing or unusable.
        RunStopped: from the iteration, after its last event, where the run ended before all was done.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        endpoint: Endpoint | None = None,
        drain: float = DRAIN,
        webhook: str | None = None,
        bells: Bells | None = None,
    ) -> None:
        self.grid = grid
        self.plan: Plan = make_plan(grid)
        self.report: Report | None = None
        self._ground = Ground(
            clock or SystemClock(), rng or random.Random(), webhook or grid.webhook.url, bells=bells or Bells()
        )
        self._endpoint = endpoint
        self._drain = drain
        self._error: FluxBatchError | None = None

    @property
    def stopping(self) -> bool:
        """Whether the run is ending."""
        return self._ground.brake.pulled

    def stop(self, reason: RunStopped) -> None:
        """End the run: nothing new is posted, what is under way comes home within the drain time."""
        self._ground.brake.pull(reason)

    def stop_now(self) -> None:
        """End the drain time at once; a post under way is written down as unknown."""
        self._at_once.set()

    async def __aenter__(self) -> Self:
        check_price(self.grid)
        at = self.grid.endpoint
        endpoint = self._endpoint or find_endpoint(at.base_url, at.key_env, at.key_file)
        self._drain = min(self._drain, FREE_DRAIN) if endpoint.forgets else self._drain
        self._send, self._receive = anyio.create_memory_object_stream[Event](BACKLOG)
        self._at_once = anyio.Event()
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run, endpoint)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The group must not see an error of the caller's own block: it would come back wrapped in an ExceptionGroup.
        self._tasks.cancel_scope.cancel()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._receive.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        try:
            return await self._receive.receive()
        except anyio.EndOfStream:
            if self._error is not None:
                raise self._error from None
            raise StopAsyncIteration from None

    async def _run(self, endpoint: Endpoint) -> None:
        """Open the store and make what is missing; keep what ends the run for whoever iterates."""
        with self._send:
            try:
                async with open_store(
                    Folder(self.grid.output.dir), self._ground.clock, forgets=endpoint.forgets
                ) as store:
                    await self._make(store, endpoint)
            except FluxBatchError as error:
                self._error = error

    async def _make(self, store: Store, endpoint: Endpoint) -> None:
        agenda = Agenda(self.plan, store, self.grid.limits)
        ending = Ending(self.grid, self.plan.images, store.now())
        if await anyio.to_thread.run_sync(agenda.empty):
            self.report = report(ending, store, agenda)
            await self._send.send(Ended(self.report, changed=False))
            return
        await store.begin({"grid": self.grid.name, "grid_digest": self.grid.digest, "service": endpoint.base_url})
        await self._send.send(Begun(self.plan.images, store.recovery.done.images, agenda.owed, tuple(store.notes)))
        try:
            async with endpoint.open(links=DOWNLOADS) as transport:
                await self._deliver_all(store, agenda, transport)
        finally:
            with anyio.CancelScope(shield=True):
                await self._close(store, agenda, ending)

    async def _deliver_all(self, store: Store, agenda: Agenda, transport: Transport) -> None:
        """Fetch what is paid, then buy the rest; end early where the brake is pulled."""
        ground = self._ground
        crew = hire(self.grid, len(self.plan), transport, store, ground, self._notice)
        delivery = Delivery(store, crew, agenda, ground.brake, self._send.send)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(crew.buyer.budget.keep_deadline)
            tasks.start_soon(self._end_the_drain, tasks.cancel_scope)
            for jobs in (agenda.paid(), agenda.rest()):
                await run_on_each(delivery.deliver, jobs, at_once=crew.at_once, brake=ground.brake)
            tasks.cancel_scope.cancel()

    async def _end_the_drain(self, under_way: anyio.CancelScope) -> None:
        brake = self._ground.brake
        await brake.wait()
        await self._send.send(Stopping(str(brake.reason), self._drain))
        with anyio.move_on_after(self._drain):
            await self._at_once.wait()
        under_way.cancel()

    async def _close(self, store: Store, agenda: Agenda, ending: Ending) -> None:
        """Write down how the run ended and tell it."""
        reason = self._ground.brake.reason
        self.report = report(ending, store, agenda, reason)
        await store.record({"e": "end", "exit_code": self.report.exit_code})
        await anyio.to_thread.run_sync(write_reports, store.folder, self.report, agenda.unfinished())
        self._notice(Ended(self.report, changed=True))
        self._error = reason

    def _notice(self, event: Event) -> None:
        """Hand on an event from where nothing can wait; a listener that far behind misses it."""
        try:
            self._send.send_nowait(event)
        except (anyio.WouldBlock, anyio.BrokenResourceError):
            log.debug("nobody listens to %s", event)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of one job, from the agenda to the manifest."""

    store: Store
    crew: Crew
    agenda: Agenda
    brake: Brake
    emit: Callable[[Event], Awaitable[None]]

    async def deliver(self, job: Job) -> None:
        """Bring one job home. Its errors end here, so that its siblings go on."""
        try:
            await self._bring_home(await self._bought(job))
        except RunStopped as stop:
            self.brake.pull(stop)
        except FluxBatchError as error:
            await self.store.record(record.problem(job.id, "transient", str(error)))
        except Exception:
            log.exception("a bug in flux-batch failed job %s; please report it", job.id)
            self.agenda.bugs += 1
        finally:
            self.agenda.done_with(job.id)
        await self._tell_failure(job)

    async def _bought(self, job: Job) -> Standing | None:
        match self.agenda.duty(job.id):
            case Duty.BUY:
                return await self.crew.buyer.buy(job)
            case Duty.POLL:
                return await self.crew.buyer.follower.follow(self.store.book.standings[job.id])
            case Duty.FETCH | Duty.LEAVE:
                return self.store.book.standings.get(job.id)

    async def _bring_home(self, standing: Standing | None) -> None:
        if standing is None or standing.stage is not Stage.PAID:
            return
        for sample in standing.open_samples:
            async with self.crew.downloads:
                await self._fetch(standing, sample)

    async def _fetch(self, standing: Standing, sample: int) -> None:
        kept: Line | SetAside
        try:
            arrival = await self.crew.fetcher.arrive(standing, sample, self.crew.buyer.follower)
        except ImageLost as lost:
            await self.store.settle(record.fate(standing.job.id, sample, Fate.LOST, reason=str(lost)))
            return
        except Broken as broken:
            with anyio.CancelScope(shield=True):
                kept = await self.crew.keeper.set_broken_aside(standing, sample, broken)
        else:
            with anyio.CancelScope(shield=True):
                kept = await self.crew.keeper.keep(standing, sample, arrival)
        if isinstance(kept, Line):
            await self.emit(Kept(kept))
        else:
            await self.emit(Quarantined(standing.job.id, sample, kept.file_name, kept.reason))

    async def _tell_failure(self, job: Job) -> None:
        standing = self.store.book.standings.get(job.id)
        if standing is None or self.brake.pulled or not standing.open_samples:
            return
        message = standing.problem[1] if standing.problem else ""
        await self.emit(Failed(job.id, failure_class(standing), message, str(job.body.get("prompt", ""))))
