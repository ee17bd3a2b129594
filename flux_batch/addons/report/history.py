"""What the journal says happened, read once from start to end: slots, answers, errors, money, all by running time."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flux_batch.addons.report.measures import Slots, Times
from flux_batch.addons.report.running import Run, told_apart
from flux_batch.addons.report.tally import Tallies
from flux_batch.plan.job import JSON
from flux_batch.store.record import Record
from flux_batch.store.standing import GIVEN_UP
from flux_batch.store.store import seconds_of

ERRORS = ("busy", "transient", "refused", "stop", "lost")
"""What can be wrong with a post: no room, never sent or a broken service, refused, end of the run, answer lost."""


@dataclass(slots=True)
class Course:
    """A job on its way: when it was posted (while it holds a slot), whether accepted, when its images were ready."""

    axes: Mapping[str, JSON]
    posted: float | None = None
    accepted: bool = False
    ready: float | None = None
    to_come: int = 1


class History:
    """The journal, folded.

    Attributes:
        runs: in order.
        slots, times: see there.
        kept: running seconds at which images were kept.
        errors: class -> running seconds at which posts ended so.
        pauses: (begin, end, reason) of each time in which nothing was posted, in running seconds.
        problems: (class, message) -> how often.
        tallies: money by axis.

    Args:
        records: the journal from its start.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.runs: list[Run] = []
        self.slots = Slots()
        self.times = Times()
        self.kept: array[float] = array("d")
        self.errors: dict[str, array[float]] = {name: array("d") for name in ERRORS}
        self.pauses: list[tuple[float, float, str]] = []
        self.problems: Counter[tuple[str, str]] = Counter()
        self.tallies = Tallies()
        self._now = 0.0
        self._courses: dict[str, Course] = {}
        self._taken = 0
        self._limits: dict[str, int] = {}
        for record, repair in told_apart(records):
            self._add(record, repair=repair)

    @property
    def seconds(self) -> float:
        """Running time in all."""
        return self.runs[-1].end if self.runs else 0.0

    def _add(self, record: Record, *, repair: bool) -> None:
        if record.get("e") == "run":
            self._begin(record)
            return
        handle = HANDLERS.get(str(record.get("e")))
        if not self.runs or handle is None:
            return
        if not repair:
            self._pass(seconds_of(str(record["at"])))
        handle(self, record)

    def _pass(self, wall: float) -> None:
        """Let time pass until *wall*; a clock that was set back stands still."""
        run = self.runs[-1]
        run.ended = max(run.ended, wall)
        passed, self._now = run.end - self._now, run.end
        if self._limits:
            self.slots.taken += self._taken * passed
            self.slots.offered += sum(self._limits.values()) * passed

    def _begin(self, record: Record) -> None:
        self._close()
        at, price = seconds_of(str(record["at"])), record.get("price")
        self.runs.append(
            Run(
                grid=str(record.get("grid", "")),
                service=str(record.get("service", "")),
                planned=_whole(record.get("planned")),
                price=float(price) if isinstance(price, int | float) else None,
                started=at,
                ended=at,
                begin=self.seconds,
            )
        )
        self._now = self.runs[-1].begin
        self._limits = {}
        self.slots.limit.add(self._now, None)

    def _close(self) -> None:
        """Give up what the run that ended had in flight: what was not accepted by then is lost to it."""
        for course in self._courses.values():
            if course.posted is not None and not course.accepted:
                self.errors["lost"].append(self._now)
            course.posted = None
        self._take(-self._taken)
        self.pauses = [(begin, min(end, self._now), reason) for begin, end, reason in self.pauses]

    def _take(self, slots: int) -> None:
        if slots:
            self._taken += slots
            self.slots.in_flight.add(self._now, self._taken)

    def _free(self, course: Course) -> float | None:
        """Take *course* out of its slot; return how many seconds it held it, None where it held none."""
        if course.posted is None:
            return None
        held, course.posted = self._now - course.posted, None
        self._take(-1)
        return held

    def _course(self, record: Record) -> Course:
        return self._courses.setdefault(str(record.get("job", "")), Course({}))

    def on_intent(self, record: Record) -> None:
        """A job is about to be posted."""
        axes, body = record.get("axes"), record.get("body")
        samples = body.get("samples", 1) if isinstance(body, dict) else 1
        course = Course(axes if isinstance(axes, dict) else {}, to_come=max(1, _whole(samples)))
        self._courses[str(record["job"])] = course

    def on_sent(self, record: Record) -> None:
        """A post leaves."""
        course = self._course(record)
        self._free(course)
        course.posted, course.accepted = self._now, False
        self._take(1)
        self.runs[-1].posts += 1
        self.tallies.add(course.axes, posts=1)

    def on_accepted(self, record: Record) -> None:
        """The service took a post: it is billed from here on."""
        course, run, images = self._course(record), self.runs[-1], _whole(record.get("images")) or 1
        run.billed += images
        unpriced = images if run.price is None else 0
        self.tallies.add(course.axes, billed=images, unpriced=unpriced, cost=images * (run.price or 0.0))
        if course.posted is not None:
            self.times.answer.append(self._now - course.posted)
        course.accepted = True
        if not record.get("pending"):
            self.on_ready(record)

    def on_ready(self, record: Record) -> None:
        """The images of a job exist."""
        course, seconds = self._course(record), record.get("seconds")
        held = self._free(course)
        if held is not None:
            self.times.slot.append(held)
        if isinstance(seconds, int | float):
            self.times.service.append(seconds)
        course.ready = self._now

    def on_rejected(self, record: Record) -> None:
        """A post was turned away, or never left."""
        course, kind = self._course(record), str(record.get("class"))
        self._free(course)
        self._fail(kind, record)
        if kind == "refused":
            self.tallies.add(course.axes, refused=1)

    def on_unknown(self, record: Record) -> None:
        """The answer to a post was lost."""
        course = self._course(record)
        self.tallies.add(course.axes, possibly_twice=_whole(record.get("images")) or 1)
        if self._free(course) is not None:
            self._fail("lost", record)

    def on_answered(self, record: Record) -> None:
        """The lost answer is known after all, by the record before this one."""
        self.tallies.add(self._course(record).axes, possibly_twice=-(_whole(record.get("images")) or 1))

    def _fail(self, kind: str, record: Record) -> None:
        if kind in self.errors:
            self.errors[kind].append(self._now)
        self.problems[kind, str(record.get("message", ""))] += 1

    def on_problem(self, record: Record) -> None:
        """A job is left for the next run."""
        self._free(self._course(record))
        if record.get("class") != GIVEN_UP:  # its last answer is counted already
            self.problems[str(record.get("class")), str(record.get("message", ""))] += 1

    def on_kept(self, record: Record) -> None:
        """An image is in the manifest."""
        name, course = str(record.get("job")), self._course(record)
        if course.ready is not None:
            self.times.delivery.append(self._now - course.ready)
        self.kept.append(self._now)
        self.runs[-1].kept += 1
        course.to_come -= 1
        if course.to_come <= 0:
            self._courses.pop(name, None)

    def on_quarantined(self, record: Record) -> None:
        """An image was set aside."""
        self.tallies.add(self._course(record).axes, quarantined=1)
        self.problems["gate", str(record.get("reason", ""))] += 1

    def on_lost(self, record: Record) -> None:
        """A paid image cannot be had."""
        course = self._course(record)
        self._free(course)
        self.tallies.add(course.axes, lost=1)
        self.problems["paid_but_lost", str(record.get("reason", ""))] += 1

    def on_limit(self, record: Record) -> None:
        """The number of slots changed, of one endpoint."""
        self._limits[str(record.get("lane", ""))] = _whole(record.get("limit"))
        self.slots.limit.add(self._now, sum(self._limits.values()))

    def on_lane_closed(self, record: Record) -> None:
        """One of several endpoints drops out."""
        if self._limits.pop(str(record.get("lane", "")), None) is not None and self._limits:
            self.slots.limit.add(self._now, sum(self._limits.values()))

    def on_pause(self, record: Record) -> None:
        """Nothing is posted for a while."""
        seconds = record.get("seconds")
        if isinstance(seconds, int | float):
            self.pauses.append((self._now, self._now + seconds, str(record.get("reason", ""))))

    def on_forgotten(self, record: Record) -> None:
        """What is known of a job counts no more."""
        self._free(self._course(record))
        self._courses.pop(str(record.get("job")), None)

    def on_end(self, record: Record) -> None:
        """A run is over."""
        code = record.get("exit_code")
        self.runs[-1].exit_code = code if isinstance(code, int) else None
        self._close()


def _whole(value: JSON) -> int:
    return value if isinstance(value, int) else 0


Handler: TypeAlias = Callable[[History, Record], None]
HANDLERS: Mapping[str, Handler] = {
    "intent": History.on_intent,
    "sent": History.on_sent,
    "accepted": History.on_accepted,
    "ready": History.on_ready,
    "rejected": History.on_rejected,
    "unknown": History.on_unknown,
    "answered": History.on_answered,
    "problem": History.on_problem,
    "kept": History.on_kept,
    "quarantined": History.on_quarantined,
    "lost": History.on_lost,
    "forgotten": History.on_forgotten,
    "rebuy": History.on_forgotten,
    "slots_changed": History.on_limit,
    "lane_closed": History.on_lane_closed,
    "paused": History.on_pause,
    "breaker_opened": History.on_pause,
    "end": History.on_end,
}
