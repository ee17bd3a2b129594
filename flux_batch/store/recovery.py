"""What a killed run left, and what to do about it: a pure function of journal, manifest and folder.

The last durable state of a job decides (DESIGN 6.1):

=====================================  =============================================
journal says                           then
=====================================  =============================================
nothing, or turned away                post it
intent, same boot, no ``sent``         post it: no byte had left
``sent``, or intent before a reboot    the answer is lost: ``unknown``, then the policy
pending                                poll it
paid                                   fetch it
manifest line, file whole              done
manifest line, file gone or other size fetch it again, never buy it again
file, no manifest line                 take it in after a full check, if it was paid
=====================================  =============================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flux_batch.store.book import Book
from flux_batch.store.manifest import Done, Kept
from flux_batch.store.record import Record, fate, trouble
from flux_batch.store.standing import ACCEPTED, Fate, Stage, Standing

OWED = ACCEPTED | {Stage.SENT, Stage.UNKNOWN}
LOST_IN_CRASH = ("crash", "the run died after the request was sent and before its answer was recorded")


@dataclass(slots=True)
class Recovery:
    """Where a run begins.

    Attributes:
        done: images that are kept and whole, by their size.
        missing: manifest lines whose file is gone or has another size.
        strays: files in ``images/`` that no line names.
        repairs: records to append to the journal first; appending them makes recovery idempotent.
    """

    done: Done = field(default_factory=Done)
    missing: list[Kept] = field(default_factory=list)
    strays: set[str] = field(default_factory=set)
    repairs: list[Record] = field(default_factory=list)


def recover(book: Book, lines: Iterable[Kept], sizes: Mapping[str, int], *, boot: str, forgets: bool) -> Recovery:
    """Compare what *book*, manifest *lines* and the files of ``images/`` (name -> bytes) say.

    Args:
        book: the journal, replayed; not changed here.
        lines: the manifest, in order.
        sizes: ``file_name`` -> size of every file below ``images/``.
        boot: this boot's id; after another boot an intent alone may have been sent.
        forgets: the service accepted nothing that outlives its run (the embedded server), so nothing is owed.
    """
    found = Recovery(strays=set(sizes))
    for line in lines:
        found.strays.discard(line.file_name)
        if sizes.get(line.file_name) == line.bytes:
            found.done.add(line)
        else:
            found.missing.append(line)
    same_boot = book.run.get("boot") == boot
    for standing in book.standings.values():
        found.repairs += _repairs(standing, found.done, same_boot=same_boot, forgets=forgets)
    return found


def _repairs(standing: Standing, done: Done, *, same_boot: bool, forgets: bool) -> list[Record]:
    job = standing.job.id
    repairs = [fate(job, n, Fate.KEPT) for n in standing.open_samples if standing.generation and done.has(job, n)]
    if len(repairs) == len(standing.open_samples) and repairs:
        return repairs
    if forgets and standing.stage in OWED:
        repairs.append({"e": "forgotten", "job": job})
    elif standing.stage is Stage.SENT or (standing.stage is Stage.INTENT and not same_boot):
        repairs.append(trouble("unknown", job, standing.attempts, LOST_IN_CRASH))
    return repairs
