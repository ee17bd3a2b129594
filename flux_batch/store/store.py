"""The open store: lock, journal and manifest of one folder, and the book they amount to."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime

import anyio

from flux_batch.engine.clock import Clock
from flux_batch.store.folder import Folder, storage
from flux_batch.store.inline import drop_inline, write_inline
from flux_batch.store.lines import VERSION
from flux_batch.store.lock import locked
from flux_batch.store.log import Log
from flux_batch.store.manifest import Line, kept_of, read_manifest
from flux_batch.store.preflight import empty, prepare
from flux_batch.store.record import Record, rejected, unknown
from flux_batch.store.recovery import recover, take_stock
from flux_batch.store.replay import replay
from flux_batch.store.reserve import Reserve
from flux_batch.store.standing import Stage
from flux_batch.store.tail import mend_tail

UNSYNCED = frozenset({"sent", "ready", "kept", "problem"})
"""Records whose loss costs nothing that cannot be asked for again."""


def stamp(seconds: float) -> str:
    """Return *seconds* since 1970 as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(time: str) -> float:
    """Return the seconds since 1970 of an RFC 3339 *time*."""
    return datetime.fromisoformat(time).timestamp()


class Store:
    """The one writer of a folder. Made by :func:`open_store`; nothing but a torn tail is written before :meth:`begin`.

    Attributes:
        folder: the paths.
        stock: the manifest against the files, as found.
        book: the journal, folded, and what recovery found; every record passes through it.
        notes: sentences about what was mended on opening.
        drifted: images kept by this run whose answer differs from the request.
    """

    def __init__(self, folder: Folder, clock: Clock, stack: ExitStack) -> None:
        """Read *folder*, which must be locked; call it from a worker thread."""
        self.folder = folder
        self.drifted = 0
        self._clock = clock
        self._stack = stack
        self._boot = folder.disk.boot()
        self._journal: Log | None = None
        self._manifest: Log | None = None
        self._reserve = Reserve(folder.disk, folder.reserve)
        mended = (mend_tail(folder.disk, path, folder.torn) for path in (folder.journal, folder.manifest))
        self.notes = [note for note in mended if note]
        self._left_over = folder.part.exists() and any(folder.part.iterdir())
        self.stock = take_stock(read_manifest(folder.manifest), image_sizes(folder))
        self.book = replay(folder.journal, self.stock.done.whole)
        self._repairs = [
            {"v": VERSION, **repair, "at": self.now()} for repair in recover(self.book, self.stock, boot=self._boot)
        ]
        for repair in self._repairs:
            self.book.add(repair)

    @property
    def unsettled(self) -> bool:
        """Whether the run before died, or left something in the folder that has to be put right."""
        died = bool(self.book.run) and self.book.ended is None
        return died or self._left_over or bool(self.stock.strays or self.stock.damaged or self._repairs)

    def now(self) -> str:
        """Return the wall clock's time, RFC 3339."""
        return stamp(self._clock.wall())

    async def begin(self, run: Record, *, need: int = 0) -> None:
        """Prove that the folder can be written and has *need* free bytes, then open the books with the record *run*.

        Raises:
            StorageFailed: it cannot be written; nothing has been sent.
        """
        await anyio.to_thread.run_sync(self._open_logs, need)
        for repair in self._repairs:
            await _begun(self._journal).append(repair)
        self._repairs = []
        await self.record({**run, "boot": self._boot})

    def _open_logs(self, need: int) -> None:
        folder, disk = self.folder, self.folder.disk
        prepare(folder, need)
        empty(folder.part, folder)
        self._reserve.fill()
        journal = Log(disk, folder.journal, mode=0o600, reserve=self._reserve)
        self._journal = self._stack.enter_context(journal)
        manifest = Log(disk, folder.manifest, mode=None, reserve=self._reserve)
        self._manifest = self._stack.enter_context(manifest)
        with storage(f"cannot sync {folder.root}"):
            for path in (folder.private, folder.root, folder.root.parent):
                disk.sync_folder(path)

    async def record(self, record: Record) -> None:
        """Append *record* to the journal, durably where losing it could cost money, and take it into account.

        Raises:
            StorageFailed: it could not be written, or the disk is full and this would cost money.
        """
        if record["e"] == "intent":
            self._reserve.check()
        full: Record = {"v": VERSION, **record, "at": self.now()}
        await _begun(self._journal).append(full, durable=record["e"] not in UNSYNCED)
        self.book.add(full)

    async def settle(self, record: Record) -> None:
        """Append *record* even while the task is being cancelled: it is about money."""
        with anyio.CancelScope(shield=True):
            await self.record(record)

    async def settle_unanswered(self) -> None:
        """Say of every post that nobody waits for any more what is known: it may be billed, or it had not left.

        Without a word, a post that had not left would be taken for one that had after the next boot.
        """
        for standing in [each for each in self.book.standings.values() if each.unanswered]:
            if standing.stage is Stage.SENT:
                await self.settle(unknown(standing.job, standing.attempts, "the run ended before the answer was read"))
            else:
                words = ("stop", "the run ended before it was sent")
                await self.settle(rejected(standing.job.id, standing.attempts + 1, words))

    def note(self, record: Record) -> None:
        """Let *record*, which tells of something that costs nothing, go along with the next one. Never waits."""
        _begun(self._journal).note({"v": VERSION, **record, "at": self.now()})

    async def save_inline(self, job: str, attempt: int, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Put images that came inside an answer into files; return their names. Cancellation waits.

        Raises:
            StorageFailed: the disk refused.
        """
        names: tuple[str, ...] = ()
        if texts:
            with anyio.CancelScope(shield=True):
                names = await anyio.to_thread.run_sync(write_inline, self.folder, job, attempt, texts)
        return names

    async def drop_inline(self, names: tuple[str, ...]) -> None:
        """Remove such files once their images are kept."""
        if names:
            await anyio.to_thread.run_sync(drop_inline, self.folder, names)

    async def keep(self, line: Line) -> None:
        """Append a manifest line; once this returns the image may be shown as done.

        Raises:
            StorageFailed: it could not be written.
        """
        record = line.to_json()
        await _begun(self._manifest).append(record)
        self.stock.done.add(kept_of(record))
        self.stock.strays.discard(line.file_name)
        self.drifted += bool(line.drift)

    def restored(self, job: str, sample: int) -> None:
        """Count an image as kept whose line was there and whose file is there again."""
        self.stock.done.add(self.stock.missing.pop((job, sample)))


def _begun(log: Log | None) -> Log:
    if log is None:
        raise RuntimeError("Store.begin() comes before the first record")
    return log


@asynccontextmanager
async def open_store(folder: Folder, clock: Clock) -> AsyncIterator[Store]:
    """Lock *folder*, mend torn tails and read what is there.

    Args:
        folder: made where it does not exist.
        clock: for the time in each record.

    Raises:
        StorageFailed: the folder cannot be used.
        FolderLocked: another run owns it.
        RecordDamaged: journal or manifest are broken in the middle.
    """
    with ExitStack() as stack:
        yield await anyio.to_thread.run_sync(_open, stack, folder, clock)


def _open(stack: ExitStack, folder: Folder, clock: Clock) -> Store:
    folder.make()
    stack.enter_context(locked(folder.lock, stamp(clock.wall())))
    return Store(folder, clock, stack)


def image_sizes(folder: Folder) -> dict[str, int]:
    """Return ``file_name`` -> bytes of what lies in ``images/``; -1 for what is no regular file.

    Folders and names with a leading dot, which desktops drop everywhere, are none of ours.
    """
    if not folder.images.exists():
        return {}
    with storage(f"cannot list {folder.images}"), os.scandir(folder.images) as entries:
        found = ((entry.name, entry.stat(follow_symlinks=False)) for entry in entries)
        return {
            f"images/{name}": facts.st_size if stat.S_ISREG(facts.st_mode) else -1
            for name, facts in found
            if name[0] != "." and not stat.S_ISDIR(facts.st_mode)
        }
