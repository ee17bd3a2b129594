"""Time as an argument: the only place where the package reads a clock or sleeps."""

from __future__ import annotations

import time
from typing import Protocol

import anyio


class Clock(Protocol):
    """Two clocks and a way to wait. All figures are seconds.

    A wait that something may end early is the event loop's own. Who wants virtual time makes the loop virtual, as
    trio's MockClock does, and lets *monotonic* follow it.
    """

    def monotonic(self) -> float:
        """Return the event loop's time, which never jumps; its zero means nothing."""
        ...

    def wall(self) -> float:
        """Return seconds since 1970-01-01 UTC; may jump."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait *seconds*; none at all where it is zero or less."""
        ...


class SystemClock:
    """The clock of the running event loop, real or virtual."""

    def monotonic(self) -> float:
        """Return the event loop's time."""
        return anyio.current_time()

    def wall(self) -> float:
        """Return the system's time."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await anyio.sleep(max(0.0, seconds))
