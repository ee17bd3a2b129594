"""One gate for all workers: after a busy answer nobody posts before the time the service named."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from random import Random

SHORTEST = 1.0
"""Seconds; a service that says 0, -5, "soon" or nothing still gets this."""
LONGEST = 6 * 3600.0
"""Seconds; a longer Retry-After is a slip of units or of the clock, and is read as this."""
_LARGEST_EXPONENT = 32


def told(retry_after: float | None) -> float:
    """Read the seconds a service asks for: odd values count as nothing said, too long ones as six hours."""
    if retry_after is None or math.isnan(retry_after) or retry_after <= 0:
        return 0.0
    return min(retry_after, LONGEST)


@dataclass(frozen=True, slots=True)
class Gate:
    """Closed until a monotonic time.

    Attributes:
        opens_at: nobody posts before, in monotonic seconds.
        refusals: rounds of busy answers since the last accepted post. Answers to posts sent before the last cut
            belong to the same round.
        since: when the first of those rounds began.
    """

    opens_at: float = -math.inf
    refusals: int = 0
    since: float = math.inf

    def closed(self, retry_after: float | None, now: float, rng: Random, *, fresh: bool, longest: float) -> Gate:
        """Return the gate after a busy answer: as long as told, plus up to a tenth or a second, whichever is more.

        Args:
            fresh: whether the refused post was sent after the last cut, so that a new round begins.
            longest: rounds in a row double the pause that is kept without being told to, up to this many seconds.
        """
        refusals = self.refusals + fresh
        own = min(longest, SHORTEST * 2.0 ** min(max(refusals - 1, 0), _LARGEST_EXPONENT))
        seconds = max(told(retry_after), own)
        opens_at = now + seconds + rng.uniform(0.0, max(1.0, seconds / 10))
        return Gate(max(self.opens_at, opens_at), refusals, min(self.since, now))

    def passed(self) -> Gate:
        """Return the gate after an accepted post."""
        return replace(self, refusals=0, since=math.inf) if self.refusals else self

    def busy(self, now: float) -> float:
        """Return the seconds since the first refusal after the last accepted post, negative infinity before it."""
        return now - self.since

    def wait(self, now: float) -> float:
        """Return the seconds until it opens, 0 where it is open."""
        return max(0.0, self.opens_at - now)
