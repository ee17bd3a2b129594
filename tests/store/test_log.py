"""An append returns when its line is safe; lines of the same moment share one sync; what is half written is undone."""

from __future__ import annotations

import errno
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.to_thread import run_sync as in_thread
from faulty_disk import Fails, FaultyDisk, Plan
from store_samples import job

from flux_batch.errors import StorageFailed
from flux_batch.store.disk import Content
from flux_batch.store.lines import read_lines
from flux_batch.store.log import Log
from flux_batch.store.record import intent
from flux_batch.store.reserve import Reserve


class SlowDisk(FaultyDisk):
    """Its syncs wait until the test lets them go."""

    def __init__(self) -> None:
        super().__init__()
        self.may_sync = threading.Event()
        self.written: list[bytes] = []

    def write(self, descriptor: int, data: Content) -> None:
        """See :class:`FaultyDisk`."""
        self.written.append(bytes(data))
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """See :class:`FaultyDisk`."""
        assert self.may_sync.wait(10)
        super().sync(descriptor)


@asynccontextmanager
async def log_on(disk: FaultyDisk, tmp_path: Path, *, reserved: bool = False) -> AsyncIterator[Log]:
    """Open a log, with or without a reserve."""
    reserve = Reserve(disk, tmp_path / "reserve")
    if reserved:
        await in_thread(reserve.fill)
    log = await in_thread(lambda: Log(disk, tmp_path / "log", mode=0o600, reserve=reserve))
    try:
        yield log
    finally:
        await in_thread(log.close)


async def numbers(tmp_path: Path) -> list[object]:
    """What can be read from the log."""
    return await in_thread(lambda: [record["n"] for record in read_lines(tmp_path / "log")])


async def test_an_append_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    """In order, and synced."""
    disk = FaultyDisk()
    async with log_on(disk, tmp_path) as log:
        for n in range(3):
            await log.append({"n": n})
            assert await numbers(tmp_path) == list(range(n + 1))

    assert disk.calls == ["append_to", *["write", "sync"] * 3]


async def test_what_may_be_lost_is_not_synced(tmp_path: Path) -> None:
    """It has reached the kernel, which is enough for a process that dies."""
    disk = FaultyDisk()
    async with log_on(disk, tmp_path) as log:
        await log.append({"n": 0}, durable=False)
        assert await numbers(tmp_path) == [0]

    assert "sync" not in disk.calls


async def test_lines_of_the_same_moment_share_one_sync(tmp_path: Path) -> None:
    """Whatever gathers while one is under way is written at once and synced once, in the order it came."""
    disk = SlowDisk()
    async with log_on(disk, tmp_path) as log, anyio.create_task_group() as tasks:
        for n in range(21):
            tasks.start_soon(log.append, {"n": n})
        await anyio.wait_all_tasks_blocked()
        disk.may_sync.set()

    assert await numbers(tmp_path) == list(range(21))
    assert disk.calls.count("sync") <= 2
    assert len(disk.written) <= 2


async def test_a_line_that_needs_no_sync_does_not_take_it_from_one_that_does(tmp_path: Path) -> None:
    """The wish of any of the gathered lines is granted for all."""
    disk = SlowDisk()
    async with log_on(disk, tmp_path) as log, anyio.create_task_group() as tasks:
        tasks.start_soon(log.append, {"n": 0})
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(log.append, {"n": 1})
        tasks.start_soon(_unsynced, log)
        await anyio.wait_all_tasks_blocked()
        disk.may_sync.set()

    assert disk.calls.count("sync") == 2
    assert await numbers(tmp_path) == [0, 1, 2]


async def _unsynced(log: Log) -> None:
    await log.append({"n": 2}, durable=False)


async def test_a_note_goes_along_with_the_next_line(tmp_path: Path) -> None:
    """It never waits, and nobody waits for it."""
    async with log_on(FaultyDisk(), tmp_path) as log:
        log.note({"n": 0})
        assert await numbers(tmp_path) == []
        await log.append({"n": 1})

    assert await numbers(tmp_path) == [0, 1]


async def test_an_append_ends_though_its_task_is_cancelled(tmp_path: Path) -> None:
    """Half an answer to "was it written?" would be no answer."""
    disk = SlowDisk()
    async with log_on(disk, tmp_path) as log, anyio.create_task_group() as tasks:
        tasks.start_soon(log.append, {"n": 0})
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        disk.may_sync.set()

    assert await numbers(tmp_path) == [0]


@pytest.mark.parametrize("code", [errno.EIO, errno.EROFS, errno.EFBIG])
async def test_a_line_that_could_not_be_written_leaves_no_half(tmp_path: Path, code: int) -> None:
    """What was written of it is cut off again, and no further line follows: it would be out of order."""
    disk = FaultyDisk(Fails(4, code))
    async with log_on(disk, tmp_path) as log:
        await log.append({"n": 0})
        with pytest.raises(StorageFailed, match="cannot write"):
            await log.append({"n": 1})
        with pytest.raises(StorageFailed, match="cannot write"):
            await log.append({"n": 2})

    assert await numbers(tmp_path) == [0]
    assert (await in_thread((tmp_path / "log").read_bytes)).endswith(b"\n")


