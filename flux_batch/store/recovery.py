"""What a killed run left, and what to do about it: a pure function of journal, manifest and folder.

The last durable state of a job decides (DESIGN 6.1):

=====================================  =============================================
found                                  then
=====================================  =============================================
nothing, or turned away                post it
intent, same boot, no ``sent``         post it: no byte had left
``sent``, or intent before a reboot    the answer is lost: ``unknown``, then the policy
pending                                poll it
paid                                   fetch it
manifest line, file whole              done
manifest line, file gone or other size fetch it again, never buy it again
kept by the journal, no manifest line  somebody took it out: make it again
told to the embedded server only       it is gone and billed nothing: post it, the line of a lost file goes first
file, no manifest line                 take it in after a full check, if it was paid
=====================================  =============================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from flux_batch.store.book import Book
from flux_batch.store.done import Done
from flux_batch.store.manifest import Kept
from flux_batch.store.record import Record, fate, forgotten, missing, rebuy, unknown
from flux_batch.store.standing import ACCEPTED, Fate, Stage, Standing

OWED = ACCEPTED | {Stage.UNKNOWN}
"""Stages in which a service owes something: not the embedded server, which is gone with its run."""
LOST_IN_CRASH = "the run died after the request was sent and before its answer was recorded"
GONE_WITH_ITS_SERVICE = "the embedded server that had it is gone, and billed nothing"
TAKEN_OUT = "its image and its manifest line were taken out"

JOB_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")

Image: TypeAlias = tuple[str, int]
"""Job and sample."""


@dataclass(slots=True)
class Stock:
    """The manifest against the files.

    Attributes:
        done: images that are kept and whole, by their size.
        missing: manifest lines whose file is gone or has another size.
        damaged: names of those that are there, with another size.
        strays: files in ``images/`` that no line names.
        twice: images that have more than one line.
        stray_jobs: job ids in the names of the strays.
    """

    done: Done = field(default_factory=Done)
    missing: dict[Image, Kept] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)
    strays: set[str] = field(default_factory=set)
    twice: set[Image] = field(default_factory=set)
    stray_jobs: set[str] = field(default_factory=set)

    def has_trace(self, job: str, sample: int) -> bool:
        """Whether an image that is not whole has left a line in the manifest, or a file that may be it."""
        return (job, sample) in self.missing or job in self.stray_jobs


def take_stock(lines: Iterable[Kept], sizes: Mapping[str, int]) -> Stock:
    """Compare manifest *lines*, in order, with *sizes*: ``file_name`` -> bytes of all that lies in ``images/``."""
    stock, unnamed = Stock(), dict(sizes)
    for line in lines:
        unnamed.pop(line.file_name, None)
        if sizes.get(line.file_name) == line.bytes and (line.job, line.sample) not in stock.missing:
            if not stock.done.add(line):
                stock.twice.add((line.job, line.sample))
        elif stock.done.has(line.job, line.sample) or (line.job, line.sample) in stock.missing:
            stock.twice.add((line.job, line.sample))
        else:
            stock.missing[line.job, line.sample] = line
    stock.damaged = {line.file_name for line in stock.missing.values() if line.file_name in sizes}
    stock.strays = set(unnamed)
    stock.stray_jobs = {found for name in stock.strays for found in JOB_ID.findall(name)}
    return stock


def recover(book: Book, stock: Stock, *, boot: str) -> list[Record]:
    """Return the records that bring *book* up to what is on the disk; adding them makes a second call return none.

    Args:
        book: the journal, replayed; not changed here.
        stock: manifest against files.
        boot: this boot's id; after another boot an intent alone may have been sent. Empty where the system names none:
            it may be another.
    """
    same_boot = bool(boot) and book.run.get("boot") == boot
    found = (_repairs(each, stock, same_boot=same_boot) for each in book.standings.values())
    return [repair for repairs in found for repair in repairs]


def _repairs(standing: Standing, stock: Stock, *, same_boot: bool) -> list[Record]:
    job = standing.job
    kept = {sample for sample, met in standing.fates.items() if met is Fate.KEPT}
    gone = {sample for sample in kept if not stock.done.has(job.id, sample)}
    if any(not stock.has_trace(job.id, sample) for sample in gone):
        return [forgotten(job.id, TAKEN_OUT)]
    open_samples = gone.union(standing.open_samples)
    here = {sample for sample in open_samples if standing.stage in ACCEPTED and stock.done.has(job.id, sample)}
    unanswered = standing.stage is Stage.SENT or (standing.stage is Stage.INTENT and not same_boot)
    repairs = [missing(job.id, sample) for sample in sorted(gone)]
    if standing.bills_nothing and (unanswered or standing.stage in OWED) and open_samples - here:
        # An image that has a line must stay known by its job, or it would be one that came from nowhere.
        return (
            [*repairs, rebuy(job.id)] if gone else [forgotten(job.id, GONE_WITH_ITS_SERVICE, doubts=standing.unknown)]
        )
    repairs += [fate(job.id, sample, Fate.KEPT) for sample in sorted(here)]
    if unanswered:
        attempt = standing.attempts + (standing.stage is Stage.INTENT)
        repairs.append(unknown(job, attempt, LOST_IN_CRASH))
    return repairs
