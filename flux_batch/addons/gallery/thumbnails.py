"""Thumbnails: small WebP pictures named by the hash of what they show, so that each is made once."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import get_ident

from PIL import Image

from flux_batch.addons.gallery.cell import Cell, Status
from flux_batch.store.folder import storage

SIDE = 256
"""Pixels of the longer edge."""
QUALITY = 80
LARGEST = 256 * 2**20
"""Bytes of a file that is still looked into."""
AT_ONCE = 64
"""Files per worker that are handed out; more would only fill memory."""
UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""What Pillow raises for a file that is no image."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of one file: the *name* of its thumbnail, None where it has none; *why* not."""

    name: str | None
    why: str = ""


def thumbnails(cells: Iterable[Cell], out: Path, folder: Path) -> Iterator[tuple[Cell, Shown]]:
    """Yield each cell that has a file, with its thumbnail in *folder*; several are made at once.

    A kept file whose bytes are not those of its line gets none: the gallery shows nothing under a wrong name.

    Raises:
        StorageFailed: *folder* cannot be written.
    """
    workers = os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()
    left = ((cell, out / cell.file_name) for cell in cells if cell.file_name is not None)
    with ThreadPoolExecutor(workers) as pool:

        def begun(cell: Cell, path: Path) -> tuple[Cell, Future[Shown]]:
            return cell, pool.submit(thumbnail, path, cell.sha256, folder)

        while batch := [begun(*each) for each in islice(left, AT_ONCE * (workers or 1))]:
            yield from ((cell, future.result()) for cell, future in batch)


def thumbnail(path: Path, sha256: str | None, folder: Path) -> Shown:
    """Make the thumbnail of the image at *path*, unless there is one.

    Args:
        path: the image.
        sha256: what its bytes must be; None where nobody wrote it down.
        folder: where thumbnails live.

    Raises:
        StorageFailed: *folder* cannot be written.
    """
    if sha256 is not None and path.is_file() and (folder / name_of(sha256)).exists():
        return Shown(name_of(sha256))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except OSError as error:
        return Shown(None, f"the file cannot be read: {error.strerror}")
    found = hashlib.sha256(content).hexdigest()
    if sha256 not in {None, found}:
        return Shown(None, "the file has changed since it was kept")
    name = name_of(found)
    if not (folder / name).exists():
        try:
            small = _small(content)
        except UNREADABLE:
            return Shown(None, "no picture that can be shown")
        _write(folder / name, small)
    return Shown(name)


def name_of(sha256: str) -> str:
    """Return the thumbnail's name below its folder, POSIX: fanned out, so that no folder grows too long."""
    return f"{sha256[:2]}/{sha256[2:20]}.webp"


def expected(cell: Cell) -> bool:
    """Whether *cell* must have a thumbnail: kept files are whole."""
    return cell.status in {Status.KEPT, Status.DRIFTED, Status.FLAGGED}


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
        image.draft("RGB", (SIDE, SIDE))
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    file = io.BytesIO()
    small.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def _write(target: Path, content: bytes) -> None:
    """Write a file that appears when it is whole; images with the same bytes may get here at once."""
    with storage(f"cannot write {target}"):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}-{get_ident()}.new")
        draft.write_bytes(content)
        draft.replace(target)
