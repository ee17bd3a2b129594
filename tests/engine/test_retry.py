"""When a failed job is posted again: by class, with full jitter, and never for ever."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.outcome import (
    Accepted,
    Busy,
    Failure,
    Fatal,
    NeverSent,
    Outcome,
    Refused,
    ServerError,
    Unknown,
)
from flux_batch.engine.retries import Retries
from flux_batch.engine.retry import Backoff, Failures, Retry, RetryQuota, Tally
from flux_batch.errors import LimitReached

FAILURES: list[Failure] = [Busy(30), ServerError(), NeverSent(), Unknown()]


def posts_until_given_up(outcome: Outcome, *, every: float = 60.0, retry: Retry | None = None) -> int:
    """How often a job is posted that always ends alike, with so many seconds between two ends."""
    failures, posts = Failures(), 0
    while posts < 10_000:
        posts += 1
        failures = failures.after(outcome, posts * every)
        if (retry or Retry()).delay(failures, outcome, Random(posts)) is None:
            return posts
    raise AssertionError(f"{outcome} is retried for ever")


@pytest.mark.parametrize(
    "outcome, posts",
    [(Accepted(), 1), (Refused("no"), 1), (Fatal(), 1), (ServerError(), 3), (Unknown(), 2), (Busy(30), 200)],
)
def test_each_class_has_its_own_count(outcome: Outcome, posts: int) -> None:
    """A refused job is never posted again, a lost answer once, a server error twice; a busy service is waited for."""
    assert posts == posts_until_given_up(outcome)


def test_what_never_left_is_bounded_by_time_alone() -> None:
    """A network that is down for 29 minutes fails no job, however often it was tried; 31 minutes do."""
    assert 1801 < posts_until_given_up(NeverSent(), every=1.0) <= 1803
    assert 31 < posts_until_given_up(NeverSent(), every=60.0) <= 33


def test_a_lost_answer_may_be_left_alone() -> None:
    """Whoever never wants to pay twice does not post twice."""
    assert posts_until_given_up(Unknown(), retry=Retry.holding()) == 1


@pytest.mark.parametrize("outcome", FAILURES, ids=lambda outcome: type(outcome).__name__)
def test_a_poisoned_job_is_set_aside(outcome: Outcome) -> None:
    """No class of failure is without a ceiling."""
    assert posts_until_given_up(outcome, every=1.0) < 2000


def test_classes_are_counted_apart() -> None:
    """Two server errors and a lost answer are not three of either."""
    failures = Failures()
    for outcome in (ServerError(), Busy(1), ServerError(), NeverSent(), Unknown()):
        failures = failures.after(outcome, 1.0)

    assert Retry().delay(failures, Unknown(), Random(1)) is not None
    assert failures == Failures(Tally(1, 1, 1), Tally(2, 1, 1), Tally(1, 1, 1), Tally(1, 1, 1))


@pytest.mark.parametrize("outcome, base, longest", [(NeverSent(), 0.5, 30.0), (ServerError(), 2.0, 30.0)])
def test_the_jitter_is_full_and_even(outcome: Outcome, base: float, longest: float) -> None:
    """10,000 pauses in 20 bins from nothing to base x 2^n: every bin within a fifth of its share."""
    rng, failures = Random(11), Failures()
    for n in range(2 if isinstance(outcome, ServerError) else 12):
        failures = failures.after(outcome, 0.0)
        ceiling = min(longest, base * 2**n)
        pauses = [Retry().delay(failures, outcome, rng) or 0.0 for _ in range(10_000)]
        bins = Counter(int(pause / ceiling * 20) for pause in pauses)

        assert set(bins) == set(range(20))
        assert all(400 <= count <= 600 for count in bins.values())


@given(st.integers(1, 10**9))
def test_no_number_of_failures_overflows(failures: int) -> None:
    """2.0 ** 1024 is an error in Python; the exponent is clamped."""
    assert 0 <= Backoff(0.5, 30, attempts=None, within=1).pause(failures, Random(1)) <= 30


def test_a_back_off_without_a_ceiling_is_refused() -> None:
    """Neither a count nor a time: that would be for ever."""
    with pytest.raises(ValueError, match="needs a ceiling"):
        Backoff(1, 30, attempts=None)


def test_the_quota_parks_and_does_not_fail() -> None:
    """A hundred tokens pay for seven retries of server errors; then each waits for its share of the trickle."""
    quota, waits = RetryQuota(), []
    for _ in range(10):
        wait, quota = quota.take(ServerError(), now=0.0)
        waits.append(wait)

    assert waits[:7] == [0.0] * 7
    assert all(later > sooner > 0 for sooner, later in pairwise(waits[7:]))
    assert waits[-1] == pytest.approx(40 / quota.per_second)


def test_what_never_left_costs_less_and_a_busy_answer_nothing() -> None:
    """The gate holds everybody back already; a network that is down harms nobody."""
    costs = {type(failure).__name__: 100 - RetryQuota().take(failure, 0.0)[1].tokens for failure in FAILURES}

    assert costs == {"Busy": 0, "ServerError": 14, "NeverSent": 5, "Unknown": 14}


def test_a_success_earns_one_and_a_retried_one_its_price() -> None:
    """So a service with a few hiccups never runs dry, and the quota never grows beyond its start."""
    _, spent = RetryQuota().take(ServerError(), 0.0)

    assert (spent.tokens, spent.earn(0.0).tokens, spent.earn(0.0, ServerError()).tokens) == (86, 87, 100)
    assert RetryQuota().earn(1e6).tokens == 100


@given(st.lists(st.tuples(st.sampled_from(FAILURES), st.floats(0, 100)), max_size=50))
def test_debt_is_paid_back_by_time(takes: list[tuple[Failure, float]]) -> None:
    """Whatever was taken, after the wait that was named the quota is not in debt."""
    quota, now = RetryQuota(), 0.0
    for failure, pause in takes:
        now += pause
        wait, quota = quota.take(failure, now)
        assert RetryQuota(quota.tokens, quota.at).earn(now + wait).tokens >= -1e-6


async def test_a_refused_job_is_not_waited_for() -> None:
    """There is no second try to wait for."""
    retries = Retries(Retry(), clock=SystemClock(), rng=Random(1), brake=Brake())

    assert not await retries.wait(Failures(), Refused("no"))


async def test_a_parked_job_waits_for_the_trickle_and_not_beyond_the_run() -> None:
    """Two tokens a job short: a few seconds; a run that ends in the meantime is told so."""
    brake = Brake()
    retries = Retries(Retry(), clock=SystemClock(), rng=Random(1), brake=brake)
    failures = Failures().after(Unknown(), 0.0)
    for _ in range(7):
        assert await retries.wait(failures, Unknown())
    start = anyio.current_time()
    assert await retries.wait(failures, Unknown())
    assert anyio.current_time() - start > 2
    retries.succeeded(Unknown())

    brake.pull(LimitReached("enough"))
    with pytest.raises(LimitReached):
        await retries.wait(failures, Unknown())


def test_what_is_no_failure_is_not_counted() -> None:
    """Accepted, refused and fatal outcomes leave the tally as it was."""
    failures = Failures().after(ServerError(), 1.0)

    assert all(failures == failures.after(outcome, 2.0) for outcome in (Accepted(), Refused("no"), Fatal()))
