"""What the engine did, as frozen values. Listeners draw, log or journal them; the engine knows no listener."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class SlotsChanged:
    """The number of slots that may be in flight changed.

    Attributes:
        limit: slots allowed from now on.
        in_flight: slots taken at this moment.
        reason: why, in words.
        lane: the endpoint's name, empty where there is only one.
    """

    limit: int
    in_flight: int
    reason: str
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Paused:
    """No post for *seconds* from now on, from anybody."""

    seconds: float
    reason: str
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The pause is over: one post goes out, alone."""

    lane: str = ""


@dataclass(frozen=True, slots=True)
class BreakerOpened:
    """The service looks dead: no post for *seconds*, then one to see.

    Attributes:
        trips: how often the breaker has opened since the service last answered.
    """

    seconds: float
    trips: int
    reason: str
    lane: str = ""


@dataclass(frozen=True, slots=True)
class BreakerClosed:
    """The service answers again."""

    lane: str = ""


@dataclass(frozen=True, slots=True)
class LaneClosed:
    """No further post through this lane; others may go on."""

    reason: str
    lane: str = ""


Event: TypeAlias = SlotsChanged | Paused | Resumed | BreakerOpened | BreakerClosed | LaneClosed
Notice: TypeAlias = Callable[[Event], None]
"""Called for every event, in order, on the event loop: it must neither block nor raise."""


def unheard(_: Event) -> None:
    """Listen to nothing."""
