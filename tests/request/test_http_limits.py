"""The bounds of the real transport: whom it trusts, how long it waits, how much it opens."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
import pytest
from memory_transport import Whole
from scripted_server import CANARY, Raw, ScriptedServer

from flux_batch.errors import DownloadFailed, NeverSent, Unreachable
from flux_batch.plan.job import JSON
from flux_batch.request.http import open_transport
from flux_batch.request.key import Key
from flux_batch.request.transport import Transport

BODY: Mapping[str, JSON] = {"prompt": "a lighthouse at dusk", "seed": 7}
SHORT = 0.05
"""Seconds a test waits for a peer that says nothing."""


async def test_a_certificate_nobody_vouches_for_stops_the_run_before_a_byte_of_the_key(
    unvouched: ScriptedServer,
) -> None:
    """There is no way to say "go on": somebody may sit in between."""
    sent: list[str] = []

    async def note() -> None:
        sent.append("sent")

    async with open_transport(f"{unvouched.origin}/api/v6", Key(CANARY), links=1) as transport:
        with pytest.raises(Unreachable, match="certificate"):
            await transport.post("images/text2img", BODY, sent=note)
        with pytest.raises(DownloadFailed, match=r"(?i)certificate"):
            async with transport.get(f"{unvouched.origin}/1-0.png"):
                pass

    assert (sent, unvouched.seen) == ([], [])


async def test_a_handshake_that_stands_still_was_never_sent(server: ScriptedServer) -> None:
    """Connected is not sent: the key leaves after the handshake."""
    async with open_transport(server.origin.replace("http:", "https:"), Key(CANARY), links=1) as transport:
        with pytest.raises(NeverSent):
            await transport.post("images/text2img", BODY, within=SHORT)


@pytest.mark.parametrize(
    "play",
    [
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nhalf", stays=True),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", drip=b"." * 1000, every=SHORT / 10),
        Raw(b"", stays=True),
    ],
    ids=["stands-still", "drips", "silent"],
)
async def test_a_download_that_does_not_get_on_breaks_off(server: ScriptedServer, play: Raw) -> None:
    """A byte now and then does not hold a place among the downloads for hours."""
    server.plays.append(play)

    async def fetch(transport: Transport) -> None:
        async with transport.get(f"{server.origin}/1-0.png") as download:
            async for _ in download.chunks:
                pass

    async with open_transport(server.origin, Key(CANARY), links=1, idle=SHORT) as transport:
        with pytest.raises(DownloadFailed), anyio.fail_after(2):
            await fetch(transport)


async def test_a_slow_image_that_gets_on_comes_whole(server: ScriptedServer) -> None:
    """Its size does not matter, only its pace."""
    part = b"." * 40_000
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(part) + 3)
    server.plays.append(Raw(head + part, drip=b"end", every=SHORT / 10))

    async with (
        open_transport(server.origin, Key(CANARY), links=1, idle=1.0) as transport,
        transport.get(f"{server.origin}/1-0.png") as download,
    ):
        image = b"".join([chunk async for chunk in download.chunks])

    assert image == part + b"end"


async def test_no_more_links_are_open_at_a_time_than_were_said(server: ScriptedServer) -> None:
    """The third download waits until one of the first two is let go."""
    half = Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", stays=True)
    server.plays += [half, half, Whole(b"image")]
    there = anyio.Event()

    async def third(transport: Transport) -> None:
        async with transport.get(f"{server.origin}/3.png"):
            there.set()

    async with open_transport(server.origin, Key(CANARY), links=2) as transport, anyio.create_task_group() as tasks:
        async with transport.get(f"{server.origin}/1.png"), transport.get(f"{server.origin}/2.png"):
            tasks.start_soon(third, transport)
            with anyio.move_on_after(SHORT):
                await there.wait()
            waited = not there.is_set()
        with anyio.fail_after(5):
            await there.wait()

    assert waited


async def test_an_answer_that_drips_is_taken_as_far_as_it_came_in_time(
    server: ScriptedServer, transport: Transport
) -> None:
    """*within* bounds the whole exchange, not the silence between two bytes."""
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{"id": 4711, '
    server.plays.append(Raw(head, drip=b"." * 9000, every=SHORT / 10))

    with anyio.fail_after(5):
        answer = await transport.post("images/text2img", BODY, within=4 * SHORT)

    assert answer.content.startswith(b'{"id": 4711, ')
    assert len(answer.content) < 9000
