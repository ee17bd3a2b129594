"""What happened in a run, as values. Whoever listens draws, logs or counts them; nobody here knows a listener."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from typing import TypeAlias

from flux_batch.engine.events import Event as EngineEvent
from flux_batch.engine.spans import Fact
from flux_batch.plan.job import JSON, Job
from flux_batch.store.manifest import Line
from flux_batch.store.record import Record
from flux_batch.store.report import Report


@dataclass(frozen=True, slots=True)
class Begun:
    """The run begins.

    Attributes:
        planned: images the grid asks for.
        kept: images the folder has already.
        owed: jobs that are paid for and not fetched yet.
        notes: what was mended in the folder.
    """

    planned: int
    kept: int
    owed: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """An image is on the disk, verified, and in the manifest."""

    line: Line


@dataclass(frozen=True, slots=True)
class Refetched:
    """The file of an image had gone or was damaged, and is back."""

    job: str
    sample: int
    file_name: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An image was paid for and is not kept, or a file was found that is none of ours; then *job* is empty."""

    job: str
    sample: int
    file_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A job has no image in this run. *kind* is a class of ``failures.jsonl``."""

    job: str
    kind: str
    message: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """The run is ending early: nothing new is posted, what is under way has *seconds* to come home; 0: nothing is."""

    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over; *changed* is False where there was nothing to do and nothing was written."""

    report: Report
    changed: bool


Event: TypeAlias = Begun | Kept | Refetched | Quarantined | Failed | Stopping | Ended | EngineEvent


def journal_line(event: EngineEvent) -> Record:
    """Return what the journal says of a change in the engine: its name, its numbers and its reason."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()
    return {"e": name, **{field: _finite(value) for field, value in asdict(event).items() if value != ""}}


def about_job(job: Job) -> dict[str, Fact]:
    """Return what a tracer is told of a job when it begins."""
    told: dict[str, Fact] = {"job": job.id, "samples": job.samples, "style": job.style}
    for name in ("prompt", "seed", "model_id"):
        value = job.body.get(name)
        told[name] = value if isinstance(value, str | int | float) else None
    return told


def totals(report: Report) -> dict[str, Fact]:
    """Return what a tracer is told of a run when it ends: the numbers of ``run.json``."""
    facts = report.to_json()
    return {name: value for name, value in facts.items() if name != "v" and isinstance(value, int | float)}


def _finite(value: JSON) -> JSON:
    return None if isinstance(value, float) and not math.isfinite(value) else value
