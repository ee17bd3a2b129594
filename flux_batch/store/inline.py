"""Answers that carry their images as base64 text: put into files before anything is said about them."""

from __future__ import annotations

from flux_batch.store.disk import write_new
from flux_batch.store.folder import PRIVATE_MODE, Folder, storage


def write_inline(folder: Folder, job: str, attempt: int, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Write each of *texts* to a file of its own, synced; return the names. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    disk = folder.disk
    names = tuple(f"{job}-{attempt}-{sample}.base64" for sample in range(len(texts)))
    with storage(f"cannot write to {folder.inline}"):
        if not folder.inline.exists():
            disk.make_folder(folder.inline, PRIVATE_MODE)
            disk.sync_folder(folder.private)
        for name, text in zip(names, texts, strict=True):
            disk.unlink(folder.inline / name)
            write_new(disk, folder.inline / name, text.encode("utf-8", "replace"), 0o600)
        disk.sync_folder(folder.inline)
    return names


def drop_inline(folder: Folder, names: tuple[str, ...]) -> None:
    """Remove files whose images are published. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    with storage(f"cannot clean {folder.inline}"):
        for name in names:
            folder.disk.unlink(folder.inline / name)
