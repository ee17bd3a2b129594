"""The receiver: one unguessable path, bounded in size, time and number, and all it ever does is ring a bell.

A call carries no signature, may come twice, early, late or never, and from anybody. So nothing in it is believed: the
job it names is asked about at our own API, sooner than it would have been, and one whose answer was lost by the id it
names.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from aiohttp import web

from flux_batch.errors import UsageError
from flux_batch.response.body import generation_id

LARGEST_CALL = 32 * 2**20
"""Bytes of one call: it may carry base64 images, which are thrown away."""
READ_WITHIN = 10.0
"""Seconds for the body of one call."""
CALLS_AT_ONCE = 64
TOKEN_BYTES = 16

Ring = Callable[[str], object]
"""Called with the ``track_id`` of a call, which is a job's id where the call is honest."""
Hint = Callable[[str, str], object]
"""Called before that, with the ``track_id`` and the service's own id, where the call names one."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver that listens.

    Attributes:
        path: the only path that is answered, with its secret in it.
        port: where it listens.
    """

    path: str
    port: int

    def url(self, public: str) -> str:
        """Return what the service is told to call, where *public* leads to this receiver from outside."""
        return public.rstrip("/") + self.path


@asynccontextmanager
async def receiving(listen: str, ring: Ring, hint: Hint | None = None) -> AsyncIterator[Receiver]:
    """Listen on *listen* (``HOST:PORT``; port 0 takes a free one), *hint* and *ring* for each call, until the end.

    Raises:
        UsageError: the address cannot be listened on.
    """
    token = secrets.token_hex(TOKEN_BYTES)
    sock = _bound(listen)
    app = web.Application(client_max_size=LARGEST_CALL)
    app.router.add_route("*", "/{given:.*}", _Calls(token, ring, hint).answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, lingering_time=0.0)
    await runner.setup()
    try:
        await web.SockSite(runner, sock, backlog=CALLS_AT_ONCE).start()
        yield Receiver(f"/{token}", sock.getsockname()[1])
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()


class _Calls:
    """Answers calls: 200 on the right path whatever they say, 404 on any other."""

    def __init__(self, token: str, ring: Ring, hint: Hint | None) -> None:
        self._token = token.encode()
        self._ring = ring
        self._hint = hint
        self._room = anyio.CapacityLimiter(CALLS_AT_ONCE)

    async def answer(self, request: web.Request) -> web.Response:
        given = request.match_info["given"].encode("utf-8", "surrogateescape")
        if request.method != "POST" or not hmac.compare_digest(given, self._token):
            return web.Response(status=404)
        try:
            self._room.acquire_nowait()
        except anyio.WouldBlock:
            return web.Response(status=503)
        try:
            return await self._hear(request)
        finally:
            self._room.release()

    async def _hear(self, request: web.Request) -> web.Response:
        with anyio.move_on_after(READ_WITHIN):
            name, identity = heard(await request.read())
            if name is not None:
                if identity is not None and self._hint is not None:
                    self._hint(name, identity)
                self._ring(name)
            return web.Response()
        return web.Response(status=408)


def named(call: bytes) -> str | None:
    """Return the ``track_id`` of a call's body, None where there is none to be read."""
    return heard(call)[0]


def heard(call: bytes) -> tuple[str | None, str | None]:
    """Return the ``track_id`` of a call's body and the service's id, each None where there is none to be read."""
    try:
        body = json.loads(call)
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(body, dict):
        return None, None
    name = body.get("track_id")
    return name if isinstance(name, str) else None, generation_id(body.get("id"))


def _bound(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    sock = None
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        sock = socket.socket(family, kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except (OSError, ValueError, OverflowError) as error:
        if sock is not None:
            sock.close()
        raise UsageError(
            f"cannot listen for webhooks on {listen}: {error}",
            hint="choose another address with --webhook-listen HOST:PORT; port 0 takes a free one",
        ) from None
    return sock
