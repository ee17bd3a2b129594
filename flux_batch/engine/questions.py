"""When to ask next whether a job is ready: not by a fixed row of pauses, but by what asking costs and gains.

A job that is ready and not known to be holds a slot of the queue for nothing, and each question takes a turn that
another job could use. So the questions about a job are set where the idle time to expect, plus a price for each
question, is least (dynamic programming over the moments at which the job may be ready). A job whose end is known to a
tenth of a second is asked about once, right after it; one of which little is known, more often.

A question that comes too early is not lost where the service answers it with a fresh estimate: that one is as right in
proportion, and so much nearer to the end. There long jobs are asked about before they can well be ready, each time
closer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from operator import add

from flux_batch.engine.readiness import Outlook

PRICE, IDLE_PRICE = 0.4, 0.05
"""Seconds of a slot that one question is worth, where others wait for a turn and where the turn would go to nobody.

Found on a virtual clock, by trying: tests/engine/test_utilisation.py holds what they come to.
"""
SOONEST, APART = 0.25, 0.1
"""Seconds before the first question about a job, and between two of them, at least."""

_FINEST = 0.02
"""Nor are they closer than this part of the job's age, or of an estimate's where that is trusted: beyond all
experience they get rare, not many."""
_MOMENTS = 24
_CERTAIN = 0.99
_GROWTH = 1.3
_STEPS = 10
_TIGHTEST, _WIDEST = 0.01, 0.5

Cost = Callable[[float], float]
"""What is to be expected to be paid, in seconds of a slot, for a job that still takes so many seconds."""


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
    early, due = (_cheapest(moments, price, outlook) for price in (IDLE_PRICE, PRICE))
    return Question(min(early, due), due)


def following(seconds: float, price: float, scatter: float) -> float:
    """Return what a job costs from an estimate on, in seconds of a slot: questions at *price* each, and idle time.

    The optimum has no closed form. This one is within a fifth of it for estimates right within 5 to 40 %
    (``benchmarks/polling.py`` prints both): an estimate that scatters by *scatter* brings each question nearer to the
    end by that factor, so their number grows with the logarithm of the time, and by one for each such factor.

    Args:
        seconds: how long the job still takes.
        price: of one question, in seconds of a slot.
        scatter: of the true time around the estimate, as a standard deviation of logarithms.
    """
    scatter = min(max(scatter, _TIGHTEST), _WIDEST)
    each_fold = -1 / math.log(scatter)
    return price * (1 + each_fold * math.log1p(3 * scatter / each_fold * seconds / price))


@dataclass(frozen=True, slots=True)
class _Moment:
    """A moment worth a question: with which probability the job is ready by then, and the idle time to expect."""

    time: float
    ready: float
    idle: float

    def idle_until(self, later: _Moment) -> float:
        """Return the idle time to expect where the job was unfinished here and the next question comes *later*."""
        return later.idle - self.idle - self.ready * (later.time - self.time)


def _cheapest(moments: list[_Moment], price: float, outlook: Outlook) -> float:
    """Return the best time of the next question. Costs are reckoned from the last moment back to the first."""
    last = moments[-1]
    costs = [(1 - last.ready) * (2 * price + _FINEST * last.time)]
    renewed = partial(following, price=price, scatter=outlook.scatter)
    for n in range(len(moments) - 2, -1, -1):
        this = moments[n]
        again = price * (1 - this.ready) + min(map(add, map(this.idle_until, moments[n + 1 :]), costs))
        if outlook.renewal:
            again += outlook.renewal * min(0.0, _renewed(moments[n:], renewed) - again)
        costs.insert(0, again)
    return min(zip(moments, costs, strict=True), key=lambda pair: pair[0].idle + pair[1])[0].time


def _renewed(moments: list[_Moment], cost: Cost) -> float:
    """Return what is to be expected to be paid where an answer at the first of *moments* brings a fresh estimate."""
    now, last = moments[0].time, moments[-1]
    between = sum(
        (later.ready - sooner.ready) * cost((sooner.time + later.time) / 2 - now) for sooner, later in pairwise(moments)
    )
    return between + (1 - last.ready) * cost(last.time - now)


def _moments(outlook: Outlook) -> list[_Moment]:
    """Return the moments worth a question: between two of them the job gets ready with the same probability."""
    return [_Moment(time, outlook.ready(time), outlook.idle(time)) for time in _times(outlook)]


def _times(outlook: Outlook) -> list[float]:
    soonest = max(SOONEST, outlook.since + max(APART, _FINEST * outlook.age))
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
