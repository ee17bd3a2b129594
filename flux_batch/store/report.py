"""What a run leaves for people and programs: run.json and failures.jsonl, each written whole and by rename."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import cast

from flux_batch.errors import FluxBatchError, StorageFailed
from flux_batch.grid import Grid
from flux_batch.plan.job import JSON
from flux_batch.store.agenda import Agenda
from flux_batch.store.book import Book
from flux_batch.store.disk import write_new
from flux_batch.store.failure import failure_class, words_of
from flux_batch.store.folder import Folder, storage
from flux_batch.store.lines import encode
from flux_batch.store.manifest import Kept
from flux_batch.store.record import Record
from flux_batch.store.standing import ACCEPTED, Fate, Standing
from flux_batch.store.store import Store

LIBRARIES = ("flux-batch", "aiohttp", "anyio", "pydantic", "pillow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run. The money numbers count images over the whole life of the folder.

    Attributes:
        grid, grid_digest: what was made.
        started_at, ended_at: RFC 3339, UTC.
        exit_code: see DESIGN; *message* says why where it is not 0.
        planned: images the grid asks for.
        kept: images in the manifest.
        failed, held, pending, quarantined: images that are not: refused or given up, held for their money's sake,
            still at the service or at its links, set aside by a gate.
        posts, polls, downloads: requests of this run.
        known_billed, possibly_billed_twice, paid_but_lost: see :class:`flux_batch.store.book.Money`.
        cost: USD for *known_billed*, None where no price is known.
        drifted: images kept by this run whose answer differs from the request.
        versions: of this package and what it stands on.
    """

    grid: str
    grid_digest: str
    started_at: str
    ended_at: str
    exit_code: int
    message: str | None
    planned: int
    kept: int
    failed: int
    held: int
    pending: int
    quarantined: int
    posts: int
    polls: int
    downloads: int
    known_billed: int
    possibly_billed_twice: int
    paid_but_lost: int
    cost: float | None
    drifted: int
    versions: Mapping[str, str] = field(default_factory=dict)
    v: int = 1

    def to_json(self) -> dict[str, JSON]:
        """Return the object of ``run.json``, ``v`` first."""
        values = asdict(self)
        return {"v": values.pop("v"), **values}


@cache
def versions() -> Mapping[str, str]:
    """Return name -> version of what ran. For a worker thread: it reads files."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


NUMBERS = {"refused": "failed", "transient": "failed", "held": "held", "pending": "pending"}
"""Class of a failure -> the number of the report that counts its open images."""


def counts(standings: Iterable[Standing]) -> Counter[str]:
    """Count the images that are not kept, by the names of :class:`Report`."""
    total: Counter[str] = Counter()
    for standing in standings:
        fates = Counter(standing.fates.values())
        total["quarantined"] += fates[Fate.QUARANTINED]
        total["failed"] += fates[Fate.LOST]
        if standing.open_samples:
            total[NUMBERS[failure_class(standing)]] += len(standing.open_samples)
    return total


def failures(standings: Iterable[Standing], missing: Iterable[Kept] = ()) -> Iterator[dict[str, JSON]]:
    """Yield the lines of ``failures.jsonl``: begun jobs, and manifest lines whose file cannot be had again."""
    for line in missing:
        words = f"{line.file_name} is gone or changed, and the journal does not say where it came from"
        yield {"job": line.job, "axes": {}, "class": "paid_but_lost", "message": words, "attempts": 0}
    for standing in standings:
        given = standing.generation
        yield {
            "job": standing.job.id,
            "axes": dict(standing.job.axes),
            "class": failure_class(standing),
            "message": words_of(standing),
            "attempts": standing.attempts,
            "generation_id": given.id if given else None,
            "at": standing.at,
        }


SETTINGS: dict[str, bool | set[str]] = {
    "endpoint": True,
    "endpoints": True,
    "gates": True,
    "limits": {"retry", "max_wait"},
    "output": {"name"},
}
"""The part of a grid that says how images are fetched and kept, whatever they show."""


def run_record(grid: Grid, service: str, planned: int) -> Record:
    """Return the journal line that begins a run: what is asked for, and all a later repair has to know."""
    settings = grid.model_dump(mode="json", exclude_defaults=True, include=SETTINGS)
    if not grid.endpoints:
        settings["endpoint"] = {**settings.get("endpoint", {}), "base_url": service}
    source = None if grid.source is None else str(grid.source.absolute())
    return {
        "e": "run",
        "grid": grid.name,
        "source": source,
        "set": _typed(grid),
        "grid_digest": grid.digest,
        "service": service,
        "planned": planned,
        "price": grid.price,
        "settings": settings,
    }


OF_ONE_RUN = ("run.", "output.dir", *(f"limits.{name}" for name in ("limit", "shard", "max_posts", "until")))
OF_ONE_CHOICE = ("limits.only", "limits.rebuy", "limits.skip_failed")
LONGEST_TYPED = 8192
"""Bytes of what was typed beside the grid file that go into the journal."""


def _typed(grid: Grid) -> JSON:
    """Return what replaced values of the grid's file, without what bounds one run; None where it is too long."""
    kept = {key: value for key, value in grid.overrides.items() if not key.startswith((*OF_ONE_RUN, *OF_ONE_CHOICE))}
    text = json.dumps(kept, default=str)
    return cast("JSON", json.loads(text)) if len(text) <= LONGEST_TYPED else None


