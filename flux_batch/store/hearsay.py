"""What a webhook call tells about a post whose answer was lost: the only word of it that may still come.

It is a hint. The id it names is asked about at our own API, and only that answer counts; its links are never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import anyio

from flux_batch.engine.bell import Bells
from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import Clock
from flux_batch.engine.readiness import estimate
from flux_batch.errors import TransportError
from flux_batch.response.inquiry import may_be_of
from flux_batch.response.verdict import Busy, Gone, Images, Pending, Unknown
from flux_batch.store.follow import Follower
from flux_batch.store.standing import Generation, Standing

LONGEST = 600.0
"""Seconds after which no call is waited for, however long the service says that its jobs take."""
UNTOLD = 60.0
"""Seconds a job counts as taking where the service gave no estimate in this run."""
MOST = 25
"""Lost answers whose calls are waited for at once, where nobody says how many."""
AGAIN = 10.0
"""Seconds between two questions about an id that cannot be answered yet."""


def patience(eta: float | None) -> float:
    """Return the seconds a call is waited for after an answer was lost; *eta*: the service's last estimate, if any."""
    return min(LONGEST, 2 * (estimate(eta) or UNTOLD))


@dataclass(slots=True)
class Hearsay:
    """Waits for calls.

    Attributes:
        follower: asks about what they name.
        bells: rung by whoever hears them.
        expected: whether the service is told to call, and somebody hears it.
        room: for how many lost answers may be waited at once. Where it is full nobody posts: each of them may have
            been billed, and no call comes.
        eta: the service's last estimate, in seconds.
    """

    follower: Follower
    bells: Bells
    brake: Brake
    clock: Clock
    expected: bool = False
    room: anyio.Semaphore = field(default_factory=partial(anyio.Semaphore, MOST, fast_acquire=True))
    eta: float | None = None

    async def answer(self, standing: Standing, lane: str) -> Images | Pending | None:
        """Wait for a call about a post whose answer was lost; return what the service then says, None for nothing.

        Args:
            standing: where the job stands; it is being listened for.
            lane: endpoint that the post went to.
        """
        until = self.clock.monotonic() + (patience(self.eta) if self.expected else 0.0)
        async with self.room:
            return await self._waited(standing, lane, until)

    async def _waited(self, standing: Standing, lane: str, until: float) -> Images | Pending | None:
        job = standing.job.id
        while not self.brake.pulled and (left := until - self.clock.monotonic()) > 0:
            heard = await self.heard(standing, lane)
            if heard is not None:
                return heard
            pause = min(left, AGAIN) if self.bells.has_hint(job) else left
            await self.bells.or_sooner(job, partial(self.brake.sleep, pause))
        return None

    async def heard(self, standing: Standing, lane: str) -> Images | Pending | None:
        """Ask about each id that the calls so far have named; keep those of which nothing can be said yet.

        Args:
            standing, lane: as for :meth:`answer`.
        """
        job, later = standing.job, list[str]()
        while (name := self.bells.next_hint(job.id)) is not None:
            said = None if self._is_taken(name) else await self.follower.look(name, lane)
            if isinstance(said, Images | Pending) and may_be_of(job, said):
                return said
            if isinstance(said, Busy | Unknown | Gone | TransportError):
                later.append(name)
        for name in later:
            self.bells.hint(job.id, name)
        return None

    def _is_taken(self, name: str) -> bool:
        """Tell whether an id is known to be another job's."""
        standings = self.follower.store.book.standings.values()
        return any((each.generation or Generation()).id == name for each in standings)
