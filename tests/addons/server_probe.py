"""A client that knows nothing of the product, and a server to point it at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.ledger import Entry
from flux_batch.addons.server.render.renderer import Renderer
from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch

BODY = {"key": "canary-key", "model_id": "flux", "prompt": "a lighthouse", "enhance_prompt": "no", "seed": 7}
SMALL = {"width": 64, "height": 64}


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, as it came."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Probe:
    """A server and a session to ask it with."""

    server: Server
    session: aiohttp.ClientSession

    async def ask(self, method: str, url: str, **options: Any) -> Heard:
        """Send one request, follow nothing, return what came back."""
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            return Heard(response.status, await response.read(), dict(response.headers))

    async def api(self, path: str, **body: Any) -> Heard:
        """POST a JSON body with a key to a path of the server."""
        return await self.ask("POST", self.server.origin + path, json={"key": "canary-key", **body})

    async def post(self, **changes: Any) -> Heard:
        """Ask for a small picture, with *changes*; None leaves a field out."""
        body = {name: value for name, value in {**BODY, **SMALL, **changes}.items() if value is not ...}
        return await self.ask("POST", f"{self.server.base_url}/images/text2img", json=body)

    async def fetch(self, identity: int | str) -> Heard:
        """Ask again by id."""
        return await self.api(f"/api/v6/images/fetch/{identity}")

    async def get(self, link: str) -> Heard:
        """Fetch a link."""
        return await self.ask("GET", link)

    async def picture(self, **changes: Any) -> bytes:
        """Ask for a picture and fetch it."""
        return (await self.get((await self.post(**changes)).json["output"][0])).body

    def play(self, **faults: str) -> None:
        """Play these faults from now on; ``post_1`` is written for ``post#1``, ``post`` for ``post#*``."""
        self.server.service.script = script(**faults)

    def billed(self) -> int:
        """Images billed so far."""
        return self.server.ledger.billed

    def last(self, event: str) -> Entry:
        """The latest ledger entry of one kind."""
        return self.server.ledger.of(event)[-1]


def script(**faults: str) -> Script:
    """A fault script, written as keyword arguments."""
    lines = {name.partition("_"): how for name, how in faults.items()}
    return Script.of({f"{kind}#{which or '*'}": how for (kind, _, which), how in lines.items()})


@asynccontextmanager
async def probing(renderer: Renderer | None = None, **settings: Any) -> AsyncIterator[Probe]:
    """Serve with *settings* and plain pictures, and give a client for it."""
    async with (
        serving(Settings(port=0, **settings), renderer or Swatch()) as server,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=50)) as session,
    ):
        yield Probe(server, session)
