"""Ending a run without cutting what is under way: no new posts, yet everything paid for is brought home."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from flux_batch.errors import RunStopped


class Brake:
    """Pulled once, for one reason. Workers look at it before they draw a job and while they wait."""

    def __init__(self) -> None:
        self.reason: RunStopped | None = None
        self._pulled = anyio.Event()
        self._then: list[Callable[[], None]] = []

    @property
    def pulled(self) -> bool:
        """Whether the run is ending."""
        return self.reason is not None

    def pull(self, reason: RunStopped) -> None:
        """End the run for *reason*; the first reason stays."""
        if self.reason is None:
            self.reason = reason
            self._pulled.set()
            for call in self._then:
                call()

    def then(self, call: Callable[[], None]) -> None:
        """Call *call* when the brake is pulled: for what waits for something else and must look up then."""
        self._then.append(call)

    async def wait(self) -> None:
        """Return once the brake is pulled."""
        await self._pulled.wait()

    async def sleep(self, seconds: float) -> bool:
        """Wait *seconds* or until the brake is pulled; return whether the whole time passed."""
        if self.pulled:
            return False
        with anyio.move_on_after(max(0.0, seconds)):
            await self._pulled.wait()
        return not self.pulled

    def check(self) -> None:
        """Raise the reason where the brake is pulled.

        Raises:
            RunStopped: the reason given to :meth:`pull`.
        """
        if self.reason is not None:
            raise self.reason.with_traceback(None)
