"""First come, first served, without polling: whoever stands at the front waits for a time or for a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import anyio

from flux_batch.engine.brake import Brake

TICK = 1e-6
"""Seconds; a shorter wait may be lost in the rounding of a clock's time, and would be asked for again for ever."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nobody may pass now; look again after *seconds* (infinity: when something has changed)."""

    seconds: float


class Turnstile(Generic[T]):
    """A queue of waiters before one synchronous decision.

    Only the first in line asks; all others wait behind it, so the order is the order of arrival and a crowd costs
    nothing. A waiter that is cancelled leaves the line and takes nothing with it.
    """

    def __init__(self, brake: Brake) -> None:
        self._brake = brake
        self._line = anyio.Lock()
        self._changed = anyio.Event()
        self._watched = False
        brake.then(self.turn)

    def turn(self) -> None:
        """Let the first in line look again: something has changed."""
        if self._watched:
            self._watched = False
            self._changed.set()
            self._changed = anyio.Event()

    async def passed(self, attempt: Callable[[], T | NotYet]) -> T:
        """Return what *attempt* gives as soon as it gives something; it is called by the first in line only.

        Nothing awaits between the attempt that succeeds and the return, so what it took cannot be lost.

        Raises:
            RunStopped: the brake is pulled.
        """
        async with self._line:
            while True:
                self._brake.check()
                self._watched, changed = True, self._changed  # before the attempt, which may itself end the run
                got = attempt()
                if not isinstance(got, NotYet):
                    return got
                with anyio.move_on_after(max(TICK, got.seconds)):
                    await changed.wait()
