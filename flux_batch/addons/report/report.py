"""The report: every number of the page and of ``report.json``, as one value made from journal and manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import cast

from flux_batch.addons.report.history import History
from flux_batch.addons.report.measures import Steps
from flux_batch.addons.report.pictures import Pictures, Twins
from flux_batch.addons.report.running import Run
from flux_batch.addons.report.series import averaged, column_width, counted
from flux_batch.addons.report.spread import Spread
from flux_batch.addons.report.tally import Tally
from flux_batch.errors import UsageError
from flux_batch.plan.job import JSON
from flux_batch.store.folder import Folder
from flux_batch.store.lines import read_lines
from flux_batch.store.store import stamp

VERSION = 1
COLUMNS = 240
COUNTS = 60
"""Columns of averages, and of counts, at most."""
PROBLEMS = 50
CHANGES = 10
STEPS = 2000


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run; times are RFC 3339 in UTC, *begin* and *seconds* its place and length in running time."""

    grid: str
    service: str
    started_at: str
    ended_at: str
    begin: float
    seconds: float
    exit_code: int | None
    planned: int
    posts: int
    billed: int
    kept: int


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers over running time.

    Attributes:
        width: seconds a column of *in_flight*; *count_width*: of *kept* and *errors*.
        in_flight: average number of slots taken.
        kept: images that came home.
        errors: class -> posts that ended so.
        limit: [running second, slots] at each change; None where it is not known.
        pauses: [begin, end, reason] of each time in which nothing was posted.
    """

    seconds: float
    width: float
    count_width: float
    in_flight: list[float]
    kept: list[int]
    errors: dict[str, list[int]]
    limit: list[tuple[float, int | None]]
    pauses: list[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class Use:
    """Slot-seconds *taken* of those *offered* by the limit as far as it was known; *share* is their quotient."""

    taken: float
    offered: float
    share: float | None


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """A field in which answers differ from requests: images, and the commonest changes (asked, got, images)."""

    field: str
    images: int
    changes: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong, in the service's words, and how often."""

    kind: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """All of it.

    Attributes:
        folder: name of the output folder.
        runs: in order; *seconds* in all.
        total: posts, money and images; *cost* is None where the price of something billed is not known.
        use, series, times: slots, what happened when, how long things took.
        axes: axis -> value -> posts, money and images.
        drift, twins, flags, formats, problems: of the images and of the posts.
    """

    folder: str
    runs: list[RunFacts]
    seconds: float
    planned: int
    bytes: int
    total: Tally
    cost: float | None
    use: Use
    series: Series
    times: dict[str, Spread]
    axes: dict[str, dict[str, Tally]]
    drift: list[DriftFacts]
    twins: Twins
    flags: dict[str, int]
    formats: dict[str, int]
    problems: list[Problem]
    v: int = VERSION

    def to_json(self) -> dict[str, JSON]:
        """Return the object of ``report.json``, ``v`` first."""
        values = asdict(self)
        return cast("dict[str, JSON]", {"v": values.pop("v"), **values})


def read_report(out: Path) -> Report:
    """Read journal and manifest of the output folder *out*; takes no lock, so a run may be going on.

    Raises:
        UsageError: it is no output folder, or no run has begun there.
        RecordDamaged: a line before the last is damaged.
        StorageFailed: a file cannot be read.
    """
    folder = Folder(out)
    history = History(read_lines(folder.journal))
    if not history.runs:
        raise UsageError(f"no run has left anything in {out}", hint="name the output folder of a run: DIR of --out DIR")
    return make_report(out.resolve().name, history, Pictures(partial(read_lines, folder.manifest)))


def make_report(folder: str, history: History, pictures: Pictures) -> Report:
    """Put a report together."""
    axes = _merged(history.tallies.axes, pictures.tallies.axes)
    total = _sum(history.tallies.all, pictures.tallies.all)
    return Report(
        folder=folder,
        runs=[_run(run) for run in history.runs],
        seconds=round(history.seconds, 3),
        planned=history.runs[-1].planned if history.runs else 0,
        bytes=pictures.bytes,
        total=total,
        cost=None if total.unpriced else total.cost,
        use=_use(history),
        series=_series(history),
        times={
            "answer": Spread.of(history.times.answer),
            "slot": Spread.of(history.times.slot),
            "service": Spread.of(history.times.service),
            "delivery": Spread.of(history.times.delivery),
        },
        axes=axes,
        drift=_drift(pictures),
        twins=pictures.twins,
        flags=dict(pictures.flags.most_common()),
        formats=dict(pictures.formats.most_common()),
        problems=[Problem(*what, count) for what, count in history.problems.most_common(PROBLEMS)],
    )


def _run(run: Run) -> RunFacts:
    return RunFacts(
        grid=run.grid,
        service=run.service,
        started_at=stamp(run.started),
        ended_at=stamp(run.ended),
        begin=round(run.begin, 3),
        seconds=round(run.seconds, 3),
        exit_code=run.exit_code,
        planned=run.planned,
        posts=run.posts,
        billed=run.billed,
        kept=run.kept,
    )


def _use(history: History) -> Use:
    slots = history.slots
    share = round(slots.taken / slots.offered, 4) if slots.offered else None
    return Use(round(slots.taken, 3), round(slots.offered, 3), share)


def _series(history: History) -> Series:
    seconds = history.seconds
    width, count_width = column_width(seconds, COLUMNS), column_width(seconds, COUNTS)
    counts = max(1, math.ceil(seconds / count_width))
    return Series(
        seconds=round(seconds, 3),
        width=width,
        count_width=count_width,
        in_flight=averaged(history.slots.in_flight, seconds, width, max(1, math.ceil(seconds / width))),
        kept=counted(history.kept, count_width, counts),
        errors={name: counted(times, count_width, counts) for name, times in history.errors.items() if times},
        limit=_thinned(history.slots.limit),
        pauses=[(round(begin, 3), round(end, 3), reason) for begin, end, reason in history.pauses[:STEPS]],
    )


def _thinned(steps: Steps) -> list[tuple[float, int | None]]:
    """Return the steps, every n-th of very many."""
    every = 1 + len(steps.at) // STEPS
    return [(round(at, 3), value) for at, value in zip(steps.at, steps.value, strict=True)][::every]


def _merged(*all_axes: Mapping[str, Mapping[str, Tally]]) -> dict[str, dict[str, Tally]]:
    """Add up what journal and manifest say of each value of each axis."""
    merged: dict[str, dict[str, Tally]] = {}
    for axes in all_axes:
        for axis, tallies in axes.items():
            rows = merged.setdefault(axis, {})
            for value, tally in tallies.items():
                rows[value] = _sum(rows.get(value, Tally()), tally)
    return merged


def _sum(one: Tally, other: Tally) -> Tally:
    both = {name: count + getattr(other, name) for name, count in asdict(one).items()}
    return Tally(**{**both, "cost": round(both["cost"], 6)})


def _drift(pictures: Pictures) -> list[DriftFacts]:
    rows = sorted(pictures.drift.items(), key=lambda row: -row[1].images)
    return [
        DriftFacts(name, each.images, [(*change, count) for change, count in each.changes.most_common(CHANGES)])
        for name, each in rows
    ]
