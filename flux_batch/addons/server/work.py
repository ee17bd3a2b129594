"""The requests the service has accepted, and for how long it remembers them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

import anyio

from flux_batch.addons.server.faults.cue import Event
from flux_batch.addons.server.order import Order
from flux_batch.addons.server.queue import Turn


class State(StrEnum):
    """How far an accepted request is."""

    WAITING = "waiting"
    DONE = "done"


@dataclass(slots=True, eq=False)
class Work:
    """One accepted, billed request.

    Attributes:
        id: generation id.
        posted: the POST it came with.
        order: what was asked, as understood.
        origin: the server as the client reached it, ``http://host:port``.
        turn: when it is served, seconds on the service's clock.
        state: how far it is.
        ended_at: when it was done.
        ended: set at that moment.
        fetches: how often it was asked for by id.
        renewals: how often its links died and were given anew.
    """

    id: int
    posted: Event
    order: Order
    turn: Turn
    origin: str = ""
    state: State = State.WAITING
    ended_at: float = 0.0
    ended: anyio.Event = field(default_factory=anyio.Event)
    fetches: int = 0
    renewals: int = 0

    @property
    def uuid(self) -> str:
        """Name of its files: another id has another name, a restarted server with the same ids the same names."""
        return str(uuid5(NAMESPACE_URL, f"flux-batch:{self.id}"))

    def end(self, now: float) -> None:
        """Be done at *now* and wake whoever waits."""
        self.state = State.DONE
        self.ended_at = now
        self.ended.set()


class Shelf:
    """Accepted requests by id and by file name; the oldest fall off.

    Args:
        room: requests remembered.
        heft: bytes of prompts and the like remembered, about.
    """

    def __init__(self, room: int, heft: int = 2**28) -> None:
        self._room = room
        self._heft = heft
        self._works: OrderedDict[int, Work] = OrderedDict()
        self._ids: dict[str, int] = {}

    def put(self, work: Work) -> None:
        """Remember *work*, forgetting the oldest where there is no room."""
        self._works[work.id] = work
        self._ids[work.uuid] = work.id
        self._heft -= work.order.heft
        while len(self._works) > self._room or self._heft < 0:
            _, oldest = self._works.popitem(last=False)
            self._heft += oldest.order.heft
            del self._ids[oldest.uuid]

    def by_id(self, identity: str) -> Work | None:
        """The request with this generation id, given as text."""
        return self._works.get(int(identity)) if identity.isdecimal() and len(identity) < 20 else None  # noqa: PLR2004

    def by_uuid(self, uuid: str) -> Work | None:
        """The request whose files have this name."""
        return self._works.get(self._ids.get(uuid, -1))

    def latest(self, count: int, skip: int = 0) -> list[Work]:
        """*count* finished requests, newest first, after *skip* of them."""
        finished = [work for work in reversed(self._works.values()) if work.state is State.DONE]
        return finished[skip : skip + count]
