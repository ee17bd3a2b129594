"""Waking somebody early."""

from __future__ import annotations

import anyio

from flux_batch.engine.bell import MOST_HINTS, Bells


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


def test_a_hint_is_kept_for_whoever_listens() -> None:
    """Also before anybody waits; for nobody it is lost, and so is what was not taken in the end."""
    bells = Bells()
    bells.hint("a", "early")

    with bells.listening("a"):
        bells.hint("a", "one")
        bells.hint("a", "one")
        bells.hint("a", "two")
        bells.hint("b", "three")
        taken = [bells.next_hint("a"), bells.next_hint("a"), bells.next_hint("a"), bells.next_hint("b")]
        bells.hint("a", "late")

    assert taken == ["one", "two", None, None]
    assert bells.next_hint("a") is None


def test_any_number_of_hints_takes_the_room_of_a_few() -> None:
    """The newest: a stranger's flood is bounded."""
    bells = Bells()

    with bells.listening("a"):
        for number in range(1000):
            bells.hint("a", str(number))
        oldest = bells.next_hint("a")

    assert oldest == str(1000 - MOST_HINTS)
