"""The service behind the routes: takes requests, serves them in turn, knows its pictures."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random

import anyio
from anyio.abc import TaskGroup
from pydantic import ValidationError

from flux_batch.addons.server import answers, refusals
from flux_batch.addons.server.account import Account
from flux_batch.addons.server.answers import Scene
from flux_batch.addons.server.attributes import TextToImage
from flux_batch.addons.server.faults.alter import PICTURES
from flux_batch.addons.server.faults.cue import Cue, Event
from flux_batch.addons.server.faults.table import FATES, LASTING
from flux_batch.addons.server.models import MODELS
from flux_batch.addons.server.order import understand
from flux_batch.addons.server.pictures import Pictures
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.reply import JSON, Body, Reply, Said
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.work import Shelf, State, Work

DATA_URI = "data:image/png;base64,"
SLOWER = 1.5
"""What self attention does to the service time."""
FIRST_FETCHES = 3


class Service:
    """One account and everything it has been asked.

    Args:
        settings: how it behaves.
        renderer: makes its pictures.
        background: where accepted requests are served.
        clock: monotonic seconds.

    Attributes:
        script: the faults played; may be replaced while the service runs, and what lasted because of it then ends.
        on_end: called with each request that has left the queue.
    """

    def __init__(
        self,
        settings: Settings,
        renderer: Renderer,
        background: TaskGroup,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.account = Account(settings)
        self.shelf = Shelf(settings.remember)
        self.pictures = Pictures(renderer, settings.cache_bytes)
        self.clock = clock
        self.script = settings.faults
        self.on_end: Callable[[Work], Awaitable[None]] | None = None
        self._background = background
        self._rng = Random(settings.seed)
        self._ids = itertools.count(settings.first_id or time.time_ns() // 10_000_000)

    def remember(self, work: Work) -> None:
        """Take over a request an earlier server had accepted and billed."""
        self.shelf.put(work)
        self.account.pay(work.order.picture.samples)
        self._ids = itertools.count(max(next(self._ids), work.id + 1))

    def take(self, payload: Body, posted: Event, origin: str) -> Said | Work:
        """Refuse *payload*, or accept and bill it; then it is already on its way."""
        if not self.account.knows(payload.get("key")):
            return refusals.bad_key()
        try:
            asked = TextToImage.model_validate(payload)
        except ValidationError as problem:
            return refusals.invalid(problem)
        if asked.model_id not in MODELS:
            return refusals.unknown_model(asked.model_id)
        refusal = self.account.refusal(asked.samples, digest(payload), self.clock())
        return refusal or self._accept(asked, posted, origin)

    async def answer(self, work: Work, scene: Scene) -> Said:
        """The first answer: hold it while it is worth waiting, then say where things stand."""
        patience = self.settings.hold
        if self.fate(work):
            return answers.processing(work, scene, self.told_eta(work))
        if not work.order.instant and self.eta(work) <= patience:
            with anyio.move_on_after(patience):
                await work.ended.wait()
        if work.state is State.WAITING:
            return answers.processing(work, scene, self.told_eta(work))
        return answers.success(work, scene, await self._inline(work))

    async def asked_again(self, work: Work, scene: Scene) -> Said:
        """What a fetch is told."""
        work.fetches += 1
        fate = self.fate(work)
        if fate is not None and fate.name in ENDINGS:
            return ENDINGS[fate.name]()
        if self._is_unheard_of(work, fate):
            return refusals.not_found()
        if work.state is State.WAITING or (fate is not None and fate.name == "proc_forever"):
            return answers.still_processing(work, scene, self.told_eta(work))
        return answers.fetched(work, scene, await self._inline(work))

    def link_lives(self, work: Work, index: int, renewal: int) -> bool:
        """Whether picture *index* of *work* can be had by the link given out at *renewal*."""
        fate = self.fate(work)
        never = fate is not None and (fate.name != "proc_404" or self._is_unheard_of(work, fate))
        if work.state is not State.DONE or index >= work.order.picture.samples or never:
            return False
        age = self.clock() - work.ended_at
        longest = self.settings.temp_seconds if work.order.temp else float("inf")
        return renewal >= work.renewals and self.settings.link_lag <= age < longest

    async def files(self, work: Work) -> Sequence[bytes]:
        """The files of *work*, spoiled where the script says so."""
        files = await self.pictures.of(work.order)
        cue = self._lasting(work)
        if cue is None or cue.name not in PICTURES:
            return files
        spoil = PICTURES[cue.name][1]
        return [(await anyio.to_thread.run_sync(spoil, cue, Reply(body=file))).body for file in files]

    def fate(self, work: Work) -> Cue | None:
        """How the script lets *work* end other than well."""
        cue = self._lasting(work)
        return cue if cue is not None and cue.name in FATES else None

    @staticmethod
    def _is_unheard_of(work: Work, fate: Cue | None) -> bool:
        """Whether those who are asked do not know *work* yet."""
        return fate is not None and fate.name == "proc_404" and work.fetches <= fate.number(FIRST_FETCHES)

    def eta(self, work: Work) -> float:
        """Seconds until *work* should be done."""
        return max(0.0, work.turn.due - self.clock())

    def told_eta(self, work: Work) -> float:
        """The estimate the service gives: as wrong as the settings allow, for one request always in the same way."""
        error = self.settings.eta_error
        return self.eta(work) * Random(work.id).uniform(1 - error, 1 + error)

    def as_text(self, file: bytes) -> str:
        """*file* as base64 text, padded or not as the manners have it."""
        text = base64.b64encode(file).decode()
        return text if self.settings.manners.padding == "yes" else text.rstrip("=")

    def _accept(self, asked: TextToImage, posted: Event, origin: str) -> Work:
        order = understand(asked, self._rng)
        seconds = self.settings.service_time.draw(self._rng) * (SLOWER if order.crisp else 1.0)
        work = Work(next(self._ids), posted, order, self.account.queue.turn(seconds, self.clock()), origin)
        self.account.pay(asked.samples)
        self.account.queue.enter(work.id, work.turn)
        self.shelf.put(work)
        self._background.start_soon(self._serve, work)
        return work

    async def _serve(self, work: Work) -> None:
        await self._until(work.turn.start)
        await self.pictures.of(work.order)
        await self._until(work.turn.due)
        self.account.queue.leave(work.id)
        work.end(self.clock())
        if self.on_end is not None:
            await self.on_end(work)

    async def _until(self, moment: float) -> None:
        await anyio.sleep(max(0.0, moment - self.clock()))

    def _lasting(self, work: Work) -> Cue | None:
        found = self.script.rule_for(work.posted)
        if found is None or found[0].fault not in LASTING:
            return None
        rule, dice = found
        return Cue(rule.fault, rule.argument, work.posted, origin="", key="", dice=dice)

    async def _inline(self, work: Work) -> Sequence[JSON] | None:
        """The images as text inside the answer, where that is the manner."""
        form = self.settings.manners.base64
        if not work.order.base64 or form not in {"inline", "data-uri"}:
            return None
        prefix = DATA_URI if form == "data-uri" else ""
        return [prefix + self.as_text(file) for file in await self.files(work)]


ENDINGS: dict[str, Callable[[], Said]] = {
    "proc_failed": refusals.failed,
    "proc_error": lambda: refusals.error("Something went wrong while processing the request", 500),
}


def digest(payload: Body) -> str:
    """A short name for the request, the same for the same body."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
