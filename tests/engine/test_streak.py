"""Equal refusals in a row: the grid is wrong, not the job."""

from __future__ import annotations

import pytest

from flux_batch.engine.outcome import Accepted, Busy, NeverSent, Outcome, Refused
from flux_batch.engine.streak import Streak

NO = Refused("height must be divisible by 8")


@pytest.mark.parametrize(
    "outcomes, hopeless",
    [
        ([NO] * 4, False),
        ([NO] * 5, True),
        ([NO, Busy(30), NO, NeverSent(), NO, NO, NO], True),
        ([NO] * 4 + [Refused("another")] + [NO] * 4, False),
        ([Accepted()] + [NO] * 19, False),
        ([Accepted()] + [NO] * 20, True),
        ([NO] * 4 + [Accepted()] + [NO] * 4, False),
    ],
)
def test_a_run_that_only_repeats_a_refusal_is_hopeless(outcomes: list[Outcome], *, hopeless: bool) -> None:
    """Five alike before anything was accepted, twenty alike later; other words begin a new count."""
    streak = Streak()
    for outcome in outcomes:
        streak = streak.after(outcome)

    assert hopeless == streak.hopeless
