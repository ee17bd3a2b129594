"""The pure heart of the engine: who may post now, and what an outcome changes. It waits for nothing and sends nothing.

Four rules stand before a post, in this order:

1. the **gate**: nobody posts before the time a busy service named;
2. the **breaker**: nobody posts to a dead service, until it is time to look;
3. **caution**: at the start, after a pause and after an outage one post goes out alone, and all wait for its answer
   (a bad key costs one post);
4. the **ceiling**: jobs in flight, counted from the post until the job is done at the service; and the **rate**.

``decide(state, event, now, rng)`` gives the next state and what a listener should hear. The shell is ``slots.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from random import Random
from typing import Self, TypeAlias, assert_never

from flux_batch.engine.breaker import Breaker
from flux_batch.engine.ceiling import Ceiling, Ticket
from flux_batch.engine.events import BreakerClosed, BreakerOpened, Event, Paused, Resumed, SlotsChanged
from flux_batch.engine.gate import Gate, told
from flux_batch.engine.outcome import Accepted, Busy, Fatal, Outcome
from flux_batch.engine.policy import SlotPolicy


@dataclass(frozen=True, slots=True)
class Posted:
    """A post goes out; only where :meth:`Governor.wait` said 0."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The post of *ticket* ended with *outcome*; its slot is still taken."""

    ticket: Ticket
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Left:
    """The slot of *ticket* is free. *outcome* is what was noted, None where nothing was."""

    ticket: Ticket
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Found:
    """The service still works on a job of an earlier run: it fills a place of the queue until it has :class:`Left`."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Time passed."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The service cannot be waited for: end the run; it may be worth coming back after *seconds*."""

    reason: str
    seconds: float


Happening: TypeAlias = Posted | Answered | Left | Found | Looked
Action: TypeAlias = Event | GiveUp


@dataclass(frozen=True, slots=True)
class Governor:
    """All that is known about one endpoint.

    Attributes:
        last: number of the last post.
        in_flight: slots taken, those of jobs that an earlier run posted included.
        void: taken slots whose post the service did not take: they fill no place of its queue.
        finished: accepted jobs that have left.
        cautious: one post at a time, until one is accepted.
        lone: the number of that one post while it is unanswered, sent at *lone_at*.
        proved: whether the service ever took a post: until then silence proves nothing.
        tripped: number of the last post before the breaker opened: answers to those and older ones are of yesterday.
        silent: whether a pause was announced and not yet its end.
        free_at: state of the rate limit.
        over: no post any more.
    """

    policy: SlotPolicy
    ceiling: Ceiling
    breaker: Breaker
    gate: Gate = field(default_factory=Gate)
    last: int = 0
    in_flight: int = 0
    void: int = 0
    finished: int = 0
    cautious: bool = True
    lone: int | None = None
    lone_at: float = math.inf
    proved: bool = False
    tripped: int = 0
    silent: bool = False
    free_at: float = -math.inf
    over: bool = False

    @classmethod
    def start(cls, policy: SlotPolicy) -> Self:
        """Return the state before the first post."""
        return cls(policy, Ceiling.start(policy), Breaker(policy.breaker))

    @property
    def limit(self) -> int:
        """Slots that may be taken now."""
        return self.ceiling.limit

    def wait(self, now: float) -> float:
        """Return 0 where a post may go now, the seconds until one may, infinity where something must happen first."""
        if self.over:
            return math.inf
        if closed := self.pause(now):
            return min(closed, self._patience(now))
        room = self._room(now)
        if room or self.policy.rate is None:
            return room
        return self.policy.rate.admit(self.free_at, now)[0]

    def pause(self, now: float) -> float:
        """Return the seconds for which gate or breaker let nobody post, 0 where both are open."""
        return max(self.gate.wait(now), self.breaker.wait(now))

    def _patience(self, now: float) -> float:
        busy = self.policy.patience - self.gate.busy(now)
        return max(0.0, min(busy, self.policy.breaker.outage - self.breaker.outage(now)))

    def _room(self, now: float) -> float:
        if not self.cautious:
            return self.ceiling.wait(self.in_flight, now)
        if self.lone is None:
            return 0.0 if self.in_flight < self.ceiling.top else math.inf
        return max(0.0, self.lone_at + self.policy.taken_after - now) if self._may_be_taken else math.inf

    @property
    def _may_be_taken(self) -> bool:
        return self.proved and not self.breaker.trips and self.lone is not None

    def looked(self, now: float) -> Governor:
        """Return the state after some time: a lone post that was not refused by now was taken."""
        if not self.cautious:
            return replace(self, ceiling=self.ceiling.looked(self.last, now))
        if self._may_be_taken and now >= self.lone_at + self.policy.taken_after:
            return self.opened()
        return self

    def opened(self) -> Governor:
        """Return the state after the lone post was taken: the slow start begins with what is in flight."""
        window = max(2, 2 * (self.in_flight - self.void))
        ceiling = self.ceiling.opened(window, self.last, "the service takes posts")
        return replace(self, cautious=False, lone=None, proved=True, ceiling=ceiling)

    def next_ticket(self) -> Ticket:
        """Return the ticket the next post will carry."""
        return Ticket(self.last + 1, self.in_flight + 1, self.finished, self.ceiling.proven)


