"""Faults on the wire: the answer is right, but the connection is not. These write raw bytes."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from aiohttp import web

from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.faults.peer import owner
from flux_batch.addons.server.faults.refuse import phrase
from flux_batch.addons.server.reply import Reply

BLOCK = 65_536
MEGABYTE = 10**6
FOREVER = 3600.0
LOOK = 0.02
"""Seconds between two looks whether the client is still there."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One answer on its way.

    Attributes:
        request: the connection.
        answer: yields the answer meant, waiting for it as long as the service would.
        cue: the fault's argument and dice.
    """

    request: web.Request
    answer: Callable[[], Awaitable[Reply]]
    cue: Cue

    @property
    def gone(self) -> bool:
        """Whether the client has left."""
        transport = self.request.transport
        return transport is None or transport.is_closing()

    async def write(self, data: bytes) -> None:
        """Send *data* as it is, no faster than the client reads."""
        if self.request.transport is not None and not self.gone:
            self.request.transport.write(data)
            await self.request.writer.drain()

    async def wait(self, seconds: float) -> None:
        """Say nothing for *seconds*, or until the client has left."""
        with anyio.move_on_after(seconds):
            while not self.gone:  # noqa: ASYNC110 - nothing tells a handler that its client left
                await anyio.sleep(min(LOOK, seconds))

    def close(self) -> None:
        """Close after what was written."""
        if self.request.transport is not None:
            self.request.transport.close()

    def reset(self) -> None:
        """Break the connection: the client sees a reset."""
        transport = self.request.transport
        if transport is None:
            return
        connection: Any = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def head(reply: Reply, *lines: str) -> bytes:
    """Status line and headers of *reply*, with further *lines*."""
    named = [f"{name}: {value}" for name, value in reply.headers.items()]
    all_lines = [
        f"HTTP/1.1 {reply.status} {phrase(reply.status)}",
        f"Content-Type: {reply.content_type}",
        *named,
        *lines,
    ]
    return "\r\n".join([*all_lines, "", ""]).encode()


def sized(reply: Reply) -> bytes:
    """The head of *reply* with its true length."""
    return head(reply, f"Content-Length: {len(reply.body)}")


def part(delivery: Delivery, reply: Reply) -> bytes:
    """The first part of the body: the argument's percentage, half of it by default."""
    return reply.body[: int(len(reply.body) * min(99.0, delivery.cue.number(50)) / 100)]


async def drop_after_read(delivery: Delivery) -> None:
    """Close, or reset with the argument ``rst``, without a word."""
    if delivery.cue.argument == "rst":
        delivery.reset()


async def stall(delivery: Delivery) -> None:
    """Answer much later."""
    await delivery.wait(delivery.cue.number(FOREVER))
    reply = await delivery.answer()
    await delivery.write(sized(reply) + reply.body)


async def gateway_cut(delivery: Delivery) -> None:
    """Say nothing, then close: an idle connection cut on the way."""
    await delivery.wait(delivery.cue.number(60))


async def drip(delivery: Delivery) -> None:
    """The body byte by byte."""
    reply = await delivery.answer()
    await delivery.write(sized(reply))
    await trickle(delivery, reply.body)


async def drip_header(delivery: Delivery) -> None:
    """Everything byte by byte, from the status line on."""
    reply = await delivery.answer()
    await trickle(delivery, sized(reply) + reply.body)


async def trickle(delivery: Delivery, data: bytes) -> None:
    """Send *data* byte by byte, the argument's seconds apart, as long as somebody listens."""
    pause = delivery.cue.number(1.0)
    for byte in data:
        if delivery.gone:
            return
        await delivery.write(bytes([byte]))
        await anyio.sleep(pause)


async def cut_cl(delivery: Delivery) -> None:
    """Less than the Content-Length says."""
    reply = await delivery.answer()
    await delivery.write(sized(reply) + part(delivery, reply))


