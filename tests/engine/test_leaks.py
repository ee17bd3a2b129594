"""Permits never leak: whatever is cancelled, fails or is refused, the slots are all there afterwards."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TypeAlias

import anyio
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.lanes import Lanes
from flux_batch.engine.outcome import Accepted, Busy, NeverSent, Outcome, Refused, ServerError, Unknown
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.slots import Hold, Slots

OUTCOMES: list[Outcome | None] = [
    Accepted(),
    Busy(),
    Busy(2.0, 3),
    ServerError(),
    NeverSent(),
    Unknown(),
    Refused(),
    None,
]
Story: TypeAlias = tuple[float, float, float, Outcome | None, KeyError | None]
"""When a worker comes, how long it posts, when it is cancelled, what it notes, and how it fails."""

STORIES = st.lists(
    st.tuples(
        st.floats(0, 30), st.floats(0, 10), st.floats(0, 60), st.sampled_from(OUTCOMES), st.none() | st.builds(KeyError)
    ),
    min_size=1,
    max_size=25,
)


async def play(hold: Callable[[], Hold], stories: list[Story], count: Callable[[], int]) -> int:
    """Let one worker live each story; return the most slots that were ever taken at once."""
    most = 0

    async def post(seconds: float, outcome: Outcome | None, error: KeyError | None) -> None:
        nonlocal most
        async with hold() as slot:
            most = max(most, count())
            await anyio.sleep(seconds)
            if outcome is not None:
                slot.note(outcome)
            if error:
                raise error
            await anyio.sleep(seconds)

    async def live(come: float, seconds: float, leave: float, outcome: Outcome | None, error: KeyError | None) -> None:
        await anyio.sleep(come)
        with anyio.move_on_after(leave), suppress(KeyError):
            await post(seconds, outcome, error)

    async with anyio.create_task_group() as tasks:
        for story in stories:
            tasks.start_soon(live, *story)
    return most


def slots(brake: Brake, limit: int, lane: str = "") -> Slots:
    """So many slots, as a ceiling."""
    policy = SlotPolicy(limit=limit, adaptive=False)
    return Slots(policy, clock=SystemClock(), rng=Random(1), brake=brake, lane=lane)


@given(STORIES, st.integers(1, 6))
@settings(max_examples=60)
def test_no_interleaving_leaks_or_exceeds_a_slot(stories: list[Story], limit: int) -> None:
    """Workers come, post, fail and are cancelled at any moment: never more than the ceiling, none taken at the end.

    And the slots still work: a post with a good answer goes through.
    """

    async def scene() -> None:
        brake = Brake()
        ours = slots(brake, limit)
        assert await play(ours.hold, stories, lambda: ours.in_flight) <= limit
        assert ours.in_flight == 0
        if not brake.pulled:
            async with ours.hold() as slot:
                slot.note(Accepted())

    trio.run(scene, clock=MockClock(autojump_threshold=0))


@given(STORIES)
@settings(max_examples=30)
def test_no_interleaving_leaks_a_slot_of_a_lane(stories: list[Story]) -> None:
    """The same with two lanes in one line."""

    async def scene() -> None:
        brake = Brake()
        lanes = Lanes([slots(brake, 2, "one"), slots(brake, 3, "two")], brake=brake)
        assert await play(lanes.hold, stories, lambda: lanes.in_flight) <= 5
        assert lanes.in_flight == 0

    trio.run(scene, clock=MockClock(autojump_threshold=0))


async def test_a_cancelled_waiter_leaves_no_gap_in_the_line() -> None:
    """Those behind it move up, in order."""
    ours, served = slots(Brake(), 1), list[int]()

    async def work(n: int) -> None:
        async with ours.hold() as slot:
            served.append(n)
            await anyio.sleep(1)
            slot.note(Accepted())

    async def give_up() -> None:
        with anyio.move_on_after(0.5):
            await work(99)

    async with anyio.create_task_group() as tasks:
        for n in range(3):
            tasks.start_soon(work, n)
            await anyio.sleep(0.01)
            tasks.start_soon(give_up)
            await anyio.sleep(0.01)

    assert served == [0, 1, 2]