def decide(state: Governor, event: Happening, now: float, rng: Random) -> tuple[Governor, tuple[Action, ...]]:
    """Return the state after *event* at *now* (monotonic seconds), and what to announce or do, in order."""
    actions: list[Action] = []
    match event:
        case Posted():
            after, actions = _posted(state, now)
        case Answered(ticket=ticket, outcome=outcome):
            after, actions = _answered(state, ticket, outcome, now, rng)
        case Left(ticket=ticket, outcome=outcome):
            after = _left(state, ticket, outcome, now)
        case Found():
            after = replace(state, in_flight=state.in_flight + 1)
        case Looked():
            after = state.looked(now)
            actions = _changes(state, after)
        case _:
            assert_never(event)
    actions.extend(_given_up(after, now))
    if any(isinstance(action, GiveUp) for action in actions):
        after = replace(after, over=True)
    return after, tuple(actions)


def _posted(state: Governor, now: float) -> tuple[Governor, list[Action]]:
    ticket = state.next_ticket()
    rate = state.policy.rate
    after = replace(
        state,
        ceiling=state.ceiling.posted(ticket, now),
        last=ticket.number,
        in_flight=ticket.in_flight,
        lone=ticket.number if state.cautious else None,
        lone_at=now,
        silent=False,
        free_at=rate.admit(state.free_at, now)[1] if rate else state.free_at,
    )
    resumed: list[Action] = [Resumed()] if state.silent else []
    return after, resumed + _changes(state, after)


def _answered(
    state: Governor, ticket: Ticket, outcome: Outcome, now: float, rng: Random
) -> tuple[Governor, list[Action]]:
    alone = ticket.number == state.lone
    late = state.breaker.trips > 0 and ticket.number <= state.tripped
    breaker = state.breaker if late else state.breaker.after(outcome, now, alone=alone)
    if isinstance(outcome, Accepted):
        after, actions = _accepted(state, breaker, ticket, now), list[Action]()
    else:
        lone = None if alone else state.lone
        after, actions = _untaken(
            replace(state, breaker=breaker, lone=lone, void=state.void + 1), ticket, outcome, now, rng
        )
    after, heard = _breaker_heard(state, after, now)
    return after, heard + actions + _changes(state, after)


def _accepted(state: Governor, breaker: Breaker, ticket: Ticket, now: float) -> Governor:
    gate = state.gate.passed() if ticket.number > state.ceiling.cut else state.gate
    ceiling = state.ceiling.accepted(ticket, state.last, now)
    if breaker is state.breaker and gate is state.gate and ceiling is state.ceiling and ticket.number != state.lone:
        return state  # the usual case, and once for each job: nothing has changed
    after = replace(state, breaker=breaker, gate=gate, ceiling=ceiling)
    return after.opened() if ticket.number == state.lone else after


def _untaken(
    state: Governor, ticket: Ticket, outcome: Outcome, now: float, rng: Random
) -> tuple[Governor, list[Action]]:
    match outcome:
        case Busy():
            return _refused(state, ticket, outcome, now, rng)
        case Fatal():
            return replace(state, over=True), []
        case _:
            return replace(state, ceiling=state.ceiling.unanswered(ticket, now)), []


def _refused(state: Governor, ticket: Ticket, busy: Busy, now: float, rng: Random) -> tuple[Governor, list[Action]]:
    fresh = ticket.number > state.ceiling.cut
    taken = state.in_flight - state.void + state.finished - ticket.finished
    after = replace(
        state,
        ceiling=state.ceiling.refused(ticket, taken, busy.limit, last=state.last, now=now),
        gate=state.gate.closed(busy.retry_after, now, rng, fresh=fresh, longest=state.policy.busy_longest),
        cautious=True,
        silent=True,
    )
    actions: list[Action] = [Paused(after.gate.wait(now), "the service is busy")] if fresh else []
    asked = told(busy.retry_after)
    if asked > state.policy.max_wait:
        why = f"the service asks for a pause of {asked:.0f} s, longer than max_wait = {state.policy.max_wait:.0f} s"
        actions.append(GiveUp(why, asked))
    return after, actions


def _left(state: Governor, ticket: Ticket, outcome: Outcome | None, now: float) -> Governor:
    in_flight = state.in_flight - 1
    match outcome:
        case Accepted():
            return replace(state, in_flight=in_flight, finished=state.finished + 1)
        case None:
            lone = None if ticket.number == state.lone else state.lone
            return replace(state, in_flight=in_flight, lone=lone, ceiling=state.ceiling.unanswered(ticket, now))
        case _:
            return replace(state, in_flight=in_flight, void=state.void - 1)


def _breaker_heard(before: Governor, after: Governor, now: float) -> tuple[Governor, list[Action]]:
    breaker = after.breaker
    if breaker.trips > before.breaker.trips:
        opened = BreakerOpened(breaker.wait(now), breaker.trips, breaker.reason)
        ceiling = after.ceiling.opened(1, after.last, breaker.reason)
        return replace(after, cautious=True, silent=True, ceiling=ceiling, tripped=after.last), [opened]
    if before.breaker.trips and not breaker.trips:
        return after, [BreakerClosed()]
    return after, []


def _changes(before: Governor, after: Governor) -> list[Action]:
    if before.ceiling is after.ceiling or before.limit == after.limit:
        return []
    return [SlotsChanged(after.limit, after.in_flight, after.ceiling.reason)]


def _given_up(state: Governor, now: float) -> list[Action]:
    if state.over:
        return []
    policy = state.policy
    if state.breaker.outage(now) >= policy.breaker.outage:
        minutes = policy.breaker.outage / 60
        return [GiveUp(f"no answer from the service for {minutes:.0f} minutes: {state.breaker.reason}", 0.0)]
    if state.gate.busy(now) >= policy.patience:
        return [GiveUp(f"the service has been busy for {policy.patience / 60:.0f} minutes and took no job", 0.0)]
    return []
