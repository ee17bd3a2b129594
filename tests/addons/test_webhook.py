"""Webhook calls: a hint that wakes a poll, and nothing more."""

from __future__ import annotations

import io
import json
import socket
from contextlib import suppress

import aiohttp
import pytest

from flux_batch.addons.webhook.receiver import LARGEST_CALL, named, receiving
from flux_batch.errors import UsageError


async def call(port: int, path: str, body: bytes | io.BytesIO, method: str = "POST") -> int:
    """Make one call and return its status."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{port}{path}", data=body) as answer,
    ):
        return answer.status


async def test_a_call_rings_for_its_job() -> None:
    """The track_id of a call is the job's id."""
    rung: list[str] = []

    async with receiving("127.0.0.1:0", rung.append) as receiver:
        status = await call(receiver.port, receiver.path, json.dumps({"track_id": "abc", "status": "success"}).encode())

    assert (status, rung) == (200, ["abc"])


async def test_a_call_leaves_the_services_id_before_it_rings() -> None:
    """Whoever is woken finds it; a call without one only rings."""
    heard: list[tuple[str, ...]] = []
    bodies = [{"track_id": "abc", "id": 77, "output": ["http://169.254.169.254/"]}, {"track_id": "abc", "id": "../x"}]

    async with receiving("127.0.0.1:0", lambda *ring: heard.append(ring), lambda *hint: heard.append(hint)) as receiver:
        for body in bodies:
            await call(receiver.port, receiver.path, json.dumps(body).encode())

    assert heard == [("abc", "77"), ("abc",), ("abc",)]


@pytest.mark.parametrize("path", ["/", "/wrong", "/" + "0" * 32, "/%ff", "/a/b"])
async def test_a_call_without_the_token_is_not_heard(path: str) -> None:
    """Whoever does not know the path changes nothing."""
    rung: list[str] = []

    async with receiving("127.0.0.1:0", rung.append) as receiver:
        status = await call(receiver.port, path, b'{"track_id": "abc"}')

    assert (status, rung) == (404, [])


async def test_only_posts_are_heard() -> None:
    """A browser that follows the link rings nothing."""
    rung: list[str] = []

    async with receiving("127.0.0.1:0", rung.append) as receiver:
        assert await call(receiver.port, receiver.path, b"", "GET") == 404

    assert rung == []


async def test_a_call_that_is_too_large_is_cut_off() -> None:
    """A call of more than 32 MiB is refused."""
    rung: list[str] = []
    body = b'{"track_id": "abc"}' + b" " * LARGEST_CALL

    async with receiving("127.0.0.1:0", rung.append) as receiver:
        with suppress(aiohttp.ClientConnectionError):  # the server may hang up while we still talk
            assert await call(receiver.port, receiver.path, io.BytesIO(body)) == 413

    assert rung == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b'{"track_id": 7}', b"[" * 100_000, b"\xff\xfe", b"null"])
def test_a_call_that_says_nothing_rings_nothing(body: bytes) -> None:
    """Any bytes are read without an error."""
    assert named(body) is None


async def test_each_run_has_a_path_of_its_own() -> None:
    """A path seen in one night's log opens nothing the next night."""
    async with (
        receiving("127.0.0.1:0", lambda _: None) as one,
        receiving("127.0.0.1:0", lambda _: None) as other,
    ):
        assert one.path != other.path
        assert one.url("https://hooks.example/flux/") == f"https://hooks.example/flux{one.path}"


async def test_a_taken_port_is_a_wrong_setting() -> None:
    """The message names the address and the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match="cannot listen for webhooks on 127"):
            async with receiving(address, lambda _: None):
                pass
