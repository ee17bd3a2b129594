"""A run that is cut: by its program, by a signal, by another run. Nothing accepted is bought again, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import pytest
from batch_runs import Made, Site, assert_sound, billed_per_job, declared, posted_as, site, to_the_end
from faulty_disk import FaultyDisk

from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.batch import Batch
from flux_batch.errors import (
    FluxBatchError,
    FolderLocked,
    Interrupted,
    KeyMissing,
    LimitReached,
    RunStopped,
    StorageFailed,
)
from flux_batch.request.transport import Answer, Download
from flux_batch.store.disk import Disk
from flux_batch.store.events import Begun, Ended, Event, Kept, Stopping

STOP = Interrupted("interrupted by SIGINT", code=130)
CUTS = [0, 1, 3, 6, 12]
"""Events after which a run is cut."""


async def cut_after(events: int, batch: Batch) -> None:
    """Leave the block of *batch* in the middle, after so many events."""
    async with batch:
        async for _ in batch:
            events -= 1
            if events < 0:
                return


@pytest.mark.parametrize("events", CUTS)
@pytest.mark.parametrize("seconds", [0.0, 0.05], ids=["quick", "slow"])
async def test_a_run_cut_anywhere_is_finished_by_the_same_command(tmp_path: Path, events: int, seconds: float) -> None:
    """What was accepted is fetched and not bought again; what may have been is declared, one by one."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (seconds,))) as at:
        await cut_after(events, at.batch(prompts=2, seeds=4))
        made = await at.make(prompts=2, seeds=4)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept) == (0, 8)
        over = billed_per_job(at) - Counter(line["job"] for line in at.lines)
        assert not over - declared(at), "billed twice and not declared"
        assert made.report.possibly_billed_twice == declared(at).total()
        assert made.report.known_billed <= at.server.ledger.billed
        assert at.server.ledger.billed <= made.report.known_billed + made.report.possibly_billed_twice


class Ending(Disk):
    """A disk so slow that its run is ended while a line with *mark* is written."""

    batch: Batch

    def __init__(self, mark: bytes, reason: RunStopped = STOP) -> None:
        self.mark, self.reason = mark, reason

    def write(self, descriptor: int, data: Any) -> None:
        """Write, and end the run."""
        super().write(descriptor, data)
        if self.mark in bytes(data):
            anyio.from_thread.run_sync(self.batch.stop, self.reason)


async def test_nothing_is_posted_once_the_run_is_ending(tmp_path: Path) -> None:
    """Not even a post whose intent was just written; the next run makes all."""
    async with site(tmp_path / "out") as at:
        disk = Ending(b'"e":"intent"')
        disk.batch = Batch(at.grid(), endpoint=at.endpoint, disk=disk)
        ended = await to_the_end(disk.batch)
        posted = len(at.posts)
        made = await at.make()

        assert_sound(at)
        assert (ended.report.exit_code, ended.report.posts, posted) == (130, 0, 0)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 8, 8)


@pytest.mark.parametrize("reason, code", [(LimitReached("its time was over"), 0), (STOP, 130)])
async def test_a_limit_that_is_reached_when_all_is_there_ends_nothing(
    tmp_path: Path, reason: RunStopped, code: int
) -> None:
    """The run was good. A signal says so itself."""
    async with site(tmp_path / "out") as at:
        disk = Ending(b'"e":"kept"', reason)
        disk.batch = Batch(at.grid(prompts=1, seeds=1), endpoint=at.endpoint, disk=disk)

        ended = await to_the_end(disk.batch)

        assert (ended.report.kept, ended.report.exit_code) == (1, code)
        assert (ended.error is None) == (code == 0)


async def test_a_limit_that_is_reached_before_all_is_there_is_told_whatever_else_the_folder_has(tmp_path: Path) -> None:
    """The images of an earlier grid are none of this one's, though there may be as many as are missing."""
    async with site(tmp_path / "out") as at:
        await at.make(prompts=1, seeds=2)

        grown = {"prompt": ["picture 0", "another"], "seed": {"start": 2, "count": 2}}
        ended = await at.make(axes=grown, limits={"max_posts": 2})

        assert (ended.report.kept, ended.report.planned, ended.report.exit_code) == (4, 4, 6)
        assert (await at.make(axes=grown)).report.exit_code == 0


