"""A name appears only when its file is whole and on the disk, and never in another file's place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from flux_batch.errors import FluxBatchError
from flux_batch.store.disk import Disk
from flux_batch.store.folder import Folder, storage
from flux_batch.store.lines import encode
from flux_batch.store.part import Arrival


class NameTaken(FluxBatchError):
    """A file that is not ours stands under the final name."""


def publish(disk: Disk, arrival: Arrival, final: Path) -> None:
    """Give *arrival*, whose bytes are synced, its *final* name: link, never overwrite, sync the folder. For a thread.

    A file of that name with the same bytes is taken as ours: a run was killed between here and its manifest line.
    A stray has its name, or gets it before it loses the one it had: at every moment the image lies in ``images/``.

    Raises:
        NameTaken: another file has that name; it is left alone, as is a stray, and a part file removed.
        StorageFailed: the disk refused.
    """
    with storage(f"cannot publish {final}"):
        if arrival.path == final:
            disk.sync_folder(final.parent)
            return
        try:
            disk.link(arrival.path, final)
        except FileExistsError:
            if final.is_symlink() or not final.is_file() or sha256_of(final) != arrival.facts.sha256:
                if not arrival.stray:
                    disk.unlink(arrival.path)
                raise NameTaken(
                    f"{final} exists already and is another file",
                    hint="move it away, or choose another output.name in the grid",
                ) from None
        disk.sync_folder(final.parent)
        disk.unlink(arrival.path)


def set_aside(folder: Folder, path: Path, name: str, reason: str) -> Path:
    """Move *path* into ``quarantine/`` under *name*, numbered where that is taken, and write down why. For a thread.

    Moving is a rename within one file system, so that it works for links and for files a program has open.

    Returns:
        where it went.

    Raises:
        StorageFailed: the disk refused.
    """
    disk = folder.disk
    with storage(f"cannot move {path} to {folder.quarantine}"):
        if not folder.quarantine.exists():
            disk.make_folder(folder.quarantine)
            disk.sync_folder(folder.root)
        target = next(free for free in _numbered(folder.quarantine, name) if not os.path.lexists(free))
        _write_reason(folder, target, reason)
        disk.rename(path, target)
        disk.sync_folder(folder.quarantine)
        disk.sync_folder(path.parent)
    return target


def _write_reason(folder: Folder, target: Path, reason: str) -> None:
    line = encode({"v": 1, "file_name": target.relative_to(folder.root).as_posix(), "reason": reason})
    descriptor = folder.disk.append_to(folder.reasons)
    try:
        folder.disk.write(descriptor, line)
    finally:
        folder.disk.close(descriptor)


def _numbered(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield from (folder / f"{number}-{name}" for number in count(2))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
