"""A megabyte kept back: on a full disk it makes room for the lines that say what has been paid for."""

from __future__ import annotations

from pathlib import Path

from flux_batch.errors import StorageFailed
from flux_batch.store.disk import Disk, write_new
from flux_batch.store.folder import storage

RESERVED = 2**20
"""Bytes. An ``accepted`` line has one or two KiB, so this is room for the answers of several hundred posts."""


class Reserve:
    """A file that takes up room until somebody needs it more.

    Attributes:
        spent: it has been given up: whatever costs money has to stop.
    """

    def __init__(self, disk: Disk, path: Path) -> None:
        self.spent = False
        self._disk = disk
        self._path = path

    def fill(self) -> None:
        """Take up the room, really written: a sparse file would hold none.

        Raises:
            StorageFailed: there is no room.
        """
        with storage(f"cannot keep {RESERVED} bytes in reserve at {self._path}"):
            if not (self._path.exists() and self._path.stat().st_size == RESERVED):
                self._disk.unlink(self._path)
                write_new(self._disk, self._path, bytes(RESERVED), 0o600)

    def release(self) -> None:
        """Give the room up."""
        self.spent = True
        self._disk.unlink(self._path)

    def check(self) -> None:
        """Refuse what would cost money once the reserve is spent.

        Raises:
            StorageFailed: it is.
        """
        if self.spent:
            raise StorageFailed(
                f"the disk under {self._path.parent.parent} is full",
                hint="free some space, then type the same command: what is paid will be fetched",
            )
