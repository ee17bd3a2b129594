"""What is measured while a journal is read: lengths of time, and numbers that change in steps."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass(slots=True)
class Times:
    """Lengths of time in seconds, one entry each.

    Attributes:
        answer: from a post to its answer, of those accepted.
        slot: from a post until its images existed: how long a slot was taken.
        service: what the service says the generation took.
        delivery: from then until the image was in the manifest: waiting, download, checks.
    """

    answer: array[float] = field(default_factory=lambda: array("d"))
    slot: array[float] = field(default_factory=lambda: array("d"))
    service: array[float] = field(default_factory=lambda: array("d"))
    delivery: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Steps:
    """A number that changes in steps: from *at* (running seconds) on it is *value*; None where it is not known."""

    at: array[float] = field(default_factory=lambda: array("d"))
    value: list[int | None] = field(default_factory=list)

    def add(self, at: float, value: int | None) -> None:
        """Say what the number is from *at* on."""
        self.at.append(at)
        self.value.append(value)


@dataclass(slots=True)
class Slots:
    """How the slots were used.

    Attributes:
        in_flight: posts and unfinished jobs at the service.
        limit: how many there might be; unknown until a run's first change of it.
        taken, offered: slot-seconds, as far as the limit was known.
    """

    in_flight: Steps = field(default_factory=Steps)
    limit: Steps = field(default_factory=Steps)
    taken: float = 0.0
    offered: float = 0.0
