"""Asking about a job that is paid for: whom, in which form, and when a "no" is believed. Pure.

```python
inquiry = Inquiry.about("7", ["standard", "spare"])
while (way := inquiry.way(closed)) is not None and not inquiry.unknown:
    inquiry = inquiry.after(way, await ask(way), age)
```
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias, assert_never

from flux_batch.errors import RunStopped, TransportError
from flux_batch.plan.job import JSON, Job
from flux_batch.response.drift import drift
from flux_batch.response.links import fetch_requests
from flux_batch.response.verdict import Busy, Gone, Images, Pending, Refused, Unknown

GRACE = 60.0
"""Seconds in which an id that the service just gave may still be unknown to it."""

TWICE = 2
"""A "no" is believed when it was said so often: one answer may come from a server that is not up to date."""

Heard: TypeAlias = Images | Pending | Busy | Refused | Unknown | Gone | TransportError | RunStopped
"""What came of one question: an answer, none, or the end of the lane it went through."""


def may_be_of(job: Job, answer: Images | Pending) -> bool:
    """Whether what an id leads to can be *job*'s: it names no other seed and no other prompt.

    A service may add words to a prompt; it does not take any away.
    """
    asked, got = job.body.get("prompt"), answer.meta.get("prompt")
    other = isinstance(asked, str) and isinstance(got, str) and asked.casefold() not in got.casefold()
    return not other and "seed" not in {each.field for each in drift(job.body, answer.meta)}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask: through *lane*, by *path* and key-free *body*."""

    lane: str
    path: str
    body: dict[str, JSON]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was asked about one job so far, and what it came to since the service last knew the job.

    Attributes:
        ways: each lane that may know the job, in each documented form; the likeliest first.
        turn: place of the next one.
        answered: the ways that brought an answer, once for each.
        denied: the lanes that said in the API's own words that they do not know it, once for each time.
        refusals: how often it was said to have failed.
    """

    ways: tuple[Way, ...]
    turn: int = 0
    answered: tuple[Way, ...] = ()
    denied: tuple[str, ...] = ()
    refusals: int = 0

    @classmethod
    def about(cls, generation_id: str, lanes: Sequence[str]) -> Self:
        """Return the inquiry before the first question; *lanes*: the likeliest to know it first."""
        return cls(tuple(Way(lane, path, body) for lane in lanes for path, body in fetch_requests(generation_id)))

    def way(self, closed: Collection[str] = ()) -> Way | None:
        """Return the way to ask next; None where there is none, or no lane but *closed* ones may still tell."""
        line = self.ways[self.turn :] + self.ways[: self.turn]
        left = tuple(way for way in line if way.lane not in closed)
        if len(left) < len(line) and self._is_denied(left):
            return None
        return next(iter(left), None)

    def after(self, way: Way, heard: Heard, age: float) -> Inquiry:
        """Return the inquiry after *way* was asked.

        Args:
            way: as given by :meth:`way`.
            heard: what came of it.
            age: seconds since the service accepted the job.
        """
        match heard:
            case Refused() | Pending(failing=True):
                return replace(self, refusals=self.refusals + 1)
            case Images() | Pending():
                return replace(self, answered=(), denied=(), refusals=0)
            case Busy() | RunStopped():
                return self
            case TransportError() | Unknown() | Gone():
                return self._elsewhere(way, heard, age)
        assert_never(heard)

    def _elsewhere(self, way: Way, heard: TransportError | Unknown | Gone, age: float) -> Inquiry:
        """Turn to the next way. Only the API's own words deny a job, and none that it may not have heard of yet."""
        after = replace(self, turn=(self.ways.index(way) + 1) % len(self.ways))
        if isinstance(heard, TransportError):
            return after
        denied = (*self.denied, way.lane) if isinstance(heard, Gone) and age > GRACE else self.denied
        return replace(after, answered=(*self.answered, way), denied=denied)

    @property
    def rounds(self) -> int:
        """How often each of the ways has brought an answer, at least."""
        return self._rounds(self.ways)

    @property
    def unknown(self) -> bool:
        """Whether nobody knows the job: twice no from each lane, and no way that might still tell."""
        return self._is_denied(self.ways)

    def _rounds(self, ways: Sequence[Way]) -> int:
        return min(map(self.answered.count, ways), default=0)

    def _is_denied(self, ways: Sequence[Way]) -> bool:
        return self._rounds(ways) >= TWICE and all(self.denied.count(way.lane) >= TWICE for way in ways)

    @property
    def failed(self) -> bool:
        """Whether the service is to be believed that it failed."""
        return self.refusals >= TWICE
