"""A program like any user's: it runs a grid and prints the name of each image that it is told is kept.

As a script it is a process like any other. Forked from one that has read the whole package already, it dies of the
same kills and is ready at once: hundreds of them fit into a minute.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

import flux_batch
from flux_batch.store.disk import Disk

KEY = "canary-0123456789-abcdef"
PRELOADED = ["aiohttp", "anyio._backends._asyncio", "flux_batch.batch", "flux_batch.grid", "PIL.Image", "ruamel.yaml"]
"""What the process reads that children are forked from."""


class Rebooted(Disk):
    """A disk of a machine that has been started anew."""

    def __init__(self, name: str) -> None:
        self._name = name

    def boot(self) -> str:
        """See :class:`Disk`."""
        return self._name


async def deliver(grid: str, boot: str | None, *, one_thread: bool = False) -> int:
    """Run *grid* and return the exit code; with *one_thread* a single one makes all calls that change the folder."""
    if one_thread:
        to_thread.current_default_thread_limiter().total_tokens = 1
    batch = flux_batch.Batch(flux_batch.load_grid(grid))
    if boot:
        batch.disk = Rebooted(boot)
    async with batch:
        async for event in batch:
            if isinstance(event, flux_batch.Kept):
                os.write(1, f"{event.line.file_name}\n".encode())
    return batch.report.exit_code if batch.report else 1


def work(grid: str, boot: str | None, *, one_thread: bool = False) -> int:
    """Do what the command line does."""
    os.environ["MODELSLAB_API_KEY"] = KEY
    try:
        return anyio.run(partial(deliver, grid, boot, one_thread=one_thread))
    except flux_batch.FluxBatchError as error:
        os.write(2, f"error: {error}\n".encode())
        return error.exit_code


def forked(grid: str, boot: str | None, out: Path, *, traced: bool) -> None:
    """Work with ``stdout`` and ``stderr`` in files of *out*; where it is to be *traced*, wait for that.

    ``strace`` counts the calls of each thread for itself, so then there is one.
    """
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    while traced and "TracerPid:\t0\n" in Path("/proc/self/status").read_text():
        time.sleep(0.002)
    sys.exit(work(grid, boot, one_thread=traced))


if __name__ == "__main__":
    sys.exit(work(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
