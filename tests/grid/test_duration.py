"""Times as people write them: ``6h`` from now, or when the clock on the wall shows 06:30."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.grid.duration import deadline


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place whose clocks are put forward on 28 March 2027 and back on 31 October."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def when(text: str) -> float:
    """Seconds since the epoch of ``2027-03-27T23:00+01:00``."""
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    "text, now, end",
    [
        pytest.param("06:30", "2027-06-01T23:00+02:00", "2027-06-02T06:30+02:00", id="tomorrow"),
        pytest.param("06:30", "2027-06-01T06:00+02:00", "2027-06-01T06:30+02:00", id="today"),
        pytest.param("06:30", "2027-06-01T06:30+02:00", "2027-06-02T06:30+02:00", id="it is that now"),
        pytest.param("06:30", "2027-03-27T23:00+01:00", "2027-03-28T06:30+02:00", id="a night an hour shorter"),
        pytest.param("06:30", "2027-10-30T23:00+02:00", "2027-10-31T06:30+01:00", id="a night an hour longer"),
        pytest.param("02:30", "2027-10-31T02:45+02:00", "2027-10-31T02:30+01:00", id="shown a second time"),
        pytest.param("8h", "2027-03-27T23:00+01:00", "2027-03-28T08:00+02:00", id="eight hours are eight hours"),
    ],
)
def test_a_deadline_is_when_the_clock_on_the_wall_shows_it(text: str, now: str, end: str) -> None:
    """Also in the night in which clocks are changed."""
    assert when(end) == deadline(text, when(now))


@given(
    st.floats(when("2026-01-01T00:00+01:00"), when("2030-01-01T00:00+01:00")), st.integers(0, 23), st.integers(0, 59)
)
def test_a_time_of_day_lies_ahead_and_within_a_day(now: float, hour: int, minute: int) -> None:
    """Whatever the time is: never gone by, never later than a day and the hour that clocks are put back."""
    assert now < deadline(f"{hour:02}:{minute:02}", now) <= now + timedelta(hours=25).total_seconds()
