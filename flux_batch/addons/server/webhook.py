"""The call a client is promised when its pictures are done: made once, never again, and only to this machine."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import anyio

from flux_batch.addons.server.answers import Scene, meta
from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.reply import Body
from flux_batch.addons.server.work import Work

PATIENCE = aiohttp.ClientTimeout(total=30)
"""The documentation gives the receiver 30 seconds."""
HUGE = 3_000_000
ELSEWHERE = "http://169.254.169.254/latest/meta-data/"


class NotLoopback(OSError):
    """The webhook's host is not this machine."""


def news(work: Work, scene: Scene) -> Body:
    """What the call says."""
    return {
        "status": "success",
        "id": scene.identity(work),
        "output": scene.links(work),
        "generationTime": round(work.ended_at - work.turn.start, 2),
        "track_id": work.order.track_id,
        "meta": meta(work, scene.manners),
    }


CALLS: Mapping[str, Callable[[Body], list[Body]]] = {
    "hook_lost": lambda _: [],
    "hook_twice": lambda body: [body, body],
    "hook_evil": lambda body: [body | {"id": 1, "output": [ELSEWHERE]}],
    "hook_forged": lambda body: [body | {"track_id": "nobody-posted-this"}],
    "hook_huge": lambda body: [body | {"output": ["A" * HUGE]}],
}
"""Fault -> the calls made in place of the one."""


def calls(body: Body, cue: Cue | None) -> list[Body]:
    """The calls to make."""
    return CALLS[cue.name](body) if cue is not None and cue.name in CALLS else [body]


async def tell(url: str, bodies: list[Body], *, any_host: bool) -> list[int | None]:
    """POST each of *bodies* to *url* once; return the statuses answered, None where there was no answer."""
    if not any_host and not here(url):
        return [None]
    connector = aiohttp.TCPConnector(socket_factory=any_socket if any_host else loopback_socket)
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE, trust_env=False) as session:
        return [await post(session, url, json.dumps(body)) for body in bodies]


async def post(session: aiohttp.ClientSession, url: str, text: str) -> int | None:
    """Make one call; nobody is told when it fails, as with the real service."""
    headers = {"Content-Type": "application/json"}
    try:
        async with session.post(url, data=BytesIO(text.encode()), headers=headers, allow_redirects=False) as response:
            return response.status
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None


def here(url: str) -> bool:
    """Whether *url* names this machine; no other name is even looked up."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def loopback_socket(address: Any) -> socket.socket:
    """Open a socket for *address*; it is the address really dialled, so no name can talk its way out.

    Raises:
        NotLoopback: it is not of this machine.
    """
    if not ipaddress.ip_address(address[4][0]).is_loopback:
        raise NotLoopback(f"webhook leaves this machine: {address[4][0]}")
    return any_socket(address)


def any_socket(address: Any) -> socket.socket:
    """Open a socket for *address*."""
    return socket.socket(family=address[0], type=address[1], proto=address[2])


async def pause(cue: Cue | None) -> None:
    """Wait where the call comes late."""
    if cue is not None and cue.name == "hook_late":
        await anyio.sleep(cue.number(1.0))
