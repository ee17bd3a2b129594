"""Where a link may lead: nobody reaches into a private network through us, and a private API still works."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_transport import Whole
from scripted_server import CANARY, ScriptedServer

from flux_batch.errors import DownloadFailed
from flux_batch.request.address import is_private_host, is_public, next_hop
from flux_batch.request.http import open_transport
from flux_batch.request.key import Key

PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address like any other
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",  # where clouds keep credentials
    "100.64.0.1",  # carrier-grade NAT
    "100.100.100.200",  # one cloud's metadata, inside that range
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:224.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_that_everybody_reaches_is_public(address: str) -> None:
    """Image hosts are somewhere out there."""
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_somebodys_network_is_not_public(address: str) -> None:
    """In every notation, and inside every address that carries another one."""
    assert not is_public(address)


@given(st.ip_addresses(v=4).map(str))
def test_no_notation_makes_a_private_address_public(address: str) -> None:
    """An IPv4 address inside an IPv6 address is never more public than by itself."""
    one, two, three, four = (int(part) for part in address.split("."))
    embedded = f"{one:02x}{two:02x}:{three:02x}{four:02x}"

    assert is_public(f"::ffff:{embedded}") == is_public(address)
    assert not is_public(f"64:ff9b::{embedded}")
    assert not is_public(f"2002:{embedded}::1")


async def open_and_fetch(base_url: str, link: str) -> int:
    """GET *link* the way a run against *base_url* would, and return the status."""
    async with open_transport(base_url, Key(CANARY), links=1) as transport, transport.get(link) as download:
        return download.status


def resolving(address: str) -> Callable[..., list[tuple[object, ...]]]:
    """A DNS in which every name leads to *address*, and literals to themselves."""

    def getaddrinfo(host: str | bytes, port: int | None, *_: object, **__: object) -> list[tuple[object, ...]]:
        name = host.decode() if isinstance(host, bytes) else host
        literal = name.replace(".", "").isdigit() or ":" in name
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name if literal else address, port or 0))]

    return getaddrinfo


@pytest.mark.parametrize("host", ["127.0.0.1", "rebound.example"])
async def test_a_public_api_cannot_send_us_into_a_private_network(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Neither by a literal address nor by a name: what is dialled is looked at, and nothing is dialled."""
    server.plays.append(Whole(b"secret"))
    monkeypatch.setattr(socket, "getaddrinfo", resolving("127.0.0.1"))
    link = server.origin.replace("127.0.0.1", host) + "/latest/meta-data"

    with pytest.raises(DownloadFailed, match="private address"):
        await open_and_fetch("https://1.1.1.1/api/v6", link)

    assert server.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "gpu.example"])
async def test_a_private_api_may_send_us_to_its_own_network(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Named by its address or by a name of the local network."""
    server.plays.append(Whole(b"image"))
    monkeypatch.setattr(socket, "getaddrinfo", resolving("127.0.0.1"))

    status = await open_and_fetch(f"http://{host}:1/api/v6", f"{server.origin}/1-0.png")

    assert status == 200


@pytest.mark.parametrize("url", ["http://[", "http://a..b/api/v6", "nothing", "http://" + "a" * 70 + "/"])
async def test_an_api_that_has_no_address_counts_as_public(url: str) -> None:
    """The careful side; the posts will say what is wrong."""
    assert not await is_private_host(url)


@pytest.mark.parametrize(
    "before, link, there",
    [
        (None, "https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("https://cdn.example/a/b.png", "c.png", "https://cdn.example/a/c.png"),
        ("https://cdn.example/a/b.png", "//other.example/c.png", "https://other.example/c.png"),
        ("http://cdn.example/a.png", "https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("http://cdn.example/a.png", "http://other.example/", "http://other.example/"),
    ],
)
def test_a_hop_leads_where_the_link_says(before: str | None, link: str, there: str) -> None:
    """Absolute, relative, and up from http to https."""
    assert next_hop(before, link) == there


@pytest.mark.parametrize("link", ["http://cdn.example/a.png", "HTTP://cdn.example/a.png", "\thttp://cdn.example/a.png"])
def test_no_hop_leads_from_https_down_to_http(link: str) -> None:
    """What was asked for in private is not fetched in the open."""
    with pytest.raises(DownloadFailed, match="down to"):
        next_hop("https://cdn.example/a.png", link)


@given(st.text(), st.sampled_from([None, "https://cdn.example/a", "http://cdn.example/a"]))
def test_any_text_as_a_link_is_an_address_or_one_failed_download(link: str, before: str | None) -> None:
    """Nothing else can come of it, and what comes is http(s) with a host."""
    try:
        there = next_hop(before, link)
    except DownloadFailed:
        return
    assert there.lower().lstrip().startswith(("http://", "https://"))
