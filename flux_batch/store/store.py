"""The open store: lock, journal and manifest of one folder, and the book they amount to."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio

from flux_batch.engine.clock import Clock
from flux_batch.errors import RecordDamaged
from flux_batch.store.book import Book
from flux_batch.store.folder import Folder, storage
from flux_batch.store.inline import write_inline
from flux_batch.store.lock import locked
from flux_batch.store.log import Log, mend_tail, read_lines
from flux_batch.store.manifest import Kept, Line, kept_of
from flux_batch.store.record import VERSION, Record
from flux_batch.store.recovery import recover

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
UNSYNCED = frozenset({"sent", "ready", "kept", "problem"})
"""Records whose loss costs nothing that cannot be asked for again."""


def stamp(seconds: float) -> str:
    """Return *seconds* since 1970 as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(time: str) -> float:
    """Return the seconds since 1970 of an RFC 3339 *time*."""
    return datetime.fromisoformat(time).timestamp()


def boot_id() -> str:
    """Return what names this boot of the machine; empty where the system does not say."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


class Store:
    """The one writer of a folder. Made by :func:`open_store`; nothing is written before :meth:`begin`.

    Attributes:
        folder: the paths.
        book: the journal, folded; every record passes through it.
        recovery: what the run before left.
        notes: sentences about what was mended on opening.
        drifted: images kept by this run whose answer differs from the request.
    """

    def __init__(self, folder: Folder, clock: Clock, stack: ExitStack, *, forgets: bool) -> None:
        """Read *folder*, which must be locked; call it from a worker thread."""
        self.folder = folder
        self.drifted = 0
        self._clock = clock
        self._stack = stack
        self._journal: Log | None = None
        self._manifest: Log | None = None
        mended = (mend_tail(path, folder.torn) for path in (folder.journal, folder.manifest))
        self.notes = [note for note in mended if note]
        self.book = Book(read_lines(folder.journal))
        self.recovery = recover(self.book, read_manifest(folder), image_sizes(folder), boot=boot_id(), forgets=forgets)

    def now(self) -> str:
        """Return the wall clock's time, RFC 3339."""
        return stamp(self._clock.wall())

    async def begin(self, run: Record) -> None:
        """Prove that the folder can be written, then open the books with the record *run*.

        Raises:
            StorageFailed: it cannot be written; nothing has been sent.
        """
        await anyio.to_thread.run_sync(self._open_logs)
        for record in self.recovery.repairs:
            await self.record(record)
        await self.record({"e": "run", "boot": boot_id(), **run})

    def _open_logs(self) -> None:
        self.folder.prepare()
        _empty(self.folder.part)
        self._journal = self._stack.enter_context(Log(self.folder.journal, mode=0o600))
        self._manifest = self._stack.enter_context(Log(self.folder.manifest, mode=0o644))

    async def record(self, record: Record) -> None:
        """Append *record* to the journal, durably where losing it could cost money, and take it into account.

        Raises:
            StorageFailed: it could not be written; nothing more may be posted.
        """
        full: Record = {"v": VERSION, **record, "at": self.now()}
        await _begun(self._journal).append(full, durable=record["e"] not in UNSYNCED)
        self.book.add(full)

    async def settle(self, record: Record) -> None:
        """Append *record* even while the task is being cancelled: it is about money."""
        with anyio.CancelScope(shield=True):
            await self.record(record)

    async def save_inline(self, job: str, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Put images that came inside an answer into files; return their names. Cancellation waits."""
        names: tuple[str, ...] = ()
        if texts:
            with anyio.CancelScope(shield=True):
                names = await anyio.to_thread.run_sync(write_inline, self.folder, job, texts)
        return names

    async def keep(self, line: Line) -> None:
        """Append a manifest line; once this returns the image may be shown as done.

        Raises:
            StorageFailed: it could not be written.
        """
        record = line.to_json()
        await _begun(self._manifest).append(record)
        self.recovery.done.add(kept_of(record))
        self.drifted += bool(line.drift)


def _begun(log: Log | None) -> Log:
    if log is None:
        raise RuntimeError("Store.begin() comes before the first record")
    return log


@asynccontextmanager
async def open_store(folder: Folder, clock: Clock, *, forgets: bool) -> AsyncIterator[Store]:
    """Lock *folder*, mend torn tails and read what is there.

    Args:
        folder: made where it does not exist.
        clock: for the time in each record.
        forgets: see :func:`flux_batch.store.recovery.recover`.

    Raises:
        StorageFailed: the folder cannot be used.
        FolderLocked: another run owns it.
        RecordDamaged: journal or manifest are broken in the middle.
    """
    with ExitStack() as stack:
        yield await anyio.to_thread.run_sync(partial(_open, stack, folder, clock, forgets=forgets))


def _open(stack: ExitStack, folder: Folder, clock: Clock, *, forgets: bool) -> Store:
    folder.make()
    stack.enter_context(locked(folder.lock, stamp(clock.wall())))
    return Store(folder, clock, stack, forgets=forgets)


def _empty(part: Path) -> None:
    with storage(f"cannot empty {part}"):
        for left in part.iterdir():
            left.unlink()


def read_manifest(folder: Folder) -> Iterator[Kept]:
    """Yield the resume part of each manifest line.

    Raises:
        RecordDamaged: a line is no manifest line.
    """
    for number, record in enumerate(read_lines(folder.manifest), start=1):
        try:
            yield kept_of(record)
        except (KeyError, TypeError, ValueError):
            raise RecordDamaged(
                f"{folder.manifest}:{number}: this is no manifest line",
                hint=f"flux-batch verify {folder.root} --repair",
            ) from None


def image_sizes(folder: Folder) -> dict[str, int]:
    """Return ``file_name`` -> bytes of every regular file in ``images/``."""
    if not folder.images.exists():
        return {}
    with storage(f"cannot list {folder.images}"), os.scandir(folder.images) as entries:
        return {
            f"{folder.images.name}/{entry.name}": entry.stat(follow_symlinks=False).st_size
            for entry in entries
            if entry.is_file(follow_symlinks=False)
        }
