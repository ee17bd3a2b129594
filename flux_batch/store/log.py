"""An append-only file of JSON lines that survives a power cut: lines written at the same moment share one sync."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from flux_batch.errors import StorageFailed
from flux_batch.plan.job import JSON
from flux_batch.store.disk import Disk
from flux_batch.store.folder import is_named, storage
from flux_batch.store.lines import encode
from flux_batch.store.reserve import Reserve

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Log:
    """The writing end. Each append returns once its line is on the disk; the event loop never waits for it.

    Group commit: while one sync runs in a thread, the lines of everybody else gather for the next one.

    Args:
        disk: does the writing.
        path: the file; call from a worker thread, after :func:`flux_batch.store.tail.mend_tail`.
        mode: permission bits, None for those of a public file.
        reserve: given up when the disk is full, so that what is already paid for can still be written down.
    """

    def __init__(self, disk: Disk, path: Path, *, mode: int | None, reserve: Reserve) -> None:
        self._disk = disk
        self._path = path
        self._reserve = reserve
        with storage(f"cannot open {path}"):
            self._descriptor = disk.append_to(path, mode)
            self._size = os.fstat(self._descriptor).st_size
        self._commits = anyio.Lock()
        self._gathered: list[bytes] = []
        self._given = self._written = 0
        self._sync_wanted = False
        self._broken: StorageFailed | None = None

    def note(self, record: Mapping[str, JSON]) -> None:
        """Let one line go along with the next append; it is lost where none follows. Never waits, never raises."""
        self._gathered.append(encode(record))
        self._given += 1

    async def append(self, record: Mapping[str, JSON], *, durable: bool = True) -> None:
        """Append one line; with *durable* it is synced before this returns, else it has reached the kernel.

        Raises:
            StorageFailed: it could not be written, or an earlier line could not: the log is then closed for good.
        """
        self.note(record)
        self._sync_wanted |= durable
        mine = self._given
        with anyio.CancelScope(shield=True):
            async with self._commits:
                if self._written < mine:
                    await self._commit()

    async def _commit(self) -> None:
        if self._broken is not None:
            raise self._broken
        lines, self._gathered = self._gathered, []
        sync, self._sync_wanted = self._sync_wanted, False
        upto = self._given
        try:
            await anyio.to_thread.run_sync(self._write, b"".join(lines), sync)
        except StorageFailed as failed:
            self._broken = failed
            raise
        self._written = upto

    def _write(self, data: bytes, sync: bool) -> None:  # noqa: FBT001 - run_sync passes no keywords
        with storage(f"cannot write {self._path}"):
            self._check_place()
            try:
                self._put(data, sync=sync)
            except OSError as error:
                if error.errno not in FULL:
                    raise
                self._reserve.release()
                # Written again, not only synced again: after a failed sync the kernel may hold its pages for clean.
                self._disk.truncate(self._descriptor, self._size)
                self._put(data, sync=sync)
            self._size += len(data)

    def _check_place(self) -> None:
        """Refuse to write what nobody will read: another run may be at work where this file was."""
        if not is_named(self._descriptor, self._path):
            raise StorageFailed(
                f"{self._path} was deleted or replaced while this run was writing it",
                hint="leave the output folder alone while a run goes on; the same command goes on with what is there",
            )

    def _put(self, data: bytes, *, sync: bool) -> None:
        """Write *data*, all of it or none: half a line would spoil the next one."""
        try:
            self._disk.write(self._descriptor, data)
        except OSError:
            self._disk.truncate(self._descriptor, self._size)
            raise
        if sync:
            self._disk.sync(self._descriptor)

    def close(self) -> None:
        """Give the file back."""
        self._disk.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
