"""``base_url: embedded``: the bundled server as a child process on a free loopback port, gone with the run."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

import flux_batch
from flux_batch.errors import AnswerLost, NeverSent, Unreachable, UsageError
from flux_batch.plan.job import JSON
from flux_batch.request.transport import GENERATE_WITHIN, Answer, Download, Sent, Transport

START_WITHIN = 30.0
NOT_INHERITED = re.compile("KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
"""The child needs no credentials, so it gets none, whatever their variable is called."""
LAST_WORDS = 400
"""Characters shown of what a server said that did not start."""


@dataclass(frozen=True, slots=True)
class Child:
    """A server of our own.

    Attributes:
        base_url: where it answers.
    """

    base_url: str
    process: Process

    def check(self) -> None:
        """Raise where it is there no more: nobody else will answer in its place.

        Raises:
            Unreachable: it ended.
        """
        if self.process.returncode is not None:
            raise Unreachable(
                f"the embedded server ended by itself, with code {self.process.returncode}",
                hint="type the same command again; if it ends again, try `flux-batch serve` and read its words",
            )


@dataclass(frozen=True, slots=True)
class Attended:
    """A transport to a child process: once that has ended, waiting for it is over too."""

    transport: Transport
    child: Child

    async def post(
        self, path: str, body: Mapping[str, JSON], *, sent: Sent | None = None, within: float = GENERATE_WITHIN
    ) -> Answer:
        """See :meth:`flux_batch.request.transport.Transport.post`."""
        try:
            return await self.transport.post(path, body, sent=sent, within=within)
        except (NeverSent, AnswerLost):
            self.child.check()
            raise

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        """See :meth:`flux_batch.request.transport.Transport.get`."""
        self.child.check()
        async with self.transport.get(url) as download:
            yield download


@asynccontextmanager
async def embedded_server(*options: str) -> AsyncIterator[Child]:
    """Start ``flux-batch serve`` with *options*, yield it once it answers, and stop it whatever happens.

    The child leads a session of its own, so a Ctrl-C for this process does not cut what is under way there; it
    watches its standard input, so it ends when this process dies without a word. Its words do not reach the terminal.

    Raises:
        UsageError: it did not come up.
    """
    command = [sys.executable, "-P", "-m", "flux_batch", "serve", "--port", "0", "--json", "--until-eof", *options]
    with await anyio.to_thread.run_sync(TemporaryFile) as words:
        process = await anyio.open_process(command, env=_environment(), stderr=words, start_new_session=True)
        try:
            yield Child(await _base_url(process, words), process)
        finally:
            with anyio.CancelScope(shield=True):
                await _stop(process)


def _environment() -> Mapping[str, str]:
    """Let the child import this very package, from wherever it was imported here."""
    here = str(Path(flux_batch.__file__).parent.parent)
    inherited = {name: value for name, value in os.environ.items() if not NOT_INHERITED.search(name)}
    paths = [here, *filter(None, inherited.get("PYTHONPATH", "").split(os.pathsep))]
    return {**inherited, "PYTHONPATH": os.pathsep.join(paths)}


async def _base_url(process: Process, words: IO[bytes]) -> str:
    said = ""
    with anyio.move_on_after(START_WITHIN):
        said = await _first_line(process)
    try:
        return str(json.loads(said)["base_url"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"the embedded server did not start: it said {said or await anyio.to_thread.run_sync(_last, words)!r}",
            hint="try `flux-batch serve` by itself and read its words",
        ) from None


def _last(words: IO[bytes]) -> str:
    words.seek(0)
    return words.read().decode("utf-8", "replace").strip()[-LAST_WORDS:]


async def _first_line(process: Process) -> str:
    assert process.stdout is not None, "open_process pipes it by default"  # noqa: S101 - for the type checker
    text = ""
    async for part in TextReceiveStream(process.stdout):
        text += part
        if "\n" in text:
            break
    return text


async def _stop(process: Process) -> None:
    """End it at once: it has nothing to save, and a Ctrl-C should not wait for it."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
    await process.aclose()
