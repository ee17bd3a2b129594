"""What the server saw and what it billed, event by event: the truth a client's claims are compared with."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio

from flux_batch.addons.server.faults.cue import Event
from flux_batch.addons.server.reply import JSON, Body

ROOM = 50_000
HEFT = 2**27
"""Entries kept in memory, and their bytes as JSON; a ledger file keeps them all."""
DONE = "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event.

    Attributes:
        seq: number of the event among all events, from 1.
        event: ``post``, ``fetch``, ``image``, ``webhook`` or ``done`` (a request left the queue; no HTTP).
        n: number among the events of its kind, from 1.
        track_id: as posted.
        id: generation id; None where none was given.
        billed: images billed by this event.
        cost: of these, in USD.
        status: HTTP status the server meant to answer; None where it answers nothing.
        fault: name of the fault played on the event, None for none.
        in_flight: slots of the account taken after the event.
        seed: the one used for the pictures.
        body: the request without its key, as it came; None for events without one.
        at: RFC 3339, UTC.
        t: seconds on the server's monotonic clock.
    """

    seq: int
    event: str
    n: int
    track_id: str | int | None
    id: int | None
    billed: int
    cost: float
    status: int | None
    fault: str | None
    in_flight: int
    at: str
    t: float
    seed: int | None = None
    body: Body | None = None


class Ledger:
    """Entries in the order of the events; safe to read while the server runs.

    Args:
        file: gets each entry as a JSON line before :meth:`write` returns; None keeps them in memory only.
        past: entries already in the file, of an earlier server: the numbers go on from there.
    """

    def __init__(self, file: Path | None = None, past: Sequence[Body] = ()) -> None:
        self._file = file
        self._entries: deque[tuple[Entry, int]] = deque()
        self._heft = 0
        self._turn = anyio.Lock()
        self._counts: Counter[str] = Counter()
        self._last = max((whole(entry.get("seq")) for entry in past), default=0)
        for entry in past:
            kind = str(entry.get("event"))
            self._counts[kind] = max(self._counts[kind], whole(entry.get("n")))

    def __iter__(self) -> Iterator[Entry]:
        return iter([entry for entry, _ in self._entries])

    def __len__(self) -> int:
        return len(self._entries)

    def of(self, event: str) -> list[Entry]:
        """The entries of one kind of event."""
        return [entry for entry in self if entry.event == event]

    def number(self, kind: str) -> Event:
        """Number one more event of *kind*; what is no exchange (``done``) takes no number among all of them."""
        self._counts[kind] += 1
        self._last += kind != DONE
        return Event(kind, self._last, self._counts[kind])

    @property
    def billed(self) -> int:
        """Images billed by the entries in memory."""
        return sum(entry.billed for entry in self)

    async def write(self, entry: Entry) -> None:
        """Record *entry*, in the file first."""
        text = line(entry)
        if self._file is not None:
            async with self._turn:
                await anyio.to_thread.run_sync(append, self._file, text)
        self._entries.append((entry, len(text)))
        self._heft += len(text)
        while len(self._entries) > ROOM or self._heft > HEFT:
            self._heft -= self._entries.popleft()[1]


def whole(value: JSON) -> int:
    """*value* where it is a whole number, else 0."""
    return value if isinstance(value, int) else 0


def line(entry: Entry) -> str:
    """*entry* as one line of JSON."""
    return json.dumps(asdict(entry)) + "\n"


def append(file: Path, text: str) -> None:
    """Add *text* to *file* in one write, so that a killed server leaves whole lines."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


def stamp() -> str:
    """Now, as RFC 3339 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
