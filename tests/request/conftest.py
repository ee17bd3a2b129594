"""Peers for the transport: one on loopback, another host beside it, and the pair that the contract is held against."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_server import CANARY, Peer, ScriptedServer, peer_in_memory, peer_over_http, scripted_server

from flux_batch.request.http import open_transport
from flux_batch.request.key import Key
from flux_batch.request.transport import Transport


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """A peer."""
    async with scripted_server() as running:
        yield running


@pytest.fixture
async def elsewhere() -> AsyncIterator[ScriptedServer]:
    """Another host."""
    async with scripted_server() as running:
        yield running


@pytest.fixture
async def unvouched() -> AsyncIterator[ScriptedServer]:
    """A peer over TLS whose certificate only it believes in; the private key beside it proves nothing to anybody."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).with_name("unvouched.pem"))
    async with scripted_server(context) as running:
        yield running


@pytest.fixture
async def transport(server: ScriptedServer) -> AsyncIterator[Transport]:
    """The real transport, with *server* as its API."""
    async with open_transport(f"{server.origin}/api/v6", Key(CANARY), links=2) as opened:
        yield opened


@pytest.fixture(params=[peer_in_memory, peer_over_http], ids=["memory", "http"])
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    """Both transports, one after the other."""
    async with request.param() as each:
        yield each
