"""The command line as a user has it: a process, its words, its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from batch_runs import CANARY, Made, Site, to_the_end

from flux_batch.batch import Batch
from flux_batch.grid import load_grid

COMMAND = [sys.executable, "-m", "flux_batch"]
PROC = Path("/proc")
WITHIN = 40.0
"""Seconds after which a process hangs."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished process left."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without anybody's key, and what is given."""
    return {name: value for name, value in os.environ.items() if name != "MODELSLAB_API_KEY"} | more


async def flux_batch(*words: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
    """Type ``flux-batch`` and *words*, away from any terminal, and wait for the end."""
    with anyio.fail_after(WITHIN):
        done = await anyio.run_process(
            [*COMMAND, *map(str, words)], check=False, stdin=DEVNULL, cwd=cwd, env=environment(**(env or {}))
        )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@asynccontextmanager
async def running(*words: str | Path, stdout: int = PIPE, stderr: int = PIPE) -> AsyncIterator[Process]:
    """Do the same and stay beside it; a group of its own, as a shell would start it. Killed at the end of the block."""
    async with await anyio.open_process(
        [*COMMAND, *map(str, words)],
        stdin=DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=environment(MODELSLAB_API_KEY=CANARY),
        start_new_session=True,
    ) as process:
        try:
            with anyio.fail_after(WITHIN):
                yield process
        finally:
            if process.returncode is None:
                process.kill()


async def finish(process: Process) -> Done:
    """Read what *process* says to its end and wait for it."""
    said: dict[str, bytes] = {"out": b"", "err": b""}

    async def listen(name: str) -> None:
        stream = process.stdout if name == "out" else process.stderr
        if stream is not None:
            async for part in stream:
                said[name] += part

    async with anyio.create_task_group() as tasks:
        for name in said:
            tasks.start_soon(listen, name)
    return Done(await process.wait(), said["out"].decode(), said["err"].decode())


async def until(condition: Callable[[], bool], process: Process) -> None:
    """Wait for what *process* does to the world."""
    while not condition():
        assert process.returncode is None, "it ended too early"
        await anyio.sleep(0.01)


async def hears(process: Process, words: str) -> None:
    """Wait until *process* says *words* on stderr."""
    assert process.stderr is not None
    await BufferedByteReceiveStream(process.stderr).receive_until(words.encode(), 65536)


def children(process: Process) -> list[int]:
    """The processes that *process* has started."""
    return [int(folder.name) for folder in PROC.glob("[0-9]*") if parent_of(folder) == process.pid]


def alive(pid: int) -> bool:
    """Whether this process still runs."""
    return parent_of(PROC / str(pid)) is not None


def parent_of(folder: Path) -> int | None:
    """The parent of a process in /proc; None where it has ended, reaped or not."""
    try:
        state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(parent)


def grid_file(folder: Path, base_url: str, *, seeds: int = 3, more: str = "") -> Path:
    """Write a grid of so many small images; *more* is YAML put at its end."""
    file = folder / "grid.yaml"
    file.write_text(
        f"name: small\nendpoint: {{base_url: '{base_url}'}}\naxes:\n  prompt: [a lighthouse]\n"
        f"  seed: {{start: 1, count: {seeds}}}\nparams: {{size: 64x64}}\n{more}"
    )
    return file


def grid_for(site: Site, *, seeds: int = 3, more: str = "") -> Path:
    """Write a grid for *site*, beside its output folder."""
    output = f"output: {{dir: '{site.out}'}}\n"
    return grid_file(site.out.parent, site.server.base_url, seeds=seeds, more=output + more)


async def again_in_here(site: Site, grid: Path, overrides: Mapping[str, object] | None = None) -> Made:
    """Run *grid* in this process: quicker than a second one, with the same outcome."""
    loaded = await anyio.to_thread.run_sync(partial(load_grid, grid, overrides=overrides))
    return await to_the_end(Batch(loaded, endpoint=site.endpoint))
