"""``base_url: embedded``: the bundled server as a child process on a free loopback port, gone with the run."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

import flux_batch
from flux_batch.errors import UsageError

START_WITHIN = 30.0
NOT_INHERITED = frozenset({"MODELSLAB_API_KEY"})
"""The child needs no key, so it gets none."""


@asynccontextmanager
async def embedded_server(*options: str) -> AsyncIterator[str]:
    """Start ``flux-batch serve`` with *options*, yield its base URL once it answers, and stop it whatever happens.

    The child leads a session of its own, so a Ctrl-C for this process does not cut what is under way there; it
    watches its standard input, so it ends when this process dies without a word.

    Raises:
        UsageError: it did not come up.
    """
    command = [sys.executable, "-P", "-m", "flux_batch", "serve", "--port", "0", "--json", "--until-eof", *options]
    process = await anyio.open_process(command, env=_environment(), stderr=None, start_new_session=True)
    try:
        yield await _base_url(process)
    finally:
        with anyio.CancelScope(shield=True):
            await _stop(process)


def _environment() -> Mapping[str, str]:
    """Let the child import this very package, from wherever it was imported here."""
    here = str(Path(flux_batch.__file__).parent.parent)
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    paths = [here, *filter(None, inherited.get("PYTHONPATH", "").split(os.pathsep))]
    return {**inherited, "PYTHONPATH": os.pathsep.join(paths)}


async def _base_url(process: Process) -> str:
    said = ""
    with anyio.move_on_after(START_WITHIN):
        said = await _first_line(process)
    try:
        return str(json.loads(said)["base_url"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"the embedded server did not start: it said {said[:200]!r}",
            hint="try `flux-batch serve` by itself and read its words",
        ) from None


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
