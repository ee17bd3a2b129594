"""The service behind the routes: takes requests, serves them in turn, knows its pictures."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Sequence
from random import Random

import anyio
from anyio.abc import TaskGroup
from pydantic import ValidationError

from flux_batch.addons.server import answers, refusals
from flux_batch.addons.server.account import Account
from flux_batch.addons.server.answers import Scene
from flux_batch.addons.server.attributes import TextToImage
from flux_batch.addons.server.models import MODELS
from flux_batch.addons.server.order import understand
from flux_batch.addons.server.pictures import Pictures
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.reply import JSON, Body, Said
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.work import Shelf, State, Work

DATA_URI = "data:image/png;base64,"


class Service:
    """One account and everything it has been asked.

    Args:
        settings: how it behaves.
        renderer: makes its pictures.
        background: where accepted requests are served.
        clock: monotonic seconds.
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
        self._background = background
        self._rng = Random(settings.seed)
        first = settings.first_id if settings.first_id is not None else time.time_ns() // 10_000_000
        self._ids = itertools.count(first)

    def take(self, payload: Body, post: int) -> Said | Work:
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
        return refusal or self._accept(asked, post)

    async def answer(self, work: Work, scene: Scene) -> Said:
        """The first answer: hold it while it is worth waiting, then say where things stand."""
        patience = self.settings.hold
        if not work.order.instant and self.eta(work) <= patience:
            with anyio.move_on_after(patience):
                await work.ended.wait()
        if work.state is State.WAITING:
            return answers.processing(work, scene, self.told_eta(work))
        return await self.outcome(work, scene, answers.success)

    async def asked_again(self, work: Work, scene: Scene) -> Said:
        """What a fetch is told."""
        if work.state is State.WAITING:
            return answers.still_processing(work, scene, self.told_eta(work))
        return await self.outcome(work, scene, answers.fetched)

    async def outcome(
        self, work: Work, scene: Scene, tell: Callable[[Work, Scene, Sequence[JSON] | None], Said]
    ) -> Said:
        """The answer about a request that has ended."""
        if work.state is State.FAILED:
            return refusals.failed()
        return tell(work, scene, await self._inline(work))

    def eta(self, work: Work) -> float:
        """Seconds until *work* should be done."""
        return max(0.0, work.turn.due - self.clock())

    def told_eta(self, work: Work) -> float:
        """The estimate the service gives: as wrong as the settings allow, for one request always in the same way."""
        error = self.settings.eta_error
        return self.eta(work) * Random(work.id).uniform(1 - error, 1 + error)

    def _accept(self, asked: TextToImage, post: int) -> Work:
        order = understand(asked, self._rng)
        seconds = self.settings.service_time.draw(self._rng) * (1.5 if order.crisp else 1.0)
        work = Work(next(self._ids), post, order, self.account.queue.turn(seconds, self.clock()))
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
        work.end(State.DONE, self.clock())

    async def _until(self, moment: float) -> None:
        await anyio.sleep(max(0.0, moment - self.clock()))

    async def _inline(self, work: Work) -> Sequence[JSON] | None:
        """The images as text inside the answer, where that is the manner."""
        form = self.settings.manners.base64
        if not work.order.base64 or form not in {"inline", "data-uri"}:
            return None
        prefix = DATA_URI if form == "data-uri" else ""
        files = await self.pictures.of(work.order)
        return [prefix + self.as_text(file) for file in files]

    def as_text(self, file: bytes) -> str:
        """*file* as base64 text, padded or not as the manners have it."""
        text = base64.b64encode(file).decode()
        return text if self.settings.manners.padding == "yes" else text.rstrip("=")


def digest(payload: Body) -> str:
    """A short name for the request, the same for the same body."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
