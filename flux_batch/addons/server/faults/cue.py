"""What a fault is told: its argument, its own dice, and the event it is played on."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Event:
    """One HTTP exchange as the server counts it.

    Attributes:
        kind: ``post``, ``fetch``, ``image``, ``webhook``, ``other``.
        seq: number among all events, from 1.
        n: number among the events of its kind, from 1.
    """

    kind: str
    seq: int
    n: int


@dataclass(frozen=True, slots=True)
class Cue:
    """One fault about to be played.

    Attributes:
        name: of the fault.
        argument: what the script says after the name, without the share; empty text where it says nothing.
        event: the event it is played on.
        origin: the server as the client reached it, ``http://host:port``.
        key: the key the request carried, for faults that let it slip.
        dice: seeded by script and event: the same event falls the same way in every run.
    """

    name: str
    argument: str
    event: Event
    origin: str
    key: str
    dice: Random

    def number(self, default: float) -> float:
        """The argument as a number, *default* where there is none."""
        try:
            return float(self.argument)
        except ValueError:
            return default
