"""The real transport, byte by byte: what it sends, what it refuses, and what no wire accident makes of it."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from memory_transport import Cut, Whole
from scripted_server import CANARY, Raw, ScriptedServer

from flux_batch.errors import AnswerLost, DownloadFailed, Misdirected, NeverSent, TransportError
from flux_batch.plan.job import JSON
from flux_batch.request.http import open_transport
from flux_batch.request.key import Key
from flux_batch.request.transport import Transport

BODY: Mapping[str, JSON] = {"prompt": "a lighthouse at dusk", "seed": 7}


def header_lines(head: bytes) -> list[str]:
    """The lines of a request head without the request line."""
    return head.decode().split("\r\n")[1:-1]


async def test_a_post_says_no_more_than_it_must(server: ScriptedServer, transport: Transport) -> None:
    """These headers, in this order: one body, not packed, whole."""
    server.plays.append(Whole())

    await transport.post("images/text2img", BODY)

    seen = server.seen[0]
    names = [line.split(":")[0] for line in header_lines(seen.head) if line]
    assert seen.head.startswith(b"POST /api/v6/images/text2img HTTP/1.1\r\n")
    assert names == ["Host", "Accept-Encoding", "Content-Type", "Accept", "User-Agent", "Content-Length"]
    assert b"Accept-Encoding: identity\r\n" in seen.head


async def test_every_post_has_a_connection_of_its_own(server: ScriptedServer, transport: Transport) -> None:
    """A kept connection that the server closes just as a post is written would lose an answer."""
    server.plays += [Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}", stays=True)] * 3

    for _ in range(3):
        await transport.post("images/text2img", BODY)

    assert server.connections == 3


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"HTTP/1.1 two hundred OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n",
        b"HTTP/1.1 200",
    ],
    ids=["tls", "status", "version", "long-header", "many-headers", "two-lengths", "chunk", "cut-line"],
)
async def test_what_is_no_http_is_a_lost_answer(server: ScriptedServer, transport: Transport, data: bytes) -> None:
    """aiohttp calls some of these a 400; a real 400 costs nothing, these may have cost an image."""
    server.plays.append(Raw(data))

    with pytest.raises(AnswerLost):
        await transport.post("images/text2img", BODY)

    assert len(server.seen) == 1


async def test_a_packed_answer_is_not_unpacked(server: ScriptedServer, transport: Transport) -> None:
    """Nobody asked for it, and it could unpack to any size."""
    packed = gzip.compress(b"{}" * 10_000)
    server.plays += [Whole(packed, 200, {"Content-Encoding": "gzip"})] * 2

    answer = await transport.post("images/text2img", BODY)
    async with transport.get(f"{server.origin}/1-0.png") as download:
        chunks = [chunk async for chunk in download.chunks]

    assert answer.content == packed
    assert b"".join(chunks) == packed


async def test_an_answer_that_is_cut_without_a_length_comes_as_far_as_it_came(
    server: ScriptedServer, transport: Transport
) -> None:
    """Here nothing tells that it was cut; whoever reads it has to notice."""
    server.plays.append(Raw(b'HTTP/1.1 200 OK\r\n\r\n{"status": "succ'))

    answer = await transport.post("images/text2img", BODY)

    assert answer.content == b'{"status": "succ'


async def test_the_host_a_redirect_names_hears_nothing(
    server: ScriptedServer, elsewhere: ScriptedServer, transport: Transport
) -> None:
    """Not one byte, whatever kind of redirect it is."""
    for status in (301, 302, 303, 307, 308):
        server.plays.append(Whole(b"", status, {"Location": f"{elsewhere.origin}/api/v6/images/text2img"}))

        with pytest.raises(Misdirected, match=elsewhere.origin):
            await transport.post("images/text2img", BODY)

    assert elsewhere.connections == 0


async def test_no_download_carries_the_key_or_a_cookie(
    server: ScriptedServer, elsewhere: ScriptedServer, transport: Transport
) -> None:
    """Not on the API's own host, and not behind a redirect."""
    server.plays += [
        Whole(b"{}", 200, {"Set-Cookie": "session=1; Path=/"}),
        Whole(b"", 302, {"Location": f"{elsewhere.origin}/1-0.png", "Set-Cookie": "cdn=1"}),
        Whole(b"{}"),
    ]
    elsewhere.plays.append(Whole(b"image", 200, {"Set-Cookie": "other=1"}))

    await transport.post("images/text2img", BODY)
    async with transport.get(f"{server.origin}/1-0.png") as download:
        assert [chunk async for chunk in download.chunks] == [b"image"]
    await transport.post("images/text2img", BODY)

    heads = b"".join(seen.head for seen in [*server.seen, *elsewhere.seen])
    assert b"cookie" not in heads.lower()
    assert [seen.body for seen in [server.seen[1], elsewhere.seen[0]]] == [b"", b""]
    assert CANARY.encode() not in heads


