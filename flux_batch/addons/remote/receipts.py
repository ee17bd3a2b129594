"""What has been verified at a store, and the mark it bore then: so that a later run asks for one listing and no byte.

It lies with the journal, on this machine. Losing it costs time only: what the store cannot prove is copied again.
"""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import BinaryIO, Self

from flux_batch.addons.remote.listing import Seen
from flux_batch.store.folder import PRIVATE_MODE, Folder, storage
from flux_batch.store.lines import decode, encode, raw_lines

MODE = 0o600
PRINT = 12
"""Bytes."""


class Receipts:
    """Remembers names with content and mark. A context manager; the file is made with the first line.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, bytes] = {}
        self._file: BinaryIO | None = None
        self._turn = threading.Lock()
        self._closed = False

    @classmethod
    def of(cls, folder: Folder, url: str) -> Self:
        """Return the receipts for the copy of *folder* at *url*: each place has its own."""
        digest = hashlib.sha256(url.encode()).hexdigest()[:12]
        return cls(folder.private / f"mirror-{digest}.jsonl")

    def read(self) -> None:
        """Read what was remembered; damaged lines are passed over. For a worker thread.

        Raises:
            StorageFailed: the file cannot be read.
        """
        for _, line, _ in raw_lines(self._path):
            record = decode(line) or {}
            self._known[str(record.get("file_name"))] = _print(str(record.get("sha256"))) + _print(
                str(record.get("mark"))
            )

    def knows(self, name: str, sha256: str, there: Seen) -> bool:
        """Whether *name* was verified with this content when it bore the mark it bears now."""
        return self._known.get(name) == _print(sha256) + _print(there.mark)

    def bore(self, name: str, there: Seen) -> bool:
        """Whether *name* bears the mark with which it was verified last: nobody has written it since."""
        return self._known.get(name, b"")[PRINT:] == _print(there.mark)

    def add(self, name: str, sha256: str, there: Seen) -> None:
        """Remember that *name* was verified; nothing, once closed: a thread that nobody waits for may come late.

        Raises:
            StorageFailed: the disk refused.
        """
        line = encode({"v": 1, "file_name": name, "sha256": sha256, "bytes": there.bytes, "mark": there.mark})
        with self._turn, storage(f"cannot write {self._path}"):
            if self._closed:
                return
            if self._file is None:
                self._file = self._opened()
            self._file.write(line)
            self._file.flush()
            self._known[name] = _print(sha256) + _print(there.mark)

    def close(self) -> None:
        """Close the file for good."""
        with self._turn:
            self._closed = True
            if self._file is not None:
                self._file.close()
            self._file = None

    def _opened(self) -> BinaryIO:
        self._path.parent.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
        file = open(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, MODE), "r+b")  # noqa: PTH123, SIM115
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")  # a torn last line, or the next one would be glued to it
        return file


def _print(text: str) -> bytes:
    """Return what equal texts share, small enough to be kept for each of a hundred thousand files."""
    return hashlib.blake2b(text.encode(), digest_size=PRINT).digest()
