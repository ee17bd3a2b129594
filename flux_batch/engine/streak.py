"""When a run is hopeless: the service refuses every job, in the same words.

One refused job is that job's fault. The same refusal again and again is a mistake in the grid that is common to all,
and each further post only repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flux_batch.engine.outcome import Accepted, Outcome, Refused

AT_THE_START = 5
"""Equal refusals in a row that end a run in which nothing was accepted yet."""
LATER = 20
"""Equal refusals in a row that end a run in which something was."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Equal refusals in a row.

    Attributes:
        message: the words of the last refusal.
        count: how often they came since the last other outcome that says something about jobs.
        accepted: whether any job was ever accepted.
    """

    message: str = ""
    count: int = 0
    accepted: bool = False

    def after(self, outcome: Outcome) -> Streak:
        """Return the streak with *outcome* counted; trouble with the service neither adds to it nor breaks it."""
        match outcome:
            case Accepted():
                return Streak(accepted=True)
            case Refused(message=message):
                count = self.count + 1 if message == self.message else 1
                return replace(self, message=message, count=count)
            case _:
                return self

    @property
    def hopeless(self) -> bool:
        """Whether going on would only repeat it."""
        return self.count >= (LATER if self.accepted else AT_THE_START)
