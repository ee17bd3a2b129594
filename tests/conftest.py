"""What every test gets: asyncio as the backend, an event loop on which nothing may block, a worker for each core."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, settings
from torture_counts import Counts

settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", settings.get_profile("same"), derandomize=False, print_blob=True)
settings.load_profile("same")
"""A test that fails must fail again, and how long one takes is not what it tests. ``search`` looks further."""


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio; tests/engine overrides this with virtual time."""
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    """Fail the test when a blocking call is made on the event loop."""
    with blockbuster_ctx("flux_batch") as guard:
        yield guard


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: near half of what the tests take is waiting for disks and processes."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker tell what it has tried."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["torture"] = Counts.told()


def pytest_testnodedown(node: object) -> None:
    """Hear what a worker has tried; one that crashed tells nothing."""
    Counts.add(getattr(node, "workeroutput", {}).get("torture", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the torture has tried, whether or not anything was found."""
    if Counts.faults:
        terminalreporter.write_line(
            f"torture: {Counts.faults:,} faults tried in {Counts.runs:,} runs, {Counts.kills} processes killed, "
            f"{Counts.checks:,} invariants checked, {Counts.violations} violations"
        )
