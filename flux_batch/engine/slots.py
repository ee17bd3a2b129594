"""The thin shell around the governor: slots to hold while a job is at the service.

```python
async with slots.hold() as slot:      # waits for gate, breaker, rate and a free slot; first come, first served
    answer = await post(job)
    slot.note(Accepted())             # what the answer was: exactly once
    await poll(job)                   # the job is unfinished, so its slot is taken
# the slot is free; downloads come here
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from types import TracebackType

from flux_batch.engine.brake import Brake
from flux_batch.engine.ceiling import Ticket
from flux_batch.engine.clock import Clock
from flux_batch.engine.events import LaneClosed, Notice, unheard
from flux_batch.engine.governor import Answered, Found, GiveUp, Governor, Happening, Left, Looked, Posted, decide
from flux_batch.engine.outcome import Accepted, Fatal, Outcome, Unknown
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.turnstile import NotYet, Turnstile
from flux_batch.errors import RunStopped, Unreachable

FOUND = Ticket(0, 0, 0)
"""What a job of an earlier run has for a ticket: its post is none of this run's."""


class Slot:
    """One place in the service's queue, taken from the post until the job is done there.

    Attributes:
        lane: name of the endpoint it belongs to, empty where there is only one.
        ticket: the post as it was sent; ``ticket.number`` counts the posts of the lane from 1.
        outcome: what was noted, None before.
    """

    def __init__(self, slots: Slots, ticket: Ticket) -> None:
        self.lane = slots.lane
        self.ticket = ticket
        self.outcome: Outcome | None = None
        self._slots = slots

    def note(self, outcome: Outcome) -> None:
        """Tell what the post came to.

        Raises:
            RuntimeError: it was told before; a slot is for one post.
        """
        if self.outcome is not None:
            raise RuntimeError(f"one post, one outcome: {self.outcome} was noted before {outcome}")
        self.outcome = outcome
        self._slots.noted(self.ticket, outcome)

    def leave(self, *, failed: bool) -> None:
        """Free the slot; a failure without a note may have been a post whose answer was lost."""
        if failed and self.outcome is None:
            self.note(Unknown())
        self._slots.left(self)


class Slots:
    """The slots of one endpoint, governed.

    Args:
        policy: the user's numbers.
        clock: time.
        rng: jitter.
        brake: pulled ends every wait; pulled by this object when the service cannot be waited for.
        notice: hears every event, on the event loop.
        lane: the endpoint's name, for events and errors.
    """

    def __init__(
        self,
        policy: SlotPolicy,
        *,
        clock: Clock,
        rng: Random,
        brake: Brake,
        notice: Notice = unheard,
        lane: str = "",
    ) -> None:
        self.lane = lane
        self.closed: RunStopped | None = None
        self._clock = clock
        self._rng = rng
        self._notice = notice
        self._state = Governor.start(policy)
        self._turnstile: Turnstile[Slot] = Turnstile(brake)
        self._ended: Callable[[RunStopped], None] = brake.pull

    @property
    def in_flight(self) -> int:
        """Slots taken."""
        return self._state.in_flight

    @property
    def limit(self) -> int:
        """Slots that may be taken now."""
        return self._state.limit

    @property
    def known(self) -> int:
        """Slots that the service is believed to have for us: *limit* gets there."""
        return self._state.ceiling.top

    @property
    def pause(self) -> float:
        """Seconds for which nobody posts, because the service is busy or does not answer; 0 while posts go out."""
        return self._state.pause(self._clock.monotonic())

    def hold(self) -> Hold:
        """Wait for a slot and hold it; ``async with slots.hold() as slot``.

        Entering raises the brake's reason (RunStopped) where the run is ending. Leaving by an error without a note
        counts as an unknown outcome. Leaving without error, by cancellation, or because the run ends counts as no
        post at all.
        """
        return Hold(self._turnstile, self.take)

    def take(self) -> Slot | NotYet:
        """Take a slot if one may be taken at this moment."""
        self._happened(Looked())
        seconds = self._state.wait(self._clock.monotonic())
        if seconds > 0:
            return NotYet(seconds)
        ticket = self._state.next_ticket()
        self._happened(Posted())
        return Slot(self, ticket)

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Count a job that an earlier run posted and the service still works on, until it is done there."""
        self._happened(Found())
        try:
            yield
        finally:
            self._happened(Left(FOUND, Accepted()))

    def noted(self, ticket: Ticket, outcome: Outcome) -> None:
        """Learn what the post of *ticket* came to; called by its slot."""
        self._happened(Answered(ticket, outcome))
        if isinstance(outcome, Fatal) and outcome.reason is not None:
            self.close(outcome.reason)

    def left(self, slot: Slot) -> None:
        """Free the slot; called where its hold ends."""
        self._happened(Left(slot.ticket, slot.outcome))

    def close(self, reason: RunStopped) -> None:
        """Let no further post through here. Alone, that ends the run; among lanes, the others go on."""
        if self.closed is not None:
            return
        self.closed = reason
        self._state = replace(self._state, over=True)
        self._notice(LaneClosed(str(reason), self.lane))
        self._ended(reason)
        self._turnstile.turn()

    def share(self, turnstile: Turnstile[Slot], ended: Callable[[RunStopped], None]) -> None:
        """Become one of several lanes: wake their common line, and report the end to them."""
        self._turnstile = turnstile
        self._ended = ended

    def _happened(self, event: Happening) -> None:
        before = self._state
        self._state, actions = decide(before, event, self._clock.monotonic(), self._rng)
        for action in actions:
            if isinstance(action, GiveUp):
                self.close(self._unreachable(action))
            else:
                self._notice(replace(action, lane=self.lane))
        if not isinstance(event, Looked | Posted):
            self._turnstile.turn()

    def _unreachable(self, action: GiveUp) -> Unreachable:
        back = datetime.fromtimestamp(self._clock.wall() + action.seconds, UTC)
        when = f"after {back:%Y-%m-%d %H:%M} UTC" if action.seconds else "when the service is back"
        return Unreachable(action.reason, hint=f"run the same command again {when}: it resumes where it stopped")


class Hold:
    """The async context manager around one slot."""

    def __init__(self, turnstile: Turnstile[Slot], take: Callable[[], Slot | NotYet]) -> None:
        self._turnstile = turnstile
        self._take = take
        self._slot: Slot | None = None

    async def __aenter__(self) -> Slot:
        self._slot = await self._turnstile.passed(self._take)
        return self._slot

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._slot is not None:
            self._slot.leave(failed=isinstance(error, Exception) and not isinstance(error, RunStopped))
