"""Where every exchange passes: it is numbered, perhaps spoiled, written down, and only then answered."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, cast
from urllib.parse import parse_qsl

import anyio
from aiohttp import web

from flux_batch.addons.server.answers import Scene
from flux_batch.addons.server.faults.cue import Cue, Event
from flux_batch.addons.server.faults.table import API, LASTING, STICKY, Fault, fault_named
from flux_batch.addons.server.faults.wire import Delivery
from flux_batch.addons.server.ledger import DONE, Entry, Ledger, stamp
from flux_batch.addons.server.reply import Body, Reply, Said, encode
from flux_batch.addons.server.service import Service
from flux_batch.addons.server.webhook import calls, news, pause, tell
from flux_batch.addons.server.work import Work

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an exchange comes to, decided before anything is sent.

    Attributes:
        status: HTTP status meant.
        answer: yields the answer, waiting for it as long as the service does.
        work: the request it is about.
        billed: images billed by it.
    """

    status: int
    answer: Callable[[], Awaitable[Reply]]
    work: Work | None = None
    billed: int = 0


Act: TypeAlias = Callable[[web.Request, Event, Body | None], Outcome]
"""Decides an exchange at once; the payload is None where the body is no JSON object."""


class Stage:
    """The service, its ledger and its fault script, seen from the routes."""

    def __init__(self, service: Service, ledger: Ledger) -> None:
        self.service = service
        self.ledger = ledger
        service.on_end = self.ended

    async def perform(self, request: web.Request, kind: str, act: Act) -> web.StreamResponse:
        """Number the exchange, let *act* or a fault decide it, write it down, answer it."""
        event = self.ledger.number(kind)
        payload = await payload_of(request)
        played = self.played(request, event, payload or {})
        outcome = self.decide(request, event, payload, played, act)
        await self.record(event, outcome, payload, played[1] if played else None)
        if played is None:
            return response(await outcome.answer())
        return await self.send(request, outcome, *played)

    def played(self, request: web.Request, event: Event, payload: Body) -> tuple[Fault, Cue] | None:
        """The fault the script has for *event*, None for none."""
        found = self.service.script.rule_for(event)
        if found is None:
            return None
        rule, dice = found
        fault = fault_named(rule.fault)
        if event.kind not in fault.on:
            return None
        key = payload.get("key", "")
        cue = Cue(
            rule.fault, rule.argument, event, str(request.url.origin()), key if isinstance(key, str) else "", dice
        )
        return fault, cue

    def decide(
        self, request: web.Request, event: Event, payload: Body | None, played: tuple[Fault, Cue] | None, act: Act
    ) -> Outcome:
        """Let the fault decide where it does so instead of the service, else *act*."""
        fault, cue = played or (None, None)
        if fault is not None and cue is not None and fault.refuse is not None:
            return settled(fault.refuse(cue))
        if cue is not None and cue.name in STICKY:
            self.service.account.suffer(cue.name)
        return act(request, event, payload)

    async def send(self, request: web.Request, outcome: Outcome, fault: Fault, cue: Cue) -> web.StreamResponse:
        """Answer, spoiled."""
        if fault.deliver is not None:
            delivery = Delivery(request, outcome.answer, cue)
            await fault.deliver(delivery)
            delivery.close()
            return web.Response()
        reply = await outcome.answer()
        if fault.alter is not None and not (cue.event.kind == "post" and cue.name in LASTING):
            reply = await anyio.to_thread.run_sync(fault.alter, cue, reply)
        return response(reply)

    async def record(self, event: Event, outcome: Outcome, payload: Body | None, cue: Cue | None) -> None:
        """Write the exchange down before anything of the answer leaves."""
        body = (
            {name: value for name, value in payload.items() if name != "key"} if payload and event.kind in API else None
        )
        silent = cue is not None and fault_named(cue.name).deliver is not None
        status = None if silent else outcome.status
        await self.ledger.write(self.entry(event, outcome.work, status, outcome.billed, cue, body))

    async def ended(self, work: Work) -> None:
        """Write down that *work* has left the queue, and tell whoever asked to be told."""
        await self.ledger.write(self.entry(self.ledger.number(DONE), work, None))
        if work.order.webhook is not None:
            await self.call(work, work.order.webhook)

    async def call(self, work: Work, url: str) -> None:
        """Make the webhook call of *work*; written down with the status it was answered."""
        event = self.ledger.number("webhook")
        found = self.service.script.rule_for(event)
        cue = Cue(found[0].fault, found[0].argument, event, work.origin, "", found[1]) if found else None
        await pause(cue)
        bodies = calls(news(work, Scene(work.origin, self.service.settings.manners)), cue)
        statuses = await tell(url, bodies, any_host=self.service.settings.webhook_any_host)
        await self.ledger.write(self.entry(event, work, statuses[-1] if statuses else None, cue=cue))

    def entry(
        self,
        event: Event,
        work: Work | None,
        status: int | None,
        billed: int = 0,
        cue: Cue | None = None,
        body: Body | None = None,
    ) -> Entry:
        """One line of the ledger."""
        return Entry(
            seq=event.seq,
            event=event.kind,
            n=event.n,
            track_id=work.order.track_id if work else None,
            id=work.id if work else None,
            billed=billed,
            cost=self.service.account.cost(billed),
            status=status,
            fault=cue.name if cue else None,
            in_flight=len(self.service.account.queue),
            at=stamp(),
            t=self.service.clock(),
            seed=work.order.picture.seed if work else None,
            body=body,
        )

    def say(self, said: Said) -> Reply:
        """Spell *said* in the service's manners."""
        return encode(said, self.service.settings.manners)

    def says(self, said: Said) -> Outcome:
        """An outcome that is settled."""
        return settled(self.say(said))

    def scene(self, request: web.Request) -> Scene:
        """Where *request* is answered."""
        return Scene(str(request.url.origin()), self.service.settings.manners)


def settled(reply: Reply, work: Work | None = None) -> Outcome:
    """An outcome whose answer is there."""

    async def answer() -> Reply:
        return reply

    return Outcome(reply.status, answer, work)


async def payload_of(request: web.Request) -> Body | None:
    """The object in the request's body, as JSON or as a form; None where there is none."""
    try:
        text = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None
    if request.content_type == FORM:
        return dict(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("Body", payload) if isinstance(payload, dict) else None


def response(reply: Reply) -> web.Response:
    """Put *reply* on the wire as it is."""
    return web.Response(
        status=reply.status, body=reply.body, headers={**reply.headers, "Content-Type": reply.content_type}
    )
