"""The server as a process: runs until a signal comes or its stdin ends."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import anyio
from anyio.abc import TaskStatus

from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings

CHUNK = 65_536
SIGNALLED = 128
"""Exit code of a process ended by signal n: 128 + n."""


async def serve(
    settings: Settings,
    renderer: Renderer | None,
    announce: Callable[[Server], None],
    until_eof: bool,  # noqa: FBT001
) -> int:
    """Serve until told to stop; call *announce* once connections are accepted.

    Returns:
        The exit code: 130 or 143 after a signal, 0 at the end of stdin.

    Raises:
        UsageError: the address cannot be listened on.
    """
    async with serving(settings, renderer) as server:
        announce(server)
        return await the_end(until_eof=until_eof)


async def the_end(*, until_eof: bool) -> int:
    """Wait for a signal or the end of stdin, whichever is first, and return the exit code."""
    codes: list[int] = []
    async with anyio.create_task_group() as waiting:

        async def on_signal(*, task_status: TaskStatus[None]) -> None:
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                task_status.started()
                async for number in signals:
                    codes.append(SIGNALLED + number)
                    waiting.cancel_scope.cancel()

        async def on_eof() -> None:
            await end_of(sys.stdin.fileno())
            codes.append(0)
            waiting.cancel_scope.cancel()

        await waiting.start(on_signal)
        if until_eof:
            waiting.start_soon(on_eof)
    return codes[0]


async def end_of(stream: int) -> None:
    """Return when the file descriptor *stream* has come to its end."""
    while True:
        with suppress(PermissionError):  # a plain file or the null device, always readable: the loop watches neither
            await anyio.wait_readable(stream)
        if not os.read(stream, CHUNK):
            return