def told(reason: FluxBatchError | None, book: Book) -> FluxBatchError | None:
    """Return *reason*; where the disk failed, with the number of images that are paid for and can still be had."""
    if not isinstance(reason, StorageFailed):
        return reason
    owed = sum(len(each.open_samples) for each in book.standings.values() if each.stage in ACCEPTED)
    images = "1 image is" if owed == 1 else f"{owed} images are"
    what = f"{images} paid and will be fetched by the next run" if owed else "nothing that is paid for is missing"
    return StorageFailed(f"{reason}; {what}", hint=reason.hint)


@dataclass(frozen=True, slots=True)
class Ending:
    """What was known when the run began: the grid, the images it asks for, the time (RFC 3339), who runs it."""

    grid: Grid
    planned: int
    started_at: str
    versions: Mapping[str, str]


def report(ending: Ending, store: Store, agenda: Agenda, reason: FluxBatchError | None = None) -> Report:
    """Say how a run ended: by *reason*, or because there is nothing left to do. For a worker thread.

    The counts speak of the whole grid, the exit code of the part of it that the run was to make.
    """
    book, money = store.book, store.book.money
    reached = counts(agenda.reached(cut_short=reason is not None))
    reached["failed"] += len(agenda.missing)
    open_images = reached + counts(agenda.not_reached())
    price = ending.grid.price
    return Report(
        grid=ending.grid.name,
        grid_digest=ending.grid.digest,
        started_at=ending.started_at,
        ended_at=store.now(),
        exit_code=_exit_code(agenda, reached, reason),
        message=None if reason is None else str(reason),
        planned=ending.planned,
        kept=store.stock.done.images,
        failed=open_images["failed"],
        held=open_images["held"],
        pending=open_images["pending"],
        quarantined=open_images["quarantined"],
        known_billed=money.known_billed,
        possibly_billed_twice=money.possibly_billed_twice,
        paid_but_lost=money.paid_but_lost,
        cost=None if price is None else round(price * money.known_billed, 6),
        drifted=store.drifted,
        versions=ending.versions,
        **asdict(book.traffic),
    )


def _exit_code(agenda: Agenda, reached: Counter[str], reason: FluxBatchError | None) -> int:
    if agenda.bugs:
        return 1
    if reason is not None:
        return reason.exit_code
    return 3 if reached.total() else 0


def write_reports(folder: Folder, report: Report, lines: Iterable[Mapping[str, JSON]]) -> None:
    """Write ``run.json``, and ``failures.jsonl`` with *lines*. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    replace_whole(folder, folder.failures, b"".join(map(encode, lines)))
    replace_whole(folder, folder.run_json, json.dumps(report.to_json(), indent=2).encode() + b"\n")


def replace_whole(folder: Folder, path: Path, content: bytes) -> None:
    """Put *content* under *path* at once: a reader sees the old file or the new one.

    Raises:
        StorageFailed: the disk refused.
    """
    draft = path.with_name(f".{path.name}.new")
    with storage(f"cannot write {path}"):
        folder.disk.unlink(draft)
        write_new(folder.disk, draft, content)
        folder.disk.rename(draft, path)
        folder.disk.sync_folder(path.parent)
