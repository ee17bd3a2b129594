"""How long a busy answer asks to wait: the zoo of odd values, each with its exact wait in seconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.plan.job import JSON
from flux_batch.response.wait import LONGEST, SHORTEST, told_wait

NOW = "Sun, 06 Nov 1994 08:49:37 GMT"
HALF_A_MINUTE_LATER = "Sun, 06 Nov 1994 08:50:07 GMT"


@pytest.mark.parametrize(
    "value, wait",
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("2.5", 2.5),
        ("0", 1.0),
        ("-5", None),
        ("soon", None),
        ("1e9", LONGEST),
        ("99999999999", LONGEST),
        ("NaN", None),
        ("inf", None),
        ("1e999", None),
        ("1_0", None),
        ("٣", None),
        ("", None),
    ],
)
def test_the_header_zoo(value: str, wait: float | None) -> None:
    """Zero waits a second, six hours are the longest, what is no number was not said."""
    assert wait == told_wait(None, {"Retry-After": value}, "")


@pytest.mark.parametrize(
    "value, wait",
    [
        (7, 7.0),
        ("7", 7.0),
        (2.5, 2.5),
        (0, 1.0),
        (0.2, 1.0),
        (-5, None),
        ("soon", None),
        (1e9, LONGEST),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
        (True, None),
        ([30], None),
        ({}, None),
    ],
)
def test_the_body_zoo(value: JSON, wait: float | None) -> None:
    """The same rules for ``retry_after`` in the body."""
    assert wait == told_wait(value, {}, "")


@pytest.mark.parametrize(
    "until, now, wait",
    [
        (HALF_A_MINUTE_LATER, NOW, 30.0),
        ("Sunday, 06-Nov-94 08:50:07 GMT", NOW, 30.0),
        ("Sun Nov  6 08:50:07 1994", NOW, 30.0),
        (NOW, HALF_A_MINUTE_LATER, 1.0),
        ("Wed, 06 Nov 2194 08:49:37 GMT", NOW, LONGEST),
        (HALF_A_MINUTE_LATER, "yesterday", None),
        (HALF_A_MINUTE_LATER, None, None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", NOW, None),
    ],
)
def test_a_date_counts_from_the_answers_own_date(until: str, now: str | None, wait: float | None) -> None:
    """Our clock may be wrong; a date that has passed means a second."""
    headers = {"retry-after": until} | ({"DATE": now} if now else {})

    assert wait == told_wait(None, headers, "")


@pytest.mark.parametrize(
    "words, wait",
    [
        ("try again in 30 minutes", 1800.0),
        ("please wait for 30 seconds and try again", 30.0),
        ("Try again after 1.5 hours.", 5400.0),
        ("retry in 1 hour 30 minutes", 5400.0),
        ("retry in 1 h, 5 min and 3 s", 3903.0),
        ("Please wait 45s", 45.0),
        ("try again in 10 hours", 21_600.0),
        ("try again in 0 seconds", 1.0),
        ("try again in 3 months", None),
        ("try again in 30", None),
        ("try again later", None),
        ("it took 30 minutes", None),
        ("", None),
    ],
)
def test_words_name_the_wait(words: str, wait: float | None) -> None:
    """A number with a unit, near "again", "wait" or "retry"."""
    assert wait == told_wait(None, {}, words)


def test_the_longest_wait_named_counts() -> None:
    """Body, header and words may all speak; who waits longest is never wrong."""
    assert told_wait(20, {"Retry-After": "60"}, "try again in 90 seconds") == 90.0
    assert told_wait(20, {"Retry-After": "60"}, "try again in 9 seconds") == 60.0
    assert told_wait(70, {"Retry-After": "60"}, "") == 70.0
    assert told_wait(40, {"Retry-After": "soon"}, "try again later") == 40.0


HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "retry-after", "Date", "date", "X"]), st.text() | st.just(NOW)
)


@given(
    body=st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just([1]),
    headers=HEADERS,
    words=st.text() | st.from_regex(r"try again in [0-9.]{1,9} ?[smh]\w*"),
)
def test_any_wait_is_within_its_bounds(body: JSON, headers: dict[str, str], words: str) -> None:
    """Whatever is said, the wait is a finite number from one second to six hours, or nothing."""
    wait = told_wait(body, headers, words)

    assert wait is None or SHORTEST <= wait <= LONGEST
