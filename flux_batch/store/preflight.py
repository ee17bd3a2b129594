"""The proof that a folder can be written, synced, linked and renamed in, and has room: before money is spent."""

from __future__ import annotations

import secrets
from pathlib import Path

from flux_batch.errors import StorageFailed
from flux_batch.grid.settings import Limits
from flux_batch.plan import Plan
from flux_batch.store.disk import write_new
from flux_batch.store.folder import PRIVATE_MODE, Folder, storage

LEAST_FREE = 16 * 2**20
"""Bytes that must be free whatever the plan: some images on their way, and the reserve."""

BYTES_PER_PIXEL = 0.5
"""A third of what photographic PNGs have: a plan is only refused where it certainly has no room."""

PROBE = ".probe"
"""Name of a file that is in ``images/`` for a moment."""

SAMPLED = 16
"""Cells of a plan whose size is looked at."""


def prepare(folder: Folder, need: int) -> None:
    """Walk once the whole way an image will walk, and look for *need* free bytes. For a worker thread.

    Raises:
        StorageFailed: the folder cannot be written or has no room; nothing has been sent.
    """
    with storage(f"cannot use the output folder {folder.root}"):
        folder.disk.make_folder(folder.images)
        folder.disk.make_folder(folder.part, PRIVATE_MODE)
        _same_file_system(folder)
        _probe(folder)
        free = folder.disk.free(folder.root)
    if free < need:
        raise StorageFailed(
            f"{_mebibytes(free)} are free under {folder.root}, and what is left to make needs {_mebibytes(need)}",
            hint="free some space, name another folder with --out DIR, or make a part of it with --limit N",
        )


def _mebibytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MiB"


def _same_file_system(folder: Folder) -> None:
    device = folder.part.stat().st_dev
    for other in (folder.images, folder.quarantine):
        if other.exists() and other.stat().st_dev != device:
            raise StorageFailed(
                f"{other} lies on another file system than {folder.part}",
                hint="an image gets its name by a link, which needs one file system: take the mount away",
            )


def _probe(folder: Folder) -> None:
    disk = folder.disk
    part, final = folder.part / f"{PROBE}-{secrets.token_hex(8)}", folder.images / PROBE
    # Always the same name: a run killed in the middle of this leaves no more than the next one takes away.
    disk.unlink(final)
    try:
        write_new(disk, part, b"probe", 0o600)
        disk.link(part, final)
        disk.unlink(part)  # between two names of one file a rename does nothing at all
        disk.rename(final, part)
        disk.sync_folder(folder.images)
    finally:
        disk.unlink(part)
        disk.unlink(final)


def empty(part: Path, folder: Folder) -> None:
    """Remove what a killed run left in *part*. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    with storage(f"cannot empty {part}"):
        for left in part.iterdir():
            folder.disk.unlink(left)


def room_needed(plan: Plan, limits: Limits, kept: int) -> int:
    """Return the bytes a run certainly needs for what is left of *plan*: a low guess from its sizes.

    Args:
        plan: all that could be made.
        limits: what bounds this run.
        kept: images there are already.
    """
    jobs = len(plan) if limits.part is None else len(range(limits.part[0], len(plan), limits.part[1]))
    per_job = plan.images / max(1, len(plan))
    jobs_left = max(0.0, jobs - kept / max(1.0, per_job))
    bounds = [bound for bound in (limits.limit, limits.max_posts) if bound is not None]
    jobs_left = min([jobs_left, *bounds])
    return LEAST_FREE + int(jobs_left * per_job * _pixels(plan) * BYTES_PER_PIXEL)


def _pixels(plan: Plan) -> float:
    """Return the mean pixels of an image, from a few cells spread over the plan."""
    if not len(plan):
        return 0.0
    cells = [plan[index] for index in range(0, len(plan), max(1, len(plan) // SAMPLED))]
    return sum(_side(cell.body.get("width")) * _side(cell.body.get("height")) for cell in cells) / len(cells)


def _side(value: object) -> int:
    return value if isinstance(value, int) else 0
