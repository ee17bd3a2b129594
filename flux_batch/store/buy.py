"""Buying: one POST, with its line in the journal before and after. A slot is held until the service is done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TypeAlias, cast

import anyio

from flux_batch.engine.brake import Brake
from flux_batch.engine.budget import Budget
from flux_batch.engine.clock import Clock
from flux_batch.engine.lanes import Lanes
from flux_batch.engine.outcome import Accepted, Failure, Fatal, Outcome, Refused
from flux_batch.engine.outcome import NeverSent as NothingSent
from flux_batch.engine.outcome import Unknown as Lost
from flux_batch.engine.retries import Retries
from flux_batch.engine.retry import Failures
from flux_batch.engine.slots import Slots
from flux_batch.engine.spans import span
from flux_batch.engine.streak import Streak
from flux_batch.errors import (
    AllRefused,
    AnswerLost,
    Misdirected,
    NeverSent,
    RunStopped,
    StorageFailed,
    Unreachable,
)
from flux_batch.plan.job import Job, canonical
from flux_batch.request.body import wire_body
from flux_batch.request.fleet import through
from flux_batch.request.transport import Transport
from flux_batch.response.read import read_answer
from flux_batch.response.verdict import Images, Pending, Unknown, Verdict
from flux_batch.store import record
from flux_batch.store.ambiguity import Ambiguity
from flux_batch.store.duty import is_enough
from flux_batch.store.entry import Origin, cut, entry, lesson, salvaged
from flux_batch.store.follow import Follower
from flux_batch.store.hearsay import Hearsay
from flux_batch.store.standing import ACCEPTED, GIVEN_UP, Fate, Stage, Standing
from flux_batch.store.store import Store

GENERATE = "images/text2img"

Listen: TypeAlias = Callable[[Standing, str], Awaitable[Images | Pending | None]]
"""Hear of a lost answer, given where the job stands and the lane that it went to."""

LONGEST_BODY = 9 * 1024
"""Bytes of a request, UTF-8. Its manifest line holds the prompt twice, and ASCII spells a byte with three at most."""


@dataclass(slots=True)
class Buyer:
    """Posts jobs and has them followed until their images exist.

    Attributes:
        transport: the API.
        store: keeps the journal.
        slots: permission to post.
        follower: polls what is pending.
        hearsay: waits for the webhook call about a lost answer.
        profile: spelling of the body; *webhook* goes along where one is set.
        budget: what the run may spend.
        ambiguity: what to do about lost answers.
        retries: when to post again.
        streak: equal refusals in a row.
    """

    transport: Transport
    store: Store
    slots: Slots | Lanes
    follower: Follower
    hearsay: Hearsay
    profile: str
    budget: Budget
    ambiguity: Ambiguity
    retries: Retries
    brake: Brake
    clock: Clock
    webhook: str | None = None
    streak: Streak = field(default_factory=Streak)

    async def buy(self, job: Job) -> Standing:
        """Post *job* until it is accepted, refused or given up; return where it stands then.

        Raises:
            RunStopped: the run is ending; a post under way has been written down.
        """
        if len(canonical(job.body)) > LONGEST_BODY:
            return await self._too_long(job)
        with self.hearsay.bells.listening(job.id):
            return await self._buy(job)

    async def _buy(self, job: Job) -> Standing:
        before = self.store.book.standings.get(job.id)
        failures, first, allowed = Failures(), before is None, before.unknown if before and before.wanted else 0
        failed: Failure | None = None
        lane = ""
        if before is not None and before.in_doubt and self.ambiguity.full:
            return self.ambiguity.put_off(before)
        while True:
            self._may_repeat(job, allowed)
            outcome, standing, lane = await self._tried(job, lane)
            self._count_refusals(written_off(standing) or outcome, first=first)
            if isinstance(outcome, Accepted):
                self.retries.succeeded(failed)
            failures = failures.after(outcome, self.clock.monotonic())
            if isinstance(outcome, Fatal) and not self.brake.pulled:
                continue  # this lane is closed; another may do it
            if is_enough(standing, allowed) or not await self.retries.wait(failures, outcome):
                return await self._given_up(standing)
            failed = cast("Failure", outcome)  # nothing else is waited for

    async def _tried(self, job: Job, lost: str) -> tuple[Outcome, Standing, str]:
        """Post once, in a slot, and follow what is accepted: told by its answer, or by a webhook call.

        Args:
            job: what to post.
            lost: lane of the last post whose answer was lost, empty where there was none; returned as it is then.
        """
        outcome: Outcome = Accepted()
        async with self.slots.hold() as slot:
            async with self.hearsay.room:
                pass  # while too many lost answers are waited for, the slot stays idle
            lost = lost or slot.lane
            # A call may have come while the job stood in line.
            told = self._is_in_doubt(job) and await self._heard_of(job, lost, self.hearsay.heard)
            if not told:
                outcome = await self._pay(job, slot.lane)
                slot.note(outcome)
                await self._followed(job)
        if isinstance(outcome, Lost):
            lost = slot.lane
            told = await self._heard_of(job, lost, self.hearsay.answer)
        if not told:
            return outcome, self._standing(job), lost
        with self.occupied(lost):
            return Accepted(), await self._followed(job), lost

    def occupied(self, lane: str) -> AbstractContextManager[None]:
        """Count a job that is at the service and has no slot of this run, until the block ends."""
        return (self.slots if isinstance(self.slots, Slots) else self.slots[lane]).occupied()

    async def _followed(self, job: Job) -> Standing:
        standing = self._standing(job)
        return await self.follower.follow(standing) if standing.stage is Stage.PENDING else standing

    async def _heard_of(self, job: Job, lane: str, listen: Listen) -> bool:
        """*listen* to the calls about a lost answer; write down what the service says then; return whether it did."""
        standing = self._standing(job)
        verdict = await listen(standing, lane)
        if verdict is None:
            return False
        await self._write_down(job, standing.attempts, verdict, lane)
        await self.store.settle(record.answered(job))
        if not self._standing(job).unknown:
            self.ambiguity.spare(job.id)
        return True

    def _standing(self, job: Job) -> Standing:
        return self.store.book.standings[job.id]

    def _is_in_doubt(self, job: Job) -> bool:
        standing = self.store.book.standings.get(job.id)
        return standing is not None and standing.in_doubt

    def _may_repeat(self, job: Job, allowed: int) -> None:
        if self._is_in_doubt(job) and self._standing(job).unknown > allowed:
            self.ambiguity.spend(job.id)

    async def _given_up(self, standing: Standing) -> Standing:
        """Say of a job that could be posted again that this run will not: without it, the run merely ended first."""
        if standing.stage is Stage.FREE and standing.problem is not None and standing.problem[0] != "stop":
            await self.store.record(record.problem(standing.job.id, GIVEN_UP, standing.problem[1]))
        return self._standing(standing.job)

    def _count_refusals(self, outcome: Outcome, *, first: bool) -> None:
        """End the run where posting only repeats a refusal. A job that an earlier run began says nothing new by it."""
        if isinstance(outcome, Refused) and not first:
            return
        self.streak = self.streak.after(outcome)
        if self.streak.hopeless:
            raise AllRefused(
                f"all jobs fail: {self.streak.count} in a row ended with {self.streak.message!r}",
                hint="change what they have in common (see `flux-batch plan`), or wait until the service is well; "
                "then type the same command again. What was accepted may be billed: `flux-batch status OUT` tells",
            )

    async def _pay(self, job: Job, lane: str) -> Outcome:
        """Post within the budget: what one post may cost is set aside before its intent is written."""
        with await self.budget.reserve(job.samples) as room, span("post", lane=lane or None) as told:
            outcome = await self._post(job, lane)
            room.settle(outcome)
            told.tell(outcome=type(outcome).__name__, attempt=self._standing(job).attempts)
            if not isinstance(outcome, Accepted):
                told.fail(type(outcome).__name__)
        return outcome

    async def _too_long(self, job: Job) -> Standing:
        """Refuse a request whose lines in journal and manifest would be too long for anybody to read back."""
        words = f"its request has more than {LONGEST_BODY} bytes; shorten the prompt"
        await self.store.record(record.intent(replace(job, body={}, axes={}), 1))
        await self.store.record(record.rejected(job.id, 1, ("refused", words)))
        return self._standing(job)

    async def _post(self, job: Job, lane: str) -> Outcome:
        before = self.store.book.standings.get(job.id)
        attempt = before.attempts + 1 if before else 1
        await self.store.record(record.intent(job, attempt))
        verdict = await self._answered(job, attempt, lane)
        if isinstance(verdict, NeverSent):
            return NothingSent(cut(str(verdict)))
        if isinstance(verdict, RunStopped):
            return Fatal(verdict)
        await self._write_down(job, attempt, verdict, lane)
        return lesson(verdict)

    async def _answered(self, job: Job, attempt: int, lane: str) -> Verdict | NeverSent | RunStopped:
        """Post and return what the answer means, why nothing left this machine, or why nothing works in this lane."""
        left = False

        async def sent() -> None:
            nonlocal left
            await self.store.record(record.sent(job.id, attempt))
            left = True

        body = wire_body(job, self.profile, self.webhook)
        try:
            self.brake.check()  # on a slow disk the run may have been ended since the slot was given
            answer = await through(self.transport, lane).post(GENERATE, body, sent=sent)
        except NeverSent as error:
            await self.store.settle(record.rejected(job.id, attempt, ("transient", cut(str(error)))))
            return error
        except AnswerLost as error:
            return Unknown(str(error))
        except RunStopped as stop:
            await self.store.settle(record.rejected(job.id, attempt, ("stop", cut(str(stop)))))
            if not isinstance(stop, Misdirected | Unreachable):
                raise
            return stop
        except anyio.get_cancelled_exc_class():
            if left:
                await self.store.settle(record.unknown(job, attempt, "the run was ended before the answer came"))
            raise
        return salvaged(read_answer(answer.status, answer.headers, answer.content))

    async def _write_down(self, job: Job, attempt: int, verdict: Verdict, lane: str) -> None:
        """Put the answer into the journal before anything else touches it."""
        if isinstance(verdict, Pending):
            self.hearsay.eta = verdict.eta or self.hearsay.eta
        inline, origin = tuple[str, ...](), Origin(lane, self.follower.services.get(lane, ""))
        if isinstance(verdict, Images):
            try:
                inline = await self.store.save_inline(job.id, attempt, verdict.inline)
            except StorageFailed:
                # The id alone is enough to ask for the images again; without it the money would be forgotten.
                kept = verdict if verdict.id is None else Pending(verdict.id, meta=verdict.meta)
                await self.store.settle(entry(job, attempt, kept, origin=origin))
                raise
        await self.store.settle(entry(job, attempt, verdict, inline, origin))


def written_off(standing: Standing) -> Refused | None:
    """Read a job that was accepted and then written off as refused: the next one may be paid for and fail alike."""
    lost = standing.stage in ACCEPTED and all(standing.fates.get(n) is Fate.LOST for n in range(standing.job.samples))
    return Refused(standing.problem[1] if standing.problem else "") if lost else None
