"""When to ask next whether a job is ready: not by a fixed row of pauses, but by what asking costs and gains.

A job that is ready and not known to be holds a slot of the queue for nothing, and each question takes a turn that
another job could use. So the questions about a job are set where the idle time to expect, plus a price for each
question, is least (dynamic programming over the moments at which the job may be ready). A job whose end is known to a
tenth of a second is asked about once, right after it; one of which little is known, more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import add

from flux_batch.engine.readiness import Outlook

PRICE, IDLE_PRICE = 0.4, 0.05
"""Seconds of a slot that one question is worth, where others wait for a turn and where the turn would go to nobody.

Found on a virtual clock, by trying: tests/engine/test_utilisation.py holds what they come to.
"""
SOONEST = 1.0
"""Seconds before the first question about a job, at least."""

_FINEST = 0.02
"""Two questions about a job are this part of its age apart, at least: beyond all experience they get rare, not many."""
_MOMENTS = 24
_CERTAIN = 0.99
_GROWTH = 1.3
_STEPS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """When to ask about a job next, in seconds after its start.

    Attributes:
        early: from here on, if nobody else needs the turn.
        due: from here on in any case; not before *early*.
    """

    early: float
    due: float


def next_question(outlook: Outlook) -> Question:
    """Return when to ask next about a job of which *outlook* is known."""
    moments = _moments(outlook)
    early, due = (_cheapest(moments, price) for price in (IDLE_PRICE, PRICE))
    return Question(min(early, due), due)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment worth a question: with which probability the job is ready by then, and the idle time to expect."""

    time: float
    ready: float
    idle: float

    def idle_until(self, later: _Moment) -> float:
        """Return the idle time to expect where the job was unfinished here and the next question comes *later*."""
        return later.idle - self.idle - self.ready * (later.time - self.time)


def _cheapest(moments: list[_Moment], price: float) -> float:
    """Return the best time of the next question. Costs are reckoned from the last moment back to the first."""
    last = moments[-1]
    costs = [(1 - last.ready) * (2 * price + _FINEST * last.time)]
    for n in range(len(moments) - 2, -1, -1):
        this = moments[n]
        later = min(map(add, map(this.idle_until, moments[n + 1 :]), costs))
        costs.insert(0, later + price * (1 - this.ready))
    return min(zip(moments, costs, strict=True), key=lambda pair: pair[0].idle + pair[1])[0].time


def _moments(outlook: Outlook) -> list[_Moment]:
    """Return the moments worth a question: between two of them the job gets ready with the same probability."""
    return [_Moment(time, outlook.ready(time), outlook.idle(time)) for time in _times(outlook)]


def _times(outlook: Outlook) -> list[float]:
    soonest = max(SOONEST, outlook.since * (1 + _FINEST))
    latest = soonest
    while outlook.ready(latest) < _CERTAIN:
        latest *= _GROWTH
    first = outlook.ready(soonest)
    times = [soonest]
    for n in range(1, _MOMENTS + 1 if first < _CERTAIN else 1):
        times.append(_when(outlook, first + (_CERTAIN - first) * n / _MOMENTS, times[-1], latest))
    return times


def _when(outlook: Outlook, level: float, low: float, high: float) -> float:
    """Return when the job is ready with this probability."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if outlook.ready(middle) < level else (low, middle)
    return high
