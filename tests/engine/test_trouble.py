"""When the service misbehaves: how many posts it costs, how many jobs, and when nobody posts at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import chain, pairwise, repeat
from random import Random

import anyio
import pytest
from engine_run import Run
from queue_service import QueueService, constant, heavy_tailed

from flux_batch.engine.events import BreakerClosed, BreakerOpened, Paused, Resumed
from flux_batch.engine.outcome import Busy, Fatal, NeverSent, Outcome, ServerError, Unknown
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.rate import Rate
from flux_batch.errors import KeyRejected, LimitReached, OutOfCredit, Unreachable

BUSY = Busy(30.0)
FIXED = SlotPolicy(limit=10, adaptive=False)


def service(sick: Callable[[float], Outcome | None], depth: int = 10) -> QueueService:
    """A service of ten places and ten seconds a job, with something wrong."""
    return QueueService(depth, constant(10), Random(3), sick=sick)


def in_turn(outcomes: Iterator[Outcome | None]) -> Callable[[float], Outcome | None]:
    """One of these for each post, in order; None is a good one."""
    return lambda _: next(outcomes)


def now_and_then(outcome: Outcome, chance: float) -> Callable[[float], Outcome | None]:
    """This outcome for so many of the posts, at random."""
    rng = Random(5)
    return lambda _: outcome if rng.random() < chance else None


def posts_between(run: Run, start: float, end: float) -> int:
    """Posts that were sent in this stretch of time, seconds after the start."""
    sent = [at - run.service.latency - run.begun for at, _ in run.service.posts]
    return sum(start < at < end - 1e-6 for at in sent)


async def test_a_bad_key_costs_one_post() -> None:
    """A thousand jobs wait for the first answer, and it says no."""
    bad = Fatal(KeyRejected("invalid API key"))

    run = await Run(service(lambda _: bad), SlotPolicy(), jobs=1000).go()

    assert len(run.service.posts) == 1
    assert isinstance(run.brake.reason, KeyRejected)
    assert run.failed == 0


async def test_credit_that_ends_costs_only_what_is_under_way() -> None:
    """After 400 posts the account is empty: no more are made than were in flight."""
    outcomes = chain(repeat(None, 400), repeat(Fatal(OutOfCredit("insufficient credits"))))

    run = await Run(service(in_turn(outcomes)), FIXED, jobs=1000).go()

    assert 400 < len(run.service.posts) <= 410
    assert (run.done, run.failed) == (400, 0)
    assert isinstance(run.brake.reason, OutOfCredit)


@pytest.mark.parametrize("outcome", [NeverSent(), ServerError(), Unknown()], ids=lambda outcome: type(outcome).__name__)
@pytest.mark.parametrize("alive_for", [0.0, 600.0])
async def test_a_dead_service_is_looked_at_and_not_hammered(outcome: Outcome, alive_for: float) -> None:
    """Half an hour without an answer costs at most 20 posts, and the run ends: try again later."""
    begun = anyio.current_time()
    dead = service(lambda now: outcome if now - begun >= alive_for else None)

    run = await Run(dead, FIXED, jobs=1000).go()

    assert posts_between(run, alive_for, math.inf) <= 20
    assert isinstance(run.brake.reason, Unreachable)
    assert run.ended - run.begun == pytest.approx(alive_for + 1800, abs=30)


@pytest.mark.parametrize("alive_for", [0.0, 600.0])
async def test_a_dead_service_fails_no_job(alive_for: float) -> None:
    """What never left this machine waits for the next run."""
    begun = anyio.current_time()
    dead = service(lambda now: NeverSent() if now - begun >= alive_for else None)

    run = await Run(dead, FIXED, jobs=500).go()

    assert run.failed == 0
    assert run.done == len(dead.served)


async def test_a_service_that_comes_back_is_found() -> None:
    """Ten minutes of silence: then one post alone, and everything as before."""
    begun = anyio.current_time()
    away = service(lambda now: NeverSent() if 300 <= now - begun < 900 else None)

    run = await Run(away, FIXED, jobs=1500).go()

    assert (run.done, run.failed) == (1500, 0)
    assert posts_between(run, 300, 900) <= 20
    opened = [event for _, event in run.heard if isinstance(event, BreakerOpened)]
    assert [event.trips for event in opened] == [1, 2, 3, 4, 5, 6]
    assert sum(isinstance(event, BreakerClosed) for _, event in run.heard) == 1
    assert away.utilisation(begun + 1000, begun + 1500) >= 0.97


async def test_now_and_then_an_error_costs_little() -> None:
    """One in twenty posts meets a server error: 7 % more posts than jobs at most, and next to no job is given up."""
    run = await Run(service(now_and_then(ServerError(), 0.05)), FIXED, jobs=1000).go()

    assert run.done + run.failed == 1000
    assert run.failed <= 2
    assert len(run.service.posts) <= 1070


async def test_many_errors_park_jobs_instead_of_failing_them() -> None:
    """One in three: a quota that fails what it cannot pay for would lose a quarter of the jobs."""
    run = await Run(service(now_and_then(ServerError(), 0.3)), FIXED, jobs=400).go()

    assert run.done + run.failed == 400
    assert run.failed <= 400 * 0.3**3 * 2
    assert run.brake.reason is None


async def test_a_storm_of_refusals_is_sat_out() -> None:
    """In no pause does anybody post, and the first post after each is alone until it is answered."""
    begun = anyio.current_time()
    stormy = service(lambda now: BUSY if 100 <= now - begun < 400 else None)

    run = await Run(stormy, FIXED, until=900).go()

    pauses = [(at, at + event.seconds) for at, event in run.heard if isinstance(event, Paused)]
    assert len(pauses) >= 5
    assert [0] * len(pauses) == [posts_between(run, start, end) for start, end in pauses]
    assert all(posts_between(run, end - 1e-3, end + 3) == 1 for _, end in pauses)
    assert sum(isinstance(event, Resumed) for _, event in run.heard) == len(pauses)
    assert run.failed == 0


async def test_a_service_that_stays_busy_ends_the_run() -> None:
    """Retrying has a ceiling: two hours without one accepted job, and few posts until then."""
    run = await Run(service(lambda _: BUSY), FIXED, jobs=100).go()

    assert isinstance(run.brake.reason, Unreachable)
    assert "busy for 120 minutes" in str(run.brake.reason)
    assert len(run.service.posts) <= 80
    assert run.failed == 0


async def test_a_limit_does_not_freeze_after_one_cut() -> None:
    """One refusal for no reason at all: the slots are back within three minutes."""
    begun = anyio.current_time()
    outcomes = chain(repeat(None, 300), [Busy(None)], repeat(None))

    run = await Run(service(in_turn(outcomes)), FIXED, until=1200).go()

    assert run.service.utilisation(begun + 600, begun + 1200) >= 0.97


async def test_lost_answers_are_posted_again_once() -> None:
    """Each may have been billed: never a third time."""
    lost = service(now_and_then(Unknown(), 0.1))

    run = await Run(lost, FIXED, jobs=500).go()

    assert run.done + run.failed == 500
    assert 0 < run.failed <= 20


@pytest.mark.parametrize("pause", [30.0, 300.0])
async def test_a_signal_in_a_pause_returns_at_once(pause: float) -> None:
    """A back-off of five minutes does not outlive a SIGTERM."""
    run = Run(service(lambda _: Busy(pause)), FIXED, jobs=100)

    await run.go((10.0, lambda: run.brake.pull(LimitReached("SIGTERM"))))

    assert run.ended - run.begun == pytest.approx(10.0, abs=1e-6)
    assert len(run.service.posts) == 1


async def test_a_rate_is_kept() -> None:
    """Half a post a second, however many slots are free."""
    policy = SlotPolicy(limit=50, adaptive=False, rate=Rate.parse("30/min"))

    run = await Run(QueueService(50, constant(1), Random(3)), policy, until=100).go()

    assert len(run.service.posts) >= 48
    assert all(later - sooner >= 2 - 1e-9 for (sooner, _), (later, _) in pairwise(run.service.posts))


async def test_heavy_traffic_of_other_programs_is_given_way_to() -> None:
    """The queue is full of somebody else's jobs: one post now and then, and all of it when they are gone."""
    full = QueueService(5, heavy_tailed(10), Random(3), foreign=5)

    run = await Run(full, SlotPolicy(), until=3600).go((900.0, lambda: setattr(full, "foreign", 0)))

    assert posts_between(run, 0, 900) <= 25
    assert full.utilisation(run.begun + 1200, run.begun + 3600) >= 0.93
