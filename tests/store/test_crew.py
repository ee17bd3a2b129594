"""Whose slot a job takes that is at the service without having been posted in it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hurried_loop import HurriedLoop
from memory_transport import HangUp, MemoryTransport, NobodyThere, Play, Seen, Whole
from open_folder import bought, opened
from store_samples import job

from flux_batch.engine.bell import Bells
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.lanes import Lanes
from flux_batch.engine.pool import run_on_each
from flux_batch.errors import LimitReached, RunStopped
from flux_batch.grid import Grid, make_grid
from flux_batch.request.key import Key
from flux_batch.store.ambiguity import ambiguity_cap
from flux_batch.store.crew import Crew, Ground, hire
from flux_batch.store.standing import Generation, Stage
from flux_batch.store.store import Store

HERE = "https://api.example/v6"
WORK = job()


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """Waits of minutes in seconds."""
    return "asyncio", {"loop_factory": HurriedLoop}


@pytest.fixture
def accounts(tmp_path: Path) -> Grid:
    """Two accounts at one service."""
    accounts = [{"name": name, "base_url": HERE} for name in ("standard", "spare")]
    return make_grid({"endpoints": accounts, "axes": {"prompt": ["a"]}, "output": {"dir": str(tmp_path)}})


@pytest.fixture
def single(tmp_path: Path) -> Grid:
    """One account, and one job at the service at once."""
    limits = {"concurrency": 1}
    return make_grid({"axes": {"prompt": ["a"]}, "limits": limits, "output": {"dir": str(tmp_path)}})


def hired(store: Store, grid: Grid, says: Callable[[Seen], Play], bells: Bells | None = None) -> Crew:
    """A crew before a service that answers so, and that calls where somebody listens."""
    webhook = None if bells is None else "https://me.example/hook"
    ground = Ground(SystemClock(), random.Random(7), webhook, bells=bells)
    return hire(grid, 1, MemoryTransport(says, Key("canary-key")), store, ground, lambda _: None)


@pytest.mark.parametrize("lane, counted", [("spare", "spare"), ("standard", "standard"), ("renamed", "standard")])
async def test_a_job_of_an_earlier_run_takes_a_slot_of_the_account_that_accepted_it(
    tmp_path: Path, accounts: Grid, lane: str, counted: str
) -> None:
    """Not of the first one at that address: there it would keep a free slot idle, and here posts would be refused."""
    async with opened(tmp_path) as store:
        crew = hired(store, accounts, lambda _: HangUp())
        standing = await bought(store, WORK, Generation("7", lane=lane, service=HERE), pending=True)

        with crew.occupied(standing):
            slots = crew.buyer.slots
            assert isinstance(slots, Lanes)
            assert (slots[counted].in_flight, slots.in_flight) == (1, 1)
        assert slots.in_flight == 0


async def test_a_lost_answer_that_a_call_tells_of_takes_a_slot_while_it_is_in_the_queue(
    tmp_path: Path, single: Grid
) -> None:
    """It fills a place there, so nobody else is posted into it: a fixed number of slots is a ceiling."""
    bells, taken = Bells(), list[int]()

    def says(seen: Seen) -> Play:
        if seen.target.endswith("text2img"):
            bells.hint(WORK.id, "7")
            return HangUp()
        taken.append(crew.buyer.slots.in_flight)
        done = {"status": "success", "id": 7, "output": ["https://cdn.example/7.png"]}
        return Whole(json.dumps(done if len(taken) > 2 else {"status": "processing", "id": 7, "eta": 1}).encode())

    async with opened(tmp_path) as store:
        crew = hired(store, single, says, bells)
        standing = await crew.buyer.buy(WORK)

    assert standing.stage is Stage.PAID
    assert taken == [0, 1, 1]
    assert crew.buyer.slots.in_flight == 0


async def test_a_call_that_comes_while_its_job_waits_to_be_posted_again_is_heard(tmp_path: Path, single: Grid) -> None:
    """The line for a slot may be long: what was billed and told by then is not bought a second time."""
    bells, posts = Bells(), list[Seen]()

    def says(seen: Seen) -> Play:
        if not seen.target.endswith("text2img"):
            done = {"status": "success", "id": 7, "output": ["https://cdn.example/7.png"]}
            return Whole(json.dumps(done).encode())
        posts.append(seen)
        if len(posts) == 1:
            return HangUp()
        bells.hint(WORK.id, "7")
        return Whole(json.dumps({"status": "error", "message": "Queue limit reached", "retry_after": 1}).encode(), 429)

    async with opened(tmp_path) as store:
        crew = hired(store, single, says, bells)
        crew.buyer.hearsay.eta = 0.5
        standing = await crew.buyer.buy(WORK)
        money = store.book.money

    assert (standing.stage, len(posts)) == (Stage.PAID, 2)
    assert (money.known_billed, money.possibly_billed_twice) == (1, 0)
    assert crew.buyer.ambiguity.repeated == set(), "what was not posted again leaves its place to another"


async def test_a_post_that_never_left_is_no_attempt_and_says_why(tmp_path: Path, single: Grid) -> None:
    """The run ends before it can be tried again: the next one posts it, and this one tells what was in the way."""

    def says(_: Seen) -> Play:
        crew.buyer.brake.pull(LimitReached("the test ends"))
        return NobodyThere()

    async with opened(tmp_path) as store:
        crew = hired(store, single, says)
        with pytest.raises(LimitReached):
            await crew.buyer.buy(WORK)
        standing = store.book.standings[WORK.id]

    assert (standing.stage, standing.attempts, standing.unknown) == (Stage.FREE, 0, 0)
    assert standing.problem == ("transient", "cannot reach the API: refused")


async def test_while_too_many_lost_answers_are_waited_for_nobody_posts(tmp_path: Path, single: Grid) -> None:
    """Each third is lost and no call comes: the run ends when three were repeated, with few more in doubt."""
    posts, lost = 0, 0

    def says(_: Seen) -> Play:
        nonlocal posts, lost
        posts += 1
        lost += posts % 3 == 0
        done = {"status": "success", "id": posts, "output": [f"https://cdn.example/{posts}.png"]}
        return HangUp() if posts % 3 == 0 else Whole(json.dumps(done).encode())

    async def buy(number: int) -> None:
        try:
            await crew.buyer.buy(job(number))
        except RunStopped as stop:
            crew.buyer.brake.pull(stop)

    async with opened(tmp_path) as store:
        crew = hired(store, single, says, Bells())
        await run_on_each(buy, range(1, 300), at_once=crew.at_once, brake=crew.buyer.brake)

    assert isinstance(crew.buyer.brake.reason, LimitReached)
    assert crew.buyer.ambiguity.cap == 3
    assert lost <= 3 + 3 + 1, "waited for, repeated, and one under way"


@pytest.mark.parametrize(
    "at_once, planned, most", [(1, 10, 3), (5, 10, 5), (5, 1000, 10), (15, 1000, 15), (5, 10**6, 25), (100, 10, 25)]
)
def test_a_run_repeats_a_hundredth_of_its_jobs_whose_answers_were_lost(at_once: int, planned: int, most: int) -> None:
    """Or as many as it has slots, three at least, and never more than twenty-five: each may be paid twice."""
    assert ambiguity_cap(at_once, planned) == most
