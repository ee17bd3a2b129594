"""What the journal says happened: told by hand-made journals, whose numbers can be counted on fingers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flux_batch.addons.report.history import History
from flux_batch.addons.report.page import render
from flux_batch.addons.report.pictures import Pictures
from flux_batch.addons.report.report import make_report
from flux_batch.plan.job import JSON, Job
from flux_batch.store import record
from flux_batch.store.record import Record
from flux_batch.store.standing import Fate, Generation

DUSK = datetime(2026, 11, 22, 22, tzinfo=UTC)


class Journal:
    """A journal written by hand, at seconds after dusk."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def at(self, second: float, *records: Record) -> Journal:
        """Write *records* at one moment."""
        time = (DUSK + timedelta(seconds=second)).isoformat(timespec="milliseconds")
        self.records += [{"v": 1, **each, "at": time} for each in records]
        return self

    @property
    def told(self) -> History:
        """What it says."""
        return History(self.records)


def job(name: str, samples: int = 1, **axes: JSON) -> Job:
    """A job at these values of the axes."""
    return Job(id=f"{name:0>16}", index=0, body={"samples": samples}, axes=axes or {"prompt": "a fox"})


def run(price: float | None = 0.01, **more: Any) -> Record:
    """The beginning of a run."""
    return {"e": "run", "grid": "night", "service": "embedded", "planned": 4, "price": price, **more}


def end(code: int = 0) -> Record:
    """The end of a run."""
    return {"e": "end", "exit_code": code}


def posted(name: Job) -> tuple[Record, Record]:
    """A post leaves."""
    return record.intent(name, 1), record.sent(name.id, 1)


def taken(name: Job, *, pending: bool = False, seconds: float | None = None) -> Record:
    """The service took it."""
    return record.accepted(name, 1, Generation(id="1", seconds=seconds), pending=pending)


def kept(name: Job, sample: int = 0) -> Record:
    """An image is home."""
    return record.fate(name.id, sample, Fate.KEPT)


def slots(limit: int, lane: str = "") -> Record:
    """The limit changed."""
    return {
        "e": "slots_changed",
        "limit": limit,
        "in_flight": 0,
        "reason": "learned",
        **({"lane": lane} if lane else {}),
    }


def test_a_slot_is_taken_from_the_post_until_the_images_exist() -> None:
    """A held answer ends it; a pending one does so when its images are ready, not when it is accepted."""
    held, polled = job("a"), job("b")
    told = (
        Journal()
        .at(0, run())
        .at(1, *posted(held))
        .at(2, *posted(polled))
        .at(3, taken(polled, pending=True))
        .at(5, taken(held, seconds=3.5))
        .at(9, record.ready(polled.id, Generation(id="1", seconds=6)))
        .at(10, end())
        .told
    )

    assert list(zip(told.slots.in_flight.at, told.slots.in_flight.value, strict=True)) == [
        (1, 1),
        (2, 2),
        (5, 1),
        (9, 0),
    ]
    assert list(told.times.answer) == [1, 4]
    assert list(told.times.slot) == [4, 7]
    assert list(told.times.service) == [3.5, 6]


def test_use_is_reckoned_only_while_the_limit_is_known() -> None:
    """Slot-seconds taken of those offered; before the first word about the limit neither is counted."""
    one, two = job("a"), job("b")
    told = (
        Journal()
        .at(0, run())
        .at(1, *posted(one))
        .at(10, taken(one), slots(2))
        .at(10, *posted(two))
        .at(15, taken(two))
        .at(20, end())
        .told
    )

    assert (told.slots.taken, told.slots.offered) == (5, 20)
    assert make_report("x", told, Pictures()).use.share == 0.25


def test_the_limits_of_several_endpoints_add_up() -> None:
    """And one that drops out takes its slots along."""
    told = (
        Journal()
        .at(0, run())
        .at(1, slots(5, "a"))
        .at(2, slots(10, "b"))
        .at(3, {"e": "lane_closed", "reason": "out of credit", "lane": "a"})
        .at(4, end())
        .told
    )

    assert told.slots.limit.value == [None, 5, 15, 10]


def test_the_time_between_two_runs_does_not_count() -> None:
    """A night later the report's clock goes on where it stopped."""
    one, two = job("a"), job("b")
    told = (
        Journal()
        .at(0, run())
        .at(1, *posted(one))
        .at(2, taken(one), kept(one), end())
        .at(86_400, run())
        .at(86_405, *posted(two))
        .at(86_406, taken(two), kept(two), end())
        .told
    )

    assert [each.begin for each in told.runs] == [0, 2]
    assert list(told.kept) == [2, 8]
    assert told.seconds == 8


