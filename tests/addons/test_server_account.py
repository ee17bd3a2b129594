"""The account by itself, without a socket and without a clock: queue, service times, wallet, small endpoints, hooks."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.server.account import Account
from flux_batch.addons.server.queue import Queue
from flux_batch.addons.server.service_time import LONGEST, ServiceTime
from flux_batch.addons.server.settings import Settings
from flux_batch.errors import UsageError

SECONDS = st.floats(0, 100)


@given(st.integers(1, 4), st.lists(st.tuples(SECONDS, SECONDS), max_size=30))
def test_no_more_than_the_workers_serve_at_once(workers: int, arrivals: list[tuple[float, float]]) -> None:
    """First in, first out: starts keep the order of arrival, and at no start are more being served than workers."""
    queue, now, turns = Queue(1000, workers), 0.0, []
    for request, (pause, seconds) in enumerate(arrivals):
        now += pause
        turns.append(queue.turn(seconds, now))
        queue.enter(request, turns[-1])
        for done, turn in enumerate(turns):
            if turn.due <= now:
                queue.leave(done)

    starts = [turn.start for turn in turns]
    assert starts == sorted(starts)
    assert all(sum(t.start <= start < t.due for t in turns) <= workers for start in starts)


@given(st.integers(1, 4), st.lists(st.tuples(SECONDS, SECONDS), max_size=30))
def test_nobody_waits_while_a_worker_is_free(workers: int, arrivals: list[tuple[float, float]]) -> None:
    """Who starts later than he came found every worker busy until then."""
    queue, turns = Queue(1000, workers), []
    for request, (_, seconds) in enumerate(arrivals):
        turns.append(queue.turn(seconds, 0.0))
        queue.enter(request, turns[-1])

    assert all(turn.start == 0 or turn.start in {t.due for t in turns} for turn in turns)
    assert all(turn.start == 0 for turn in turns[:workers])


def test_leaving_twice_frees_one_slot() -> None:
    """A slot is a slot."""
    queue = Queue(1)
    queue.enter(1, queue.turn(5, 0))
    full = queue.full
    queue.leave(1)
    queue.leave(1)

    assert (full, queue.full, len(queue)) == (True, False, 0)


@given(st.sampled_from(["4.5", "uniform:3,6", "lognormal:4.5,0.6", "lognormal:0,1", "constant:2"]), st.integers())
def test_service_times_are_times(text: str, seed: int) -> None:
    """Never negative, never longer than a day, the same for the same dice."""
    time = ServiceTime.parse(text)
    drawn = time.draw(Random(seed))

    assert 0 <= drawn <= LONGEST
    assert drawn == time.draw(Random(seed))


@pytest.mark.parametrize("text", ["", "fast", "-1", "nan", "inf", "uniform:1", "uniform:1,2,3", "normal:1,2", "1,2"])
def test_a_service_time_that_is_none_is_refused(text: str) -> None:
    """With the forms there are."""
    with pytest.raises(UsageError, match="service time cannot be read") as raised:
        ServiceTime.parse(text)

    assert "lognormal" in (raised.value.hint or "")


def test_request_count_is_throttled() -> None:
    """Thirty times in any minute."""
    account = Account(Settings())
    first = [account.may_count(float(second)) for second in range(31)]

    assert first == [True] * 30 + [False]
    assert account.may_count(60.0)
    assert not account.may_count(60.5)


def test_the_spam_filter_forgets() -> None:
    """After its seconds the same body is welcome again."""
    account = Account(Settings(spam_seconds=30))
    refused = [account.refusal(1, "same", now) is not None for now in (0.0, 29.0, 31.0)]

    assert refused == [False, True, False]


def test_money_does_not_drift() -> None:
    """A hundred thousand images cost what a hundred thousand images cost."""
    account = Account(Settings(balance=1000.0))
    for _ in range(100_000):
        account.pay(1)

    assert account.balance == 530.0
