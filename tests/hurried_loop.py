"""An event loop whose seconds are short: real sockets and threads, and a wait of a minute takes three seconds."""

from __future__ import annotations

import asyncio
import selectors

SPEED = 20.0
"""Seconds on this loop in one real second; its own time-outs still leave a busy machine time to answer."""


class HurriedSelector(selectors.DefaultSelector):
    """Waits the real share of a time-out."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See :meth:`selectors.BaseSelector.select`."""
        return super().select(None if timeout is None else timeout / self._speed)


class HurriedLoop(asyncio.SelectorEventLoop):
    """Everything that sleeps, waits or times out on it does so *speed* times as fast; threads take what they take."""

    def __init__(self, speed: float = SPEED) -> None:
        self._speed = speed
        super().__init__(HurriedSelector(speed))

    def time(self) -> float:
        """Return the loop's time in its own seconds."""
        return super().time() * self._speed
