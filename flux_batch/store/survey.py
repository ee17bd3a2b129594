"""The truth about an output folder from its files alone: no lock is taken, so it may be asked while a run goes on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from flux_batch.errors import UsageError
from flux_batch.grid.node import spelled
from flux_batch.plan.job import JSON
from flux_batch.store.book import Book, Money
from flux_batch.store.failure import Group, group_of, name_of
from flux_batch.store.folder import Folder
from flux_batch.store.lines import checked, raw_lines
from flux_batch.store.lock import holder_of
from flux_batch.store.manifest import Kept, read_kept
from flux_batch.store.recovery import recover, take_stock
from flux_batch.store.replay import replay
from flux_batch.store.report import counts
from flux_batch.store.standing import Fate, Standing
from flux_batch.store.store import image_sizes

MOST_VALUES = 200
"""Values of an axis that are told apart; a longer axis, such as ten thousand prompts, is left out."""


@dataclass(slots=True)
class AxisCount:
    """What became of the images of one axis value."""

    kept: int = 0
    failed: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class Survey:
    """What there is.

    Attributes:
        grid: name of the grid of the last run, None before a first one.
        running: process id of the run that goes on, None where there is none.
        missing: images that have a manifest line and no whole file; the next run fetches them.
        untraceable: those of them of which the journal does not say where they came from: no run can fetch them.
        strays: files in ``images/`` without a line; the next run takes them in or sets them aside.
        exit_code: of the last run, None while it goes on or where it died.
        planned: images the last run's grid asks for.
        kept, failed, held, pending, quarantined: images, as in ``run.json``; the last four of all grids of the folder.
        under_way: images of posts that a run which goes on waits for; without a run their answers are lost: *held*.
        drifted: kept images whose answer differs from the request.
        money, cost: over the whole life of the folder; *cost* in USD, None without a price.
        axes: axis -> value -> counts; axes of more than MOST_VALUES values are left out.
        failures: (class, message) -> jobs; addresses in a message are left out.
        source: the grid file of the last run, absolute; None where it came from Python or an older version.
        typed: what replaced values of that file, without what bounds one run; None where that is not known.
    """

    grid: str | None = None
    running: int | None = None
    exit_code: int | None = None
    planned: int | None = None
    kept: int = 0
    failed: int = 0
    held: int = 0
    pending: int = 0
    under_way: int = 0
    quarantined: int = 0
    missing: int = 0
    untraceable: int = 0
    strays: int = 0
    drifted: int = 0
    money: Money = field(default_factory=Money)
    cost: float | None = None
    axes: dict[str, dict[str, AxisCount]] = field(default_factory=dict)
    failures: Counter[Group] = field(default_factory=Counter)
    source: str | None = None
    typed: Mapping[str, JSON] | None = None

    def to_json(self) -> dict[str, JSON]:
        """Return one object for programs, ``v`` first."""
        values = asdict(replace(self, failures=Counter()))
        common = self.failures.most_common()
        groups = [
            {"class": kind, "message": words, "jobs": count, "only": name_of((kind, words))}
            for (kind, words), count in common
        ]
        money = values.pop("money")
        return {"v": 1, **values, **money, "failures": groups}


def survey(folder: Folder) -> Survey:
    """Read manifest and journal of *folder*.

    Raises:
        UsageError: it is no output folder.
        RecordDamaged: a line before the last is damaged.
        StorageFailed: the folder cannot be read.
    """
    if not folder.manifest.is_file() and not folder.journal.is_file():
        raise UsageError(f"{folder.root} is no output folder", hint="name the folder that `flux-batch run` wrote to")
    found = Survey(running=holder_of(folder.lock))
    stock = take_stock(_manifest(found, folder), image_sizes(folder))
    found.kept, found.missing, found.strays = stock.done.images, len(stock.missing), len(stock.strays)
    book = replay(folder.journal, stock.done.whole)
    if found.running is None:
        # What a run left that died counts as the next run will count it: a post without an answer may be billed.
        for repair in recover(book, stock, boot=folder.disk.boot()):
            book.add(repair)
    found.untraceable = sum(job not in book.standings for job, _ in stock.missing)
    _add_journal(found, book)
    found.axes = {name: values for name, values in found.axes.items() if 1 < len(values) <= MOST_VALUES}
    return found


def _manifest(found: Survey, folder: Folder) -> Iterator[Kept]:
    """Yield what take_stock needs, and count the rest of each line by the way."""
    for number, line, last in raw_lines(folder.manifest):
        record = checked(folder.manifest, number, line, last=last)
        if record is not None:
            found.drifted += bool(record.get("drift"))
            _count(found, record.get("axes"), "kept")
            yield read_kept(folder.manifest, number, record)


def _add_journal(found: Survey, book: Book) -> None:
    begun, lives = book.standings.values(), found.running is not None
    in_flight = [each for each in begun if lives and each.unanswered]
    found.under_way = sum(len(each.open_samples) for each in in_flight)
    standings = [each for each in begun if not each.still_to_buy and not (lives and each.unanswered)]
    numbers = counts(standings)
    found.failed, found.held = numbers["failed"], numbers["held"]
    found.pending, found.quarantined = numbers["pending"], numbers["quarantined"]
    found.money, found.exit_code = book.money, book.ended
    grid, planned, price = (book.run.get(name) for name in ("grid", "planned", "price"))
    found.grid = None if grid is None else str(grid)
    source, typed = book.run.get("source"), book.run.get("set")
    found.source = source if isinstance(source, str) else None
    found.typed = typed if isinstance(typed, Mapping) else None
    found.planned = planned if isinstance(planned, int) else None
    found.cost = round(price * book.money.known_billed, 6) if isinstance(price, int | float) else None
    _add_failures(found, [each for each in standings if not (lives and each.under_way)])


def _add_failures(found: Survey, standings: Iterable[Standing]) -> None:
    for standing in standings:
        found.failures[group_of(standing)] += 1
        for sample in range(standing.job.samples):
            fate = standing.fates.get(sample)
            if fate is not Fate.KEPT:
                _count(found, standing.job.axes, "quarantined" if fate is Fate.QUARANTINED else "failed")


def _count(found: Survey, axes: object, what: str) -> None:
    if not isinstance(axes, Mapping):
        return
    for name, value in axes.items():
        values, label = found.axes.setdefault(name, {}), spelled(value)
        if len(values) <= MOST_VALUES or label in values:
            entry = values.setdefault(label, AxisCount())
            setattr(entry, what, getattr(entry, what) + 1)


def natural(value: str) -> tuple[float, str]:
    """Return what sorts the values of an axis: numbers by their size, and all else behind them by letter."""
    try:
        return float(value), ""
    except ValueError:
        return math.inf, value
