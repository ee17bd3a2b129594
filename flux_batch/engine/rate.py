"""Rate limits as arithmetic. ``Rate`` is GCRA, the leaky bucket with one float of state; ``Window`` counts a stretch.

https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm: each admission moves one theoretical time on by the
spacing; whoever comes more than ``burst - 1`` spacings ahead of it waits for the difference.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

UNITS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "m": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}
"""Seconds in each unit a rate may be written in."""

_WRITTEN = re.compile(r"\s*(?P<count>\d+(?:\.\d+)?)\s*/\s*(?P<unit>[a-z]+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most *per_second* admissions a second, *burst* of them at once after a quiet time.

    Raises:
        ValueError: *per_second* is not a finite number above 0, or *burst* is below 1.
    """

    per_second: float
    burst: int = 1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.per_second) and self.per_second > 0):
            raise ValueError(f"a rate must be above 0 per second, not {self.per_second}")
        if self.burst < 1:
            raise ValueError(f"burst must be at least 1, not {self.burst}")

    @classmethod
    def parse(cls, text: str, *, burst: int = 1) -> Self:
        """Read ``10/s``, ``600/min`` or ``1000/h``.

        Raises:
            ValueError: *text* is none of these.
        """
        found = _WRITTEN.fullmatch(text)
        unit = found["unit"].lower() if found else ""
        if found is None or unit not in UNITS:
            raise ValueError(f"not a rate: {text!r}; write it as 10/s, 600/min or 1000/h")
        return cls(float(found["count"]) / UNITS[unit], burst)

    @property
    def spacing(self) -> float:
        """Seconds between two admissions in the long run."""
        return 1 / self.per_second

    def admit(self, free_at: float, now: float) -> tuple[float, float]:
        """Return the seconds to wait from *now*, and *free_at* as it is after this admission.

        Args:
            free_at: what the last admission returned; ``-inf`` before the first.
            now: a monotonic time in seconds.
        """
        start = max(free_at, now)
        return max(0.0, start - now - (self.burst - 1) * self.spacing), start + self.spacing


@dataclass(frozen=True, slots=True)
class Window:
    """At most *count* admissions in any stretch of *seconds*: they may come together, and still are never too many.

    GCRA, told never to exceed the same in any such stretch, would have to space all of them out.
    """

    count: int
    seconds: float = 1.0

    def wait(self, admitted: Sequence[float], now: float) -> float:
        """Return the seconds to wait from *now*, given when the last *count* were admitted, oldest first."""
        return max(0.0, admitted[0] + self.seconds - now) if len(admitted) >= self.count else 0.0

    def free(self, admitted: Sequence[float], now: float) -> int:
        """Return how many may be admitted at *now*, together."""
        return self.count - sum(1 for when in admitted if when + self.seconds > now)

    def next_free(self, admitted: Sequence[float], now: float) -> float:
        """Return when one more may be admitted than at *now*, infinity where all may."""
        return min((when + self.seconds for when in admitted if when + self.seconds > now), default=math.inf)
