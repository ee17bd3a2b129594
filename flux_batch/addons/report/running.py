"""The clock of a report: seconds in which a run was going on. Nights of waiting between two runs do not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flux_batch.store.record import Record

REPAIRS = frozenset({"unknown", "forgotten", "missing", "kept"})
"""Records that a run also writes before it begins, about what the one before it left."""


@dataclass(slots=True)
class Run:
    """One run.

    Attributes:
        grid: its name.
        service: where it posted.
        planned: images the grid asked for.
        price: USD per image, None where no price was known.
        started, ended: seconds since 1970; a run that died ended with its last record.
        begin: running time at which it started, in seconds.
        exit_code: None where it died, or is still going on.
        posts, kept, billed: what it did: requests, images, images billed.
    """

    grid: str
    service: str
    planned: int
    price: float | None
    started: float
    ended: float
    begin: float
    exit_code: int | None = None
    posts: int = 0
    kept: int = 0
    billed: int = 0

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.started

    @property
    def end(self) -> float:
        """Running time at which it ended, in seconds."""
        return self.begin + self.seconds


def told_apart(records: Iterable[Record]) -> Iterator[tuple[Record, bool]]:
    """Yield each record, and whether a run wrote it about the one before: those stand right before a ``run`` record."""
    held: list[Record] = []
    for record in records:
        if record.get("e") in REPAIRS:
            held.append(record)
            continue
        yield from ((each, record.get("e") == "run") for each in held)
        held.clear()
        yield record, False
    yield from ((each, False) for each in held)
