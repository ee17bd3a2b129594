"""The call when the pictures are done: made once, to this machine only, and as wrong as a script wants it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from aiohttp import web
from anyio.streams.memory import MemoryObjectReceiveStream
from server_probe import Probe, probing

from flux_batch.addons.server.webhook import here

Calls = MemoryObjectReceiveStream[dict[str, Any]]


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, Calls]]:
    """A receiver on loopback: its URL, and the calls it gets."""
    send, receive = anyio.create_memory_object_stream[dict[str, Any]](10)

    async def hook(request: web.Request) -> web.Response:
        await send.send(await request.json())
        return web.Response(status=204)

    app = web.Application(client_max_size=2**23)
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    with send, receive:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", receive
        await runner.cleanup()


async def written(probe: Probe) -> None:
    """Wait until the call is in the ledger."""
    while not probe.server.ledger.of("webhook"):
        await anyio.lowlevel.checkpoint()


async def test_the_call_brings_id_links_and_track_id() -> None:
    """Whoever posted finds his own name in it."""
    async with probing() as probe, listening() as (url, calls):
        body = (await probe.post(webhook=url, track_id="job-1")).json
        call = await calls.receive()
        await written(probe)

    assert (call["status"], call["id"], call["output"]) == ("success", body["id"], body["output"])
    assert (call["track_id"], call["meta"]["seed"]) == ("job-1", 7)
    assert (probe.last("webhook").status, probe.last("webhook").track_id) == (204, "job-1")


async def test_the_call_comes_even_where_the_answer_was_lost() -> None:
    """The only way to learn of a post whose answer never came."""
    async with probing() as probe, listening() as (url, calls):
        probe.play(post="drop_after_read")
        with pytest.raises(Exception, match="disconnected"):
            await probe.post(webhook=url, track_id="lost")

        assert (await calls.receive())["track_id"] == "lost"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/hook",
        "http://[::ffff:192.0.2.1]/hook",
        "http://0.0.0.0:9/hook",
        "http://a.invalid/",
        "http://[x",
    ],
)
async def test_no_call_leaves_the_machine(url: str) -> None:
    """An address elsewhere is not dialled; the attempt is written down."""
    async with probing() as probe:
        await probe.post(webhook=url)
        await written(probe)

    assert probe.last("webhook").status is None


@pytest.mark.parametrize(
    "url, ours",
    [
        ("http://127.0.0.1:9/hook", True),
        ("https://localhost/hook", True),
        ("http://[::1]:9/hook", True),
        ("http://localhost.example.org/hook", False),
        ("http://127.0.0.1.example.org/hook", False),
        ("http://user@example.org/hook", False),
        ("http://[x", False),
        ("nonsense", False),
    ],
)
def test_no_name_is_looked_up_but_our_own(url: str, ours: bool) -> None:  # noqa: FBT001
    """Looking a stranger's name up would already be a message to the outside."""
    assert here(url) == ours


WRONG: list[tuple[str, Callable[[dict[str, Any]], Any], Any]] = [
    ("hook_evil", lambda call: (call["id"], call["output"][0][:22]), (1, "http://169.254.169.254")),
    ("hook_forged", lambda call: call["track_id"], "nobody-posted-this"),
    ("hook_huge", lambda call: len(call["output"][0]), 3_000_000),
    ("hook_late 0.05", lambda call: call["track_id"], "job-1"),
]


@pytest.mark.parametrize("fault, look, expected", WRONG, ids=[row[0] for row in WRONG])
async def test_a_call_may_be_wrong(fault: str, look: Callable[[dict[str, Any]], Any], expected: Any) -> None:
    """A call is a hint, never the truth."""
    async with probing() as probe, listening() as (url, calls):
        probe.play(webhook=fault)
        await probe.post(webhook=url, track_id="job-1")

        assert look(await calls.receive()) == expected


@pytest.mark.parametrize("fault, times", [("hook_twice", 2), ("hook_lost", 0)])
async def test_a_call_may_come_twice_or_never(fault: str, times: int) -> None:
    """Both are documented."""
    async with probing() as probe, listening() as (url, calls):
        probe.play(webhook=fault)
        await probe.post(webhook=url)
        await written(probe)

        assert calls.statistics().current_buffer_used == times