class NeverConnected:
    """A transport that is still dialling when its run is ended."""

    def __init__(self) -> None:
        self.dialled = anyio.Event()

    async def post(self, *_: object, **__: object) -> Answer:
        """Dial."""
        self.dialled.set()
        await anyio.sleep_forever()
        raise AssertionError

    def get(self, url: str) -> AbstractAsyncContextManager[Download]:
        """Nothing is fetched."""
        raise AssertionError(url)


async def test_a_post_that_had_not_left_when_its_run_ended_is_in_no_doubt_after_a_reboot(tmp_path: Path) -> None:
    """A machine that is shut down ends its run first; only a run that could say nothing any more is doubted."""
    async with site(tmp_path / "out") as at:
        wire = NeverConnected()
        batch = Batch(at.grid(prompts=1, seeds=2), transport=wire, disk=FaultyDisk(boot="before"))
        async with batch:
            await wire.dialled.wait()
            batch.stop(STOP)
            batch.stop_now()
            with pytest.raises(Interrupted):
                async for _ in batch:
                    pass

        hold = at.grid(prompts=1, seeds=2, limits={"on_ambiguous": "hold"})
        made = await to_the_end(Batch(hold, endpoint=at.endpoint, disk=FaultyDisk(boot="after")))

        assert (made.report.exit_code, made.report.kept, made.report.possibly_billed_twice) == (0, 2, 0)


async def test_a_run_may_be_ended_at_once_before_it_has_begun(tmp_path: Path) -> None:
    """Two signals may come before its first step; nothing is posted."""
    async with site(tmp_path / "out") as at:
        batch = at.batch()
        batch.stop(STOP)
        batch.stop_now()

        assert (await to_the_end(batch)).report.exit_code == 130
        assert at.requests == 0


async def test_a_job_in_processing_when_the_run_was_cut_is_polled_and_not_posted(tmp_path: Path) -> None:
    """The id is in the journal before anything else happens."""
    async with site(tmp_path / "out", hold=0.0, service_time=ServiceTime("constant", (0.3,))) as at:
        async with at.batch(prompts=1, seeds=1) as batch:
            while not at.posts:
                await anext(batch)
            await anyio.wait_all_tasks_blocked()
        again = at.batch(prompts=1, seeds=1)
        made = await to_the_end(again)

        assert_sound(at)
        assert (made.report.kept, len(at.posts)) == (1, 1)


async def test_what_is_paid_is_fetched_before_anything_is_bought(tmp_path: Path) -> None:
    """A link that dies soon is the only urgent thing."""
    async with site(tmp_path / "out", {"image#1-3": "404"}) as at:
        await cut_after(3, at.batch(prompts=1, seeds=4, limits={"concurrency": 1}))
        before = len(at.server.ledger)
        owed = [job for job in billed_per_job(at) if job not in {line["job"] for line in at.lines}]
        await at.make(prompts=1, seeds=8)

        assert_sound(at)
        kinds = [entry.event for entry in list(at.server.ledger)[before:] if entry.event != "done"]
        assert owed
        assert "post" in kinds
        assert kinds[: len(owed)] == ["image"] * len(owed)


