"""The circuit breaker: a dead service is looked at now and then."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.engine.breaker import Breaker
from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Outcome, Refused, ServerError, Unknown
from flux_batch.engine.policy import BreakerPolicy

CLOSED = Breaker(BreakerPolicy())
OUTCOMES: list[Outcome] = [Accepted(), Busy(), ServerError(), NeverSent(), Unknown(), Refused(), Fatal()]


def after(*outcomes: Outcome, breaker: Breaker = CLOSED, alone: bool = False) -> Breaker:
    """The breaker after these outcomes, all at second 0."""
    for outcome in outcomes:
        breaker = breaker.after(outcome, 0.0, alone=alone)
    return breaker


@pytest.mark.parametrize(
    "outcomes, trips",
    [
        ([NeverSent()] * 4, 0),
        ([NeverSent("no route to the host")] * 4, 0),
        ([NeverSent()] * 5, 1),
        ([ServerError(), NeverSent()] * 2 + [ServerError()], 1),
        ([ServerError()] * 4 + [Accepted()] + [ServerError()] * 4, 0),
        ([ServerError()] * 4 + [Busy()] + [ServerError()] * 4, 0),
        ([Unknown()] * 2, 0),
        ([Unknown()] * 3, 1),
        ([Unknown(), Accepted()] * 9, 0),
        ([Unknown(), Accepted()] * 9 + [Unknown()], 1),
        ([Refused("no")] * 100, 0),
        ([Busy(30)] * 100, 0),
        ([Accepted()] * 100 + [ServerError()] * 4, 0),
    ],
)
def test_what_opens_it(outcomes: list[Outcome], trips: int) -> None:
    """Five failures or three lost answers in a row, or half of the last twenty; a refusal shows that it is well."""
    assert trips == after(*outcomes).trips


def test_it_opens_longer_each_time_up_to_five_minutes() -> None:
    """30 s, 60 s, 90 s, ..., 300 s, 300 s: ten looks in half an hour."""
    breaker, waits = after(*[NeverSent()] * 5), []
    now = 0.0
    for _ in range(12):
        waits.append(breaker.wait(now))
        now = breaker.opens_at
        breaker = breaker.after(NeverSent(), now, alone=True)

    assert [30 * n for n in range(1, 11)] + [300, 300] == waits


def test_posts_still_under_way_do_not_open_it_again() -> None:
    """Ten answers that come in late from before are the same outage."""
    breaker = after(*[NeverSent()] * 15)

    assert (breaker.trips, breaker.wait(0.0)) == (1, 30.0)


@pytest.mark.parametrize("alive", [Accepted(), Busy(30), Refused("no"), Fatal()])
def test_one_answer_closes_it(alive: Outcome) -> None:
    """Whatever the service answers, it is there; the count begins anew."""
    breaker = after(alive, breaker=after(*[ServerError()] * 5), alone=True)

    assert (0, 0.0, math.inf, ()) == (breaker.trips, breaker.wait(0.0), breaker.since, breaker.recent)


def test_an_outage_is_counted_from_the_first_failure() -> None:
    """Not from the moment at which it was noticed."""
    breaker = CLOSED
    for second in range(5):
        breaker = breaker.after(NeverSent(), 100.0 + second)

    assert breaker.outage(1000.0) == 900.0
    assert CLOSED.outage(1000.0) == 0.0


@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.floats(0, 400), st.booleans())))
def test_it_is_never_open_for_more_than_five_minutes(story: list[tuple[Outcome, float, bool]]) -> None:
    """Whatever happens, in whatever order, and its memory does not grow."""
    breaker, now = CLOSED, 0.0
    for outcome, pause, alone in story:
        now += pause
        breaker = breaker.after(outcome, now, alone=alone)

        assert breaker.wait(now) <= 300
        assert len(breaker.recent) <= 20
        assert (breaker.trips > 0) <= bool(breaker.reason)
