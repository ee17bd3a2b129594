"""All unfinished jobs and the money, as a fold over the journal. What a report shows comes from here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from flux_batch.plan.job import JSON
from flux_batch.store.record import Record, after
from flux_batch.store.standing import Fate, Stage, Standing


@dataclass(frozen=True, slots=True)
class Money:
    """Images over the whole life of the folder.

    Attributes:
        known_billed: asked for in posts the service accepted.
        possibly_billed_twice: asked for in posts whose answer was lost.
        paid_but_lost: accepted, and no longer to be had.
    """

    known_billed: int = 0
    possibly_billed_twice: int = 0
    paid_but_lost: int = 0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests of one run."""

    posts: int = 0
    polls: int = 0
    downloads: int = 0


class Book:
    """What the journal says, up to date with every record.

    Attributes:
        standings: id -> standing of each job that is begun and not finished.
        money: see :class:`Money`.
        traffic: requests since the last ``run`` record.
        run: that record, empty where there was none.
        ended: exit code of that run, None while it goes on or where it died.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.standings: dict[str, Standing] = {}
        self.money = Money()
        self.traffic = Traffic()
        self.run: Record = {}
        self.ended: int | None = None
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Take one record into account."""
        match record.get("e"):
            case "run":
                self.run, self.ended, self.traffic = record, None, Traffic()
            case "end":
                code = record.get("exit_code")
                self.ended = code if isinstance(code, int) else None
            case "forgotten":
                self.standings.pop(str(record["job"]), None)
            case _:
                self._move(record)

    def _move(self, record: Record) -> None:
        job = str(record.get("job", ""))
        standing = after(self.standings.get(job), record)
        if standing is None:
            return
        self._count(record, standing)
        if standing.finished:
            self.standings.pop(job, None)
        else:
            self.standings[job] = standing

    def _count(self, record: Record, standing: Standing) -> None:
        images = standing.job.samples
        match record["e"]:
            case "sent":
                self.traffic = replace(self.traffic, posts=self.traffic.posts + 1)
            case "accepted":
                self.money = replace(self.money, known_billed=self.money.known_billed + images)
            case "unknown":
                self.money = replace(self.money, possibly_billed_twice=self.money.possibly_billed_twice + images)
            case Fate.LOST.value:
                self.money = replace(self.money, paid_but_lost=self.money.paid_but_lost + 1)

    def polled(self) -> None:
        """Count one poll; polls cost nothing, so no line is written for them."""
        self.traffic = replace(self.traffic, polls=self.traffic.polls + 1)

    def downloaded(self) -> None:
        """Count one GET of an image, likewise."""
        self.traffic = replace(self.traffic, downloads=self.traffic.downloads + 1)

    def at(self, *stages: Stage) -> list[Standing]:
        """The unfinished jobs at one of *stages*, in the order they were begun."""
        return [standing for standing in self.standings.values() if standing.stage in stages]

    def money_json(self) -> dict[str, JSON]:
        """The three money numbers of this book, by name."""
        return dict(asdict(self.money))
