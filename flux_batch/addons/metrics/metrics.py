"""What a run's numbers are at one moment, folded from its events and from looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from flux_batch.addons.metrics import instrument
from flux_batch.addons.metrics.instrument import Instrument
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Ended, Event, Failed, Kept, Quarantined
from flux_batch.store.report import Report

Reading: TypeAlias = tuple[Instrument, float]
"""A number, and its value at one moment."""


@dataclass(slots=True)
class Metrics:
    """The numbers of one run. Takes events and looks as a progress display does; threads may read at any time.

    Attributes:
        labels: the grid's name and this package's version: on every number, so that several grids share a collector.
        started: seconds since 1970.
        begun: what was said at the beginning, None before that.
        state: the last look at the run.
        report: how it ended, None while it goes on or where it could not begin.
        exit_code: None while it goes on.
        ended: seconds since 1970, None while it goes on.
    """

    labels: dict[str, str]
    started: float
    begun: Begun | None = None
    state: State | None = None
    report: Report | None = None
    exit_code: int | None = None
    ended: float | None = None
    counts: dict[str, int] = field(default_factory=lambda: {"kept": 0, "failed": 0, "quarantined": 0})

    def take(self, event: Event) -> None:
        """Take one event into account."""
        match event:
            case Begun():
                self.begun = event
            case Kept():
                self.counts["kept"] += 1
            case Failed():
                self.counts["failed"] += 1
            case Quarantined():
                self.counts["quarantined"] += 1
            case Ended(report=report):
                self.report = report
            case _:
                pass

    def tick(self, now: float, state: State | None) -> None:  # noqa: ARG002 - as all displays
        """Take a look at the run into account."""
        self.state = state

    def close(self) -> None:
        """Nothing is left open."""

    def end(self, exit_code: int, now: float) -> None:
        """The run is over."""
        self.exit_code, self.ended, self.state = exit_code, now, None

    def at(self, now: float) -> Iterator[Reading]:
        """Yield what is known at *now*, seconds since 1970: what nobody knows yet is left out, not zero."""
        begun, state, report = self.begun, self.state, self.report
        yield instrument.RUNNING, int(self.exit_code is None)
        yield instrument.STARTED, self.started
        yield instrument.DURATION, (self.ended or now) - self.started
        if self.exit_code is not None and self.ended is not None:
            yield instrument.ENDED, self.ended
            yield instrument.EXIT_CODE, self.exit_code
        if report is not None:
            yield from _final(report)
            return
        if begun is not None:
            yield from _so_far(begun, self.counts)
        if state is not None:
            yield from _look(state)


def _so_far(begun: Begun, counts: dict[str, int]) -> Iterator[Reading]:
    yield instrument.PLANNED, begun.planned
    yield instrument.KEPT, begun.kept + counts["kept"]
    yield instrument.FAILED, counts["failed"]
    yield instrument.QUARANTINED, counts["quarantined"]


def _look(state: State) -> Iterator[Reading]:
    yield instrument.SLOTS, state.slots
    yield instrument.SLOTS_LIMIT, state.limit
    yield instrument.DOWNLOADING, state.downloads
    yield instrument.POSTS, state.traffic.posts
    yield instrument.POLLS, state.traffic.polls
    yield instrument.DOWNLOADS, state.traffic.downloads
    yield instrument.BILLED, state.billed
    if state.cost is not None:
        yield instrument.COST, state.cost


def _final(report: Report) -> Iterator[Reading]:
    yield instrument.PLANNED, report.planned
    yield instrument.KEPT, report.kept
    yield instrument.FAILED, report.failed
    yield instrument.HELD, report.held
    yield instrument.PENDING, report.pending
    yield instrument.QUARANTINED, report.quarantined
    yield instrument.DRIFTED, report.drifted
    yield instrument.POSTS, report.posts
    yield instrument.POLLS, report.polls
    yield instrument.DOWNLOADS, report.downloads
    yield instrument.BILLED, report.known_billed
    yield instrument.TWICE, report.possibly_billed_twice
    yield instrument.LOST, report.paid_but_lost
    if report.cost is not None:
        yield instrument.COST, report.cost
