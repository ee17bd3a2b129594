"""Real processes against a real server on loopback: started, killed, stopped, put on other disks, and held to all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path

import anyio
import pytest
import real_child
from anyio import to_thread
from scene import MENDABLE, given_up, lost_answers
from torture_counts import Counts

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch
from flux_batch.store.audit import Audit
from flux_batch.store.folder import Folder
from flux_batch.store.invariants import Broken, unkept_promises

ROOT = Path(__file__).parent.parent.parent
IMAGES = 6

LONGEST = 55.0
"""Seconds after which a child counts as hanging."""

AT_ONCE = 8
"""Scenes that are played side by side: a run mostly waits for the service."""

NURSERY = get_context("forkserver")
NURSERY.set_forkserver_preload(real_child.PRELOADED)
ONE_BY_ONE = threading.Lock()
"""``multiprocessing`` looks after all its children whenever one is started, and takes no lock for it."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a child ended: its exit code, negative for a signal, and its last words."""

    code: int | None
    stderr: str = ""


class Child:
    """A process of its own, forked from one that has read the package already."""

    def __init__(self, grid: Path, out: Path, boot: str | None, *, traced: bool = False) -> None:
        self._out = out
        self._process = NURSERY.Process(
            target=real_child.forked, args=(str(grid), boot, out), kwargs={"traced": traced}, daemon=True
        )

    def start(self) -> None:
        """Start it. For a worker thread."""
        self._out.mkdir(parents=True)
        with ONE_BY_ONE:
            self._process.start()

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid or 0

    def kill(self) -> None:
        """Kill it, stopped or not. For a worker thread."""
        self._process.kill()

    def stop(self) -> None:
        """Let it stand still, where it has not ended. For a worker thread."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again, where it has not ended. For a worker thread."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return not wait([self._process.sentinel], 0)

    def told(self) -> set[str]:
        """Names it has printed. For a worker thread."""
        printed = self._out / "stdout"
        return set(printed.read_text().split()) if printed.exists() else set()

    async def wait(self) -> Done:
        """Wait for its end."""
        await anyio.wait_readable(self._process.sentinel)
        return await to_thread.run_sync(self._reaped)

    def _reaped(self) -> Done:
        with ONE_BY_ONE:
            self._process.join()
        code, said = self._process.exitcode, self._out / "stderr"
        self._process.close()
        return Done(code, said.read_text() if said.exists() else "")


@dataclass
class RealScene:
    """A server, a folder, and children that work on it.

    Attributes:
        server: keeps the bill.
        out: the output folder.
        home: where the grid file lies.
        told: names of the images a child said were kept.
        limit: jobs a run makes at most, None for all.
        numbers: of its children.
    """

    server: Server
    out: Path
    home: Path
    told: set[str] = field(default_factory=set)
    limit: int | None = None
    numbers: Iterator[int] = field(default_factory=count)

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

    @property
    def environment(self) -> Mapping[str, str]:
        """The key, and this very package."""
        paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        return {**os.environ, "MODELSLAB_API_KEY": real_child.KEY, "PYTHONPATH": os.pathsep.join(paths)}

    async def program(self, *wrap: str) -> Done:
        """Run the child as a command, with *wrap* before it, to its end."""
        Counts.runs += 1
        command = [*wrap, sys.executable, real_child.__file__, str(await to_thread.run_sync(self.grid))]
        with anyio.fail_after(LONGEST):
            done = await anyio.run_process(command, check=False, env=self.environment)
        self.told |= set(done.stdout.decode().split())
        return Done(done.returncode, done.stderr.decode())

    async def child(self, *, boot: str | None = None, traced: bool = False) -> Child:
        """Start a child."""
        Counts.runs += 1
        grid, out = await to_thread.run_sync(self.grid), self.home / f"child-{next(self.numbers)}"
        child = Child(grid, out, boot, traced=traced)
        await to_thread.run_sync(child.start)
        return child

    async def run(self, *, boot: str | None = None, strace: Sequence[str] = ()) -> Done:
        """Run a child to its end, however that comes; with *strace* under that program."""
        child = await self.child(boot=boot, traced=bool(strace))
        with anyio.fail_after(LONGEST):
            if strace:
                attach = ["strace", "-f", "-qq", "-p", str(child.pid), *strace]
                await anyio.run_process(attach, check=False)
            return await self.ended(child)

    async def ended(self, child: Child) -> Done:
        """Wait for the end of *child* and hear what it had told."""
        done = await child.wait()
        self.told |= await to_thread.run_sync(child.told)
        Counts.kills += done.code == -signal.SIGKILL
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
        found += ["the key is in the folder"] if real_child.KEY.encode() in everything else []
        Counts.violations += len(found)
        return found

    async def wrong_now(self) -> list[str]:
        """What is wrong right after a fault and the next run cannot put right."""
        return await to_thread.run_sync(lambda: self.wrong(*MENDABLE))

    async def finish(self, *, boot: str | None = None) -> list[str]:
        """Run once more without a fault and return what is wrong then; a third run must ask for nothing."""
        done = await self.run(boot=boot)
        found = await to_thread.run_sync(self.wrong)
        held = await to_thread.run_sync(given_up, self.out)
        found += [] if done.code == (3 if held else 0) else [f"ended with {done.code}: {done.stderr[-300:]}"]
        names = await to_thread.run_sync(os.listdir, self.out / "images")
        found += [] if len(names) == IMAGES - len(held) else [f"{len(names)} images: {', '.join(sorted(names))}"]
        requests = len(self.server.ledger)
        await self.run(boot=boot)
        return found + ([] if len(self.server.ledger) == requests else ["the idle run asked for something"])


@asynccontextmanager
async def real_scene(
    home: Path, faults: Mapping[str, object] | None = None, *, out: Path | None = None
) -> AsyncIterator[RealScene]:
    """Serve inside the block, with quick small pictures; some of the jobs are answered ``processing``."""
    script, times = Script.of(faults or {}), ServiceTime.parse("uniform:0,0.2")
    settings = Settings(
        port=0, key=real_child.KEY, faults=script, hold=0.1, service_time=times, manners=Manners(eta="float")
    )
    async with serving(settings, Swatch()) as server:
        yield RealScene(server, out or home / "out", home)


async def wrong_with(
    points: Iterable[str], trial: Callable[[str, Path], Awaitable[list[str]]], arena: Path
) -> list[str]:
    """Try each point in a folder of its own, some side by side; return what was wrong."""
    found: list[str] = []
    places = anyio.CapacityLimiter(AT_ONCE)

    async def one(point: str, room: Path) -> None:
        async with places:
            Counts.faults += 1
            await to_thread.run_sync(room.mkdir)
            found.extend(f"{point}: {each}" for each in await trial(point, room))
            await to_thread.run_sync(shutil.rmtree, room)

    async with anyio.create_task_group() as trials:
        for number, point in enumerate(points):
            trials.start_soon(one, point, arena / str(number))
    return found


def each(few: int) -> pytest.MarkDecorator:
    """Each *few*-th point for every day, and all of them where ``-m torture`` asks for them."""
    often = [pytest.param(few, id="a few"), pytest.param(1, id="all", marks=pytest.mark.torture)]
    return pytest.mark.parametrize("step", often)
