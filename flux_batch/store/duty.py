"""What one job still needs, decided from where it stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flux_batch.store.standing import Fate, Stage, Standing

MOST_UNKNOWN = 2
"""Lost answers of one job, over all runs: after the second it is held."""


class Duty(StrEnum):
    """The next thing to do for a job."""

    BUY = "buy"
    POLL = "poll"
    FETCH = "fetch"
    REBUY = "rebuy"  # although it was paid, or may have been: somebody asked for it
    LEAVE = "leave"  # nothing, in this run


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said about jobs that met trouble before.

    Attributes:
        hold: never post again what may have been billed.
        skip_failed: leave refused jobs alone.
        rebuy: pay again for what nobody can fetch: held, lost, set aside.
    """

    hold: bool = False
    skip_failed: bool = False
    rebuy: bool = False


def duty(standing: Standing | None, wishes: Wishes) -> Duty:
    """Return what to do about a job that is not whole.

    Images that were set aside or lost were bought: they are bought again only on a wish of that name.
    """
    if standing is None:
        return Duty.BUY
    if wishes.rebuy and is_beyond_reach(standing):
        return Duty.REBUY
    return _next(standing, wishes)


def _next(standing: Standing, wishes: Wishes) -> Duty:
    if is_enough(standing) or (wishes.hold and standing.in_doubt):
        return Duty.LEAVE
    match standing.stage:
        case Stage.PENDING:
            return Duty.POLL if standing.open_samples else Duty.LEAVE
        case Stage.PAID:
            return Duty.FETCH if standing.open_samples else Duty.LEAVE
        case Stage.REFUSED:
            return Duty.LEAVE if wishes.skip_failed else Duty.BUY
        case Stage.INTENT | Stage.SENT | Stage.FREE | Stage.UNKNOWN:
            return Duty.BUY


def is_enough(standing: Standing, allowed: int = 0) -> bool:
    """Whether a job is posted no more, because of its lost answers; the first *allowed* of them somebody knew of."""
    return standing.in_doubt and standing.unknown >= MOST_UNKNOWN and standing.unknown > allowed


def is_beyond_reach(standing: Standing) -> bool:
    """Whether only buying again can help: its answer was lost, or its images are lost or set aside."""
    if standing.open_samples:
        return standing.in_doubt
    return not {Fate.LOST, Fate.QUARANTINED}.isdisjoint(standing.fates.values())
