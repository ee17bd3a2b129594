"""The output folder: what lies where, and what an error of the disk means for the run."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flux_batch.errors import StorageFailed
from flux_batch.store.disk import DISK, Disk

PRIVATE_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths below one output folder, and the disk they lie on; making one touches nothing."""

    root: Path
    disk: Disk = DISK

    @property
    def manifest(self) -> Path:
        """One line per kept image, append-only."""
        return self.root / "manifest.jsonl"

    @property
    def failures(self) -> Path:
        """One line per job without an image after the last run."""
        return self.root / "failures.jsonl"

    @property
    def run_json(self) -> Path:
        """The last run."""
        return self.root / "run.json"

    @property
    def images(self) -> Path:
        """Kept images, and nothing else."""
        return self.root / "images"

    @property
    def quarantine(self) -> Path:
        """Files that arrived but failed a gate."""
        return self.root / "quarantine"

    @property
    def private(self) -> Path:
        """Ours alone, mode 0700."""
        return self.root / ".flux-batch"

    @property
    def journal(self) -> Path:
        """What was sent, accepted and paid, mode 0600."""
        return self.private / "journal.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the one writer."""
        return self.private / "lock"

    @property
    def part(self) -> Path:
        """Images on their way; never on another file system than *images*."""
        return self.private / "part"

    @property
    def torn(self) -> Path:
        """Torn last lines, kept for the curious."""
        return self.private / "torn"

    @property
    def inline(self) -> Path:
        """Answers that carried their images as text, until those are published."""
        return self.private / "inline"

    @property
    def reserve(self) -> Path:
        """Room kept back for the journal of a full disk."""
        return self.private / "reserve"

    @property
    def reasons(self) -> Path:
        """Why each file in *quarantine* is there, one line each."""
        return self.quarantine / "reasons.jsonl"

    def make(self) -> None:
        """Make what the lock needs; an existing folder is not touched.

        Raises:
            StorageFailed: it cannot be made.
        """
        with storage(f"cannot use the output folder {self.root}"):
            self.root.mkdir(parents=True, exist_ok=True)
            self.disk.make_folder(self.private, PRIVATE_MODE)


@contextmanager
def storage(doing: str) -> Iterator[None]:
    """Turn an ``OSError`` into the end of the run, with the words of *doing* and a way out.

    Raises:
        StorageFailed: from any ``OSError``.
    """
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"{doing}: {error.strerror or error}", hint=_way_out(error)) from error


def is_named(descriptor: int, path: Path) -> bool:
    """Whether *path* still leads to the open file: a file deleted by hand takes what is written, and nobody sees it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _way_out(error: OSError) -> str:
    if error.errno == errno.EXDEV:
        return "images/, quarantine/ and .flux-batch/ must lie on one file system: take the mount away"
    match error:
        case FileExistsError() | NotADirectoryError():
            return "a file stands where a folder is needed; name another one with --out DIR"
        case PermissionError():
            return "check the owner and mode of the folder, or name another one with --out DIR"
        case _:
            return "put the storage right, then type the same command: what is paid will be fetched"
