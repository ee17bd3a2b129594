"""A peer on loopback that plays what a test says, byte by byte, and keeps every byte it was sent."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import assert_never

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSListener
from memory_transport import Cut, Garbage, HangUp, MemoryTransport, NobodyThere, Play, Seen, Silence, Whole

from flux_batch.request.http import open_transport
from flux_batch.request.key import Key
from flux_batch.request.transport import Transport

CANARY = 'canary/0123+456=789"abcdef'
"""A key that every spelling changes: slash, plus, equals sign, quote."""

LONGEST_HEAD = 64 * 1024
NEVER_ARRIVES = 1_000_000
"""Bytes a cut answer promises beyond those it sends."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Exactly these bytes; then the connection is closed, or held where it *stays*.

    Attributes:
        drip: bytes sent one by one after that, *every* so many seconds.
    """

    data: bytes
    stays: bool = False
    drip: bytes = b""
    every: float = 0.0


class ScriptedServer:
    """Plays one play per connection, in order; where none is left it hangs up.

    Attributes:
        plays: what is still to be played.
        seen: every request, as it came.
        connections: how many were opened.
        origin: ``http(s)://127.0.0.1:port``.
    """

    def __init__(self, origin: str) -> None:
        self.plays: list[Play | Raw] = []
        self.seen: list[Seen] = []
        self.connections = 0
        self.origin = origin

    async def meet(self, stream: ByteStream) -> None:
        """Read one request, play one play."""
        self.connections += 1
        async with stream:
            try:
                self.seen.append(await read_request(stream))
                await perform(self.plays.pop(0) if self.plays else HangUp(), stream)
            except (anyio.BrokenResourceError, anyio.IncompleteRead, anyio.EndOfStream):
                return


async def read_request(stream: ByteStream) -> Seen:
    """Read head and body of one request."""
    buffered = BufferedByteReceiveStream(stream)
    head = await buffered.receive_until(b"\r\n\r\n", LONGEST_HEAD)
    method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    body = await buffered.receive_exactly(int(lengths[0])) if lengths and int(lengths[0]) else b""
    return Seen(method, target, body, head)


async def perform(play: Play | Raw, stream: ByteStream) -> None:
    """Send what *play* says."""
    match play:
        case Whole(body, status, headers):
            await stream.send(head_of(status, {**headers, "Content-Length": str(len(body))}) + body)
        case Cut(body, status, headers):
            promised = len(body) + NEVER_ARRIVES
            await stream.send(head_of(status, {**headers, "Content-Length": str(promised)}) + body)
        case Garbage(data):
            await stream.send(data)
        case Raw():
            await send_raw(play, stream)
        case Silence():
            await anyio.sleep_forever()
        case HangUp() | NobodyThere():
            return
        case _:
            assert_never(play)


async def send_raw(play: Raw, stream: ByteStream) -> None:
    """Send exactly what *play* says, at its pace."""
    await stream.send(play.data)
    for byte in play.drip:
        await anyio.sleep(play.every)
        await stream.send(bytes([byte]))
    if play.stays:
        await anyio.sleep_forever()


def head_of(status: int, headers: dict[str, str]) -> bytes:
    """Return a status line and headers that end the connection."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


@asynccontextmanager
async def scripted_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedServer]:
    """Serve inside the block, over TLS where *tls* is given."""
    plain = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    port = plain.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
    listener = plain if tls is None else TLSListener(plain.listeners[0], tls)
    async with listener, anyio.create_task_group() as serving:
        server = ScriptedServer(f"{'http' if tls is None else 'https'}://127.0.0.1:{port}")
        serving.start_soon(listener.serve, server.meet)
        yield server
        serving.cancel_scope.cancel()


@dataclass(frozen=True, slots=True)
class Peer:
    """A transport and the other end of it.

    Attributes:
        transport: what is tested.
        seen: requests that reached the other end.
        add: adds one play to those of the other end.
        nobody: a transport whose API refuses connections.
        origin: begins every link that leads to the other end.
    """

    transport: Transport
    seen: list[Seen]
    add: Callable[[Play], None]
    nobody: Transport
    origin: str

    def plays(self, *plays: Play) -> None:
        """Let the other end play these, one request after another; for ``NobodyThere`` see :attr:`nobody`."""
        for play in plays:
            self.add(play)

    @property
    def targets(self) -> list[str]:
        """Paths below the API's base URL that were posted to, paths below the origin that were fetched."""
        return [each.target.removeprefix("/api/v6/").removeprefix(self.origin) for each in self.seen]


@asynccontextmanager
async def peer_in_memory() -> AsyncIterator[Peer]:
    """Put the fake on both sides."""
    plays: list[Play] = []
    transport = MemoryTransport(lambda _: plays.pop(0), Key(CANARY))
    nobody = MemoryTransport(lambda _: NobodyThere(), Key(CANARY))
    yield Peer(transport, transport.seen, plays.append, nobody, "http://127.0.0.1:1")


@asynccontextmanager
async def peer_over_http() -> AsyncIterator[Peer]:
    """Put the real transport on one side and a scripted server on the other."""
    async with scripted_server() as gone:
        nowhere = gone.origin
    async with (
        scripted_server() as server,
        open_transport(f"{server.origin}/api/v6", Key(CANARY), links=2) as transport,
        open_transport(nowhere, Key(CANARY), links=2) as nobody,
    ):
        yield Peer(transport, server.seen, server.plays.append, nobody, server.origin)
