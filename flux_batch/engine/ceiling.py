"""How many jobs may be in flight: learned from the service's own words, or from what it took.

Slow start: a window that begins with one post and doubles with each round that succeeds. Above it the *ceiling*: what
the service said ("Maximum 5") or what it had taken when it refused the next. It is held, not halved (halving keeps
27 % of a queue that answers 429 with ``retry_after: 30``); one more is tried rarely, and sooner where more once worked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

from flux_batch.engine.policy import SlotPolicy


@dataclass(frozen=True, slots=True)
class Ticket:
    """A post as it was sent.

    Attributes:
        number: 1 for the first post, 2 for the second, ...
        in_flight: slots taken at that moment, its own included.
        finished: accepted jobs that had left their slots by then.
        proven: the most that had been seen in flight with a post accepted on top, by then.
    """

    number: int
    in_flight: int
    finished: int
    proven: int = 0


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The learned limit and the window under it.

    Attributes:
        policy: the user's numbers.
        held: slots the service is believed to have for us; None while nothing is known.
        window: slots opened so far by the slow start.
        proven: the most that were ever in flight with a post accepted on top.
        raised: number of the last post before the window last grew: only later ones may let it grow again.
        asked_at: when the first post after that was sent that fills at least half of the window.
        filled: number of the first post after that which took the last slot of the window, 0 before: a round is whole.
        taken: posts of that round which were accepted.
        cut: number of the last post before the ceiling last fell: busy answers to earlier ones belong to that fall.
        probe: number of the post that first tried one more; None where *held* is not on trial.
        passed: posts accepted since then with every slot taken. One is no proof: another job may have been ready
            without our knowing. As many as there are slots are.
        probe_at: when the next such post may go, in monotonic seconds.
        gap: seconds from a refused probe to the next.
        reason: why the limit is what it is.
    """

    policy: SlotPolicy
    held: int | None
    gap: float
    probe_at: float = math.inf
    window: int = 1
    proven: int = 0
    raised: int = 0
    asked_at: float = math.inf
    filled: int = 0
    taken: int = 0
    cut: int = 0
    probe: int | None = None
    passed: int = 0
    reason: str = "one post first"

    @classmethod
    def start(cls, policy: SlotPolicy) -> Self:
        """Return the state before the first post."""
        return cls(policy, held=policy.limit if policy.adaptive else None, gap=policy.probe_first)

    @property
    def top(self) -> int:
        """Slots that may be taken once the slow start is over."""
        most = self.policy.ceiling
        return most if self.held is None else min(self.held, most)

    @property
    def limit(self) -> int:
        """Slots that may be taken now."""
        return min(self.window, self.top)

    def wait(self, in_flight: int, now: float) -> float:
        """Return 0 where one more may go, the seconds to the next probe, or infinity where a slot must be left."""
        if in_flight < self.limit:
            return 0.0
        if self._below_known:
            return max(0.0, self.asked_at + self.policy.taken_after - now)
        probing = self.held is not None and self.limit == self.held == in_flight < self.policy.ceiling
        return max(0.0, self.probe_at - now) if probing and self.probe is None else math.inf

    @property
    def _below_known(self) -> bool:
        return self.window < self.top and (self.held is not None or not self.policy.adaptive)

    def looked(self, last: int, now: float) -> Ceiling:
        """Return the state after some time: below a known limit, silence is a success too. *last*: the last post."""
        if not (self._below_known and now >= self.asked_at + self.policy.taken_after):
            return self
        return self.opened(self.window * 2, last, f"doubled: nothing was refused for {self.policy.taken_after:g} s")

    def posted(self, ticket: Ticket, now: float) -> Ceiling:
        """Return the state with *ticket* sent; one above the limit is the probe."""
        if ticket.in_flight > self.top and self.held is not None:
            more = self.held + 1
            reason = f"trying one more than {self.held}"
            return replace(self, held=more, window=more, probe=ticket.number, passed=0, reason=reason)
        if ticket.number == 1:
            return replace(self, probe_at=now + self.gap)
        if self.window >= self.top or self.filled:
            return self
        asked_at = min(self.asked_at, now) if ticket.in_flight * 2 >= self.window else self.asked_at
        return replace(self, asked_at=asked_at, filled=ticket.number if ticket.in_flight >= self.window else 0)

    def accepted(self, ticket: Ticket, last: int, now: float) -> Ceiling:
        """Return the state after a success: the window doubles once a round, a trial that is passed allows the next.

        Args:
            ticket: the accepted post.
            last: number of the last post.
        """
        if self.probe is not None and self.held is not None:
            full = ticket.number >= self.probe and ticket.in_flight >= self.held
            return self._tried(self.passed + full, now)
        after = self._grown(ticket, last, now) if ticket.number > self.raised and self.window < self.top else self
        proves = ticket.number > self.cut and ticket.in_flight > self.proven
        return replace(after, proven=ticket.in_flight) if proves else after

    def _grown(self, ticket: Ticket, last: int, now: float) -> Ceiling:
        """Return the state after a success in the slow start: it counts when it speaks for all the window.

        Where answers come at once and in any order, the first to be read would else double the window before those
        that refuse the rest are read. Where they come when a job is done, silence speaks.
        """
        taken = self.taken + (not self.filled or ticket.number <= self.filled)
        silent = ticket.in_flight * 2 >= self.window and now >= self.asked_at + self.policy.taken_after
        if silent or taken == self.filled - self.raised:
            return self.opened(self.window * 2, last, "doubled after a success")
        return replace(self, taken=taken)

    def _tried(self, passed: int, now: float) -> Ceiling:
        after = replace(self, passed=passed)
        if self.held is None or passed < self.held:
            return after
        return replace(after, proven=self.held, probe=None, probe_at=now, gap=self.policy.probe_first)

    def unanswered(self, ticket: Ticket, now: float) -> Ceiling:
        """Return the state after an outcome that says nothing about room: a probe that met one is taken back."""
        if ticket.number != self.probe or self.held is None:
            return self
        return replace(self.untried(now), held=self.held - 1, reason="the probe was not answered")

    def untried(self, now: float) -> Ceiling:
        """Return the state with no trial under way: the next one comes after the same time again."""
        return replace(self, probe=None, probe_at=now + self.gap)

    def opened(self, window: int, last: int, reason: str) -> Ceiling:
        """Return the state with the slow start at *window* slots; *last*: number of the last post."""
        window = min(window, self.top)
        return replace(self, window=window, raised=last, asked_at=math.inf, filled=0, taken=0, reason=reason)

    def refused(self, ticket: Ticket, taken: int, said: int | None, *, last: int, now: float) -> Ceiling:
        """Return the state after a busy answer.

        Args:
            ticket: the refused post.
            taken: other jobs of ours that the service may have had when it refused.
            said: the limit its words named, None for none.
            last: number of the last post.
        """
        held = self._learned(ticket, taken, said)
        reason = f"the service takes {said}" if said is not None and held == said else f"refused on top of {taken}"
        after = replace(self.opened(1, self.raised, reason), held=held)
        if ticket.number <= self.cut:
            return after if held == self.held else after.untried(now)
        gap = self._next_gap(ticket, held, said)
        # an answer that overtook this refusal is no proof: its post was on the way together with the refused one
        return replace(after, cut=last, raised=last, probe=None, gap=gap, probe_at=now + gap, proven=ticket.proven)

    def _learned(self, ticket: Ticket, taken: int, said: int | None) -> int | None:
        if said is not None and said < 1:
            said = None
        if said is not None and ticket.in_flight > said:
            seen: int | None = said
        elif taken < 1:  # nothing of ours was there: the queue is full of somebody else's, which says nothing about us
            seen = said
        else:
            seen = taken if said is None else min(taken, said)
        return self.held if seen is None else min(seen, self.held or seen)

    def _next_gap(self, ticket: Ticket, held: int | None, said: int | None) -> float:
        if self.probe is not None and ticket.number >= self.probe:
            return min(self.policy.probe_longest, self.gap * 2)
        once = ticket.proven if said is None else said
        if held is not None and held < once:
            return self.policy.probe_back
        return self.policy.probe_first if said is None else self.policy.probe_named