async def test_everybody_whose_line_was_not_written_is_told(tmp_path: Path) -> None:
    """Also those that gathered behind the one that failed."""
    disk = SlowDisk()
    disk.plan = Fails(3)
    failed: list[int] = []

    async def append(log: Log, n: int) -> None:
        try:
            await log.append({"n": n})
        except StorageFailed:
            failed.append(n)

    async with log_on(disk, tmp_path) as log, anyio.create_task_group() as tasks:
        for n in range(5):
            tasks.start_soon(append, log, n)
        await anyio.wait_all_tasks_blocked()
        disk.may_sync.set()

    assert failed == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
async def test_on_a_full_disk_the_reserve_makes_room(tmp_path: Path, code: int) -> None:
    """The line is written after all: it may say what has been paid for."""
    disk = FaultyDisk()
    async with log_on(disk, tmp_path, reserved=True) as log:
        await log.append({"n": 0})
        disk.plan = Fails(len(disk.calls) + 1, code)
        await log.append({"n": 1})

    assert await numbers(tmp_path) == [0, 1]
    assert not await in_thread((tmp_path / "reserve").exists)


async def test_a_disk_full_to_the_last_byte_ends_the_log(tmp_path: Path) -> None:
    """Where the reserve does not help, nothing does."""
    disk = FaultyDisk(Fails(2, errno.ENOSPC, for_good=True))
    async with log_on(disk, tmp_path) as log:
        with pytest.raises(StorageFailed) as error:
            await log.append({"n": 0})

    assert await in_thread((tmp_path / "log").read_bytes) == b""
    assert error.value.exit_code == 8


async def test_a_sync_that_failed_is_not_asked_for_again(tmp_path: Path) -> None:
    """A second one may say yes to what is lost."""
    disk = FaultyDisk(Fails(3))
    async with log_on(disk, tmp_path) as log:
        for n in range(3):
            with pytest.raises(StorageFailed):
                await log.append({"n": n})

    assert disk.calls.count("sync") == 1


async def test_the_log_is_private_whatever_the_umask(tmp_path: Path) -> None:
    """Links are in it that let anybody in."""
    async with log_on(FaultyDisk(), tmp_path) as log:
        await log.append({"n": 0})

    assert (await in_thread((tmp_path / "log").stat)).st_mode & 0o777 == 0o600


def test_a_log_behind_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link planted under its name leads nowhere."""
    (tmp_path / "victim").write_text("untouched")
    (tmp_path / "log").symlink_to(tmp_path / "victim")

    with pytest.raises(StorageFailed, match="cannot open"):
        Log(FaultyDisk(), tmp_path / "log", mode=0o600, reserve=Reserve(FaultyDisk(), tmp_path / "reserve"))

    assert (tmp_path / "victim").read_text() == "untouched"


def test_a_full_disk_stops_what_costs_money(tmp_path: Path) -> None:
    """The reserve, once spent, says so to whoever asks before a post."""
    reserve = Reserve(FaultyDisk(), tmp_path / "private" / "reserve")
    reserve.check()
    reserve.release()

    with pytest.raises(StorageFailed, match="is full"):
        reserve.check()


@pytest.mark.parametrize("before", [None, b"", b"short"])
def test_the_reserve_takes_up_real_room(tmp_path: Path, before: bytes | None) -> None:
    """A sparse file would hold none."""
    path = tmp_path / "reserve"
    if before is not None:
        path.write_bytes(before)

    Reserve(FaultyDisk(), path).fill()

    assert path.stat().st_size == 2**20
    assert path.stat().st_blocks * 512 >= 2**20


def test_no_room_for_the_reserve_is_no_room_for_a_run(tmp_path: Path) -> None:
    """And nothing is left of the attempt."""
    plan: Plan = Fails(3, errno.ENOSPC)

    with pytest.raises(StorageFailed):
        Reserve(FaultyDisk(plan), tmp_path / "reserve").fill()

    assert not (tmp_path / "reserve").exists()


async def test_no_line_is_longer_than_a_reader_allows(tmp_path: Path) -> None:
    """What cannot be said in 64 KiB is refused before it is written."""
    async with log_on(FaultyDisk(), tmp_path) as log:
        with pytest.raises(ValueError, match="longest"):
            await log.append(intent(job(prompt="x" * 70_000), 1))
        await log.append({"n": 0})

    assert await numbers(tmp_path) == [0]


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
async def test_a_log_that_was_taken_away_takes_no_more_lines(tmp_path: Path, *, replaced: bool) -> None:
    """Nobody would read them; before the next post the run ends, with code 8."""
    async with log_on(FaultyDisk(), tmp_path) as log:
        await log.append({"n": 1})
        (tmp_path / "log").rename(tmp_path / "taken")
        if replaced:
            (tmp_path / "log").touch()
        with pytest.raises(StorageFailed, match="was deleted or replaced") as error:
            await log.append({"n": 2})

    assert error.value.exit_code == 8
    assert (tmp_path / "taken").read_bytes().count(b"\n") == 1
