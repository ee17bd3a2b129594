"""When a job is asked for: first after its estimate, then ever more seldom, never together, never for ever."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.response.polling import Polling


@pytest.mark.parametrize(
    "eta, seconds",
    [(None, 1.0), (0.0, 1.0), (0.4, 1.0), (20.9, 20.9), (-5.0, 1.0), (float("nan"), 1.0), (1e9, 3600.0)],
)
def test_the_first_poll_comes_with_the_estimate(eta: float | None, seconds: float) -> None:
    """But not within a second, and no estimate is believed for more than an hour."""
    assert seconds == Polling().first_poll(eta)


@pytest.mark.parametrize(
    "attempt, longest", [(0, 2.0), (1, 3.0), (2, 4.5), (3, 6.75), (4, 10.125), (5, 15.0), (6, 15.0), (10**9, 15.0)]
)
def test_pauses_grow_up_to_a_quarter_of_a_minute(attempt: int, longest: float) -> None:
    """Two seconds, half as much again each time, and never less than half of that."""
    rng = random.Random(attempt)
    pauses = [Polling().next_poll(attempt, rng) for _ in range(1000)]

    assert longest / 2 <= min(pauses) < longest * 0.51
    assert longest * 0.99 < max(pauses) <= longest


def test_pauses_are_spread_evenly() -> None:
    """Ten thousand draws in twenty bins: each within a fifth of its share, so that no two jobs stay in step."""
    rng = random.Random(1)
    bins = Counter(int((Polling().next_poll(9, rng) - 7.5) / 7.5 * 20) for _ in range(10_000))

    assert set(range(20)) == set(bins)
    assert all(400 <= count <= 600 for count in bins.values())


@pytest.mark.parametrize(
    "eta, seconds", [(None, 900.0), (20.0, 900.0), (90.0, 900.0), (91.0, 910.0), (600.0, 6000.0), (1e9, 36_000.0)]
)
def test_patience_is_ten_estimates_and_a_quarter_of_an_hour_at_least(eta: float | None, seconds: float) -> None:
    """What is not ready by then stays pending for the next run."""
    assert seconds == Polling().deadline(eta)


def test_a_job_that_takes_a_day_is_not_asked_for_too_often() -> None:
    """At most once in 7.5 s."""
    rng = random.Random(2)
    at, polls = Polling().first_poll(None), 1
    while at < 86_400:
        at += Polling().next_poll(polls - 1, rng)
        polls += 1

    assert polls <= 86_400 / 7.5


@given(
    eta=st.none() | st.floats(0, 1e6),
    attempt=st.integers(0, 10**6),
    seed=st.integers(0, 2**32),
    policy=st.builds(Polling, longest=st.floats(0.1, 600), base=st.floats(0.1, 10), growth=st.floats(1, 4)),
)
def test_every_pause_is_within_its_bounds(eta: float | None, attempt: int, seed: int, policy: Polling) -> None:
    """For any policy, estimate and attempt."""
    assert policy.soonest <= policy.first_poll(eta) <= policy.believed
    assert policy.first_poll(eta) <= policy.deadline(eta)
    assert min(policy.longest, policy.base) / 2 <= policy.next_poll(attempt, random.Random(seed)) <= policy.longest
