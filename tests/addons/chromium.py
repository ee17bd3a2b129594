"""A headless Chromium, driven over its debugging protocol with nothing but aiohttp."""

from __future__ import annotations

import base64
import itertools
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import anyio

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
]
DOOR = re.compile(rb"DevTools listening on ws://(\S+?)/")


@dataclass(slots=True)
class Page:
    """One tab.

    Attributes:
        complaints: what scripts threw and what the console called an error.
        hosts: every host the page asked for something.
    """

    socket: aiohttp.ClientWebSocketResponse
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call one method of the protocol, noting the events that come before its answer."""
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self.socket.receive_json()
            if message.get("id") == number:
                result: dict[str, Any] = message.get("result", message)
                return result
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        told = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"]))
        elif message.get("method") == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append(str(told["entry"]))
        elif message.get("method") == "Network.requestWillBeSent":
            self.hosts.add(urlsplit(told["request"]["url"]).hostname or "")

    async def run(self, script: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        done = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise AssertionError(done["exceptionDetails"])
        return done["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait, inside the page, until a JavaScript condition holds."""
        await self.run(
            "new Promise(done => { const look = () => (" + condition + ") ? done() : requestAnimationFrame(look);"
            " look(); })"
        )

    async def open(self, url: str, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Load *url* in a window of this size and colour scheme."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        await self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await self.call("Page.navigate", url=url)
        await self.until("location.href !== 'about:blank' && document.readyState === 'complete'")

    async def screenshot(self, file: Path) -> None:
        """Write what is seen, the whole page, as a PNG file."""
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        await anyio.Path(file).write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[str]:
    """A fresh Chromium whose profile lives in *folder*: the address of its debugging door, ``host:port``."""
    assert CHROMIUM is not None
    command = [CHROMIUM, *SWITCHES, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            yield next(found[1].decode() for line in process.stderr if (found := DOOR.search(line)))
        finally:
            process.kill()


@asynccontextmanager
async def tab(door: str) -> AsyncIterator[Page]:
    """A new tab of the Chromium behind *door*."""
    async with aiohttp.ClientSession() as session:
        async with session.put(f"http://{door}/json/new") as response:
            made = await response.json()
        async with session.ws_connect(made["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Page(socket)
        async with session.get(f"http://{door}/json/close/{made['id']}"):
            pass
