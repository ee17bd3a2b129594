"""The metrics file of a run: written at its beginning, every ten seconds, at its end. Failing to never ends the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio

from flux_batch.addons.metrics.exposition import exposition, replace_text
from flux_batch.addons.metrics.metrics import Metrics
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Event

EVERY = 10.0
"""Seconds."""


class MetricsFile:
    """Writes *metrics* to *path*. Takes events and looks as a progress display does.

    Args:
        path: the file; node_exporter reads those that end in ``.prom``.
        metrics: the numbers; whoever has them lets them take the events first.
        wall: seconds since 1970.
        tell: hears the first trouble there is with the file, and none after it.
    """

    def __init__(self, path: Path, metrics: Metrics, wall: Callable[[], float], tell: Callable[[str], None]) -> None:
        self.metrics = metrics
        self._path = path
        self._wall = wall
        self._tell = tell
        self._told = False
        self._begun = anyio.Event()

    def take(self, event: Event) -> None:
        """Note that the run has begun."""
        if isinstance(event, Begun):
            self._begun.set()

    def tick(self, now: float, state: State | None) -> None:
        """See :class:`Metrics`, which takes the looks into account."""

    def close(self) -> None:
        """Nothing is left open."""

    async def keep_writing(self) -> None:
        """Write the file when the run has begun and every ten seconds, until cancelled.

        A run that another one has locked out never begins, and so leaves the other one's file alone.
        """
        await self._begun.wait()
        while True:
            await anyio.to_thread.run_sync(self.write)
            await anyio.sleep(EVERY)

    def write(self) -> None:
        """Write the file once. For a worker thread."""
        try:
            replace_text(self._path, exposition(self.metrics.at(self._wall()), self.metrics.labels))
        except OSError as error:
            if not self._told:
                self._tell(f"cannot write the metrics file {self._path}: {error.strerror or error}")
            self._told = True
