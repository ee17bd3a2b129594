"""The way of one job, from the agenda to the manifest; and first, of what a killed run left behind.

deliver -> Buyer.buy -> Fetcher.arrive -> Keeper.keep -> manifest line
           (slot)       (download)        (gates)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import anyio

from flux_batch.engine.brake import Brake
from flux_batch.engine.spans import span
from flux_batch.errors import FluxBatchError, RunStopped
from flux_batch.plan.job import Job
from flux_batch.store import record
from flux_batch.store.agenda import Agenda
from flux_batch.store.crew import Crew
from flux_batch.store.duty import Duty
from flux_batch.store.events import Event, Failed, Kept, Quarantined, Refetched
from flux_batch.store.failure import failure_class
from flux_batch.store.fetch import Broken, ImageLost
from flux_batch.store.keep import Restored, SetAside
from flux_batch.store.manifest import Line
from flux_batch.store.standing import Fate, Stage, Standing
from flux_batch.store.store import Store
from flux_batch.store.strays import Strays

Home: TypeAlias = Line | Restored | SetAside
"""What became of an image that arrived."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way of one job, from the agenda to the manifest.

    Attributes:
        waits: whether an image that does not arrive at the first try is waited for.
    """

    store: Store
    crew: Crew
    agenda: Agenda
    brake: Brake
    emit: Callable[[Event], Awaitable[None]]
    waits: bool = True

    @property
    def glance(self) -> Delivery:
        """The same for what is paid: each image is tried once, and one that may still come is for later."""
        return replace(self, crew=replace(self.crew, fetcher=self.crew.fetcher.glance), waits=False)

    async def put_right(self) -> None:
        """Take in what a killed run left in ``images/``, and move away what does not belong there."""
        strays = Strays(self.store, self.crew.keeper)
        try:
            for name in strays.damaged():
                await self._tell("", await strays.put_aside(name))
            for name in strays.names():
                if strays.left(name):
                    await self._tell("", await strays.settle(name))
        except RunStopped as stop:
            self.brake.pull(stop)

    async def deliver(self, job: Job) -> None:
        """Bring one job home. What is wrong with it ends here, so that its siblings go on."""
        try:
            await self._noted(job, self._go_all_the_way(job))
        except RunStopped as stop:
            self.brake.pull(stop)

    async def _noted(self, job: Job, work: Awaitable[None]) -> None:
        """Await *work*; what keeps it from its end in this run is written down."""
        try:
            await work
        except RunStopped:
            raise
        except FluxBatchError as error:
            if self.waits:
                await self.store.record(record.problem(job.id, "transient", str(error)))

    async def _go_all_the_way(self, job: Job) -> None:
        standing = await self._bought(job)
        if standing is None or standing.stage is not Stage.PAID:
            return
        for sample in standing.open_samples:
            await self._noted(job, self._bring_home(standing, sample))
        if standing.generation is not None and job.id not in self.store.book.standings:
            await self.store.drop_inline(standing.generation.inline)

    async def _bought(self, job: Job) -> Standing | None:
        match self.agenda.duty(job.id):
            case Duty.REBUY:
                await self.store.record(record.rebuy(job.id))
                return await self.crew.buyer.buy(job)
            case Duty.BUY:
                return await self.crew.buyer.buy(job)
            case Duty.POLL:
                standing = self.store.book.standings[job.id]
                with self.crew.occupied(standing):
                    return await self.crew.buyer.follower.follow(standing)
            case Duty.FETCH | Duty.LEAVE:
                return self.store.book.standings.get(job.id)

    async def _bring_home(self, standing: Standing, sample: int) -> None:
        """Fetch one image and keep it; one that has its manifest line already only needs to be counted."""
        if self.store.stock.done.has(standing.job.id, sample):
            await self.store.record(record.fate(standing.job.id, sample, Fate.KEPT))
            return
        try:
            with span("download", sample=sample) as told:
                arrival = await self.crew.fetcher.arrive(standing, sample, self.crew.buyer.follower)
                told.tell(bytes=arrival.facts.bytes, format=arrival.facts.format)
        except ImageLost as lost:
            await self.store.settle(record.fate(standing.job.id, sample, Fate.LOST, reason=str(lost)))
            return
        except Broken as broken:
            with anyio.CancelScope(shield=True), span("keep", sample=sample):
                kept: Home = await self.crew.keeper.set_broken_aside(standing, sample, broken)
        else:
            with anyio.CancelScope(shield=True), span("keep", sample=sample) as told:
                kept = await self.crew.keeper.keep(standing, sample, arrival)
                if isinstance(kept, SetAside):
                    told.fail("gate", kept.reason)
        await self._tell(standing.job.id, kept, sample)

    async def _tell(self, job: str, home: Home, sample: int = 0) -> None:
        match home:
            case Line():
                await self.emit(Kept(home))
            case Restored(file_name):
                await self.emit(Refetched(job, sample, file_name))
            case SetAside(file_name, reason):
                await self.emit(Quarantined(job, sample, file_name, reason))

    def trouble(self, job: str) -> tuple[str, str] | None:
        """Return class and words of what left *job* without an image; None where it has all, or the run is ending."""
        standing = self.store.book.standings.get(job)
        if standing is None or self.brake.pulled:
            return None
        return failure_class(standing), standing.problem[1] if standing.problem else ""

    async def tell_failure(self, job: Job) -> None:
        """Tell that *job* has no image, where that is so and the run goes on."""
        standing = self.store.book.standings.get(job.id)
        trouble = self.trouble(job.id)
        if standing is None or trouble is None or not standing.open_samples:
            return
        if not self.waits and self.agenda.duty(job.id) is Duty.FETCH:
            return
        await self.emit(Failed(job.id, *trouble, str(job.body.get("prompt", ""))))