def test_what_a_run_mends_of_the_one_before_belongs_to_the_one_before() -> None:
    """A dead run does not seem to have lasted until the next evening, because that one wrote down its lost post."""
    lost = job("a")
    told = (
        Journal()
        .at(0, run())
        .at(1, *posted(lost))
        .at(3, slots(1))
        .at(86_400, record.unknown(lost, 1, "the run died"))
        .at(86_401, run())
        .at(86_402, end())
        .told
    )

    assert [each.seconds for each in told.runs] == [3, 1]
    assert [each.exit_code for each in told.runs] == [None, 0]
    assert told.tallies.all.possibly_twice == 1
    assert list(told.errors["lost"]) == [3]


def test_a_run_that_died_holds_no_slot_afterwards() -> None:
    """Nothing is drawn as in flight that nobody was waiting for."""
    told = Journal().at(0, run()).at(1, *posted(job("a"))).at(2, *posted(job("b"))).at(60, run()).at(61, end()).told

    assert told.slots.in_flight.value == [1, 2, 0]
    assert len(told.errors["lost"]) == 2


@pytest.mark.parametrize("kind", ["busy", "transient", "refused", "stop"])
def test_a_post_turned_away_is_an_error_of_its_class(kind: str) -> None:
    """And frees its slot at once."""
    one = job("a")
    told = Journal().at(0, run()).at(1, *posted(one)).at(4, record.rejected(one.id, 1, (kind, "no"))).at(5, end()).told

    assert {kind: [4]} == {name: list(times) for name, times in told.errors.items() if times}
    assert told.slots.in_flight.value == [1, 0]
    assert told.problems == {(kind, "no"): 1}


def test_money_is_told_apart_by_axis() -> None:
    """Each value of each axis has its posts, images and dollars; a job of four images costs four."""
    fox, owl = job("a", 4, animal="fox", seed=1), job("b", animal="owl", seed=1)
    told = (
        Journal()
        .at(0, run(price=0.01))
        .at(1, *posted(fox), *posted(owl))
        .at(2, taken(fox), record.unknown(owl, 1, "cut"))
        .at(
            3,
            record.fate(fox.id, 2, Fate.QUARANTINED, reason="blank"),
            record.fate(fox.id, 3, Fate.LOST, reason="gone"),
        )
        .at(4, end(3))
        .told
    )

    animals, seeds = told.tallies.axes["animal"], told.tallies.axes["seed"]
    assert (
        animals["fox"].billed,
        animals["fox"].cost,
        animals["fox"].quarantined,
        animals["fox"].lost,
    ) == (4, 0.04, 1, 1)
    assert (animals["owl"].billed, animals["owl"].possibly_twice) == (0, 1)
    assert (seeds["1"].posts, seeds["1"].billed) == (2, 4)


def test_no_cost_is_told_where_a_price_was_not_known() -> None:
    """Part of a sum is no sum."""
    one, two = job("a"), job("b")
    told = (
        Journal()
        .at(0, run(price=None))
        .at(1, *posted(one), taken(one), end())
        .at(9, run(price=0.01))
        .at(10, *posted(two), taken(two), end())
        .told
    )

    assert make_report("x", told, Pictures()).cost is None


def test_a_clock_that_is_set_back_stands_still() -> None:
    """No length of time is negative."""
    one = job("a")
    told = Journal().at(0, run()).at(100, *posted(one)).at(40, taken(one)).at(110, end()).told

    assert list(told.times.slot) == [0]
    assert told.seconds == 110


def test_a_job_that_is_left_for_the_next_run_frees_its_slot() -> None:
    """Its polling is over, whatever the service does with it."""
    one = job("a")
    told = (
        Journal()
        .at(0, run())
        .at(1, *posted(one))
        .at(2, taken(one, pending=True))
        .at(900, record.problem(one.id, "pending", "still working"))
        .at(901, end(3))
        .told
    )

    assert told.slots.in_flight.value == [1, 0]
    assert told.errors["lost"].tolist() == []


def test_a_pause_ends_with_its_run() -> None:
    """A run that gave up during a pause did not wait any longer."""
    told = Journal().at(0, run()).at(2, {"e": "paused", "seconds": 30.0, "reason": "busy"}).at(5, end(6)).told

    assert told.pauses == [(2, 5, "busy")]


def test_memory_is_freed_of_jobs_that_are_home() -> None:
    """A journal of any length is read: only what is unfinished is remembered."""
    journal = Journal().at(0, run())
    for number in range(50):
        one = job(f"{number}", 2)
        journal.at(number + 1, *posted(one), taken(one), kept(one, 0), kept(one, 1))

    assert journal.told._courses == {}


def test_a_run_that_posted_nothing_has_a_report_too() -> None:
    """All its charts are empty, and no number is made up."""
    report = make_report("x", Journal().at(0, run()).at(0, end(7)).told, Pictures())

    assert (report.total.posts, report.use.share) == (0, None)
    assert b"No post failed" in render(report)
