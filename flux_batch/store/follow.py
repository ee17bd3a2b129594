"""Following: a pending job is polled by its id, on our own base URL, until its images exist; never posted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import TypeAlias, assert_never

from flux_batch.engine.bell import Bells
from flux_batch.engine.clock import Clock
from flux_batch.engine.pollgate import Pace
from flux_batch.engine.spans import span
from flux_batch.errors import TransportError
from flux_batch.grid.settings import EMBEDDED
from flux_batch.plan.job import JSON
from flux_batch.request.fleet import through
from flux_batch.request.transport import POLL_WITHIN, Transport
from flux_batch.response.links import fetch_requests
from flux_batch.response.polling import Polling
from flux_batch.response.read import read_poll
from flux_batch.response.verdict import Busy, Gone, Images, Pending, PollVerdict, Refused, Stop, Unknown
from flux_batch.store import record
from flux_batch.store.entry import cut, generation, stopped
from flux_batch.store.standing import Fate, Generation, Standing
from flux_batch.store.store import Store, seconds_of

GRACE = 60.0
"""Seconds in which an id that the service just gave may still be unknown to it."""

BELIEVED = 24 * 3600.0
"""Seconds for which "failed, try again" is taken to mean "not yet": nothing the service makes is kept for longer."""

Form: TypeAlias = tuple[str, dict[str, JSON]]
"""Path and body of one way to ask for an id."""


@dataclass(slots=True)
class Follower:
    """Polls the API for what it has accepted.

    Attributes:
        pace: when to ask about which job: all polls of the run, within one cap.
        polling: how long to ask about one job.
        bells: rung with a job's id, wake its poll early; a hint, for the poll is the truth.
        services: lane -> address of every endpoint of this run.
    """

    transport: Transport
    store: Store
    pace: Pace
    clock: Clock
    polling: Polling = field(default_factory=Polling)
    bells: Bells = field(default_factory=Bells)
    services: Mapping[str, str] = field(default_factory=dict)

    async def follow(self, standing: Standing) -> Standing:
        """Poll a pending job until its images exist, it fails, or patience ends; then it stays pending."""
        given = standing.generation or Generation()
        with span("wait", eta=given.eta):
            return await self._follow(standing, given)

    async def _follow(self, standing: Standing, given: Generation) -> Standing:
        began, known_for = self.clock.monotonic(), self._known_for(given)
        forms = cycle(fetch_requests(given.id or ""))
        form = next(forms)
        watch = self.pace.watch(None if given.eta is None else max(0.0, given.eta - known_for))
        waited = 0.0
        while waited <= self.polling.deadline(given.eta):
            if await self.bells.or_sooner(standing.job.id, watch.turn):
                await self.pace.turn()
            verdict = await self._poll(form, given)
            waited = self.clock.monotonic() - began
            if await self._conclude(standing, verdict, known_for + waited):
                if isinstance(verdict, Images):  # a failure does not tell how long an image takes
                    watch.ready()
                return self._after(standing)
            watch.pending(verdict.eta if isinstance(verdict, Pending) else None)
            if isinstance(verdict, Unknown | Gone):
                form = next(forms)
        await self.store.record(record.problem(standing.job.id, "pending", "the service is still working on it"))
        return self._after(standing)

    def _known_for(self, given: Generation) -> float:
        """Return the seconds since the service accepted the job, which may have been last night."""
        return max(0.0, self.clock.wall() - seconds_of(given.at)) if given.at else 0.0

    def _after(self, standing: Standing) -> Standing:
        return self.store.book.standings.get(standing.job.id, standing)

    async def _conclude(self, standing: Standing, verdict: PollVerdict, age: float) -> bool:
        """Write down what ends the polling; return whether it does."""
        job = standing.job
        match verdict:
            case Images():
                inline = await self.store.save_inline(job.id, standing.attempts, verdict.inline)
                await self.store.settle(record.ready(job.id, generation(verdict, inline)))
            case Refused(message=message):
                await self._lose(standing, f"the service accepted it, then failed: {cut(message)}")
            case Pending(failing=True) if age > BELIEVED:
                await self._lose(standing, "the service accepted it, then said for a day that it failed")
            case Gone() if self._moved(standing.generation):
                await self.store.record(record.problem(job.id, "pending", self._elsewhere(standing)))
            case Gone() if age > GRACE:
                await self._give_up(standing)
            case Stop():
                raise stopped(verdict)
            case Pending() | Busy() | Unknown() | Gone():
                return False
            case _:
                assert_never(verdict)
        return True

    def _moved(self, given: Generation | None) -> bool:
        """Tell whether another service accepted the job than those of this run, which cannot know it."""
        return given is not None and bool(given.service) and given.service not in self.services.values()

    @staticmethod
    def _elsewhere(standing: Standing) -> str:
        service = standing.generation.service if standing.generation else ""
        return f"{service} accepted it, and is not asked any more: a run with --base-url {service} fetches it"

    def _lane(self, given: Generation) -> str:
        """Return the lane to ask: the one that accepted it, whatever it is called now."""
        if self.services.get(given.lane) == given.service:
            return given.lane
        return next((lane for lane, service in self.services.items() if service == given.service), given.lane)

    async def _give_up(self, standing: Standing) -> None:
        """The id is forgotten: the links named at the start are the last chance, and there may be none."""
        given = standing.generation or Generation()
        if given.links:
            await self.store.record(record.ready(standing.job.id, given))
        else:
            await self._lose(standing, "the service no longer knows the image it accepted")

    async def _lose(self, standing: Standing, reason: str) -> None:
        """Write the images off. They were accepted, so nobody buys them again without being told to."""
        for sample in standing.open_samples:
            await self.store.settle(record.fate(standing.job.id, sample, Fate.LOST, reason=reason))

    async def _poll(self, form: Form, given: Generation) -> PollVerdict:
        if self._moved(given) and EMBEDDED in self.services.values():
            return Gone("the embedded server began with this run")  # its own ids may be the same numbers
        self.store.book.polled()
        with span("poll") as told:
            verdict = await self._asked(form, given)
            told.tell(answer=type(verdict).__name__)
        return verdict

    async def _asked(self, form: Form, given: Generation) -> PollVerdict:
        path, body = form
        try:
            answer = await through(self.transport, self._lane(given)).post(path, body, within=POLL_WITHIN)
        except TransportError as error:
            return Unknown(str(error), id=given.id)
        return read_poll(answer.status, answer.headers, answer.content, given.id or "")

    async def renew(self, standing: Standing) -> Standing:
        """Ask once more for the images of a paid job, links or texts, and write down what is said."""
        given = standing.generation or Generation()
        if given.id is not None:
            await self.pace.turn()
            verdict = await self._poll(fetch_requests(given.id)[0], given)
            if isinstance(verdict, Images):
                await self._conclude(standing, verdict, 0.0)
        return self._after(standing)

    async def ask(self, standing: Standing, sample: int) -> tuple[str, ...] | None:
        """Ask once more for the links of one image: None where none will come, empty where nothing is known now.

        A service that says ``success`` has made all it will make: what it does not name then never comes.
        """
        given = standing.generation or Generation()
        if given.id is None:
            return None
        await self.pace.turn()
        verdict = await self._poll(fetch_requests(given.id)[0], given)
        if isinstance(verdict, Images):
            named = max(len(verdict.links), len(verdict.inline))
            return verdict.links[sample] if sample < len(verdict.links) else () if sample < named else None
        return None if isinstance(verdict, Gone | Refused) and not self._moved(given) else ()
