"""A name appears only when its file is whole and on the disk, and never in another file's place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from flux_batch.errors import FluxBatchError
from flux_batch.store.folder import storage
from flux_batch.store.part import Arrival


class NameTaken(FluxBatchError):
    """A file that is not ours stands under the final name."""


def publish(arrival: Arrival, final: Path) -> None:
    """Give *arrival* its *final* name: sync the bytes, link without overwriting, sync the folder. For a worker thread.

    A file of that name with the same bytes is taken as ours: a run was killed between here and its manifest line.

    Raises:
        NameTaken: another file has that name; it is left alone.
        StorageFailed: the disk refused; the part file must not be synced again, a second sync may lie.
    """
    with storage(f"cannot publish {final}"):
        _sync(arrival.path, os.O_RDONLY)
        try:
            final.hardlink_to(arrival.path)
        except FileExistsError:
            if final.is_symlink() or sha256_of(final) != arrival.facts.sha256:
                raise NameTaken(
                    f"{final} exists already and is another file",
                    hint="move it away, or choose another output.name in the grid",
                ) from None
        arrival.path.unlink()
        _sync(final.parent, os.O_RDONLY | os.O_DIRECTORY)


def set_aside(path: Path, folder: Path, name: str) -> Path:
    """Move *path* into *folder* under *name*, numbered where that is taken; return where it went.

    Raises:
        StorageFailed: the disk refused.
    """
    with storage(f"cannot move {path} to {folder}"):
        folder.mkdir(exist_ok=True)
        target = next(free for free in _numbered(folder, name) if not os.path.lexists(free))
        target.hardlink_to(path)
        path.unlink()
        _sync(folder, os.O_RDONLY | os.O_DIRECTORY)
        return target


def _numbered(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield from (folder / f"{number}-{name}" for number in count(2))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
