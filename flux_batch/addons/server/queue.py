"""The account's queue: so many slots, first in first out. No clock of its own: *now* is an argument, in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """When a request is served.

    Attributes:
        start, due: seconds on the caller's clock.
    """

    start: float
    due: float


class Queue:
    """Slots of one account. A request holds its slot from :meth:`enter` to :meth:`leave`.

    Args:
        limit: slots there are.
        workers: requests served at once; None serves every slot at once.
    """

    def __init__(self, limit: int, workers: int | None = None) -> None:
        self.limit = limit
        self._workers = workers
        self._due: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, request: int) -> bool:
        return request in self._due

    @property
    def full(self) -> bool:
        """Whether a further request would be refused."""
        return len(self) >= self.limit

    def turn(self, seconds: float, now: float) -> Turn:
        """Return when a request of *seconds* of work would be served if it came in *now*."""
        ahead = len(self) - (self._workers or self.limit)
        start = now if ahead < 0 else max(now, sorted(self._due.values())[ahead])
        return Turn(start, start + seconds)

    def enter(self, request: int, turn: Turn) -> None:
        """Give *request* a slot."""
        self._due[request] = turn.due

    def leave(self, request: int) -> None:
        """Free the slot of *request*; leaving twice is leaving once."""
        self._due.pop(request, None)

    def waiting_time(self, now: float) -> float:
        """Seconds until the last request now in the queue should be done."""
        return max((due - now for due in self._due.values()), default=0.0)
