"""Following: a pending job is polled by its id, on our own base URL, until its images exist; never posted again."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from flux_batch.engine.bell import Bells
from flux_batch.engine.clock import Clock
from flux_batch.engine.pollgate import Pace, Watch
from flux_batch.engine.spans import span
from flux_batch.errors import Misdirected, RunStopped, TransportError, Unreachable
from flux_batch.grid.settings import EMBEDDED
from flux_batch.request.fleet import through
from flux_batch.request.transport import POLL_WITHIN, Transport
from flux_batch.response.inquiry import TWICE, Heard, Inquiry, Way, may_be_of
from flux_batch.response.polling import Polling
from flux_batch.response.read import read_poll
from flux_batch.response.verdict import Busy, Gone, Images, Pending, Refused, Stop, Unknown
from flux_batch.store import record
from flux_batch.store.entry import cut, generation, stopped
from flux_batch.store.standing import Fate, Generation, Standing
from flux_batch.store.store import Store, seconds_of

BELIEVED = 24 * 3600.0
"""Seconds for which "failed, try again" is taken to mean "not yet", and a "no" of other accounts than the one that
accepted a job says nothing: nothing the service makes is kept for longer."""


def _learn(watch: Watch, heard: Heard) -> None:
    """Tell *watch* what a question brought that did not end the asking."""
    match heard:
        case Pending():
            watch.pending(heard.eta)
        case Busy():
            watch.unanswered(heard.retry_after)
        case _:
            watch.unanswered()


def _unheard(lane: str, reason: RunStopped) -> None:
    """Close no lane."""


@dataclass(slots=True)
class Follower:
    """Polls the API for what it has accepted.

    Attributes:
        pace: when to ask about which job: all polls of the run, within one cap.
        polling: how long to ask about one job.
        bells: rung with a job's id, wake its poll early; a hint, for the poll is the truth.
        services: lane -> address of every endpoint of this run.
        close: called with a lane and the reason where a poll is told that nothing works through it.
        closed: those lanes, which are not asked any more.
        asking: jobs that wait for their turn -> the lane that will be asked.
    """

    transport: Transport
    store: Store
    pace: Pace
    clock: Clock
    polling: Polling = field(default_factory=Polling)
    bells: Bells = field(default_factory=Bells)
    services: Mapping[str, str] = field(default_factory=dict)
    close: Callable[[str, RunStopped], None] = _unheard
    closed: dict[str, RunStopped] = field(default_factory=dict)
    asking: dict[str, str] = field(default_factory=dict)

    async def follow(self, standing: Standing) -> Standing:
        """Poll a pending job until its images exist, it fails, or patience ends; then it stays pending."""
        given = standing.generation or Generation()
        with span("wait", eta=given.eta):
            return await self._follow(standing, given)

    async def _follow(self, standing: Standing, given: Generation) -> Standing:
        began, known_for = self.clock.monotonic(), self._known_for(given)
        inquiry = self._inquiry(given)
        watch = self.pace.watch(None if given.eta is None else max(0.0, given.eta - known_for))
        waited, heard = 0.0, None
        while waited <= self.polling.deadline(given.eta) and (way := inquiry.way(self.closed)) is not None:
            rung = await self._turn(standing.job.id, way.lane, watch)
            if way.lane in self.closed:
                continue
            if rung:
                await self.pace.turn()
            heard = await self._poll(way, given)
            waited = self.clock.monotonic() - began
            inquiry = inquiry.after(way, heard, known_for + waited)
            if await self._conclude(standing, heard, inquiry, known_for + waited):
                if isinstance(heard, Images):  # a failure does not tell how long an image takes
                    watch.ready()
                return self._after(standing)
            _learn(watch, heard)
        await self.store.record(record.problem(standing.job.id, "pending", self._last_word(given, inquiry, heard)))
        return self._after(standing)

    async def _turn(self, job: str, lane: str, watch: Watch) -> bool:
        """Wait for the turn of *job*, or until its bell is rung or *lane* is closed; return whether that was first."""
        self.asking[job] = lane
        try:
            return await self.bells.or_sooner(job, watch.turn)
        finally:
            del self.asking[job]

    def _inquiry(self, given: Generation) -> Inquiry:
        return Inquiry.about(given.id or "", self._lanes(given))

    def _lanes(self, given: Generation) -> list[str]:
        """Return the lanes to ask: the one that accepted it, then the others of its service, for names change.

        None where only the embedded server could be asked about the job of another: its own may have the same numbers.
        """
        if self._moved(given) and EMBEDDED in self.services.values():
            return []
        same = [lane for lane, service in self.services.items() if service == given.service]
        return sorted(same, key=given.lane.__ne__) or [
            next(iter(self.services)) if self._is_absent(given) else given.lane
        ]

    def _last_word(self, given: Generation, inquiry: Inquiry, heard: Heard | None) -> str:
        """Say why a job is left to the next run."""
        if not inquiry.ways:
            return self._elsewhere(given)
        if inquiry.way(self.closed) is None:
            reason = next(self.closed[way.lane] for way in inquiry.ways if way.lane in self.closed)
            return f"not asked for any more: {reason}"
        if isinstance(heard, Gone | Unknown | TransportError):
            return f"no word of it from the service yet: {cut(heard.message)}"
        return "the service is still working on it"

    def _known_for(self, given: Generation) -> float:
        """Return the seconds since the service accepted the job, which may have been last night."""
        return max(0.0, self.clock.wall() - seconds_of(given.at)) if given.at else 0.0

    def _after(self, standing: Standing) -> Standing:
        return self.store.book.standings.get(standing.job.id, standing)

    async def _conclude(self, standing: Standing, heard: Heard, inquiry: Inquiry, age: float) -> bool:
        """Write down what ends the polling; return whether it does."""
        job = standing.job
        match heard:
            case Images() if self._is_foreign(standing, heard):
                await self.store.record(record.problem(job.id, "pending", self._elsewhere(standing.generation)))
            case Images():
                inline = await self.store.save_inline(job.id, standing.attempts, heard.inline)
                await self.store.settle(record.ready(job.id, generation(heard, inline)))
            case Refused(message=message) if inquiry.failed:
                await self._lose(standing, f"the service accepted it, then failed: {cut(message)}")
            case Pending(failing=True) if inquiry.failed and age > BELIEVED:
                await self._lose(standing, "the service accepted it, then said for a day that it failed")
            case Gone() | Unknown() if inquiry.rounds and self._moved(standing.generation):
                await self.store.record(record.problem(job.id, "pending", self._elsewhere(standing.generation)))
            case Gone() if inquiry.unknown:
                await self._give_up(standing, age)
            case Pending() | Busy() | Refused() | Unknown() | Gone() | TransportError() | RunStopped():
                return False
            case _:
                assert_never(heard)
        return True

    def _moved(self, given: Generation | None) -> bool:
        """Tell whether another service accepted the job than those of this run, which cannot know it."""
        return given is not None and bool(given.service) and given.service not in self.services.values()

    def _is_absent(self, given: Generation) -> bool:
        """Tell whether no account of this run has the name of the one that accepted the job."""
        return bool(self.services) and given.lane not in self.services

    def _may_be_known(self, given: Generation, age: float) -> bool:
        """Tell whether the account that accepted the job was not asked and may still know it."""
        return self._is_absent(given) and age <= BELIEVED

    def _is_foreign(self, standing: Standing, heard: Images) -> bool:
        """Tell whether another service than the one that accepted the job has something else under the same id."""
        return self._moved(standing.generation) and not may_be_of(standing.job, heard)

    @staticmethod
    def _elsewhere(given: Generation | None) -> str:
        service = given.service if given else ""
        return f"{service} accepted it, and is not asked any more: a run with --base-url {service} fetches it"

    async def _give_up(self, standing: Standing, age: float) -> None:
        """The id is forgotten: the links named at the start are the last chance, and there may be none."""
        given = standing.generation or Generation()
        if given.links:
            await self.store.record(record.ready(standing.job.id, given))
        elif self._may_be_known(given, age):
            account = f"the account {given.lane!r}" if given.lane else "the account of a run that had only one"
            words = f"{account} accepted it, and none of this run knows it: a run with that account fetches it"
            await self.store.record(record.problem(standing.job.id, "pending", words))
        else:
            await self._lose(standing, "the service no longer knows the image it accepted")

    async def _lose(self, standing: Standing, reason: str) -> None:
        """Write the images off. They were accepted, so nobody buys them again without being told to."""
        for sample in standing.open_samples:
            await self.store.settle(record.fate(standing.job.id, sample, Fate.LOST, reason=reason))

    async def _poll(self, way: Way, given: Generation) -> Heard:
        self.store.book.polled()
        with span("poll") as told:
            heard = await self._asked(way, given)
            told.tell(answer=type(heard).__name__)
        if isinstance(heard, RunStopped):
            self.closed[way.lane] = heard
            self.close(way.lane, heard)
            for job in [job for job, lane in self.asking.items() if lane == way.lane]:
                self.bells.ring(job)
        return heard

    async def _asked(self, way: Way, given: Generation) -> Heard:
        try:
            answer = await through(self.transport, way.lane).post(way.path, way.body, within=POLL_WITHIN)
        except (TransportError, Misdirected, Unreachable) as error:
            return error
        verdict = read_poll(answer.status, answer.headers, answer.content, given.id or "")
        return stopped(verdict) if isinstance(verdict, Stop) else verdict

    async def look(self, name: str, lane: str) -> Heard | None:
        """Ask the service of *lane* about the id *name*, which somebody else said is ours; None: nobody to ask."""
        heard, _ = await self._ask_around(Generation(name, lane=lane, service=self.services.get(lane, "")))
        return heard

    async def renew(self, standing: Standing) -> Standing:
        """Ask once more for the images of a paid job, links or texts, and write down what is said."""
        given = standing.generation or Generation()
        if given.id is not None:
            heard, inquiry = await self._ask_around(given)
            if isinstance(heard, Images):
                await self._conclude(standing, heard, inquiry, 0.0)
        return self._after(standing)

    async def ask(self, standing: Standing, sample: int) -> tuple[str, ...] | None:
        """Ask once more for the links of one image: None where none will come, empty where nothing is known now.

        A service that says ``success`` has made all it will make: what it does not name then never comes.
        """
        given = standing.generation or Generation()
        if given.id is None:
            return None
        heard, inquiry = await self._ask_around(given)
        if isinstance(heard, Images) and self._is_foreign(standing, heard):
            return ()
        if isinstance(heard, Images):
            named = max(len(heard.links), len(heard.inline))
            return heard.links[sample] if sample < len(heard.links) else () if sample < named else None
        unknown = inquiry.unknown and not self._may_be_known(given, self._known_for(given))
        return None if (unknown or inquiry.failed) and not self._moved(given) else ()

    async def _ask_around(self, given: Generation) -> tuple[Heard | None, Inquiry]:
        """Ask about a finished job until somebody knows it, or all have said twice that they do not."""
        inquiry, heard = self._inquiry(given), None
        for _ in range(TWICE * len(inquiry.ways)):
            way = inquiry.way(self.closed)
            if way is None or inquiry.failed:
                break
            await self.pace.turn()
            heard = await self._poll(way, given)
            inquiry = inquiry.after(way, heard, math.inf)
            if isinstance(heard, Images | Pending | Busy | TransportError):
                break
        return heard, inquiry
