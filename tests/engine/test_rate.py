"""GCRA: so many a second, and no burst that was not asked for."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.engine.rate import Rate, Window


def admitted(rate: Rate, arrivals: list[float]) -> list[float]:
    """When each of these arrivals is let through, one after another."""
    free_at, times, now = float("-inf"), [], 0.0
    for arrival in arrivals:
        now = max(now, arrival)
        wait, free_at = rate.admit(free_at, now)
        now += wait
        times.append(now)
    return times


@pytest.mark.parametrize(
    "text, per_second",
    [("10/s", 10.0), ("600/min", 10.0), ("1000/h", 1000 / 3600), (" 2.5 / S ", 2.5), ("30/minute", 0.5)],
)
def test_a_rate_is_read_as_people_write_it(text: str, per_second: float) -> None:
    """Per second, per minute, per hour."""
    assert Rate(per_second) == Rate.parse(text)


@pytest.mark.parametrize("text", ["", "10", "ten/s", "10/day", "10/s/s", "-1/s", "1e3/s"])
def test_what_is_no_rate_is_refused_with_an_example(text: str) -> None:
    """The error shows how to write it."""
    with pytest.raises(ValueError, match=r"not a rate: .*; write it as 10/s, 600/min or 1000/h"):
        Rate.parse(text)


@pytest.mark.parametrize("per_second", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_is_above_zero(per_second: float) -> None:
    """Nothing would ever be admitted, or nothing limited."""
    with pytest.raises(ValueError, match="a rate must be above 0 per second"):
        Rate(per_second)
    with pytest.raises(ValueError, match="a rate must be above 0"):
        Rate.parse("0/s")
    with pytest.raises(ValueError, match="burst must be at least 1, not 0"):
        Rate(1, burst=0)


@given(st.lists(st.floats(0, 100), min_size=1).map(sorted), st.floats(0.1, 50), st.integers(1, 5))
def test_no_window_holds_more_than_the_rate_allows(arrivals: list[float], per_second: float, burst: int) -> None:
    """In any stretch of time there are at most rate x seconds + burst admissions."""
    times = admitted(Rate(per_second, burst), arrivals)

    for first, start in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= (times[last] - start) * per_second + burst + 1e-6


@given(st.floats(0.1, 50), st.integers(1, 9))
def test_a_burst_goes_out_at_once_after_a_quiet_time(per_second: float, burst: int) -> None:
    """So many as were asked for, and then the rate again."""
    times = admitted(Rate(per_second, burst), [0.0] * (burst + 1))

    assert [0.0] * burst == pytest.approx(times[:burst], abs=1e-9)
    assert 1 / per_second == pytest.approx(times[burst])


@given(st.floats(0.1, 50), st.integers(2, 40))
def test_a_crowd_goes_out_evenly(per_second: float, crowd: int) -> None:
    """Waiting arrivals are spaced by exactly one over the rate."""
    times = admitted(Rate(per_second), [0.0] * crowd)

    assert [1 / per_second] * (crowd - 1) == pytest.approx([later - sooner for sooner, later in pairwise(times)])


@given(st.integers(1, 5), st.lists(st.floats(0, 3), max_size=60))
def test_a_window_never_admits_more_in_any_stretch(count: int, gaps: list[float]) -> None:
    """Whoever waits as told: no stretch of a second has more than *count*, and as many as are free may come at once."""
    window, now, admitted = Window(count), 0.0, list[float]()
    for gap in gaps:
        now += gap
        last = admitted[-count:]
        assert (window.free(last, now) > 0) == (window.wait(last, now) == 0)
        assert window.next_free(last, now) > now
        assert (window.next_free(last, now) == math.inf) == (window.free(last, now) == count)
        now += window.wait(last, now)
        admitted.append(now)

    assert all(later - sooner >= 1 - 1e-9 for sooner, later in zip(admitted, admitted[count:], strict=False))
