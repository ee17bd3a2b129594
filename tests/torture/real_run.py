"""Real processes against a real server on loopback: started, killed, stopped, put on other disks; and then held to all.

The child is a program like any user's: it runs a grid and prints the name of each image that it is told is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import to_thread
from scene import Counts, lost_answers

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch
from flux_batch.store.audit import Audit
from flux_batch.store.folder import Folder
from flux_batch.store.invariants import Broken, unkept_promises

KEY = "canary-0123456789-abcdef"
ROOT = Path(__file__).parent.parent.parent
IMAGES = 6

CHILD = """
import sys, anyio, flux_batch
from flux_batch.store.disk import Disk

class Rebooted(Disk):
    def boot(self):
        return sys.argv[2]

async def main():
    batch = flux_batch.Batch(flux_batch.load_grid(sys.argv[1]))
    if len(sys.argv) > 2:
        batch.disk = Rebooted()
    async with batch:
        async for event in batch:
            if isinstance(event, flux_batch.Kept):
                print(event.line.file_name, flush=True)
    return batch.report.exit_code

try:
    sys.exit(anyio.run(main))
except flux_batch.FluxBatchError as error:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)
"""


@dataclass
class RealScene:
    """A server, a folder, and children that work on it.

    Attributes:
        server: keeps the bill.
        out: the output folder.
        home: where the grid file lies.
        told: names of the images a child said were kept.
        limit: jobs a run makes at most, None for all.
    """

    server: Server
    out: Path
    home: Path
    told: set[str] = field(default_factory=set)
    limit: int | None = None

    def grid(self) -> Path:
        """Write the grid file."""
        path = self.home / f"grid-{self.out.name}.yaml"
        wanted = {
            "axes": {"prompt": ["a", "b"], "seed": {"start": 1, "count": IMAGES // 2}},
            "params": {"size": "256x256"},
            "endpoint": {"base_url": self.server.base_url},
            "output": {"dir": str(self.out)},
            "gates": {"size": "off"},
            "limits": {"retry": {"first": 0, "longest": 0}, "limit": self.limit},
        }
        path.write_text(json.dumps(wanted))
        return path

    def command(self, *, boot: str | None = None, wrap: Sequence[str] = ()) -> list[str]:
        """Return the command of the child; *wrap* stands before it."""
        return [*wrap, sys.executable, "-c", CHILD, str(self.grid()), *([boot] if boot else [])]

    @property
    def environment(self) -> Mapping[str, str]:
        """The key, and this very package."""
        paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        return {**os.environ, "MODELSLAB_API_KEY": KEY, "PYTHONPATH": os.pathsep.join(paths)}

    async def run(self, *, boot: str | None = None, wrap: Sequence[str] = ()) -> subprocess.CompletedProcess[bytes]:
        """Run a child to its end, however that comes."""
        Counts.runs += 1
        command = await to_thread.run_sync(lambda: self.command(boot=boot, wrap=wrap))
        with anyio.fail_after(55):
            done = await anyio.run_process(command, check=False, env=self.environment)
        self.told |= set(done.stdout.decode().split())
        return done

    @property
    def billed(self) -> Counter[str]:
        """Job -> images billed for it."""
        total: Counter[str] = Counter()
        for entry in self.server.ledger:
            total[str(entry.track_id)] += entry.billed
        return Counter({job: count for job, count in total.items() if count})

    def wrong(self, *allowed: Broken) -> list[str]:
        """What does not hold, but for what is *allowed*. For a worker thread."""
        Counts.checks += len(Broken) + 3
        audit = Audit(Folder(self.out))
        found = [f"{each.place}: {each.message}" for each in audit.violations() if each.broken not in allowed]
        book = audit.ledger.book
        names = {line.file_name for line in audit.kept}
        found += [f"{name} was told and has no line" for name in self.told - names]
        if book.ended is not None:
            found += unkept_promises(book.money, self.billed, audit.ledger.accepted)
            lost = lost_answers(self.out)
            found += [f"{job} billed {n}" for job, n in self.billed.items() if n > 1 + lost[job]]
        everything = b"".join(path.read_bytes() for path in self.out.rglob("*") if path.is_file())
        found += ["the key is in the folder"] if KEY.encode() in everything else []
        Counts.violations += len(found)
        return found

    async def wrong_now(self) -> list[str]:
        """What is wrong right after a fault and the next run cannot put right."""
        mendable = (Broken.STRAY, Broken.LEFTOVER, Broken.TORN, Broken.COUNTS)
        return await to_thread.run_sync(lambda: self.wrong(*mendable))

    async def finish(self, *, boot: str | None = None) -> list[str]:
        """Run once more without a fault and return what is wrong then; a third run must ask for nothing."""
        done = await self.run(boot=boot)
        found = await to_thread.run_sync(self.wrong)
        found += [] if done.returncode == 0 else [f"ended with {done.returncode}: {done.stderr.decode()[-300:]}"]
        images = len(list(await to_thread.run_sync(lambda: list((self.out / "images").iterdir()))))
        found += [] if images == IMAGES else [f"{images} images"]
        requests = len(self.server.ledger)
        await self.run(boot=boot)
        return found + ([] if len(self.server.ledger) == requests else ["the idle run asked for something"])


@asynccontextmanager
async def real_scene(
    home: Path, faults: Mapping[str, object] | None = None, *, out: Path | None = None
) -> AsyncIterator[RealScene]:
    """Serve inside the block, with quick small pictures; some of the jobs are answered ``processing``."""
    script, times = Script.of(faults or {}), ServiceTime.parse("uniform:0,0.2")
    async with serving(Settings(port=0, key=KEY, faults=script, hold=0.1, service_time=times), Swatch()) as server:
        yield RealScene(server, out or home / "out", home)
