"""What the page reads: the facets, the cells as columns of numbers, and the full records apart from them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from flux_batch.addons.gallery.cell import Cell, Status, read_cells
from flux_batch.addons.gallery.facet import Facet
from flux_batch.addons.gallery.script import write
from flux_batch.addons.gallery.thumbnails import name_of
from flux_batch.plan.job import JSON
from flux_batch.store.folder import Folder

CHUNK = 10_000
"""Cells of one data file."""
DETAILS = 500
"""Cells whose full records are in one file; read when one of them is opened. A divisor of CHUNK."""
MARKS = ("marks.json", "gallery/marks.json")
LONGEST_NOTE = 300
STATUSES = list(Status)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is known of thumbnails beyond "named by the file's hash".

    Attributes:
        names: key -> thumbnail, of files whose hash nobody wrote down.
        absent: key -> why a kept image cannot be shown.
    """

    names: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def placed(self, cell: Cell) -> tuple[Cell, str]:
        """Return *cell* as it is shown, and the name of its thumbnail; empty where it has none."""
        if cell.key in self.absent:
            return replace(cell, status=Status.MISSING, note=self.absent[cell.key]), ""
        return cell, self.names.get(cell.key, "") if cell.sha256 is None else name_of(cell.sha256)


def write_data(out: Path, target: Path, folder: Path, found: Sequence[Facet], pictures: Pictures) -> Counter[Status]:
    """Write the data of gallery *target* into *folder*, and return how many cells have which status.

    Raises:
        RecordDamaged, StorageFailed: as :func:`read_cells`.
        OSError: the disk refused.
    """
    counts: Counter[Status] = Counter()
    chunks = 0
    for number, chunk in enumerate(_chunks(read_cells(out), found)):
        placed = [(codes, *pictures.placed(cell)) for codes, cell in chunk]
        counts.update(cell.status for _, cell, _ in placed)
        write(folder / f"cells-{number}.js", "GALLERY.cells", number, _columns(placed))
        for start in range(0, len(placed), DETAILS):
            page = (number * CHUNK + start) // DETAILS
            details: list[JSON] = [dict(cell.detail) for _, cell, _ in placed[start : start + DETAILS]]
            write(folder / f"details-{page}.js", "GALLERY.details", page, details)
        chunks = number + 1
    write(folder / "index.js", "GALLERY.begin", _head(out, target, found, chunks, counts.total()))
    return counts


def _chunks(cells: Iterable[Cell], found: Sequence[Facet]) -> Iterator[list[tuple[list[int], Cell]]]:
    """Yield the cells in chunks, each with its codes; one with a value nobody has seen was made meanwhile."""
    coded = ((codes, cell) for cell in cells if None not in (codes := [facet.code(cell) for facet in found]))
    while chunk := list(islice(coded, CHUNK)):
        yield [([code for code in codes if code is not None], cell) for codes, cell in chunk]


def _columns(placed: Sequence[tuple[list[int], Cell, str]]) -> dict[str, JSON]:
    """Return one list per column: a tenth of what a list of objects takes, and read in a tenth of the time."""
    names: dict[str, JSON] = {}
    notes: dict[str, JSON] = {}
    for place, (_, cell, _) in enumerate(placed):
        if cell.file_name != f"images/{cell.key}.png":
            names[str(place)] = quote(cell.file_name) if cell.file_name else ""
        if cell.note:
            notes[str(place)] = cell.note[:LONGEST_NOTE]
    codes: list[JSON] = [list(column) for column in zip(*(codes for codes, _, _ in placed), strict=True)]
    return {
        "key": [cell.key for _, cell, _ in placed],
        "status": [STATUSES.index(cell.status) for _, cell, _ in placed],
        "codes": codes,
        "thumb": [thumb for _, _, thumb in placed],
        "file": names,
        "note": notes,
    }


def _head(out: Path, target: Path, found: Sequence[Facet], chunks: int, total: int) -> dict[str, JSON]:
    last_run = _json_object(Folder(out).run_json)
    marks = next((read for place in MARKS if (read := _json_object(out / place))), {})
    told: list[JSON] = [{"name": facet.name, "axis": facet.axis, "labels": [*facet.labels()]} for facet in found]
    return {
        "name": str(last_run.get("grid") or out.resolve().name),
        "folder": str(out),
        "root": quote(Path(os.path.relpath(out.resolve(), target.resolve())).as_posix()),
        "total": total,
        "planned": last_run.get("planned"),
        "chunks": chunks,
        "chunk": CHUNK,
        "details": DETAILS,
        "statuses": [status.value for status in STATUSES],
        "facets": told,
        "marks": marks,
    }


def _json_object(path: Path) -> dict[str, JSON]:
    """Return the object in a JSON file; an empty one where there is none that can be read."""
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
