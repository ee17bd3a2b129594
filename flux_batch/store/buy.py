"""Buying: one POST, with its line in the journal before and after. A slot is held until the service is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import anyio

from flux_batch.engine.budget import Budget
from flux_batch.engine.clock import Clock
from flux_batch.engine.outcome import Accepted, Failure, Outcome
from flux_batch.engine.outcome import NeverSent as NothingSent
from flux_batch.engine.retries import Retries
from flux_batch.engine.retry import Failures
from flux_batch.engine.slots import Slots
from flux_batch.errors import AnswerLost, LimitReached, NeverSent, RunStopped
from flux_batch.plan.job import Job
from flux_batch.request.body import wire_body
from flux_batch.request.transport import Transport
from flux_batch.response.read import read_answer
from flux_batch.response.verdict import Images, Unknown, Verdict
from flux_batch.store import record
from flux_batch.store.entry import cut, entry, lesson, salvaged
from flux_batch.store.follow import Follower
from flux_batch.store.standing import Stage, Standing
from flux_batch.store.store import Store

GENERATE = "images/text2img"


@dataclass(slots=True)
class Ambiguity:
    """What may be bought again although it may have been paid: nothing, or each job once and *cap* of them a run."""

    hold: bool
    cap: int
    spent: int = 0

    def spend(self) -> None:
        """Take one.

        Raises:
            LimitReached: the cap is reached.
        """
        if self.spent >= self.cap:
            raise LimitReached(
                f"{self.spent} requests were repeated whose answer was lost, which may have been billed twice",
                hint="find out why answers are lost before going on; the same command resumes, "
                "--on-ambiguous hold never repeats one",
            )
        self.spent += 1


@dataclass(slots=True)
class Buyer:
    """Posts jobs and has them followed until their images exist.

    Attributes:
        transport: the API.
        store: keeps the journal.
        slots: permission to post.
        follower: polls what is pending.
        profile: spelling of the body; *webhook* goes along where one is set.
        budget: what the run may spend.
        ambiguity: what to do about lost answers.
        retries: when to post again.
    """

    transport: Transport
    store: Store
    slots: Slots
    follower: Follower
    profile: str
    budget: Budget
    ambiguity: Ambiguity
    retries: Retries
    clock: Clock
    webhook: str | None = None

    async def buy(self, job: Job) -> Standing:
        """Post *job* until it is accepted, refused or given up; return where it stands then.

        Raises:
            RunStopped: the run is ending; a post under way has been written down.
        """
        failures = Failures()
        failed: Failure | None = None
        while True:
            self._may_repeat(job)
            async with self.slots.hold() as slot:
                outcome = await self._pay(job)
                slot.note(outcome)
                standing = self._standing(job)
                if standing.stage is Stage.PENDING:
                    standing = await self.follower.follow(standing)
            if isinstance(outcome, Accepted):
                self.retries.succeeded(failed)
            failures = failures.after(outcome, self.clock.monotonic())
            if not await self.retries.wait(failures, outcome):
                return standing
            failed = cast("Failure", outcome)  # nothing else is waited for

    def _standing(self, job: Job) -> Standing:
        return self.store.book.standings[job.id]

    def _may_repeat(self, job: Job) -> None:
        standing = self.store.book.standings.get(job.id)
        if standing is not None and standing.stage is Stage.UNKNOWN:
            self.ambiguity.spend()

    async def _pay(self, job: Job) -> Outcome:
        """Post within the budget: what one post may cost is set aside before its intent is written."""
        with await self.budget.reserve(job.samples) as room:
            outcome = await self._post(job)
            room.settle(outcome)
        return outcome

    async def _post(self, job: Job) -> Outcome:
        before = self.store.book.standings.get(job.id)
        attempt = before.attempts + 1 if before else 1
        await self.store.record(record.intent(job, attempt))

        async def sent() -> None:
            await self.store.record({"e": "sent", "job": job.id, "attempt": attempt})

        body = wire_body(job, self.profile, self.webhook)
        try:
            answer = await self.transport.post(GENERATE, body, sent=sent)
        except NeverSent as error:
            await self.store.settle(record.trouble("rejected", job.id, attempt, ("transient", cut(str(error)))))
            return NothingSent()
        except AnswerLost as error:
            verdict: Verdict = Unknown(str(error))
        except RunStopped as stop:
            await self.store.settle(record.trouble("rejected", job.id, attempt, ("stop", cut(str(stop)))))
            raise
        except anyio.get_cancelled_exc_class():
            await self.store.settle(record.trouble("unknown", job.id, attempt, ("held", "stopped before the answer")))
            raise
        else:
            verdict = salvaged(read_answer(answer.status, answer.headers, answer.content))
        inline = await self.store.save_inline(job.id, verdict.inline) if isinstance(verdict, Images) else ()
        await self.store.settle(entry(job.id, attempt, verdict, inline))
        return lesson(verdict)


def ambiguity_cap(at_once: int, planned: int) -> int:
    """Return how many lost answers a run may repeat: a hundredth of its jobs, at least 3 or its slots, at most 25."""
    return min(25, max(at_once, planned // 100, 3))
