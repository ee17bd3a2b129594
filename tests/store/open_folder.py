"""An open store on a folder of its own, begun or not, and a clock that only moves when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync as in_thread
from faulty_disk import FaultyDisk

from flux_batch.plan.job import Job
from flux_batch.store import record
from flux_batch.store.disk import Disk
from flux_batch.store.folder import Folder
from flux_batch.store.part import Arrival, part_path, recheck
from flux_batch.store.standing import Generation, Standing
from flux_batch.store.store import Store, open_store

NOON = 1_795_348_800.0
"""2026-11-22T12:00:00Z."""


class StillClock:
    """Its time passes in sleeps only, and those take no time.

    Attributes:
        slept: seconds of each sleep.
    """

    def __init__(self, wall: float = NOON) -> None:
        self.slept: list[float] = []
        self._wall = wall

    def monotonic(self) -> float:
        """See :class:`flux_batch.engine.clock.Clock`."""
        return sum(self.slept)

    def wall(self) -> float:
        """See :class:`flux_batch.engine.clock.Clock`."""
        return self._wall + sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        """See :class:`flux_batch.engine.clock.Clock`."""
        self.slept.append(max(0.0, seconds))
        await checkpoint()


@asynccontextmanager
async def opened(root: Path, *, disk: Disk | None = None, begin: bool = True) -> AsyncIterator[Store]:
    """Open the store of *root*; with *begin* a run has begun in it."""
    async with open_store(Folder(root, disk or FaultyDisk()), StillClock()) as store:
        if begin:
            await store.begin({"e": "run", "grid": "test"})
        yield store


async def bought(store: Store, job: Job, given: Generation, *, pending: bool = False) -> Standing:
    """Write down that *job* was posted and accepted; return where it stands."""
    await store.record(record.intent(job, 1))
    await store.record(record.sent(job.id, 1))
    await store.record(record.accepted(job, 1, given, pending=pending))
    return store.book.standings[job.id]


async def arrived(store: Store, job: Job, content: bytes, sample: int = 0) -> Arrival:
    """Put an image into the part folder."""

    def write() -> Arrival:
        path = part_path(store.folder.part, job.id, sample)
        path.write_bytes(content)
        return Arrival(path, recheck(path), "https://cdn.example/a.png?signature=secret")

    return await in_thread(write)
