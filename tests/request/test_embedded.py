"""``base_url: embedded``: a server that is there for the run, and gone with it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from anyio.abc import Process, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from flux_batch.errors import AnswerLost, NeverSent, Unreachable, UsageError
from flux_batch.request.embedded import embedded_server
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.http import open_transport
from flux_batch.request.key import Key
from flux_batch.request.transport import Transport

pytestmark = pytest.mark.process

PROC = Path("/proc")
CANARY = "canary-0123456789"
BODY = {"model_id": "flux", "prompt": "a lighthouse", "width": 64, "height": 64, "steps": 1, "seed": 7}

PARENT = """
import signal, sys, anyio
from flux_batch.request.embedded import embedded_server

async def main():
    async with embedded_server("--renderer", "swatch") as child:
        print(child.base_url, flush=True)
        for line in sys.stdin:
            print("heard", line, flush=True)

signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
anyio.run(main)
"""
"""A program that runs a server and, stopped by nothing but the end of its input, answers every line."""


async def generate(base_url: str) -> str:
    """Ask the server for a picture and return the status it tells."""
    async with open_transport(base_url, Key("any-key"), links=1) as transport:
        answer = await transport.post("images/text2img", BODY)  # type: ignore[arg-type]
    return str(json.loads(answer.content)["status"])


def children(of: int) -> Iterator[Path]:
    """The processes that process *of* has started, in /proc."""
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if parent == str(of):
            yield folder


def servers(of: int) -> list[Path]:
    """Those of them that serve."""
    return [child for child in children(of) if b"serve" in (child / "cmdline").read_bytes().split(b"\0")]


async def until_no_server_is_left() -> None:
    """Return when this process has none: one that was killed a moment ago may still be seen."""
    with anyio.fail_after(10):
        while await anyio.to_thread.run_sync(servers, os.getpid()):  # noqa: ASYNC110 - no event tells of it
            await anyio.sleep(0.01)


async def connect(base_url: str) -> SocketStream:
    """Open a connection to the server."""
    address = urlsplit(base_url)
    return await anyio.connect_tcp(address.hostname or "", address.port or 0)


async def refuses(base_url: str) -> bool:
    """Whether nobody listens there any more."""
    try:
        stream = await connect(base_url)
    except OSError:
        return True
    await stream.aclose()
    return False


async def wait_for_end(stream: SocketStream) -> None:
    """Return when the other side closes."""
    try:
        await stream.receive()
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        await stream.aclose()


async def test_it_answers_within_the_block_and_nobody_listens_after_it() -> None:
    """Its whole life is the block."""
    async with embedded_server("--renderer", "swatch") as child:
        status = await generate(child.base_url)

    assert status == "success"
    assert await refuses(child.base_url)


async def test_it_stops_when_the_run_dies_of_an_error() -> None:
    """Whatever happens, no process is left."""
    base_urls = []

    async def fail() -> None:
        async with embedded_server() as child:
            base_urls.append(child.base_url)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await refuses(base_urls[0])


async def test_it_stops_when_the_run_is_cancelled_while_it_starts() -> None:
    """A Ctrl-C in the first second leaves nothing behind."""
    with anyio.move_on_after(0.1) as scope:
        async with embedded_server():
            pass

    assert scope.cancelled_caught
    await until_no_server_is_left()


async def test_a_server_that_does_not_start_tells_why() -> None:
    """In its own words, as a usage error."""
    with pytest.raises(UsageError, match="no-such-option") as refused:
        async with embedded_server("--no-such-option"):
            pass

    assert refused.value.hint


@pytest.mark.skipif(not PROC.exists(), reason="the environment of another process is read from /proc")
async def test_it_inherits_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it see any on its command line."""
    for name in ("MODELSLAB_API_KEY", "my_other_key", "HF_TOKEN", "AWS_SECRET_ACCESS", "DB_PASSWORD"):
        monkeypatch.setenv(name, CANARY)

    def told() -> bytes:
        return b"".join(
            (child / file).read_bytes() for child in servers(os.getpid()) for file in ("environ", "cmdline")
        )

    async with embedded_server():
        seen = await anyio.to_thread.run_sync(told)

    assert b"PATH=" in seen
    assert CANARY.encode() not in seen


@asynccontextmanager
async def parent() -> AsyncIterator[tuple[Process, BufferedByteReceiveStream, str]]:
    """A program with a server of its own: the process, what it says, and the server's address."""
    process = await anyio.open_process([sys.executable, "-c", PARENT], start_new_session=True, stderr=None)
    assert process.stdout is not None
    said = BufferedByteReceiveStream(process.stdout)
    async with process:
        try:
            yield process, said, (await said.receive_until(b"\n", 1000)).decode()
        finally:
            if process.returncode is None:
                process.kill()


async def test_it_dies_with_a_parent_that_is_killed() -> None:
    """SIGKILL leaves the parent no time to stop anything."""
    async with parent() as (process, _, base_url):
        stream = await connect(base_url)
        process.kill()
        await wait_for_end(stream)

    assert await refuses(base_url)


async def test_a_ctrl_c_for_the_parent_does_not_cut_it() -> None:
    """A terminal sends it to the whole group; what is paid for is still drained."""
    async with parent() as (process, said, base_url):
        os.killpg(process.pid, signal.SIGINT)
        heard = await said.receive_until(b"\n", 1000)
        groups = [os.getpgid(int(child.name)) for child in await anyio.to_thread.run_sync(servers, process.pid)]
        status = await generate(base_url)

    assert (heard, status) == (b"interrupted", "success")
    assert process.pid not in groups


async def post_until_it_fails_for_good(transport: Transport) -> None:
    """Post again and again: the socket of a process may outlive it by a moment."""
    while True:
        with contextlib.suppress(AnswerLost, NeverSent):
            await transport.post("images/text2img", BODY)  # type: ignore[arg-type]


async def test_a_server_that_dies_ends_the_run_at_once() -> None:
    """Nobody else will answer in its place: no half an hour of patience, and the words say what happened."""
    async with Endpoint("embedded", Key("any-key")).open(links=1) as transport:
        served = await anyio.to_thread.run_sync(servers, os.getpid())
        os.kill(int(served[0].name), signal.SIGKILL)
        with pytest.raises(Unreachable, match="ended by itself, with code -9"):
            await post_until_it_fails_for_good(transport)
