"""Waking somebody early: a wait that ends by itself, or when its name is rung. A ring for nobody is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio

MOST_HINTS = 4
"""Words kept for one name; who knows the way to say them may say any number."""


class Bells:
    """One bell per name; names are given by those who wait or listen, so strangers cannot make any."""

    def __init__(self) -> None:
        self._waiting: dict[str, anyio.CancelScope] = {}
        self._hints: dict[str, list[str]] = {}

    def ring(self, name: str) -> bool:
        """End the wait of *name*; return whether anybody waited."""
        scope = self._waiting.pop(name, None)
        if scope is not None:
            scope.cancel()
        return scope is not None

    async def or_sooner(self, name: str, wait: Callable[[], Awaitable[object]]) -> bool:
        """Await *wait*, or return as soon as *name* is rung; return whether it was rung."""
        with anyio.CancelScope() as scope:
            self._waiting[name] = scope
            try:
                await wait()
            finally:
                self._waiting.pop(name, None)
        return scope.cancelled_caught

    @contextmanager
    def listening(self, name: str) -> Iterator[None]:
        """Keep what is hinted at about *name* until the block ends, also before anybody waits for it."""
        self._hints[name] = []
        try:
            yield
        finally:
            self._hints.pop(name, None)

    def hint(self, name: str, word: str) -> None:
        """Leave *word* for whoever listens for *name*; the newest few are kept, each once."""
        hints = self._hints.get(name)
        if hints is not None and word not in hints:
            hints.append(word)
            del hints[:-MOST_HINTS]

    def next_hint(self, name: str) -> str | None:
        """Take the oldest word left for *name*, None where there is none."""
        hints = self._hints.get(name)
        return hints.pop(0) if hints else None

    def has_hint(self, name: str) -> bool:
        """Tell whether a word is left for *name*."""
        return bool(self._hints.get(name))
