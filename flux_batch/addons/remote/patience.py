"""How long a copy waits for a store that does not take it: for as long as the run goes on, and a little after."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_EXPONENT = 16


@dataclass(frozen=True, slots=True)
class Patience:
    """When to try again, and when to leave it to the next run.

    Attributes:
        first: seconds before the second try; doubles from there.
        longest: seconds between two tries at most.
        last_tries: tries of one file once the run is over; before that there is no such bound.
        in_a_row: files given up one after another, after which the store counts as gone.
    """

    first: float = 1.0
    longest: float = 60.0
    last_tries: int = 3
    in_a_row: int = 8

    def pause(self, failures: int) -> float:
        """Return the seconds to wait after so many failures of one file."""
        return min(self.longest, self.first * 2.0 ** min(failures - 1, LARGEST_EXPONENT))
