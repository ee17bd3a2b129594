"""Lost answers: how many requests a run may repeat that may have been billed."""

from __future__ import annotations

from dataclasses import dataclass, field

from flux_batch.errors import LimitReached
from flux_batch.store.standing import Standing


@dataclass(slots=True)
class Ambiguity:
    """What may be bought again although it may have been paid: each job once, and *cap* of them a run."""

    cap: int
    repeated: set[str] = field(default_factory=set)
    put_off_jobs: int = 0

    @property
    def full(self) -> bool:
        """Whether no further job may be repeated."""
        return len(self.repeated) >= self.cap

    def put_off(self, standing: Standing) -> Standing:
        """Leave a job of an earlier run for the next one; return it as it is."""
        self.put_off_jobs += 1
        return standing

    def spare(self, job: str) -> None:
        """Give back what was spent for *job*, which needs no second post after all."""
        self.repeated.discard(job)

    def settle(self) -> None:
        """Look back when all else is done.

        Raises:
            LimitReached: jobs were put off.
        """
        if self.put_off_jobs:
            raise LimitReached(
                f"{self.put_off_jobs} more requests whose answer was lost are left: a run repeats {self.cap}",
                hint="the same command goes on with them; --on-ambiguous hold never repeats one",
            )

    def spend(self, job: str) -> None:
        """Take one for *job*; it lasts through all posts of it that are turned away.

        Raises:
            LimitReached: the cap is reached.
        """
        if len(self.repeated - {job}) >= self.cap:
            raise LimitReached(
                f"{len(self.repeated)} requests were repeated whose answer was lost, which may have been billed twice",
                hint="find out why answers are lost before going on; the same command resumes, "
                "--on-ambiguous hold never repeats one",
            )
        self.repeated.add(job)


def ambiguity_cap(at_once: int, planned: int) -> int:
    """Return how many lost answers a run may repeat: a hundredth of its jobs, at least 3 or its slots, at most 25."""
    return min(25, max(at_once, planned // 100, 3))
