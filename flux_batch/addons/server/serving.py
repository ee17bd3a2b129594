"""A running server as a context: in the same process, on a free port, gone at the end of the block."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from aiohttp import web

from flux_batch.addons.server.app import make_app
from flux_batch.addons.server.ledger import Ledger
from flux_batch.addons.server.recall import lines
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.routes import STAGE
from flux_batch.addons.server.service import Service
from flux_batch.addons.server.settings import Settings
from flux_batch.errors import UsageError

LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Server:
    """A server that accepts connections.

    Attributes:
        origin: ``http://host:port``.
        settings: as it was started.
        ledger: what it saw and billed, in memory.
        service: its account, queue and pictures, for looking and for changing things while it runs.
    """

    origin: str
    settings: Settings
    ledger: Ledger
    service: Service

    @property
    def base_url(self) -> str:
        """What a client is configured with."""
        return f"{self.origin}/api/v6"


@asynccontextmanager
async def serving(settings: Settings, renderer: Renderer | None = None) -> AsyncIterator[Server]:
    """Serve inside the block; port 0 takes a free port.

    Args:
        settings: host, port, account and manners.
        renderer: makes the pictures; None for the painter.

    Raises:
        UsageError: the address cannot be listened on.
    """
    past = await anyio.to_thread.run_sync(lines, settings.ledger, settings.remember) if settings.ledger else []
    listening = await anyio.to_thread.run_sync(listen, settings.host, settings.port)
    async with anyio.create_task_group() as background:
        app = make_app(settings, renderer or painter(), background, past)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        try:
            await runner.setup()
            await web.SockSite(runner, listening).start()
            stage = app[STAGE]
            yield Server(origin(listening), settings, stage.ledger, stage.service)
        finally:
            with anyio.CancelScope(shield=True):
                await runner.cleanup()
            background.cancel_scope.cancel()


def painter() -> Renderer:
    """Return the renderer of good-looking pictures, importing it only now: it is heavy."""
    from flux_batch.addons.server.render.painter import Painter

    return Painter()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address.

    Raises:
        UsageError: no such host, port taken or not allowed.
    """
    if not 0 <= port <= LAST_PORT:
        raise UsageError(f"no such port: {port}", hint=f"choose one from 1 to {LAST_PORT}, or 0 for any free one")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((str(address[0]), port), family=family)
    except OSError as problem:
        why = problem.strerror if isinstance(problem, socket.gaierror) else os.strerror(problem.errno or 0)
        hint = "choose another with --port, or --port 0 for any free one; --host takes an address of this machine"
        raise UsageError(f"cannot listen on {host}:{port}: {why}", hint=hint) from problem


def origin(listening: socket.socket) -> str:
    """``http://host:port`` of a bound socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
