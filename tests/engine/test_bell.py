"""Waking somebody early."""

from __future__ import annotations

import anyio

from flux_batch.engine.bell import Bells


async def test_a_ring_ends_the_wait() -> None:
    """Whoever is rung for goes on at once."""
    bells = Bells()
    rung: list[bool] = []

    async def wait() -> None:
        rung.append(await bells.or_sooner("a", lambda: anyio.sleep(300)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.sleep(1)
        assert bells.ring("a")

    assert rung == [True]


async def test_without_a_ring_the_wait_takes_its_time() -> None:
    """Nobody rings: the wait ends by itself."""
    bells, start = Bells(), anyio.current_time()

    assert not await bells.or_sooner("a", lambda: anyio.sleep(7))
    assert anyio.current_time() - start == 7


async def test_a_ring_for_nobody_is_lost() -> None:
    """Early, late, foreign and repeated rings change nothing."""
    bells = Bells()

    assert not bells.ring("stranger")
    assert not await bells.or_sooner("a", lambda: anyio.sleep(1))
    assert not bells.ring("a")
