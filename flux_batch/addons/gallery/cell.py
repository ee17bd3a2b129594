"""A cell of the gallery: an image, or the place where one should be and what happened there instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from flux_batch.errors import UsageError
from flux_batch.plan.job import JSON
from flux_batch.store.folder import Folder
from flux_batch.store.lines import read_lines
from flux_batch.store.manifest import FILE_NAME

QUARANTINED = re.compile(r"quarantine/(?:\d+-)?([0-9a-f]{16})-(\d{1,3})\.[A-Za-z0-9.]{1,20}")
"""Name of a file that was set aside: its job and sample, behind a number where the name was taken."""


class Status(StrEnum):
    """What a cell shows, in the order in which the page lists them."""

    KEPT = "kept"
    DRIFTED = "drifted"
    FLAGGED = "flagged"
    MISSING = "missing"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    HELD = "held"
    PENDING = "pending"


OF_CLASS = {"held": Status.HELD, "pending": Status.PENDING, "gate": Status.QUARANTINED}
"""Class of a failure -> how it is shown; any other has failed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One place in the gallery.

    Attributes:
        key: ``<job>-<sample>``, or the job where it has no image.
        status: what it shows.
        axes: axis -> value, as the grid names them.
        derived: other names -> values by which images can be laid out, where no axis has that name.
        file_name: below the output folder, POSIX; None where there is no file.
        sha256: of the file, None where nobody wrote it down.
        note: why it is not simply kept; empty otherwise.
        detail: everything known, for the full view.
    """

    key: str
    status: Status
    axes: Mapping[str, JSON]
    derived: Mapping[str, JSON] = field(default_factory=dict)
    file_name: str | None = None
    sha256: str | None = None
    note: str = ""
    detail: Mapping[str, JSON] = field(default_factory=dict)


def read_cells(out: Path) -> Iterator[Cell]:
    """Yield the kept images of output folder *out*, then the places of those that failed or were set aside.

    Raises:
        UsageError: there is no manifest.
        RecordDamaged: a line of a record is damaged.
        StorageFailed: a record cannot be read.
    """
    folder = Folder(out)
    if not folder.manifest.is_file():
        raise UsageError(f"no manifest.jsonl in {out}", hint="name the output folder of a run: flux-batch run GRID")
    open_jobs = {str(line["job"]): line for line in read_lines(folder.failures) if line.get("axes")}
    kept: dict[str, int] = {}
    for line in read_lines(folder.manifest):
        job = str(line["job"])
        if job in open_jobs:
            kept[job] = kept.get(job, 0) + 1
            if kept[job] == line.get("samples"):
                del open_jobs[job]  # a run that is going on has made it since
        yield kept_cell(line)
    set_aside = _set_aside(folder, open_jobs)
    for job, line in open_jobs.items():
        yield from failed_cells(line, set_aside.get(job, {}))


def kept_cell(line: Mapping[str, JSON]) -> Cell:
    """Return the cell of one manifest line."""
    name, axes = str(line["file_name"]), _mapping(line.get("axes"))
    status, note = Status.KEPT, ""
    if drift := line.get("drift"):
        status, note = Status.DRIFTED, _drift_words(drift)
    elif flags := line.get("flags"):
        status, note = Status.FLAGGED, ", ".join(map(str, flags)) if isinstance(flags, list) else str(flags)
    derived: dict[str, JSON] = {
        "prompt": line.get("prompt"),
        "model_id": line.get("model_id"),
        "size": f"{line.get('width')}x{line.get('height')}",
        "sample": line.get("sample"),
    }
    return Cell(
        key=f"{line['job']}-{line['sample']}",
        status=status,
        axes=axes,
        derived=derived,
        file_name=name if FILE_NAME.fullmatch(name) else None,
        sha256=str(line.get("sha256")),
        note=note,
        detail=line,
    )


def failed_cells(line: Mapping[str, JSON], set_aside: Mapping[int, tuple[str, str]]) -> Iterator[Cell]:
    """Yield the cells of one line of failures.jsonl: one for each file of the job that was set aside, or else one.

    Args:
        line: the failure.
        set_aside: sample -> file name and reason.
    """
    job, axes = str(line["job"]), _mapping(line.get("axes"))
    status = OF_CLASS.get(str(line.get("class")), Status.FAILED)
    for sample, (name, reason) in set_aside.items():
        derived: dict[str, JSON] = {"sample": sample}
        yield Cell(f"{job}-{sample}", Status.QUARANTINED, axes, derived, name, note=reason, detail=line)
    if status is not Status.QUARANTINED or not set_aside:
        note = ": ".join(str(line[name]) for name in ("class", "message") if line.get(name))
        yield Cell(job, status, axes, note=note, detail=line)


def _set_aside(folder: Folder, jobs: Mapping[str, object]) -> dict[str, dict[int, tuple[str, str]]]:
    """Return job -> sample -> name and reason of the last file set aside, for *jobs*."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for line in read_lines(folder.reasons):
        name = str(line.get("file_name"))
        match = QUARANTINED.fullmatch(name)
        if match is not None and match[1] in jobs:
            found.setdefault(match[1], {})[int(match[2])] = (name, str(line.get("reason")))
    return found


def _drift_words(drift: JSON) -> str:
    each = drift if isinstance(drift, list) else []
    return "; ".join(
        f"{d.get('field')}: asked {d.get('asked')}, got {d.get('got')}" for d in each if isinstance(d, dict)
    )


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}