async def cut_no_cl(delivery: Delivery) -> None:
    """Cut where nothing tells: no length, the end of the connection is the end of the body."""
    reply = await delivery.answer()
    await delivery.write(head(reply, "Connection: close") + part(delivery, reply))


async def cut_chunked(delivery: Delivery) -> None:
    """Chunks without the last one."""
    reply = await delivery.answer()
    piece = part(delivery, reply)
    await delivery.write(head(reply, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(piece), piece))


async def body_endless(delivery: Delivery) -> None:
    """A body that goes on and on, up to a bound."""
    reply = await delivery.answer()
    await delivery.write(head(reply, "Connection: close") + reply.body)
    left = int(delivery.cue.number(256) * MEGABYTE)
    while left > 0 and not delivery.gone:
        await delivery.write(bytes(min(BLOCK, left)))
        left -= BLOCK


async def body_stall(delivery: Delivery) -> None:
    """Half of the body, then silence."""
    reply = await delivery.answer()
    await delivery.write(sized(reply) + reply.body[: len(reply.body) // 2])
    await delivery.wait(delivery.cue.number(FOREVER))


async def close_after(delivery: Delivery) -> None:
    """A whole answer that promises to keep the connection, which is then closed."""
    reply = await delivery.answer()
    await delivery.write(head(reply, f"Content-Length: {len(reply.body)}", "Connection: keep-alive") + reply.body)


async def garbage(delivery: Delivery) -> None:
    """No HTTP, or too much of it; argument: line, header, headers, overrun."""
    reply = await delivery.answer()
    wrong = {
        "line": b"ICY 200 OK\r\n\r\n" + reply.body,
        "header": head(reply, "X-Long: " + "x" * 20_000) + reply.body,
        "headers": head(reply, *(f"X-{n}: y" for n in range(20_000))) + reply.body,
        "overrun": head(reply, f"Content-Length: {len(reply.body) // 2}") + reply.body,
    }
    await delivery.write(wrong.get(delivery.cue.argument, wrong["line"]))


async def kill_client(delivery: Delivery) -> None:
    """Kill the client (or the process the argument names) with SIGKILL; ``half``: after half of the body."""
    if delivery.cue.argument == "half":
        reply = await delivery.answer()
        await delivery.write(sized(reply) + reply.body[: len(reply.body) // 2])
    pid = int(delivery.cue.number(0)) or await anyio.to_thread.run_sync(peer_of, delivery.request)
    if pid not in {0, 1, os.getpid()}:
        os.kill(pid, signal.SIGKILL)


def peer_of(request: web.Request) -> int:
    """The process at the other end of the request's connection, 0 where it cannot be told."""
    transport = request.transport
    if transport is None:
        return 0
    return owner(transport.get_extra_info("peername")[1], transport.get_extra_info("sockname")[1])


Deliver = Callable[[Delivery], Awaitable[None]]
WIRE: Mapping[str, tuple[str, Deliver]] = {
    "drop_after_read": ("the request is read, the connection closed; argument rst: reset", drop_after_read),
    "stall": ("the answer comes much later; argument: seconds", stall),
    "gateway_cut": ("silence, then the end; argument: seconds", gateway_cut),
    "drip": ("the body byte by byte; argument: seconds between two", drip),
    "drip_header": ("the whole answer byte by byte; argument: seconds between two", drip_header),
    "cut_cl": ("less than the Content-Length says; argument: percent sent", cut_cl),
    "cut_no_cl": ("cut, and no length tells; argument: percent sent", cut_no_cl),
    "cut_chunked": ("chunks without an end; argument: percent sent", cut_chunked),
    "body_endless": ("a body that goes on; argument: megabytes", body_endless),
    "body_stall": ("half of the body, then silence; argument: seconds", body_stall),
    "body_slow": ("the body byte by byte; argument: seconds between two", drip),
    "close_after": ("a promised connection is closed", close_after),
    "garbage": ("no HTTP; argument: line, header, headers, overrun", garbage),
    "kill_client": ("the client gets SIGKILL; argument: process id, or half", kill_client),
}
