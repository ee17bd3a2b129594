"""Several endpoints or keys: work flows to whoever has a free slot."""

from __future__ import annotations

from collections import Counter
from random import Random

import anyio
import pytest
from queue_service import QueueService, constant

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.events import Event, LaneClosed, SlotsChanged
from flux_batch.engine.lanes import Lanes
from flux_batch.engine.outcome import Accepted, Busy, Fatal, Outcome
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.pool import run_on_each
from flux_batch.engine.slots import Slots
from flux_batch.errors import KeyRejected, OutOfCredit, RunStopped


@pytest.fixture
def brake() -> Brake:
    """The run's brake."""
    return Brake()


@pytest.fixture
def heard() -> list[Event]:
    """What the listener heard."""
    return []


def lane(name: str, slots: int, brake: Brake, heard: list[Event]) -> Slots:
    """An endpoint with so many slots."""
    policy = SlotPolicy(limit=slots, adaptive=False)
    return Slots(policy, clock=SystemClock(), rng=Random(1), brake=brake, notice=heard.append, lane=name)


@pytest.fixture
def lanes(brake: Brake, heard: list[Event]) -> Lanes:
    """Two endpoints: five slots and ten."""
    return Lanes([lane("standard", 5, brake, heard), lane("premium", 10, brake, heard)], brake=brake)


async def work_through(lanes: Lanes, services: dict[str, QueueService], jobs: int, brake: Brake) -> Counter[str]:
    """Run so many jobs; return how many each lane did."""
    done: Counter[str] = Counter()

    async def work(_: int) -> None:
        outcome: Outcome = Busy()
        while not isinstance(outcome, Accepted):
            try:
                async with lanes.hold() as slot:
                    outcome, _job = await services[slot.lane].post()
                    slot.note(outcome)
            except RunStopped:
                return
            done[slot.lane] += isinstance(outcome, Accepted)

    await run_on_each(work, range(jobs), at_once=20, brake=brake)
    return done


def services(*sick: str) -> dict[str, QueueService]:
    """Two services; those named are out of credit after ten jobs."""

    def account(name: str, depth: int) -> QueueService:
        service = QueueService(depth, constant(10), Random(1))
        if name in sick:
            service.sick = lambda _: Fatal(OutOfCredit(f"{name}: no credit")) if len(service.served) >= 10 else None
        return service

    return {"standard": account("standard", 5), "premium": account("premium", 10)}


async def test_both_lanes_are_filled(lanes: Lanes, brake: Brake) -> None:
    """Each does its share, as large as its queue."""
    both = services()

    start = anyio.current_time()
    done = await work_through(lanes, both, 1500, brake)
    end = anyio.current_time()

    assert done.total() == 1500
    assert done["premium"] == pytest.approx(1000, rel=0.05)
    assert all(service.utilisation(start, end) >= 0.95 for service in both.values())
    assert (lanes.in_flight, lanes.limit) == (0, 15)


async def test_a_lane_without_credit_drops_out(lanes: Lanes, brake: Brake, heard: list[Event]) -> None:
    """The run goes on with the other."""
    done = await work_through(lanes, services("premium"), 200, brake)

    assert Counter(standard=190, premium=10) == done
    assert lanes.open == ("standard",)
    assert not brake.pulled
    assert LaneClosed("premium: no credit", "premium") in heard


async def test_the_last_lane_ends_the_run(lanes: Lanes, brake: Brake) -> None:
    """With its reason, after what was under way."""
    done = await work_through(lanes, services("premium", "standard"), 200, brake)

    assert done.total() == 20
    assert lanes.open == ()
    assert isinstance(brake.reason, OutOfCredit)


async def test_a_pause_of_one_lane_leaves_the_other_alone(lanes: Lanes) -> None:
    """Each has a gate of its own."""
    async with lanes.hold() as slot:
        assert slot.lane == "standard"
        slot.note(Busy(300))

    start = anyio.current_time()
    async with lanes.hold() as slot:
        assert slot.lane == "premium"
        slot.note(Accepted())
    assert anyio.current_time() == start


async def test_a_lane_can_be_closed_by_name(lanes: Lanes, brake: Brake) -> None:
    """What is under way through it goes on, nothing new is begun."""
    async with lanes.hold() as slot:
        lanes.close("standard", KeyRejected("revoked"))
        lanes.close("standard", KeyRejected("twice"))
        slot.note(Accepted())

    assert isinstance(lanes["standard"].closed, KeyRejected)
    async with lanes.hold() as other:
        assert other.lane == "premium"
    lanes.close("premium", KeyRejected("revoked too"))
    with pytest.raises(KeyRejected, match="revoked too"):
        await lanes.hold().__aenter__()
    assert brake.pulled


async def test_events_say_which_lane(lanes: Lanes, heard: list[Event]) -> None:
    """Two endpoints, one journal."""
    async with lanes.hold() as slot:
        slot.note(Accepted())

    assert [SlotsChanged(2, 1, "the service takes posts", "standard")] == heard


def test_lanes_have_names(brake: Brake, heard: list[Event]) -> None:
    """Two of the same name could not be told apart."""
    twins = [lane("one", 1, brake, heard), lane("one", 1, brake, heard)]

    for wrong in ([], twins):
        with pytest.raises(ValueError, match="one name each"):
            Lanes(wrong, brake=brake)


async def test_a_ceiling_for_all_lanes_is_never_exceeded(brake: Brake, heard: list[Event]) -> None:
    """Fifteen slots in two lanes and four allowed: four, in whichever lane, and all jobs are done."""
    lanes = Lanes([lane("standard", 5, brake, heard), lane("premium", 10, brake, heard)], brake=brake, most=4)
    at_once = list[int]()

    async def work(_: int) -> None:
        async with lanes.hold() as slot:
            at_once.append(lanes.in_flight)
            await anyio.sleep(1)
            slot.note(Accepted())

    await run_on_each(work, range(40), at_once=20, brake=brake)

    assert (max(at_once), len(at_once), lanes.limit, lanes.known) == (4, 40, 4, 4)


async def test_there_is_a_pause_while_no_lane_posts(lanes: Lanes) -> None:
    """One that may post is enough for there to be none, and one that is closed waits for nothing."""
    async with lanes["standard"].hold() as slot:
        slot.note(Busy(retry_after=300))
    assert lanes.pause == 0.0
    async with lanes["premium"].hold() as slot:
        slot.note(Busy(retry_after=30))
    assert 30 <= lanes.pause <= 33

    lanes.close("premium", OutOfCredit("no credit"))

    assert lanes.pause >= 300
