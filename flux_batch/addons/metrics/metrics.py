"""What a run's numbers are at one moment, folded from its events and from looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flux_batch.addons.metrics.exposition import Metric
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Ended, Event, Failed, Kept, Quarantined
from flux_batch.store.report import Report


@dataclass(slots=True)
class Metrics:
    """The numbers of one run.

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

    def end(self, exit_code: int, now: float) -> None:
        """The run is over."""
        self.exit_code, self.ended, self.state = exit_code, now, None

    def at(self, now: float) -> Iterator[Metric]:
        """Yield what is known at *now*, seconds since 1970: what nobody knows yet is left out, not zero."""
        running = self.exit_code is None
        yield Metric("run_running", "gauge", "1 while the run goes on.", int(running))
        yield Metric("run_start_timestamp_seconds", "gauge", "When the run began, since 1970.", self.started)
        yield Metric("run_duration_seconds", "gauge", "How long it has taken.", (self.ended or now) - self.started)
        if self.exit_code is not None and self.ended is not None:
            yield Metric("run_end_timestamp_seconds", "gauge", "When the run ended, since 1970.", self.ended)
            yield Metric(
                "run_exit_code", "gauge", "How the run ended; 0: every planned image is there.", self.exit_code
            )
        if self.report is not None:
            yield from _final(self.report)
        elif self.begun is not None:
            yield from _so_far(self.begun, self.counts)
        if self.state is not None:
            yield from _look(self.state)


PLANNED = ("images_planned", "gauge", "Images the grid asks for.")
KEPT = ("images_kept", "gauge", "Images in the manifest.")
FAILED = ("images_failed", "gauge", "Images refused or given up.")
QUARANTINED = ("images_quarantined", "gauge", "Images set aside by a gate.")
BILLED = ("images_billed_total", "counter", "Images known to be billed, over the life of the folder.")
COST = ("cost_usd_total", "counter", "What they cost, where a price is known.")


def _so_far(begun: Begun, counts: dict[str, int]) -> Iterator[Metric]:
    yield Metric(*PLANNED, begun.planned)
    yield Metric(*KEPT, begun.kept + counts["kept"])
    yield Metric(*FAILED, counts["failed"])
    yield Metric(*QUARANTINED, counts["quarantined"])


def _look(state: State) -> Iterator[Metric]:
    yield Metric("slots_in_flight", "gauge", "Slots of the account taken by this run.", state.slots)
    yield Metric("slots_limit", "gauge", "Slots it may take.", state.limit)
    yield Metric("downloads_in_flight", "gauge", "Images being fetched.", state.downloads)
    yield Metric(*BILLED, state.billed)
    if state.cost is not None:
        yield Metric(*COST, state.cost)


def _final(report: Report) -> Iterator[Metric]:
    yield Metric(*PLANNED, report.planned)
    yield Metric(*KEPT, report.kept)
    yield Metric(*FAILED, report.failed)
    yield Metric("images_held", "gauge", "Images held, since their request may have been billed.", report.held)
    yield Metric("images_pending", "gauge", "Images still at the service.", report.pending)
    yield Metric(*QUARANTINED, report.quarantined)
    yield Metric("images_drifted", "gauge", "Images of this run answered otherwise than asked.", report.drifted)
    yield Metric("posts_total", "counter", "Requests for images, in this run.", report.posts)
    yield Metric("polls_total", "counter", "Questions about them, in this run.", report.polls)
    yield Metric("downloads_total", "counter", "Images fetched, in this run.", report.downloads)
    yield Metric(*BILLED, report.known_billed)
    twice = "Images in requests whose answer was lost, over the life of the folder."
    yield Metric("images_possibly_billed_twice_total", "counter", twice, report.possibly_billed_twice)
    lost = "Images paid for that cannot be had, over the life of the folder."
    yield Metric("images_paid_but_lost_total", "counter", lost, report.paid_but_lost)
    if report.cost is not None:
        yield Metric(*COST, report.cost)
