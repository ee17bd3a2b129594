"""What must hold of an output folder after anything: each promise has a name, and what breaks it is a value.

``verify`` and the tests use the same checks. The pure ones are here; :mod:`flux_batch.store.audit` reads the folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from enum import StrEnum

from flux_batch.plan.job import JSON
from flux_batch.store.book import Book, Money
from flux_batch.store.duty import is_enough
from flux_batch.store.image.check import ImageFacts
from flux_batch.store.record import Record


class Broken(StrEnum):
    """The ways in which a folder can break a promise."""

    LINE = "line"
    TORN = "torn"
    TWICE = "twice"
    GONE = "gone"
    CHANGED = "changed"
    STRAY = "stray"
    LEFTOVER = "leftover"
    REPEATED = "repeated"
    BOUGHT_AGAIN = "bought_again"
    UNPAID = "unpaid"
    COUNTS = "counts"
    OPEN_TO_OTHERS = "open_to_others"


PROMISES: Mapping[Broken, str] = {
    Broken.LINE: "every line of manifest and journal is as it was written",
    Broken.TORN: "a torn last line is mended by the next run",
    Broken.TWICE: "an image has one line",
    Broken.GONE: "every line has its file",
    Broken.CHANGED: "every file is whole and has the bytes its line names",
    Broken.STRAY: "every file in images/ has its line",
    Broken.LEFTOVER: "nothing half done is left after a run",
    Broken.REPEATED: "a post whose answer was lost is repeated once at most, and declared",
    Broken.BOUGHT_AGAIN: "what the service accepted is never posted again unless somebody asked for it",
    Broken.UNPAID: "every kept image was paid for by a post in the journal",
    Broken.COUNTS: "the report says what the journal says",
    Broken.OPEN_TO_OTHERS: "the journal and its folder are the owner's alone",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One promise that does not hold.

    Attributes:
        broken: which.
        place: a file below the output folder, with ``:line`` where it is one, or a job's id.
        message: what is there instead.
        job, sample: the image it is about, where it is about one.
    """

    broken: Broken
    place: str
    message: str
    job: str | None = None
    sample: int | None = None

    def to_json(self) -> dict[str, JSON]:
        """Return it as an object."""
        where: dict[str, JSON] = {} if self.job is None else {"job": self.job, "sample": self.sample}
        return {"broken": self.broken.value, "place": self.place, "message": self.message, **where}


def file_differences(line: Mapping[str, JSON], facts: ImageFacts) -> list[str]:
    """Return in words where a whole file is not the one its manifest *line* names."""
    got: dict[str, JSON] = {
        "bytes": facts.bytes,
        "sha256": facts.sha256,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
    }
    return [
        f"{name} {line.get(name)} in the manifest, {value} in the file"
        for name, value in got.items()
        if line.get(name) != value
    ]


class Ledger:
    """The money rules, over the journal from its start: what was posted although it must not be.

    A ``rebuy`` allows one purchase: posts within one run, until one is accepted or its answer is lost.

    Attributes:
        book: the journal so far.
        accepted: jobs that a post was accepted for, ever.
    """

    def __init__(self, whole: Callable[[str | bytes], bool]) -> None:
        self.book = Book(whole=whole)
        self.accepted: set[str] = set()
        self._owned: set[str] = set()
        self._allowed: set[str] = set()

    def add(self, record: Record) -> Iterator[Violation]:
        """Take one record into account; yield what is wrong with it."""
        job = str(record.get("job", ""))
        match record.get("e"):
            case "intent":
                yield from self._unlawful(job)
            case "run":
                self._allowed.clear()
            case "accepted":
                self.accepted.add(job)
                self._owned.add(job)
                self._allowed.discard(job)
            case "unknown":
                self._allowed.discard(job)
            case "forgotten" | "rebuy":
                self._owned.discard(job)
        self.book.add(record)

    def _unlawful(self, job: str) -> Iterator[Violation]:
        before = self.book.standings.get(job)
        if job in self._owned:
            yield Violation(Broken.BOUGHT_AGAIN, job, "posted though a post of it was accepted", job)
        elif before is not None and before.wanted:
            self._allowed.add(job)
        elif before is not None and is_enough(before) and job not in self._allowed:
            yield Violation(Broken.REPEATED, job, f"posted after {before.unknown} lost answers", job)


def unpaid(kept: Iterable[tuple[str, int]], accepted: AbstractSet[str], *, journal: str) -> Iterator[Violation]:
    """Yield the images in the manifest that no accepted post of the journal explains."""
    for job, sample in kept:
        if job not in accepted:
            yield Violation(Broken.UNPAID, journal, f"no accepted post for image {sample} of {job}", job, sample)


def miscounted(report: Mapping[str, JSON], money: Money) -> Iterator[Violation]:
    """Yield the money numbers of ``run.json`` that are not those of the journal."""
    for name, value in asdict(money).items():
        if report.get(name) != value:
            yield Violation(Broken.COUNTS, "run.json", f"{name} is {report.get(name)}, and {value} by the journal")


def unkept_promises(money: Money, billed: Mapping[str, int], accepted: AbstractSet[str]) -> Iterator[str]:
    """Yield, in words, where our books and the service's own bill disagree. For whoever can see that bill: the tests.

    Args:
        money: by the journal.
        billed: job -> images the service billed for it.
        accepted: jobs that were accepted, by the journal.
    """
    total = sum(billed.values())
    if not money.known_billed <= total <= money.known_billed + money.possibly_billed_twice:
        yield f"billed {total}, known {money.known_billed}, possibly twice {money.possibly_billed_twice}"
    for job in accepted - set(billed):
        yield f"{job} counts as accepted and was never billed"