async def test_leaving_the_block_early_leaves_nothing_running(tmp_path: Path) -> None:
    """Not a task, not a lock, not a request on its way; and no error of its own."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.05,))) as at:
        async with at.batch(prompts=3, seeds=5) as batch:
            assert isinstance(await anext(batch), Begun)

        requests = at.requests
        await anyio.wait_all_tasks_blocked()
        made = await at.make(prompts=3, seeds=5)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept) == (0, 15)
        assert requests <= 1


async def test_an_error_of_the_program_inside_the_block_comes_through(tmp_path: Path) -> None:
    """Undisguised, and the run is cut cleanly."""
    async with site(tmp_path / "out") as at:

        async def listen() -> None:
            async with at.batch() as batch:
                async for _ in batch:
                    raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await listen()
        made = await at.make()

        assert_sound(at)
        assert made.report.kept == 8


async def test_stopping_brings_home_what_is_under_way_and_posts_nothing_new(tmp_path: Path) -> None:
    """A first Ctrl-C: everything paid for is kept, the code is 130, and the same command goes on."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.1,))) as at:
        batch = at.batch(prompts=3, seeds=5)
        posts: list[int] = []

        def stop(event: Event) -> None:
            if isinstance(event, Kept) and not posts:
                batch.stop(STOP)
                posts.append(len(at.posts))

        first = await listen_with(batch, stop)
        second = await at.make(prompts=3, seeds=5)

        assert_sound(at)
        assert (type(first.error), first.report.exit_code) == (Interrupted, 130)
        assert first.report.kept == first.report.known_billed == at.server.ledger.billed - second.report.posts
        assert [type(event) for event in first.events].count(Stopping) == 1
        assert posts[0] <= first.report.posts <= posts[0] + 1, "one may have been on its way to the wire"
        assert (second.report.kept, set(billed_per_job(at).values())) == (15, {1})


async def test_stopping_twice_ends_at_once_and_writes_down_what_is_unknown(tmp_path: Path) -> None:
    """A second Ctrl-C: no answer is waited for; the next run declares what may have been billed."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (30.0,)), hold=60.0) as at:
        batch = at.batch(prompts=1, seeds=3)

        async def stop_now() -> None:
            while not at.posts:
                await anyio.lowlevel.checkpoint()
            batch.stop(STOP)
            batch.stop_now()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop_now)
            with anyio.fail_after(5):
                made = await to_the_end(batch)

        assert_sound(at)
        assert (made.report.exit_code, made.report.held, made.report.possibly_billed_twice) == (130, 1, 1)
        assert declared(at) == Counter(posted_as(entry) for entry in at.posts)


async def test_the_time_to_come_home_is_bounded(tmp_path: Path) -> None:
    """A service that does not answer cannot keep a stopped run alive."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (30.0,)), hold=60.0) as at:
        batch = at.batch(prompts=1, seeds=3, drain=0.1)

        async def stop() -> None:
            while not at.posts:
                await anyio.lowlevel.checkpoint()
            batch.stop(STOP)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop)
            with anyio.fail_after(5):
                made = await to_the_end(batch)

        assert (made.report.exit_code, made.report.held) == (130, 1)


async def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second ends at once, names who holds it, and neither sends nor changes anything."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.05,))) as at:
        async with at.batch(prompts=1, seeds=3) as holder:
            assert isinstance(await anext(holder), Begun)
            with pytest.raises(FolderLocked, match="process") as locked:
                await drain(at.batch(prompts=1, seeds=3))
            kept = [event async for event in holder if isinstance(event, Kept)]

        assert_sound(at)
        assert locked.value.exit_code == 9
        assert (len(kept), len(at.posts)) == (3, 3)


async def test_a_deleted_lock_file_lets_no_second_run_in(tmp_path: Path) -> None:
    """The run that goes on is not disturbed, and every image is bought once."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.05,))) as at:
        async with at.batch(prompts=1, seeds=3) as holder:
            assert isinstance(await anext(holder), Begun)
            (at.out / ".flux-batch" / "lock").unlink()
            with pytest.raises(FolderLocked, match="process"):
                await drain(at.batch(prompts=1, seeds=3))
            kept = [event async for event in holder if isinstance(event, Kept)]

        assert_sound(at)
        assert (len(kept), len(at.posts)) == (3, 3)


async def test_a_run_whose_private_folder_is_gone_posts_no_more(tmp_path: Path) -> None:
    """Another run may have begun with a new one; what this one wrote down, nobody would read."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.05,))) as at:
        batch = at.batch(prompts=1, seeds=40, limits={"concurrency": 1})
        async with batch:
            while not isinstance(await anext(batch), Kept):
                pass
            (at.out / ".flux-batch").rename(at.out / "taken")
            (at.out / ".flux-batch" / "part").mkdir(parents=True)
            posts = len(at.posts)
            with pytest.raises(StorageFailed) as stopped:
                _ = [event async for event in batch]

        assert stopped.value.exit_code == 8
        assert len(at.posts) <= posts + 1


