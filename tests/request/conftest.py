"""Peers for the transport: one on loopback, another host beside it, and the pair that the contract is held against."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import pytest
import trustme
from anyio import to_thread
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
    """A peer over TLS whose certificate was made for this test, by an authority nobody knows."""
    context = await to_thread.run_sync(_certified)
    async with scripted_server(context) as running:
        yield running


def _certified() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


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
