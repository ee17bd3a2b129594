"""Waking somebody early: a wait that ends by itself, or when its name is rung. A ring for nobody is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio


class Bells:
    """One bell per name; names are given by those who wait, so strangers cannot make any."""

    def __init__(self) -> None:
        self._waiting: dict[str, anyio.CancelScope] = {}

    def ring(self, name: str) -> bool:
        """End the wait of *name*; return whether anybody waited."""
        scope = self._waiting.pop(name, None)
        if scope is not None:
            scope.cancel()
        return scope is not None

    async def or_sooner(self, name: str, wait: Callable[[], Awaitable[None]]) -> bool:
        """Await *wait*, or return as soon as *name* is rung; return whether it was rung."""
        with anyio.CancelScope() as scope:
            self._waiting[name] = scope
            try:
                await wait()
            finally:
                self._waiting.pop(name, None)
        return scope.cancelled_caught
