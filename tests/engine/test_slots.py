"""Slots: held from the post until the job is done, first come, first served."""

from __future__ import annotations

from random import Random

import anyio
import pytest

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.events import Event, Paused, Resumed, SlotsChanged
from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Unknown
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.rate import Rate
from flux_batch.engine.slots import Slots
from flux_batch.errors import KeyRejected, LimitReached, Unreachable


@pytest.fixture
def brake() -> Brake:
    """The run's brake."""
    return Brake()


@pytest.fixture
def heard() -> list[Event]:
    """What the listener heard."""
    return []


@pytest.fixture
def slots(brake: Brake, heard: list[Event]) -> Slots:
    """Four fixed slots."""
    policy = SlotPolicy(limit=4, adaptive=False)
    return Slots(policy, clock=SystemClock(), rng=Random(7), brake=brake, notice=heard.append)


async def test_one_post_goes_first_alone(slots: Slots) -> None:
    """A bad key costs one post: the others wait for the first answer; then silence for 3 s is as good as a success."""
    posted: list[float] = []

    async def work() -> None:
        async with slots.hold() as slot:
            posted.append(anyio.current_time() - start)
            await anyio.sleep(10)
            slot.note(Accepted())

    start = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        for _ in range(7):
            tasks.start_soon(work)

    assert posted == [0, 10, 10, 13, 13, 20, 20]


async def test_a_slot_is_held_until_it_is_left(slots: Slots) -> None:
    """An accepted job is unfinished until its polling ends, and holds its slot so long."""
    async with slots.hold() as slot:
        slot.note(Accepted())

        assert slots.in_flight == 1

    assert slots.in_flight == 0


async def test_nobody_posts_before_the_named_time(slots: Slots, heard: list[Event]) -> None:
    """A busy answer closes one gate for everybody; then one post goes out alone."""
    async with slots.hold() as slot:
        slot.note(Busy(retry_after=30))
    start = anyio.current_time()
    async with slots.hold() as slot:
        waited = anyio.current_time() - start
        slot.note(Accepted())

    assert 30 <= waited <= 33
    assert heard == [Paused(waited, "the service is busy"), Resumed(), SlotsChanged(2, 1, "the service takes posts")]


async def test_a_pulled_brake_ends_every_wait(slots: Slots, brake: Brake) -> None:
    """Ctrl-C in a pause of five minutes returns at once, with the reason."""
    async with slots.hold() as slot:
        slot.note(Busy(retry_after=300))
    reasons: list[str] = []

    async def waits() -> None:
        with pytest.raises(LimitReached) as caught:
            async with slots.hold():
                raise AssertionError
        reasons.append(str(caught.value))

    start = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(waits)
        await anyio.sleep(1)
        brake.pull(LimitReached("enough"))

    assert (["enough"] * 3, start + 1) == (reasons, anyio.current_time())


async def test_a_pause_longer_than_max_wait_ends_the_run(slots: Slots, brake: Brake) -> None:
    """The run says when to come back instead of sitting there."""
    async with slots.hold() as slot:
        slot.note(Busy(retry_after=3600))

    assert isinstance(brake.reason, Unreachable)
    assert "a pause of 3600 s, longer than max_wait = 900 s" in str(brake.reason)
    assert "run the same command again after 20" in (brake.reason.hint or "")


async def test_a_fatal_outcome_ends_the_run(slots: Slots, brake: Brake) -> None:
    """No post follows a rejected key."""
    async with slots.hold() as slot:
        slot.note(Fatal(KeyRejected("the key is not known")))

    with pytest.raises(KeyRejected):
        await slots.hold().__aenter__()
    assert isinstance(brake.reason, KeyRejected)


async def test_an_error_without_a_note_is_an_unknown_outcome(slots: Slots) -> None:
    """A bug between post and note may have cost money; a cancelled wait and the end of the budget have not."""
    with pytest.raises(KeyError):
        async with slots.hold() as slot:
            raise KeyError
    with anyio.move_on_after(1):
        async with slots.hold() as cancelled:
            await anyio.sleep(5)

    with pytest.raises(LimitReached):
        async with slots.hold() as unpaid:
            raise LimitReached("max_posts = 10 is reached")

    assert (Unknown(), None, None) == (slot.outcome, cancelled.outcome, unpaid.outcome)
    assert slots.in_flight == 0


async def test_a_second_note_is_a_bug(slots: Slots) -> None:
    """One post, one outcome."""
    async with slots.hold() as slot:
        slot.note(NeverSent())
        with pytest.raises(RuntimeError, match="one post, one outcome"):
            slot.note(Accepted())


async def test_a_job_of_an_earlier_run_holds_its_slot(slots: Slots) -> None:
    """Four of them fill the queue: the first post goes when one is done, and another with each after it."""
    posted = list[float]()

    async def found(seconds: float) -> None:
        with slots.occupied():
            await anyio.sleep(seconds)

    async def work() -> None:
        async with slots.hold() as slot:
            posted.append(anyio.current_time() - start)
            slot.note(Accepted())
            await anyio.sleep(100)

    start = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        for seconds in (10, 20, 30, 40):
            tasks.start_soon(found, seconds)
        await anyio.wait_all_tasks_blocked()
        for _ in range(4):
            tasks.start_soon(work)

    assert posted == [10, 20, 30, 40]
    assert slots.in_flight == 0


async def test_posts_keep_the_distance_of_their_rate(brake: Brake) -> None:
    """Half a second is a wait like any other."""
    policy = SlotPolicy(limit=4, adaptive=False, rate=Rate(2.0))
    slots, posted, start = Slots(policy, clock=SystemClock(), rng=Random(7), brake=brake), [], anyio.current_time()

    for _ in range(4):
        async with slots.hold() as slot:
            posted.append(anyio.current_time() - start)
            slot.note(Accepted())

    assert posted == pytest.approx([0.0, 0.5, 1.0, 1.5])
