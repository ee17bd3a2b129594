"""The gallery of a run: a page, its data in chunks, and thumbnails that stay from one time to the next."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from flux_batch.addons.gallery.cell import Cell, Status, read_cells
from flux_batch.addons.gallery.data import Pictures, write_data
from flux_batch.addons.gallery.facet import facets
from flux_batch.addons.gallery.thumbnails import expected, thumbnails
from flux_batch.errors import UsageError
from flux_batch.store.folder import storage

PAGE = ("index.html", "gallery.css", "cells.js", "marks.js", "grid.js", "viewer.js", "gallery.js")
SIGN = ".flux-batch-gallery"
"""In each gallery: says that its page and data may be replaced."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was made: the *page* to open, and how many cells have which status."""

    page: Path
    counts: Mapping[Status, int]


def build(out: Path, target: Path, seen: Callable[[Cell], object] = lambda _: None) -> Built:
    """Make the gallery of output folder *out* in *target*; *seen* is told of each image that was looked at.

    Reads the records three times, so that memory grows with the values of the axes and not with the images.

    Raises:
        UsageError: no run there, nothing to show, or *target* is something else.
        RecordDamaged: a line of a record is damaged.
        StorageFailed: the disk refused.
    """
    with storage(f"cannot write {target}"):
        if target.exists() and not (target / SIGN).exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{target} exists and is no gallery", hint="name another folder with --to DIR")
        found = facets(read_cells(out))
        if not found:
            raise UsageError(f"nothing to show in {out}: no image yet", hint="make some: flux-batch run GRID")
        target.mkdir(parents=True, exist_ok=True)
        (target / SIGN).touch()
        pictures = _pictures(out, target / "thumbs", seen)
        counts = _replace_data(target, lambda folder: write_data(out, target, folder, found, pictures))
        for name in PAGE:
            (target / name).write_bytes((files(__package__) / "page" / name).read_bytes())
    return Built(target / "index.html", counts)


def _pictures(out: Path, folder: Path, seen: Callable[[Cell], object]) -> Pictures:
    pictures = Pictures()
    for cell, shown in thumbnails(read_cells(out), out, folder):
        if shown.name is None and expected(cell):
            pictures.absent[cell.key] = shown.why
        elif shown.name is not None and cell.sha256 is None:
            pictures.names[cell.key] = shown.name
        seen(cell)
    return pictures


def _replace_data(target: Path, fill: Callable[[Path], Counter[Status]]) -> Counter[Status]:
    """Let *fill* write new data beside the old, then take its place: a page that is open never finds half of it."""
    draft, data = target / ".data.new", target / "data"
    if draft.exists():
        shutil.rmtree(draft)
    draft.mkdir()
    counts = fill(draft)
    if data.exists():
        shutil.rmtree(data)
    draft.rename(data)
    return counts
