"""``base_url: embedded``: the bundled server as a child process on a free loopback port, gone with the run."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

import flux_batch
from flux_batch.errors import UsageError

START_WITHIN = 30.0
NOT_INHERITED = re.compile("KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
"""The child needs no credentials, so it gets none, whatever their variable is called."""
LAST_WORDS = 400
"""Characters shown of what a server said that did not start."""


@asynccontextmanager
async def embedded_server(*options: str) -> AsyncIterator[str]:
    """Start ``flux-batch serve`` with *options*, yield its base URL once it answers, and stop it whatever happens.

    The child leads a session of its own, so a Ctrl-C for this process does not cut what is under way there; it
    watches its standard input, so it ends when this process dies without a word. Its words do not reach the terminal.

    Raises:
        UsageError: it did not come up.
    """
    command = [sys.executable, "-P", "-m", "flux_batch", "serve", "--port", "0", "--json", "--until-eof", *options]
    with await anyio.to_thread.run_sync(TemporaryFile) as words:
        process = await anyio.open_process(command, env=_environment(), stderr=words, start_new_session=True)
        try:
            yield await _base_url(process, words)
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
