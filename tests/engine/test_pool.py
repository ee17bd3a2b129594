"""The bounded pool."""

from __future__ import annotations

from collections.abc import Iterator

import anyio
import anyio.lowlevel
import pytest

from flux_batch.engine.brake import Brake
from flux_batch.engine.pool import run_on_each
from flux_batch.errors import LimitReached


async def test_a_job_is_drawn_when_a_worker_is_free() -> None:
    """Never more than at_once items are drawn and unfinished."""
    drawn, done, most = 0, 0, 0

    def items() -> Iterator[int]:
        nonlocal drawn
        for n in range(100):
            drawn += 1
            yield n

    async def work(_: int) -> None:
        nonlocal done, most
        most = max(most, drawn - done)
        await anyio.sleep(1)
        done += 1

    await run_on_each(work, items(), at_once=8)

    assert (done, most) == (100, 8)


async def test_work_overlaps() -> None:
    """A hundred seconds of work on ten workers take ten."""
    start = anyio.current_time()

    await run_on_each(lambda _: anyio.sleep(1), range(100), at_once=10)

    assert anyio.current_time() - start == pytest.approx(10)


async def test_a_source_that_finds_nothing_for_long_lets_others_have_their_turn() -> None:
    """It yields None in between, and no worker works on that."""
    turns, worked = 0, list[int]()

    async def others() -> None:
        nonlocal turns
        while not worked:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async def work(item: int) -> None:
        worked.append(item)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(others)
        await run_on_each(work, [*[None] * 100, 7], at_once=20)

    assert worked == [7]
    assert turns >= 100


async def test_a_pulled_brake_ends_the_drawing_and_not_the_work() -> None:
    """What is under way is finished, nothing new is begun."""
    brake = Brake()
    begun: list[int] = []
    finished: list[int] = []

    async def work(n: int) -> None:
        begun.append(n)
        await anyio.sleep(1)
        if n == 4:
            brake.pull(LimitReached("enough"))
        await anyio.sleep(1)
        finished.append(n)

    await run_on_each(work, range(100), at_once=3, brake=brake)

    assert sorted(begun) == sorted(finished) == [0, 1, 2, 3, 4, 5]


async def test_at_once_is_checked_with_words() -> None:
    """Zero workers would wait for ever."""
    with pytest.raises(ValueError, match="at_once must be at least 1, not 0"):
        await run_on_each(anyio.sleep, [], at_once=0)


async def test_a_sleep_ends_when_the_brake_is_pulled() -> None:
    """A back-off of five minutes does not hold up a Ctrl-C."""
    brake = Brake()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(brake.wait)
        assert await brake.sleep(10)
        brake.pull(LimitReached("enough"))
        brake.pull(LimitReached("too late"))
        start = anyio.current_time()
        assert not await brake.sleep(300)

    assert anyio.current_time() == start
    with pytest.raises(LimitReached, match="enough"):
        brake.check()
