"""Virtual time: when every task waits, the clock jumps to the next deadline."""

from __future__ import annotations

import pytest
from trio.testing import MockClock


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, MockClock]]:
    """The engine knows anyio only, so trio's clock can drive it."""
    return "trio", {"clock": MockClock(autojump_threshold=0)}
