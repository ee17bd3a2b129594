"""The output folder: what lies where, and the proof that it can be trusted before money is spent."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flux_batch.errors import StorageFailed

PRIVATE_MODE = 0o700
LEAST_FREE = 64 * 2**20
"""Bytes that must be free to begin at all: one image of the largest size."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths below one output folder; making one touches nothing."""

    root: Path

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

    def make(self) -> None:
        """Make what the lock needs; an existing folder is not touched.

        Raises:
            StorageFailed: it cannot be made.
        """
        with storage(f"cannot use the output folder {self.root}"):
            self.root.mkdir(parents=True, exist_ok=True)
            _make_private(self.private)

    def prepare(self) -> None:
        """Prove that the folder can be written, synced, linked and renamed in, and has room.

        Raises:
            StorageFailed: it cannot or has not; nothing has been sent.
        """
        with storage(f"cannot use the output folder {self.root}"):
            self.images.mkdir(exist_ok=True)
            _make_private(self.part)
            self._probe()
            free = shutil.disk_usage(self.root).free
        if free < LEAST_FREE:
            raise StorageFailed(f"only {free} bytes are free under {self.root}", hint="free some space, then run again")

    def _probe(self) -> None:
        """Walk once the whole way an image will walk."""
        name = f"probe-{secrets.token_hex(8)}"
        part, final = self.part / name, self.images / name
        try:
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.write(descriptor, b"probe")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            final.hardlink_to(part)
            final.replace(part)
        finally:
            part.unlink(missing_ok=True)
            final.unlink(missing_ok=True)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=PRIVATE_MODE, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) != PRIVATE_MODE:
        folder.chmod(PRIVATE_MODE)


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


def _way_out(error: OSError) -> str:
    match error:
        case FileExistsError() | NotADirectoryError():
            return "a file stands where a folder is needed; name another one with --out DIR"
        case PermissionError():
            return "check the owner and mode of the folder, or name another one with --out DIR"
        case _:
            return "put the storage right, then type the same command: what is paid will be fetched"
