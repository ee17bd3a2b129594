"""What every test gets: asyncio as the backend, and an event loop on which nothing may block."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio; tests/engine overrides this with virtual time."""
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    """Fail the test when a blocking call is made on the event loop."""
    with blockbuster_ctx("flux_batch") as guard:
        yield guard
