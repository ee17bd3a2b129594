"""The copy of an output folder at a store: kept up while a run fills the folder, complete when its manifest is there.

listing -> Cursor -> Copier.missing -> Copier.bring -> receipt      images, while they are kept
                  -> quarantine/, failures.jsonl, run.json          when the run is over
                  -> manifest.jsonl                                 last: it names nothing that is not there

It follows the manifest, not the events: those only ring a bell. So nothing is missed, nothing queues up in memory, and
a store that is away for an hour holds back nothing but the copy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream

from flux_batch.addons.remote.copier import Changed, Copier, Item
from flux_batch.addons.remote.cursor import Cursor
from flux_batch.addons.remote.patience import Patience
from flux_batch.addons.remote.store import Store
from flux_batch.addons.remote.trouble import CARRY_ON, Refused
from flux_batch.engine.pool import run_on_each
from flux_batch.errors import FluxBatchError, Interrupted, StorageFailed, UsageError
from flux_batch.store.crew import State
from flux_batch.store.events import Event
from flux_batch.store.folder import Folder
from flux_batch.store.lines import raw_lines

AT_ONCE = 8
"""Files on their way at once."""
EVERY = 5.0
"""Seconds between two words about the rest, once the run is over."""


class Mirror:
    """Copies what is public of *folder* to *store*. An async context manager; takes events as a display does.

    ```python
    async with Mirror(Folder(grid.output.dir), open_store(url)) as mirror:
        async with Batch(grid) as batch:
            async for event in batch:
                mirror.take(event)
        await mirror.finish()
    ```

    Args:
        folder: of the run.
        store: where to.
        say: hears how far it is once the run is over.
        warn: hears the first trouble there is.
        patience: when to try again, when to give up.

    Attributes:
        there: images whose copy is verified.

    Raises:
        UsageError: on entering: *store* is the folder itself, or has the copy of another one.
        Refused: on entering: there is no such place, or no right to use it. One that does not answer is waited for.
        Interrupted: on entering: somebody was in a hurry.
    """

    def __init__(
        self,
        folder: Folder,
        store: Store,
        *,
        say: Callable[[str], object] = str,
        warn: Callable[[str], object] = str,
        patience: Patience | None = None,
    ) -> None:
        self.folder, self.store = folder, store
        self.there = 0
        self._say, self._warn = say, warn
        self._patience = patience or Patience()
        self._copier = Copier(folder, store)
        self._cursor = Cursor(folder.manifest)
        self._later: list[Item] = []
        self._trouble: FluxBatchError | None = None
        self._hurried: Interrupted | None = None
        self._given_up = 0
        self._complete = False

    async def __aenter__(self) -> Self:
        self._begun, self._over, self._done, self._bell = (anyio.Event() for _ in range(4))
        self._threads = anyio.CapacityLimiter(AT_ONCE)
        self._opening, self._scope = anyio.CancelScope(), anyio.CancelScope()
        try:
            with self._opening:
                await anyio.to_thread.run_sync(self._open, abandon_on_cancel=True)
        except Refused:
            raise
        except StorageFailed as away:
            self._meet(away)
        if self._hurried is not None:
            self._copier.close()
            raise self._hurried
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # As in Batch: the group must not see an error of the caller's own block.
        self._tasks.cancel_scope.cancel()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            self._copier.close()

    def take(self, event: Event) -> None:  # noqa: ARG002 - whatever happened, there may be more to copy
        """Look again. The first event says that the folder is this run's; before it nothing is copied."""
        self._begun.set()
        self._bell.set()

    def tick(self, now: float, state: State | None) -> None:
        """As all displays."""

    def close(self) -> None:
        """As all displays; :meth:`finish` is what ends the copy."""

    async def finish(self) -> None:
        """The run is over: copy the rest.

        Raises:
            StorageFailed: the copy is not complete.
            Interrupted: it is not, because somebody was in a hurry.
        """
        for event in (self._begun, self._over, self._bell):
            event.set()
        while not self._done.is_set():
            with anyio.move_on_after(EVERY):
                await self._done.wait()
            if not self._done.is_set():
                self._say(self._so_far())
        if not self._complete:
            raise await anyio.to_thread.run_sync(self._incomplete)

    def hurry(self, reason: Interrupted, seconds: float) -> None:
        """Leave off in so many *seconds*; the next run copies the rest."""
        if self._hurried is None and self._over.is_set() and seconds > 0:
            self._say(f"copying goes on for {seconds:.0f} s at most; a second Ctrl-C ends it now")
        self._hurried = self._hurried or reason
        self._opening.cancel()
        self._scope.deadline = min(self._scope.deadline, anyio.current_time() + seconds)

    def _open(self) -> None:
        """Look at the store for the first time. For a worker thread."""
        if self.store.local is not None and _overlap(self.store.local, self.folder.root.resolve()):
            raise UsageError(
                f"{self.store.url} is the output folder, or lies in it, or around it",
                hint="name another place for the copy, or leave `output.mirror` out",
            )
        self._copier.look()

    async def _run(self) -> None:
        """Copy until the run is over and all is there, or nothing more can be done."""
        try:
            await self._begun.wait()
            with self._scope:
                self._complete = await self._images() and await self._beside() and await self._manifest()
        finally:
            self._done.set()

    async def _images(self) -> bool:
        """Copy the images of the manifest while it grows; say whether all of them are there."""
        if not await self._managed(self._copier.look):
            return False
        send, receive = anyio.create_memory_object_stream[Item](0)
        async with anyio.create_task_group() as copying:
            for _ in range(AT_ONCE):
                copying.start_soon(self._copy_each, receive.clone())
            receive.close()
            async with send:
                readable = await self._follow(send)
        await run_on_each(self._copy_again, self._later, at_once=AT_ONCE)
        return readable and self.there == self._cursor.lines

    async def _follow(self, send: ObjectSendStream[Item]) -> bool:
        """Hand on each image that is not there yet, until the run is over; say whether all lines could be read."""
        while True:
            over = self._over.is_set()  # asked before the look, which then sees all that was kept
            try:
                lines = await anyio.to_thread.run_sync(self._cursor.next)
            except FluxBatchError as damaged:
                self._meet(damaged)
                return False
            for item in map(self._copier.missing, lines):
                if item is None:
                    self.there += 1
                else:
                    await send.send(item)
            if over and (self._hopeless or not lines):
                return not lines
            if not lines:
                await self._bell.wait()
                self._bell = anyio.Event()

    async def _copy_each(self, items: ObjectReceiveStream[Item]) -> None:
        async with items:
            async for item in items:
                if not await self._copied(item):
                    self._later.append(item)  # a file that is gone: the run may be about to fetch it again

    async def _copy_again(self, item: Item) -> None:
        await self._copied(item)

    async def _copied(self, item: Item) -> bool:
        done = await self._managed(partial(self._copier.bring, item))
        self.there += done
        return done

    async def _beside(self) -> bool:
        """Copy what is public beside the images; say whether it is there."""
        items: list[Item] = []
        done = [await self._managed(lambda: items.extend(self._copier.beside()))]

        async def copy(item: Item) -> None:
            done.append(await self._managed(partial(self._copier.bring, item)))

        await run_on_each(copy, items, at_once=AT_ONCE)
        return all(done)

    async def _manifest(self) -> bool:
        return await self._managed(partial(self._copier.bring, Item(self.folder.manifest.name)))

    async def _managed(self, work: Callable[[], object]) -> bool:
        """Do *work* in a thread, again and again where the store fails; say whether it was done in the end."""
        failures = last = 0
        while not self._hopeless:
            over = self._over.is_set()
            try:
                await anyio.to_thread.run_sync(work, limiter=self._threads, abandon_on_cancel=True)
            except Changed as changed:
                self._meet(changed)
                return False
            except StorageFailed as failed:
                self._meet(failed)
                failures, last = failures + 1, last + over
                if over and (last >= self._patience.last_tries or isinstance(failed, Refused)):
                    break
                await self._pause(self._patience.pause(last or failures))
            else:
                self._given_up = 0
                return True
        self._given_up += 1
        return False

    @property
    def _hopeless(self) -> bool:
        return self._given_up >= self._patience.in_a_row

    async def _pause(self, seconds: float) -> None:
        """Wait so long; the end of the run ends the wait, since there are only a few tries from there."""
        if self._over.is_set():
            await anyio.sleep(seconds)
            return
        with anyio.move_on_after(seconds):
            await self._over.wait()

    def _meet(self, trouble: FluxBatchError) -> None:
        """Tell the first trouble; the last one is told at the end, if the copy is not complete then."""
        if self._trouble is None and not self._over.is_set():
            self._warn(f"{trouble}; the run goes on, and it is tried again")
        self._trouble = trouble

    def _so_far(self) -> str:
        if not self._cursor.lines:
            return f"waiting for {self.store.url}"
        return f"copying to {self.store.url}: {self.there:,} of {self._cursor.lines:,} images are there"

    def _incomplete(self) -> FluxBatchError:
        """Return what is missing, and why. For a worker thread."""
        planned = sum(line.endswith(b"\n") for _, line, _ in raw_lines(self.folder.manifest))
        missing = planned - self.there
        what = f"{missing:,} of {planned:,} images are missing" if missing else "its manifest is missing"
        words = f"the copy at {self.store.url} is not complete: {what}"
        if self._hurried is not None:
            return Interrupted(f"{self._hurried}; {words}", code=self._hurried.exit_code, hint=CARRY_ON)
        because = f": {self._trouble}" if self._trouble else ""
        return StorageFailed(f"{words}{because}", hint=(self._trouble and self._trouble.hint) or CARRY_ON)


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
