"""One gate for all after a busy answer: the zoo of what services say about waiting."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.engine.gate import LONGEST, Gate, told

SIX_HOURS = 6 * 3600.0
ODD = math.nan


@pytest.mark.parametrize(
    "said, seconds",
    [
        (None, 1.0),
        (0.0, 1.0),
        (-5.0, 1.0),
        (ODD, 1.0),
        (-math.inf, 1.0),
        (0.25, 1.0),
        (1.0, 1.0),
        (2.5, 2.5),
        (30.0, 30.0),
        (1800.0, 1800.0),
        (1e9, SIX_HOURS),
        (math.inf, SIX_HOURS),
    ],
)
def test_the_zoo_of_waits(said: float | None, seconds: float) -> None:
    """At least a second, at most six hours, odd values count as nothing said; plus a tenth or a second of jitter."""
    waits = [Gate().closed(said, 100.0, Random(n), fresh=True, longest=120).wait(100.0) for n in range(200)]

    assert seconds <= min(waits)
    assert max(waits) <= seconds + max(1.0, seconds / 10)
    assert max(waits) - min(waits) > 0.8 * max(1.0, seconds / 10)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_is_read(said: float) -> None:
    """Whatever stands in the answer, the wait is a finite number of seconds."""
    assert 0 <= told(said) <= LONGEST


def test_rounds_in_a_row_wait_longer_up_to_a_ceiling() -> None:
    """A service that is busy again and again and names no time is asked less and less often."""
    gate, waits = Gate(), []
    for n in range(12):
        now = 1000.0 * n
        gate = gate.closed(None, now, Random(3), fresh=True, longest=120)
        waits.append(gate.wait(now))

    least = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120]
    assert all(low <= wait <= low + max(1, low / 10) for low, wait in zip(least, waits, strict=True))


def test_answers_to_older_posts_belong_to_the_same_round() -> None:
    """Five refusals of posts that were under way together are one congestion, and the longest wait holds."""
    gate = Gate().closed(30, 0.0, Random(1), fresh=True, longest=120)
    for n in range(4):
        gate = gate.closed(40 if n == 2 else 1, 0.1 * n, Random(1), fresh=False, longest=120)

    assert gate.refusals == 1
    assert gate.wait(0.0) >= 40


def test_an_accepted_post_begins_a_new_count() -> None:
    """The next refusal is a first one again."""
    gate = Gate()
    for _ in range(5):
        gate = gate.closed(None, 0.0, Random(1), fresh=True, longest=120)

    assert (0, math.inf) == (gate.passed().refusals, gate.passed().since)


def test_the_gate_is_open_when_its_time_has_come() -> None:
    """Not a moment later."""
    gate = Gate().closed(30, 50.0, Random(1), fresh=True, longest=120)

    assert gate.wait(gate.opens_at) == 0.0
    assert pytest.approx(gate.wait(gate.opens_at - 10)) == 10.0


def test_it_has_been_busy_since_the_first_refusal() -> None:
    """However many rounds came since: that is what patience is measured by."""
    gate = Gate()
    for now in (100.0, 200.0, 300.0):
        gate = gate.closed(None, now, Random(1), fresh=True, longest=120)

    assert gate.busy(400.0) == 300.0
