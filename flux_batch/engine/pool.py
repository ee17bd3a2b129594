"""The bounded pool: a job is drawn when a worker is free, never earlier, so memory does not grow with the grid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

import anyio
from anyio.lowlevel import checkpoint

from flux_batch.engine.brake import Brake

T = TypeVar("T")


async def run_on_each(
    work: Callable[[T], Awaitable[None]], items: Iterable[T | None], *, at_once: int, brake: Brake | None = None
) -> None:
    """Call *work* on every item, at most *at_once* at a time; a pulled *brake* ends the drawing, not the work.

    All workers draw from one iterator: no item waits in a queue, at most *at_once* are ever held. One that has looked
    for its next item for a while may yield None in between: then others have their turn.

    Raises:
        ValueError: *at_once* is below 1.
        ExceptionGroup: what *work* raised; it cancels the other workers, so *work* should settle its own errors.
    """
    if at_once < 1:
        raise ValueError(f"at_once must be at least 1, not {at_once}")
    source, drawing, brake = iter(items), anyio.Lock(fast_acquire=True), brake or Brake()
    async with anyio.create_task_group() as workers:
        for _ in range(at_once):
            workers.start_soon(_work_through, work, partial(_draw, source, drawing, brake))


async def _work_through(work: Callable[[T], Awaitable[None]], draw: Callable[[], Awaitable[T | None]]) -> None:
    while (item := await draw()) is not None:
        await work(item)
        await checkpoint()


async def _draw(source: Iterator[T | None], drawing: anyio.Lock, brake: Brake) -> T | None:
    """Return the next item, None at the end. One worker looks at a time, so that others have a turn at each None."""
    async with drawing:
        while not brake.pulled:
            try:
                item = next(source)
            except StopIteration:
                return None
            if item is not None:
                return item
            await checkpoint()
    return None
