"""Answers that carry their images as base64 text: put into files before anything is said about them."""

from __future__ import annotations

import os

from flux_batch.store.folder import Folder, storage


def write_inline(folder: Folder, job: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Write each of *texts* to a file of its own, synced; return the names. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    names = tuple(f"{job}-{sample}.base64" for sample in range(len(texts)))
    with storage(f"cannot write to {folder.inline}"):
        folder.inline.mkdir(mode=0o700, exist_ok=True)
        for name, text in zip(names, texts, strict=True):
            descriptor = os.open(
                folder.inline / name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8", "replace"))
                file.flush()
                os.fsync(descriptor)
    return names


def drop_inline(folder: Folder, names: tuple[str, ...]) -> None:
    """Remove files whose images are published. For a worker thread."""
    with storage(f"cannot clean {folder.inline}"):
        for name in names:
            (folder.inline / name).unlink(missing_ok=True)
