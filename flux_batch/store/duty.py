"""What one job still needs, decided from where it stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flux_batch.store.standing import Stage, Standing

MOST_UNKNOWN = 2
"""Lost answers of one job, over all runs: after the second it is held."""


class Duty(StrEnum):
    """The next thing to do for a job."""

    BUY = "buy"
    POLL = "poll"
    FETCH = "fetch"
    LEAVE = "leave"  # nothing, in this run


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said about jobs that met trouble before.

    Attributes:
        hold: never post again what may have been billed.
        skip_failed: leave refused jobs alone.
    """

    hold: bool = False
    skip_failed: bool = False


def duty(standing: Standing | None, wishes: Wishes) -> Duty:
    """Return what to do about a job that is not whole.

    Images that were set aside or lost were bought: they are never bought again here.
    """
    if standing is None:
        return Duty.BUY
    match standing.stage:
        case Stage.PENDING:
            return Duty.POLL if standing.open_samples else Duty.LEAVE
        case Stage.PAID:
            return Duty.FETCH if standing.open_samples else Duty.LEAVE
        case Stage.UNKNOWN:
            return Duty.LEAVE if wishes.hold or standing.unknown >= MOST_UNKNOWN else Duty.BUY
        case Stage.REFUSED:
            return Duty.LEAVE if wishes.skip_failed else Duty.BUY
        case Stage.INTENT | Stage.SENT | Stage.FREE:
            return Duty.BUY
