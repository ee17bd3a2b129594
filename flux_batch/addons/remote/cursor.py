"""Following a manifest while it grows: where one has read to is all that is held of it."""

from __future__ import annotations

from pathlib import Path

from flux_batch.store.folder import storage
from flux_batch.store.lines import damaged, decode
from flux_batch.store.manifest import Kept, kept_of

AT_ONCE = 256
"""Lines read at a time."""


class Cursor:
    """Reads a manifest on from where it stopped.

    Attributes:
        lines: whole lines read so far.
        offset: bytes read so far; a line ends there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lines = 0
        self.offset = 0

    def next(self) -> list[Kept]:
        """Return some more lines; empty where there is no further whole one yet. For a worker thread.

        Raises:
            RecordDamaged: a line is damaged.
            StorageFailed: the file cannot be read.
        """
        found: list[Kept] = []
        with storage(f"cannot read {self._path}"):
            if not self._path.exists():
                return found
            with self._path.open("rb") as file:
                file.seek(self.offset)
                while len(found) < AT_ONCE and (line := file.readline()).endswith(b"\n"):
                    found.append(self._kept(line))
                    self.lines += 1
                    self.offset += len(line)
        return found

    def _kept(self, line: bytes) -> Kept:
        record = decode(line)
        try:
            return kept_of(record or {})
        except (KeyError, TypeError, ValueError):
            raise damaged(self._path, self.lines + 1) from None
