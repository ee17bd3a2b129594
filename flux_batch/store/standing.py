"""Where one job stands, as told by the journal: one fold for the living run and for the replay after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from flux_batch.grid.settings import EMBEDDED
from flux_batch.plan.job import JSON, Job


class Stage(StrEnum):
    """What has to happen next."""

    INTENT = "intent"  # about to be posted; no byte has left yet
    SENT = "sent"  # bytes have left, no answer yet
    FREE = "free"  # turned away unbilled: may be posted again
    UNKNOWN = "unknown"  # the answer was lost: may have been billed
    PENDING = "pending"  # accepted, in the service's queue: poll, never post
    PAID = "paid"  # accepted, links known: fetch, never post
    REFUSED = "refused"  # will not work as it stands


ACCEPTED = frozenset({Stage.PENDING, Stage.PAID})
GIVEN_UP = "given up"
"""Class of the problem of a job that may be posted again and was not in this run, after all its tries."""


class Fate(StrEnum):
    """What became of one image that was paid for."""

    KEPT = "kept"
    QUARANTINED = "quarantined"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Generation:
    """What the service gave for an accepted post.

    Attributes:
        id: generation id as text, None where there was none.
        links: per image, best link first.
        inline: per image, the name of a text file in ``.flux-batch/inline`` that holds it as base64.
        eta: seconds the service asked us to wait.
        meta: as answered.
        seconds: generation time.
        nsfw: whether the safety checker spoke.
        at: when it was accepted, RFC 3339.
        lane: name of the endpoint that accepted it, empty where there is only one; *service* is its address.
    """

    id: str | None = None
    links: tuple[tuple[str, ...], ...] = ()
    inline: tuple[str, ...] = ()
    eta: float | None = None
    meta: Mapping[str, JSON] = field(default_factory=dict)
    seconds: float | None = None
    nsfw: bool | None = None
    at: str = ""
    lane: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One job that is not finished.

    Attributes:
        job: rebuilt from the journal, so that it can be finished even where the grid no longer has it.
        stage: what has to happen next.
        attempts: posts that may have left this machine; an intent that sent nothing does not count.
        unknown: those of them whose answer was lost, at a service that bills.
        service: address of the run that began the last post, empty where that is not known.
        generation: what was accepted, None before that.
        fates: what became of each image so far.
        problem: ``(class, message)`` of the last trouble.
        wanted: somebody asked for it to be bought again whatever it has cost, and no post has begun since.
        at: time of the last record, RFC 3339.
    """

    job: Job
    stage: Stage
    attempts: int = 0
    unknown: int = 0
    service: str = ""
    generation: Generation | None = None
    fates: Mapping[int, Fate] = field(default_factory=dict)
    problem: tuple[str, str] | None = None
    wanted: bool = False
    at: str = ""

    @property
    def open_samples(self) -> tuple[int, ...]:
        """Images of this job that have met no fate yet."""
        return tuple(n for n in range(self.job.samples) if n not in self.fates)

    @property
    def finished(self) -> bool:
        """Whether every image is kept."""
        return len(self.fates) >= self.job.samples and set(self.fates.values()) == {Fate.KEPT}

    @property
    def in_doubt(self) -> bool:
        """Whether it may have been billed for nothing we know of: an answer was lost, whatever later posts came to."""
        return self.unknown > 0 and self.stage not in ACCEPTED and not self.wanted

    @property
    def bills_nothing(self) -> bool:
        """Whether its last post went to the embedded server."""
        return self.service == EMBEDDED

    @property
    def unanswered(self) -> bool:
        """Whether a post of it is in flight, as long as its run lives."""
        return self.stage in {Stage.INTENT, Stage.SENT}

    @property
    def under_way(self) -> bool:
        """Whether a run that lives is at work on it, and has met no trouble."""
        at_the_service = self.stage in ACCEPTED and self.problem is None and bool(self.open_samples)
        return self.unanswered or at_the_service

    @property
    def still_to_buy(self) -> bool:
        """Whether the run ended before it could be posted or posted again: nothing is wrong, the next run makes it."""
        if self.in_doubt:
            return False
        free = self.stage is Stage.FREE and (self.problem is None or self.problem[0] != GIVEN_UP)
        return free or self.stage is Stage.INTENT

    def met(self, sample: int, fate: Fate) -> Standing:
        """Return this standing after image *sample* met its *fate*."""
        return replace(self, fates={**self.fates, sample: fate})
