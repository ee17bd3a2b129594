"""The whole way on one screen: a grid's jobs are bought, fetched, verified and kept, each step written down.

plan -> Agenda -> _deliver -> Delivery.deliver -> Buyer.buy -> Fetcher.arrive -> Keeper.keep -> manifest line
               (job boundary)                     (slot)       (download)        (gates)
"""

from __future__ import annotations

import logging
import random
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

import anyio

from flux_batch.engine.bell import Bells
from flux_batch.engine.clock import Clock, SystemClock
from flux_batch.engine.events import Event as EngineEvent
from flux_batch.engine.pool import run_on_each
from flux_batch.engine.spans import TRACER, Span, Tracer, about, span
from flux_batch.errors import FluxBatchError, LimitReached, RunStopped, StorageFailed
from flux_batch.grid import Grid
from flux_batch.plan import Plan, make_plan
from flux_batch.plan.job import Job
from flux_batch.request.endpoint import Endpoint, find_endpoints, keyless
from flux_batch.request.fleet import open_endpoints
from flux_batch.request.transport import Transport
from flux_batch.store.agenda import Agenda
from flux_batch.store.crew import DOWNLOADS, Crew, Ground, State, check_price, hire
from flux_batch.store.delivery import Delivery
from flux_batch.store.disk import DISK, Disk
from flux_batch.store.events import Begun, Ended, Event, Stopping, about_job, journal_line, totals
from flux_batch.store.folder import Folder
from flux_batch.store.preflight import room_needed
from flux_batch.store.replacing import make_room
from flux_batch.store.report import Ending, Report, failures, report, run_record, told, versions, write_reports
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

    Leaving the block early cancels the run, and so does cancelling the scope around it; what was paid for is in the
    journal and the next run fetches it.

    Args:
        grid: what to make.
        clock, rng: time and jitter. The wall clock dates every line and decides about ``limits.until``; the monotonic
            one follows the event loop.
        endpoint: where to post and with which key; None reads both from the grid and the environment.
        transport: posts and fetches, instead of HTTP: then no key is looked for. It is the caller's to open and close.
        disk: makes all changes to the output folder; reading goes to the real one.
        tracer: hears each step of each job begin and end.
        drain: seconds that what is under way has to come home once the run is ending.
        webhook: URL the service is told to call when an image is done; whoever hears the call
            gives *bells* the ``id`` it names (``hint``) and rings them, by its ``track_id``: that wakes the job's poll,
            and a job whose answer was lost waits for it before it is posted again. A forged call does no harm.

    Raises:
        UsageError: on entering, where the key is missing or unusable.
        RunStopped: from the iteration, after its last event, where the run ended before all was done.
    """

    def __init__(  # noqa: PLR0913 - a keyword for each seam, each with what is real behind it
        self,
        grid: Grid,
        *,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        endpoint: Endpoint | None = None,
        transport: Transport | None = None,
        disk: Disk = DISK,
        tracer: Tracer | None = None,
        drain: float = DRAIN,
        webhook: str | None = None,
        bells: Bells | None = None,
    ) -> None:
        self.grid = grid
        self.plan: Plan = make_plan(grid)
        self.report: Report | None = None
        self._ground = Ground(clock or SystemClock(), rng or random.Random(), webhook or grid.webhook.url, bells=bells)
        self._endpoint = endpoint
        self._transport = transport
        self.disk = disk
        self._tracer = tracer
        self._drain = drain
        self._at_once = anyio.Event()
        self._crew: Crew | None = None
        self._error: FluxBatchError | None = None

    @property
    def state(self) -> State | None:
        """Slots, downloads and money at this moment; None before the first job and after the last."""
        return None if self._crew is None else self._crew.state(self.grid.price)

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
        endpoints = self._endpoints()
        self._drain = min(self._drain, FREE_DRAIN) if endpoints[0].forgets else self._drain
        self._send, self._receive = anyio.create_memory_object_stream[Event](BACKLOG)
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run, endpoints)
        return self

    def _endpoints(self) -> tuple[Endpoint, ...]:
        if self._endpoint is not None:
            return (self._endpoint,)
        if self._transport is not None:
            return (keyless(self.grid.accounts[0].base_url),)
        return find_endpoints(self.grid.accounts)

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

    async def _run(self, endpoints: tuple[Endpoint, ...]) -> None:
        """Open the store and make what is missing; keep what ends the run for whoever iterates."""
        TRACER.set(self._tracer)
        with self._send, span("run", grid=self.grid.name, planned=self.plan.images) as told:
            try:
                folder = Folder(self.grid.output.dir, self.disk)
                async with open_store(folder, self._ground.clock) as store:
                    await self._make(store, endpoints)
            except FluxBatchError as error:
                self._error = error
            finally:
                self._tell_end(told)

    def _tell_end(self, told: Span) -> None:
        if self.report is not None:
            told.tell(**totals(self.report))
        if self._error is not None and not isinstance(self._error, LimitReached):
            told.fail(type(self._error).__name__, str(self._error))

    async def _make(self, store: Store, endpoints: tuple[Endpoint, ...]) -> None:
        agenda = Agenda(self.plan, store, self.grid.limits)
        ran = await anyio.to_thread.run_sync(versions)
        ending = Ending(self.grid, self.plan.images, store.now(), ran)
        if await anyio.to_thread.run_sync(agenda.empty):
            # The book's traffic is still that of the run before.
            found = await anyio.to_thread.run_sync(report, ending, store, agenda)
            self.report = replace(found, posts=0, polls=0, downloads=0)
            await self._send.send(Ended(self.report, changed=False))
            return
        need = room_needed(self.plan, self.grid.limits, store.stock.done.images)
        await make_room(store, agenda.replaced)
        await store.begin(run_record(self.grid, endpoints[0].base_url, self.plan.images), need=need)
        await self._send.send(Begun(self.plan.images, store.stock.done.images, agenda.owed, tuple(store.notes)))
        failed: FluxBatchError | None = None
        try:
            given = self._transport
            async with nullcontext(given) if given else open_endpoints(endpoints, links=DOWNLOADS) as transport:
                await self._deliver_all(store, agenda, transport)
        except FluxBatchError as error:
            failed = error
        finally:
            with anyio.CancelScope(shield=True):
                await self._close(store, agenda, ending, self._ground.brake.reason or failed)

    async def _deliver_all(self, store: Store, agenda: Agenda, transport: Transport) -> None:
        """Put the folder right, fetch what is paid, then buy the rest; end early where the brake is pulled."""
        ground = self._ground

        def heard(event: EngineEvent) -> None:
            store.note(journal_line(event))
            self._notice(event)

        self._crew = crew = hire(self.grid, len(self.plan), transport, store, ground, heard)
        delivery = Delivery(store, crew, agenda, ground.brake, self._send.send)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(crew.buyer.budget.keep_deadline)
            tasks.start_soon(self._end_the_drain, tasks.cancel_scope, crew, agenda)
            await delivery.put_right()
            for way, jobs in ((delivery.glance, agenda.paid), (delivery, agenda.rest)):
                await run_on_each(partial(self._deliver, way), jobs(), at_once=crew.at_once, brake=ground.brake)
            tasks.cancel_scope.cancel()
        crew.buyer.ambiguity.settle()

    async def _deliver(self, delivery: Delivery, job: Job) -> None:
        """Bring one job home; a bug fails its job, loudly, and no other."""
        with about(job.id), span("job", **about_job(job)) as told:
            try:
                await delivery.deliver(job)
            except Exception:
                log.exception("a bug in flux-batch failed job %s; please report it", job.id)
                delivery.agenda.bugs += 1
            finally:
                delivery.agenda.done_with(job.id)
            await delivery.tell_failure(job)
            trouble = delivery.trouble(job.id)
            if trouble is not None:
                told.fail(*trouble)

    async def _end_the_drain(self, under_way: anyio.CancelScope, crew: Crew, agenda: Agenda) -> None:
        brake = self._ground.brake
        await brake.wait()
        owed = crew.buyer.slots.in_flight or agenda.owed
        await self._send.send(Stopping(str(brake.reason), self._drain if owed else 0.0))
        with anyio.move_on_after(self._drain):
            await self._at_once.wait()
        under_way.cancel()

    async def _close(self, store: Store, agenda: Agenda, ending: Ending, reason: FluxBatchError | None) -> None:
        """Write down how the run ended and tell it."""
        # A limit that was reached when all was there ended nothing.
        enough = store.stock.done.images >= ending.planned  # of whatever grid: seen without a look at each job
        whole = enough and isinstance(reason, LimitReached) and await anyio.to_thread.run_sync(agenda.whole)
        reason = None if whole else told(reason, store.book)
        try:
            await store.settle_unanswered()
            self.report = await anyio.to_thread.run_sync(report, ending, store, agenda, reason)
            begun = [*agenda.reached(cut_short=reason is not None), *agenda.not_reached()]
            lines = tuple(failures(begun, agenda.missing))
            await anyio.to_thread.run_sync(write_reports, store.folder, self.report, lines)
            await store.record({"e": "end", "exit_code": self.report.exit_code})
        except StorageFailed as failed:
            reason = reason or told(failed, store.book)
            self.report = await anyio.to_thread.run_sync(report, ending, store, agenda, reason)
        self._error = reason
        self._last(Ended(self.report, changed=True))

    def _last(self, event: Event) -> None:
        """Tell the end even to a listener that is far behind: it misses another event for it."""
        with suppress(anyio.WouldBlock):
            if self._send.statistics().current_buffer_used == BACKLOG:
                self._receive.receive_nowait()
        self._notice(event)

    def _notice(self, event: Event) -> None:
        """Hand on an event from where nothing can wait; a listener that far behind misses it."""
        try:
            self._send.send_nowait(event)
        except (anyio.WouldBlock, anyio.BrokenResourceError):
            log.debug("nobody listens to %s", event)
