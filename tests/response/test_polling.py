"""How long a job is asked for: never for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.response.polling import Polling


@pytest.mark.parametrize(
    "eta, seconds",
    [
        (None, 900.0),
        (20.0, 900.0),
        (90.0, 900.0),
        (91.0, 910.0),
        (600.0, 6000.0),
        (1e9, 36_000.0),
        (-5.0, 900.0),
        (float("nan"), 900.0),
    ],
)
def test_patience_is_ten_estimates_and_a_quarter_of_an_hour_at_least(eta: float | None, seconds: float) -> None:
    """What is not ready by then stays pending for the next run; no estimate is believed for more than an hour."""
    assert seconds == Polling().deadline(eta)


@given(eta=st.none() | st.floats(), patience=st.floats(0, 1e5))
def test_patience_always_ends(eta: float | None, patience: float) -> None:
    """Whatever the service says, within ten hours or the patience that was set."""
    assert patience <= Polling(patience=patience).deadline(eta) <= max(patience, 36_000.0)