async def test_a_lock_ends_with_its_run(tmp_path: Path) -> None:
    """Whatever ended that."""
    async with site(tmp_path / "out") as at:
        for events in (0, 2):
            await cut_after(events, at.batch())
        made = await at.make()

        assert made.report.kept == 8


async def test_a_missing_key_is_told_before_the_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entering the block says so; nothing was touched."""
    monkeypatch.delenv("MODELSLAB_API_KEY", raising=False)
    async with site(tmp_path / "out") as at:
        with pytest.raises(KeyMissing):
            await drain(Batch(at.grid()))

        assert not at.out.exists()


async def test_no_more_jobs_are_begun_than_can_be_under_way(tmp_path: Path) -> None:
    """A plan of a million cells starts at once, and a job is begun when there is room for it."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.02,))) as at:
        journal = at.out / ".flux-batch" / "journal.jsonl"
        ahead: list[int] = []

        async with at.batch(prompts=1, seeds=1_000_000, limits={"concurrency": 3}) as batch:
            async for event in batch:
                if isinstance(event, Kept):
                    ahead.append(journal.read_text().count('"e":"intent"') - len(ahead) - 1)
                if len(ahead) == 30:
                    break

        assert_sound(at)
        assert max(ahead) <= 3 + 8, "slots and downloads"


async def listen_with(batch: Batch, hear: Callable[[Event], None]) -> Made:
    """Run *batch* to its end and let *hear* have each event."""
    events: list[Event] = []
    error: FluxBatchError | None = None
    try:
        async with batch:
            async for event in batch:
                events.append(event)
                hear(event)
    except FluxBatchError as stopped:
        error = stopped
    assert batch.report is not None
    return Made(batch.report, events, error)


async def drain(batch: Batch) -> None:
    """Run *batch* and look at nothing."""
    async with batch:
        async for event in batch:
            assert not isinstance(event, Ended)


async def four_refused(at: Site) -> list[str]:
    """Run a grid of which every job is refused; return their ids as they were posted."""
    made = await at.make(prompts=1, seeds=4, limits={"concurrency": 1})
    assert (made.report.failed, len(at.failures)) == (4, 4)
    return [posted_as(entry) for entry in at.posts]


@pytest.mark.parametrize(
    "seeds, known", [({"start": 1, "count": 4}, 4), ({"start": 1, "count": 40}, 4), ({"start": 3, "count": 40}, 2)]
)
async def test_a_run_that_is_cut_short_still_tells_the_failures_it_did_not_reach(
    tmp_path: Path, seeds: dict[str, int], known: int
) -> None:
    """Those of the plan, wherever they stand in it by now; what the grid has no more is not its failure."""
    async with site(tmp_path / "out", {"post#*": "value"}) as at:
        refused = await four_refused(at)
        batch = at.batch(axes={"prompt": ["picture 0"], "seed": seeds})

        made = await listen_with(batch, lambda event: batch.stop(STOP) if isinstance(event, Begun) else None)

        assert (made.report.exit_code, made.report.posts) == (130, 0)
        assert {(each["job"] in refused, each["class"]) for each in at.failures} == {(True, "refused")}
        assert (len(at.failures), made.report.failed) == (known, known)


async def test_a_run_of_a_part_tells_the_failures_of_the_whole_grid_and_ends_by_its_part(tmp_path: Path) -> None:
    """With ``--limit`` 0 speaks of the jobs it leaves; the counts and ``failures.jsonl`` speak of the grid."""
    async with site(tmp_path / "out", {"post#1-4": "value"}) as at:
        refused = await four_refused(at)

        made = await at.make(prompts=1, seeds=4, limits={"limit": 1})

        assert (made.report.exit_code, made.report.kept, made.report.failed) == (0, 1, 3)
        assert {each["job"] for each in at.failures} == {*refused} - {posted_as(at.posts[-1])}
        assert {each["class"] for each in at.failures} == {"refused"}
