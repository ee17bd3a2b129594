"""An event loop whose seconds are short: real sockets and threads, and a wait of a minute takes three seconds."""

from __future__ import annotations

import asyncio
import selectors

SPEED = 20.0
"""Seconds on this loop in one real second; its own time-outs still leave a busy machine time to answer."""


class HurriedSelector(selectors.DefaultSelector):
    """Waits the real share of a time-out."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See :meth:`selectors.BaseSelector.select`."""
        return super().select(None if timeout is None else timeout / SPEED)


class HurriedLoop(asyncio.SelectorEventLoop):
    """Everything that sleeps, waits or times out on it does so *SPEED* times as fast."""

    def __init__(self) -> None:
        super().__init__(HurriedSelector())

    def time(self) -> float:
        """Return the loop's time in its own seconds."""
        return super().time() * SPEED
