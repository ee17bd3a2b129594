"""The embedded server over real HTTP: one request in, pictures out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch

BODY = {"key": "any", "model_id": "flux", "prompt": "a lighthouse", "enhance_prompt": "no", "seed": 7}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server with every default, on a free port."""
    async with serving(Settings(port=0), Swatch()) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client that knows nothing of the product."""
    async with aiohttp.ClientSession() as session:
        yield session


async def post(client: aiohttp.ClientSession, url: str, **changes: Any) -> tuple[int, Any]:
    """POST the usual body with *changes* and return status and JSON."""
    async with client.post(url, json=BODY | changes) as response:
        return response.status, await response.json()


async def test_a_request_yields_as_many_pictures_as_samples(server: Server, client: aiohttp.ClientSession) -> None:
    """Each link of a success is a whole PNG file of its own."""
    _, body = await post(client, f"{server.base_url}/images/text2img", samples="2", width="64", height=128)
    files = []
    for link in body["output"]:
        async with client.get(link) as response:
            files.append(await response.read())

    assert body["status"] == "success"
    assert len(set(files)) == 2
    assert all(file.startswith(b"\x89PNG\r\n\x1a\n") and file.endswith(b"IEND\xaeB`\x82") for file in files)


async def test_the_ledger_knows_what_was_billed(server: Server, client: aiohttp.ClientSession) -> None:
    """Each event is one entry, in order, with what it billed."""
    await post(client, f"{server.base_url}/images/text2img", samples=3, track_id="t1")
    await post(client, f"{server.base_url}/images/text2img", prompt="")

    seen = [(e.event, e.n, e.billed, e.track_id, e.status) for e in server.ledger.of("post")]

    assert seen == [("post", 1, 3, "t1", 200), ("post", 2, 0, None, 400)]
