"""What is known of how long jobs take: beliefs that learn from "not yet" and "done"."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_batch.engine.questions import following, next_question
from flux_batch.engine.readiness import Estimate, Readiness, estimate
from flux_batch.engine.spread import GRID, Spread

EVEN = Spread.believing(lambda low, high: high - low)
ETAS = st.none() | st.floats(0.05, 3000)


def taught(eta: float | None, since: float, elapsed: float, times: int = 200) -> Readiness:
    """What is known after so many jobs that all ended in the same stretch."""
    readiness = Readiness()
    for _ in range(times):
        readiness = readiness.after([Estimate(eta)], since, elapsed)
    return readiness


def test_an_even_spread_is_a_straight_line() -> None:
    """Half the time, half the chance; and the expected idle time is the square over twice the width."""
    half, area = EVEN.at(100.0)

    assert pytest.approx((half, area)) == (0.5, 25.0)
    assert EVEN.at(300.0) == pytest.approx((1.0, 200.0))


@given(st.lists(st.tuples(st.floats(0, 150), st.floats(0, 150)).map(sorted), max_size=30))
@settings(max_examples=50)
def test_a_spread_stays_a_distribution(answers: list[list[float]]) -> None:
    """Whatever is learned: chances grow from 0 to 1, and nothing becomes impossible."""
    spread = EVEN
    for since, time in answers:
        spread = spread.after(since, time)
    chances = [spread.at(edge)[0] for edge in GRID]

    assert all(later > sooner for sooner, later in pairwise(chances))
    assert pytest.approx((chances[0], chances[-1])) == (0.0, 1.0)


def test_an_answer_beyond_the_grid_teaches_nothing() -> None:
    """There is no cell for it."""
    assert EVEN is EVEN.after(500.0, 600.0)
    assert EVEN is EVEN.after(5.0, 5.0)


@given(ETAS, st.floats(0, 5000), st.floats(0, 5000))
def test_the_idle_time_is_between_nothing_and_all(eta: float | None, since: float, more: float) -> None:
    """It never falls below zero, and never exceeds the time since the last question."""
    outlook = Readiness().outlook(Estimate(eta), since)

    assert -1e-6 <= outlook.idle(since + more) <= more + 1e-6


@given(ETAS, st.floats(0, 20_000))
def test_the_next_question_lies_ahead(eta: float | None, since: float) -> None:
    """Never at once, never at infinity, a tenth of a second and a fiftieth of the job's age away at least."""
    question = next_question(Readiness().outlook(Estimate(eta), since))

    assert max(since + 0.1, since * 1.02) <= question.early * (1 + 1e-9)
    assert question.early <= question.due < 40_000


def test_estimates_that_are_wrong_are_found_out() -> None:
    """Jobs end after ten seconds whatever the service foretells: soon the clock is trusted."""
    readiness = Readiness()
    for eta in [4.0, 25.0, 9.0, 60.0, 2.0, 14.0] * 10:
        readiness = readiness.after([Estimate(eta)], 9.5, 10.0)

    assert readiness.outlook(Estimate(30.0), 0.0).trust < 0.01
    assert 8 < next_question(readiness.outlook(Estimate(30.0), 9.0)).due < 11


def test_estimates_that_are_right_are_trusted() -> None:
    """Jobs end when the service says: the clock is not asked."""
    readiness = Readiness()
    for eta in [4.0, 25.0, 9.0, 60.0, 2.0, 14.0] * 10:
        readiness = readiness.after([Estimate(eta)], eta * 0.95, eta)

    assert readiness.outlook(Estimate(30.0), 0.0).trust > 0.99
    assert 27 < next_question(readiness.outlook(Estimate(30.0), 20.0)).due < 31


def test_a_service_that_changes_is_followed() -> None:
    """Ten seconds for hours, then thirty: after a few hundred jobs it is thirty."""
    readiness = taught(None, 9.5, 10.0, 500)
    for _ in range(500):
        readiness = readiness.after([Estimate()], 29.0, 30.0)

    assert 25 < next_question(readiness.outlook(Estimate(), 11.0)).due < 31


def test_a_fresh_estimate_counts_from_when_it_was_given() -> None:
    """Ten seconds were foretold, after nine it is five more: the next question comes at fourteen or so."""
    readiness = Readiness()
    for eta in [4.0, 25.0, 9.0, 60.0, 2.0, 14.0] * 10:
        readiness = readiness.after([Estimate(eta)], eta * 0.95, eta)
    told = Estimate(5.0, at=9.0)

    assert 13 < next_question(readiness.outlook(told, 9.0)).due < 15
    assert readiness.outlook(told, 9.0).ready(11.0) < 0.05


