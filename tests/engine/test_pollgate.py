"""One pace for all polls: a thousand waiting jobs are a queue here, never a storm at the service."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from statistics import mean

import anyio
import pytest

from flux_batch.engine.clock import SystemClock
from flux_batch.engine.pollgate import Asker, Pace
from flux_batch.engine.rate import Window


def fast(per_second: int = 2) -> Pace:
    """A pace of so many turns a second."""
    return Pace(Window(per_second), clock=SystemClock())


def most_in_a_second(times: list[float]) -> int:
    """The highest number of turns in any second."""
    return max(sum(1 for other in times if time <= other < time + 1 - 1e-6) for time in times)


async def test_turns_go_out_in_order_of_arrival() -> None:
    """Twenty at once: two in each second, first come, first served."""
    pace, turns = fast(), list[tuple[int, float]]()
    start = anyio.current_time()

    async def ask(n: int) -> None:
        await anyio.sleep(n / 1000)
        await pace.turn()
        turns.append((n, anyio.current_time() - start))

    async with anyio.create_task_group() as tasks:
        for n in reversed(range(20)):
            tasks.start_soon(ask, n)

    assert list(range(20)) == [n for n, _ in turns]
    assert [n // 2 for n in range(20)] == pytest.approx([at for _, at in turns], abs=5e-3)


async def test_whoever_leaves_the_line_takes_no_turn_along() -> None:
    """Cancelled waiters cost the others nothing, the one that leads the line included."""
    pace, served = fast(), list[float]()

    async def ask() -> None:
        await pace.turn()
        served.append(anyio.current_time())

    async def ask_and_leave(after: float) -> None:
        with anyio.move_on_after(after):
            await pace.turn()

    await pace.turn()
    async with anyio.create_task_group() as tasks:
        for after in (0.1, 0.2, 0.3):
            tasks.start_soon(ask_and_leave, after)
        await anyio.sleep(0.05)
        for _ in range(4):
            tasks.start_soon(ask)

    assert most_in_a_second(served) == 2
    assert served[-1] - served[0] == pytest.approx(1.0, abs=0.06)


async def test_whoever_is_left_when_a_crowd_leaves_at_one_moment_has_a_turn() -> None:
    """An account that is closed takes all its jobs out of the line at once, the one that leads it among them."""
    pace, scopes, served = fast(), [anyio.CancelScope() for _ in range(10)], list[float]()

    async def ask_and_leave(scope: anyio.CancelScope) -> None:
        with scope:
            await pace.turn()

    async def ask() -> None:
        await pace.turn()
        served.append(anyio.current_time() - start)

    start = anyio.current_time()
    await pace.turn()
    await pace.turn()
    with anyio.move_on_after(60):
        async with anyio.create_task_group() as tasks:
            for scope in scopes:
                tasks.start_soon(ask_and_leave, scope)
            await anyio.sleep(0.1)
            tasks.start_soon(ask)
            await anyio.sleep(0.1)
            for scope in scopes:
                scope.cancel()

    assert served == pytest.approx([1.0], abs=1e-3)


async def test_a_thousand_processing_jobs_are_no_storm() -> None:
    """In no second are there more polls than allowed, and nobody is forgotten."""
    pace, polls, rng = fast(), list[float](), Random(4)

    async def job(eta: float) -> None:
        watch = pace.watch(eta)
        await watch.turn()
        polls.append(anyio.current_time())
        watch.ready()

    async with anyio.create_task_group() as tasks:
        for _ in range(1000):
            tasks.start_soon(job, rng.uniform(5, 50))

    assert len(polls) == 1000
    assert most_in_a_second(polls) == 2


async def test_a_thousand_jobs_polled_every_fifteen_seconds_wait_less_than_a_second() -> None:
    """Where the cap is above what is asked for, the line adds next to nothing: p95 under a second."""
    pace, rng, delays = fast(80), Random(4), list[float]()

    async def job() -> None:
        for _ in range(4):
            await anyio.sleep(rng.uniform(0, 30))
            due = anyio.current_time()
            await pace.turn()
            delays.append(anyio.current_time() - due)

    async with anyio.create_task_group() as tasks:
        for _ in range(1000):
            tasks.start_soon(job)

    assert sorted(delays)[int(0.95 * len(delays))] < 1.0


async def test_the_last_free_turn_is_kept_for_who_cannot_wait() -> None:
    """Two may ask in any second. Of three who could wait one asks early; the other turn is there for who is due."""
    pace, asked = fast(), list[tuple[float, float]]()
    start = anyio.current_time()

    async def stand(early: float, due: float) -> None:
        await pace.stand(Asker(start + early, start + due, lambda _: 0.5))
        asked.append((due, anyio.current_time() - start))

    async with anyio.create_task_group() as tasks:
        for early, due in [(0.0, 9.0), (0.0, 9.0), (0.0, 9.0), (0.3, 0.3)]:
            tasks.start_soon(stand, early, due)

    assert [due for due, _ in asked] == [9.0, 0.3, 9.0, 9.0]
    assert [at for _, at in asked] == pytest.approx([0.0, 0.3, 1.3, 2.3], abs=1e-3)


async def test_the_first_question_comes_when_an_answer_is_likely() -> None:
    """Before the estimate is over, for it may be wrong; not at once, and never within a second."""
    asked = []
    for eta in (0.1, 10.0, 600.0, None):
        start = anyio.current_time()
        await fast().watch(eta).turn()
        asked.append(anyio.current_time() - start)

    assert asked[0] >= 1
    assert 3 <= asked[1] <= 10
    assert 60 <= asked[2] <= 600
    assert 1 <= asked[3] <= 10


async def test_a_job_that_takes_ever_longer_is_asked_about_ever_less() -> None:
    """The pauses grow with its age, to a fiftieth of it: a whole day costs a few hundred polls."""
    watch, times = fast().watch(20.0), list[float]()
    start = anyio.current_time()
    while (now := anyio.current_time() - start) < 24 * 3600:
        times.append(now)
        await watch.turn()
        watch.pending()

    assert len(times) <= 600
    assert all(later - sooner <= max(60, 0.03 * later) for sooner, later in pairwise(times))


@pytest.mark.parametrize("eta", [5.0, 10.0, 20.0, 60.0, None])
async def test_what_a_job_took_is_learned(eta: float | None) -> None:
    """However wrong the estimates are, after a while a job of ten seconds is found at once, with few questions."""
    pace, found = fast(), list[tuple[float, int]]()
    for _ in range(60):
        start, questions = anyio.current_time(), 1
        watch = pace.watch(eta)
        await watch.turn()
        while anyio.current_time() - start < 10:
            watch.pending()
            await watch.turn()
            questions += 1
        watch.ready()
        found.append((anyio.current_time() - start - 10, questions))

    assert mean(late for late, _ in found[-20:]) < 0.5
    assert mean(questions for _, questions in found[-20:]) <= 5


async def test_the_first_question_waits_for_the_estimate_until_a_job_has_shown_better() -> None:
    """Nothing is known but the service's own word; afterwards experience counts, and it may be sooner."""
    pace, start = fast(), anyio.current_time()

    first = pace.watch(20.0)
    await first.turn()
    first.ready()
    asked = anyio.current_time()
    await pace.watch(20.0).turn()

    assert asked - start == pytest.approx(20.0)
    assert anyio.current_time() - asked < 20.0


@pytest.mark.parametrize(
    "retry_after, pauses", [(None, [1, 2, 4, 8, 16, 32, 60, 60]), (30.0, [30] * 5 + [32] + [60] * 2), (1e9, [60] * 8)]
)
async def test_where_nobody_answers_the_questions_grow_rare(retry_after: float | None, pauses: list[float]) -> None:
    """A service that is down, or says that it is busy: as long as it says, and not longer than a minute."""
    watch, times = fast().watch(10.0), list[float]()
    for _ in range(9):
        await watch.turn()
        times.append(anyio.current_time())
        watch.unanswered(retry_after)

    assert [later - sooner for sooner, later in pairwise(times)] == pytest.approx(pauses, abs=1e-2)


async def test_an_outage_tells_nothing_of_the_jobs() -> None:
    """Neither how long they take, nor that early answers bring no estimate: no answer came."""
    pace = fast()
    for _ in range(20):
        watch = pace.watch(100.0)
        await anyio.sleep(20)
        await watch.turn()
        watch.pending(50.0)
        await anyio.sleep(50)
        watch.ready()
    before, watch = pace.readiness, pace.watch(100.0)
    for _ in range(20):
        await watch.turn()
        watch.unanswered()

    assert pace.readiness == before