async def test_proxies_and_netrc_of_the_environment_are_ignored(
    server: ScriptedServer, elsewhere: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The key goes to the configured host by the direct way, and no password goes along."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, elsewhere.origin)
    server.plays += [Whole(b"{}"), Whole(b"image")]

    async with open_transport(f"{server.origin}/api/v6", Key(CANARY), links=1) as transport:
        await transport.post("images/text2img", BODY)
        async with transport.get(f"{server.origin}/1-0.png") as download:
            assert download.status == 200

    assert elsewhere.connections == 0
    assert not [seen for seen in server.seen if b"authorization" in seen.head.lower()]


@pytest.mark.parametrize(
    "error",
    [socket.gaierror(socket.EAI_NONAME, "Name or service not known"), UnicodeError("label empty or too long")],
    ids=["unknown", "unspeakable"],
)
async def test_a_name_that_leads_nowhere_is_never_sent(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Nothing was sent, and the name is in the words."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    async with open_transport("http://api.invalid/api/v6", Key(CANARY), links=1) as transport:
        with pytest.raises(NeverSent, match=r"api\.invalid|label"):
            await transport.post("images/text2img", BODY)
        with pytest.raises(DownloadFailed):
            async with transport.get("http://cdn.invalid/1-0.png"):
                pass


async def test_a_link_keeps_its_spelling(server: ScriptedServer, transport: Transport) -> None:
    """A signed link that is respelt no longer matches its signature."""
    server.plays.append(Whole(b"image"))
    path = "/a%2Fb%7Ec/1-0.png?X-Sig=a%2Bb%3D%2f&p=%27x%27&e=a+b&s=~/"

    async with transport.get(server.origin + path) as download:
        assert download.status == 200

    assert server.seen[0].target == path


async def test_a_link_that_is_not_ascii_is_encoded(server: ScriptedServer, transport: Transport) -> None:
    """No byte of a link can break out of the request line."""
    server.plays.append(Whole(b"image"))

    async with transport.get(f"{server.origin}/é b\r\nX-Evil: 1/1-0.png") as download:
        assert download.status == 200

    assert b"X-Evil" not in b"".join(line for line in server.seen[0].head.split(b"\r\n")[1:])


async def test_nothing_is_logged_that_holds_the_key(
    server: ScriptedServer, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    """Not at DEBUG either, and not when things go wrong."""
    caplog.set_level(logging.DEBUG)
    server.plays += [
        Whole(json.dumps({"message": CANARY}).encode()),
        Raw(f"HTTP/1.1 {CANARY} {CANARY}\r\n\r\n".encode()),
        Cut(b"", 200, {"X": CANARY}),
    ]

    errors = []
    for _ in range(3):
        try:
            await transport.post("images/text2img", BODY)
        except TransportError as error:
            errors.append(f"{error!r} {error} {error.__cause__!r}")

    said = "\n".join([caplog.text, *errors])
    assert len(errors) == 2
    assert CANARY not in said
    assert CANARY[:12] not in said