def test_estimates_that_are_outlasted_teach_as_well() -> None:
    """First estimates are too short, second ones right: half of all are. Who counts only the last never learns it."""
    readiness = Readiness()
    for _ in range(200):
        readiness = readiness.after([Estimate(10.0), Estimate(3.0, at=12.0)], 14.5, 15.0)

    assert readiness.outlook(Estimate(10.0), 0.0).first.ready(11.0) == pytest.approx(0.5, abs=0.1)


def test_the_end_of_a_job_teaches_about_its_first_estimate_most_exactly() -> None:
    """Ten seconds were foretold, after nine one more: the end between 9.9 and 10.1 is known to 2 % of the first."""
    readiness = Readiness()
    for _ in range(200):
        readiness = readiness.after([Estimate(10.0), Estimate(1.0, at=9.0)], 9.9, 10.1)
    first = readiness.outlook(Estimate(10.0), 0.0).first

    assert first.ready(10.2) - first.ready(9.8) > 0.85


def test_a_question_that_brings_a_fresh_estimate_is_asked_sooner() -> None:
    """A minute is foretold, right within 20 %: the plan is to hear more before it is over, not to meet its end."""
    readiness = Readiness()
    for n in range(200):
        readiness = readiness.after([Estimate(10.0)], 10 / 1.2 + n / 50, 10 / 1.2 + (n + 1) / 50)
    fresh = readiness
    for _ in range(50):
        fresh = fresh.outlasted(Estimate(), 3.0, renewed=True)
    once = next_question(readiness.outlook(Estimate(60.0), 0.0))
    again = next_question(fresh.outlook(Estimate(60.0), 0.0))

    assert fresh.renewal > 0.99
    assert again.due < once.due - 1
    assert again.early <= once.early


def test_a_service_that_stops_renewing_its_estimates_is_found_out() -> None:
    """Fifty answers without one, and none is expected any more."""
    readiness = Readiness(renewal=1.0)
    for _ in range(50):
        readiness = readiness.outlasted(Estimate(10.0), 3.0, renewed=False)

    assert readiness.renewal < 0.01
    assert readiness.scores == Readiness().scores


def test_estimates_that_are_outlasted_are_trusted_less() -> None:
    """A service that says 'one more second' for ever is believed less each time, before any job has ended."""
    readiness = Readiness()
    for second in range(2, 12):
        readiness = readiness.outlasted(Estimate(1.0, at=second - 2), second, renewed=True)

    assert readiness.outlook(Estimate(1.0), 0.0).trust < 0.1


@given(st.floats(0, 3600), st.floats(0, 3600), st.floats(0.01, 10), st.floats(0, 5), st.floats(0, 5))
def test_following_a_job_costs_more_the_longer_it_takes_and_the_less_is_known(
    seconds: float, more: float, price: float, scatter: float, wider: float
) -> None:
    """One question at least, and never less for a longer job, a wider estimate or a higher price."""
    cost = following(seconds, price, scatter)

    assert price <= cost <= following(seconds + more, price, scatter) * (1 + 1e-9)
    assert cost <= following(seconds, price, scatter + wider) * (1 + 1e-9)
    assert cost <= following(seconds, price * 2, scatter) * (1 + 1e-9)


@given(ETAS, st.floats(0, 300), st.lists(st.floats(0, 600), min_size=2, max_size=2).map(sorted))
def test_the_idle_time_is_the_integral_of_being_ready(eta: float | None, since: float, times: list[float]) -> None:
    """Between two moments it grows by no less than the first chance and no more than the second."""
    outlook = Readiness().outlook(Estimate(eta), since)
    low, high = (since + each for each in times)
    gained = outlook.idle(high) - outlook.idle(low)

    assert outlook.ready(low) * (high - low) - 1e-6 <= gained <= outlook.ready(high) * (high - low) + 1e-6


@pytest.mark.parametrize(
    "eta, seconds",
    [(None, 0.0), (0.0, 0.0), (-3.0, 0.0), (math.nan, 0.0), (12.5, 12.5), (1e9, 3600.0), (math.inf, 3600.0)],
)
def test_an_odd_estimate_says_nothing(eta: float | None, seconds: float) -> None:
    """And a very long one says an hour."""
    assert seconds == estimate(eta)
