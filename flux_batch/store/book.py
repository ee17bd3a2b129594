"""All unfinished jobs and the money, as a fold over the journal. What a report shows comes from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace

from flux_batch.store.record import Record, after
from flux_batch.store.standing import Fate, Standing

MONEY = {
    "accepted": ("known_billed", 1),
    "unknown": ("possibly_billed_twice", 1),
    "answered": ("possibly_billed_twice", -1),
    Fate.LOST.value: ("paid_but_lost", 1),
}
"""Event -> the number it adds its images to, or takes them from."""

COUNTED = frozenset({*MONEY, "sent"})
"""Events that count whatever became of their job."""


@dataclass(frozen=True, slots=True)
class Money:
    """Images over the whole life of the folder.

    Attributes:
        known_billed: asked for in posts the service accepted.
        possibly_billed_twice: asked for in posts whose answer was lost and never heard of again.
        paid_but_lost: accepted, and no longer to be had.
    """

    known_billed: int = 0
    possibly_billed_twice: int = 0
    paid_but_lost: int = 0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests since the last ``run`` record."""

    posts: int = 0
    polls: int = 0
    downloads: int = 0


TRAFFIC = tuple(field.name for field in fields(Traffic))


def never(_: str | bytes) -> bool:
    """Say no, of any job."""
    return False


class Book:
    """What the journal says, up to date with every record.

    Attributes:
        standings: id -> standing of each job that is begun and not done.
        run: the last ``run`` record, empty where there was none.
        ended: exit code of that run, None while it goes on or where it died.

    Args:
        records: the journal from its start.
        whole: whether every image of a job is kept, by the manifest; only then a finished job may be let go of.
    """

    def __init__(self, records: Iterable[Record] = (), *, whole: Callable[[str | bytes], bool] = never) -> None:
        self.standings: dict[str, Standing] = {}
        self._counts: Counter[str] = Counter()
        self.run: Record = {}
        self.ended: int | None = None
        self.whole = whole
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Take one record into account."""
        match record.get("e"):
            case "run":
                self.run, self.ended = record, None
                self._counts.update({name: -self._counts[name] for name in TRAFFIC})
            case "end":
                code = record.get("exit_code")
                self.ended = code if isinstance(code, int) else None
            case "forgotten" if not record.get("doubts"):
                self.standings.pop(str(record["job"]), None)
            case event:
                self._move(record)
                images = record.get("images")
                self.count(str(event), images if isinstance(images, int) else 1)

    def count(self, event: str, images: int) -> None:
        """Count the money and the traffic of an *event* about so many *images*."""
        if event == "sent":
            self._counts["posts"] += 1
        elif event in MONEY:
            name, sign = MONEY[event]
            self._counts[name] += sign * images

    @property
    def money(self) -> Money:
        """See :class:`Money`."""
        return Money(**{name: self._counts[name] for name, _ in MONEY.values()})

    @property
    def traffic(self) -> Traffic:
        """See :class:`Traffic`."""
        return Traffic(**{name: self._counts[name] for name in TRAFFIC})

    def _move(self, record: Record) -> None:
        job = str(record.get("job", ""))
        standing = after(self.standings.get(job), record)
        if standing is None:
            return
        if record.get("e") == "intent":
            standing = replace(standing, service=str(self.run.get("service", "")))
        self.standings[job] = standing
        if standing.finished and self.whole(job):
            del self.standings[job]

    def polled(self) -> None:
        """Count one poll; polls cost nothing, so no line is written for them."""
        self._counts["polls"] += 1

    def downloaded(self) -> None:
        """Count one GET of an image, likewise."""
        self._counts["downloads"] += 1
