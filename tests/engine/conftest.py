"""Virtual time: when every task waits, the clock jumps to the next deadline."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

ORDER = 0
"""Chooses who goes first among tasks that wake at one moment; any other number must do as well."""


@pytest.fixture
def anyio_backend(monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, MockClock]]:
    """The engine knows anyio only, so trio's clock can drive it.

    trio wakes tasks in an order drawn anew in each run. A test that fails must fail again, so the draw is seeded, by
    the seam that trio made for Hypothesis.
    """
    monkeypatch.setattr(trio._core._run, "_ALLOW_DETERMINISTIC_SCHEDULING", True)
    trio._core._run._r.seed(ORDER)
    return "trio", {"clock": MockClock(autojump_threshold=0)}
