"""Every slot busy over real HTTP: slots in service against slots there were, beside two plain clients in the same run.

Three clients meet the same conditions at the same time, each with an embedded server of its own: flux-batch, plain AIMD
(one more slot per round of successes, half of them after each 429) and a plain semaphore.
    python benchmarks/utilisation.py [--seconds 60] [--service uniform:8,12] [--plot FILE.svg]

The conditions: 5 or 10 slots; the limit known or believed to be 15; the service holds its answer, or says `processing`
with an estimate wrong by up to 20 %. ``used`` is the integral of slots taken over time, by the server's own ledger,
divided by slots x time, from the first post on; ``later`` is the same without the first third, in which the slots fill
and the limit is found. Under flux-batch stands what the same engine comes to on a virtual clock, against the queue in
memory of benchmarks/governor.py and the same conditions: what HTTP, server and disk cost is the difference. Service
times and the 30 s a 429 asks for are those of the real service: the shorter ``--seconds``, the heavier weighs one
refusal. The machine has to be idle enough for two dozen requests a second.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import anyio
from governor import run
from slots_plot import Panel, plot

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the queue in memory lives there

from engine_run import Run
from queue_service import QueueService

import flux_batch
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.engine.policy import SlotPolicy

PROMPTS = ("a lighthouse at dusk", "a red fox in a snowy forest", "a quiet harbour town at dawn", "a bridge in fog")
BELIEVED = 15
POLL_EVERY = 2.0
OPEN = 1.0 / 3


@dataclass(frozen=True)
class Conditions:
    """What a client meets: *slots* there are, how many it believes in, and whether the service holds its answer."""

    slots: int
    believed: int
    holds: bool

    @property
    def words(self) -> str:
        """These conditions in a few words."""
        known = "known" if self.believed == self.slots else f"believed {self.believed}"
        return f"{self.slots} slots, {known}, {'held' if self.holds else 'processing'}"


@dataclass(frozen=True)
class Trace:
    """What the ledger says: (seconds since the first post, slots taken) and how many events of each kind."""

    steps: list[tuple[float, int]]
    counts: Counter[str]


Client = Callable[[Conditions, str, Path], Awaitable[None]]


@asynccontextmanager
async def server(conditions: Conditions, service: str, ledger: Path) -> AsyncIterator[str]:
    """Start a server in a process of its own; yield its base URL."""
    hold = "600" if conditions.holds else "0"
    command = [sys.executable, "-m", "flux_batch", "serve", "--port", "0", "--json", "--renderer", "swatch"]
    options = ["--queue-limit", str(conditions.slots), "--service-time", service, "--hold", hold, "--eta-error", "0.2"]
    async with await anyio.open_process(
        [*command, *options, "--ledger", str(ledger)], stderr=subprocess.DEVNULL
    ) as process:
        try:
            line = b""
            while process.stdout and not line.endswith(b"\n"):
                line += await process.stdout.receive()
            yield str(json.loads(line)["base_url"])
        finally:
            process.kill()


async def engine(conditions: Conditions, base_url: str, out: Path) -> None:
    """Make images with flux-batch."""
    grid = flux_batch.make_grid(
        {
            "endpoint": {"base_url": base_url, "queue_limit": conditions.believed},
            "axes": {"prompt": list(PROMPTS), "seed": {"start": 1, "count": 100_000}},
            "params": {"size": "64x64"},
            "output": {"dir": str(out)},
        }
    )
    async with flux_batch.Batch(grid) as batch:
        async for _ in batch:
            pass


async def aimd(_conditions: Conditions, base_url: str, _out: Path) -> None:
    """Find the limit by additive increase and multiplicative decrease."""
    limit, taken, numbers = 1.0, 0, itertools.count(1)
    room = anyio.Event()
    async with aiohttp.ClientSession() as session, anyio.create_task_group() as tasks:

        async def one(number: int) -> None:
            nonlocal limit, taken, room
            while (pause := await attempt(session, base_url, number)) is not None:
                limit = max(1.0, limit / 2)
                await anyio.sleep(pause)
            limit += 1 / limit
            taken -= 1
            room.set()

        while True:
            while taken < int(limit):
                taken += 1
                tasks.start_soon(one, next(numbers))
            room = anyio.Event()
            await room.wait()


async def semaphore(conditions: Conditions, base_url: str, _out: Path) -> None:
    """Keep as many workers busy as there should be slots; who is refused waits as long as the service says."""
    numbers = itertools.count(1)
    async with aiohttp.ClientSession() as session, anyio.create_task_group() as tasks:

        async def worker() -> None:
            for number in numbers:
                await insist(session, base_url, number)

        for _ in range(conditions.believed):
            tasks.start_soon(worker)


async def insist(session: aiohttp.ClientSession, base_url: str, number: int) -> None:
    """Post until there is room."""
    pause: float | None = 0.0
    while pause is not None:
        await anyio.sleep(pause)
        pause = await attempt(session, base_url, number)


async def attempt(session: aiohttp.ClientSession, base_url: str, number: int) -> float | None:
    """Post once, poll until the image is there and fetch it; the seconds to wait where there was no room."""
    prompt = PROMPTS[number % len(PROMPTS)]
    body = {"key": "k", "model_id": "flux", "prompt": prompt, "seed": number, "width": 64, "height": 64}
    answer = await post(session, f"{base_url}/images/text2img", body)
    if answer["status"] == "error":
        return float(answer.get("retry_after", 30))
    if answer["status"] == "processing":
        await anyio.sleep(float(answer.get("eta", POLL_EVERY)))
    while answer["status"] == "processing":
        answer = await post(session, f"{base_url}/images/fetch/{answer['id']}", {"key": "k"})
        if answer["status"] == "processing":
            await anyio.sleep(POLL_EVERY)
    async with session.get(answer["output"][0]) as response:
        await response.read()
    return None


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post *body* and read the object that comes back."""
    async with session.post(url, json=body) as response:
        answer: dict[str, Any] = json.loads(await response.read())
        return answer


def read_ledger(path: Path) -> Trace:
    """Read what a server saw."""
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    begun = min((entry["t"] for entry in entries if entry["event"] == "post"), default=0.0)
    steps = sorted((entry["t"] - begun, entry["in_flight"]) for entry in entries)
    counts = Counter(entry["event"] for entry in entries)
    counts["refused"] = sum(entry["event"] == "post" and entry["status"] == 429 for entry in entries)  # noqa: PLR2004
    return Trace(steps, counts)


def used(trace: Trace, slots: int, begin: float, end: float) -> float:
    """Slot-seconds taken of those there were between *begin* and *end*."""
    area, taken, since = 0.0, 0, 0.0
    for at, now in [*trace.steps, (end, 0)]:
        area += taken * max(0.0, min(at, end) - max(since, begin))
        taken, since = now, at
    return area / (slots * (end - begin))


CLIENTS: dict[str, Client] = {"flux-batch": engine, "plain AIMD": aimd, "semaphore": semaphore}


@dataclass
class Start:
    """All clients begin at once, when the last server is up."""

    missing: int
    gun: anyio.Event

    async def ready(self) -> None:
        """Say that one more is ready and wait for the rest."""
        self.missing -= 1
        if not self.missing:
            self.gun.set()
        await self.gun.wait()


@dataclass(frozen=True)
class Task:
    """How the service works, and for how many seconds a client is watched."""

    service: str
    seconds: float


async def watch(client: Client, conditions: Conditions, task: Task, start: Start) -> Trace:
    """Let one client work against a fresh server in a fresh folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = folder / "ledger.jsonl"
        async with server(conditions, task.service, ledger) as base_url:
            await start.ready()
            with anyio.move_on_after(task.seconds + 1):
                await client(conditions, base_url, folder)
        return await anyio.to_thread.run_sync(read_ledger, ledger)


async def watch_all(every: Sequence[Conditions], task: Task) -> dict[tuple[Conditions, str], Trace]:
    """Let every client meet *every* conditions, all at the same time."""
    traces: dict[tuple[Conditions, str], Trace] = {}
    start = Start(len(every) * len(CLIENTS), anyio.Event())

    async def one(conditions: Conditions, name: str) -> None:
        traces[conditions, name] = await watch(CLIENTS[name], conditions, task, start)

    async with anyio.create_task_group() as tasks:
        for conditions in every:
            for name in CLIENTS:
                tasks.start_soon(one, conditions, name)
    return traces


def on_a_virtual_clock(conditions: Conditions, task: Task) -> tuple[float, float]:
    """Return what the engine comes to where an exchange takes 20 ms each way and nothing else any time: used and later.

    Estimates are like the embedded server's: in whole seconds, those of one job all wrong by the same factor.
    """
    times = ServiceTime.parse(task.service)
    service = QueueService(conditions.slots, times.draw, Random(3), holds=conditions.holds, steady=True, whole=True)
    ours = run(lambda: Run(service, SlotPolicy(conditions.believed), until=task.seconds))
    end = ours.begun + task.seconds
    return service.utilisation(ours.begun, end), service.utilisation(ours.begun + task.seconds * OPEN, end)


def row(name: str, conditions: Conditions, trace: Trace, seconds: float) -> str:
    """One line of the table."""
    whole, later = (used(trace, conditions.slots, begin, seconds) for begin in (0.0, seconds * OPEN))
    counts = trace.counts
    return (
        f"{conditions.words:<34} {name:<11} {whole:>6.1%} {later:>6.1%}"
        f" {counts['post']:>6} {counts['refused']:>8} {counts['done']:>6} {counts['fetch'] / seconds:>8.2f}"
    )


def main() -> None:
    """Watch all clients, print the table and write the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--service", default="uniform:8,12", help="service time, as `flux-batch serve` reads it")
    parser.add_argument("--slots", type=int, nargs="+", default=[5, 10])
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write an SVG of slots taken over time")
    given = parser.parse_args()
    os.environ["MODELSLAB_API_KEY"] = "benchmark-needs-no-key"
    every = [
        Conditions(slots, believed, holds)
        for slots in given.slots
        for believed in (slots, BELIEVED)
        for holds in (True, False)
    ]
    traces = anyio.run(watch_all, every, Task(given.service, given.seconds))
    print(f"service {given.service} s, {given.seconds:g} s watched")
    print(f"{'':<34} {'':<11} {'used':>6} {'later':>6} {'posts':>6} {'refused':>8} {'done':>6} {'polls/s':>8}")
    for conditions in every:
        for name in CLIENTS:
            print(row(name, conditions, traces[conditions, name], given.seconds))
            if name == "flux-batch":
                whole, later = on_a_virtual_clock(conditions, Task(given.service, given.seconds))
                print(f"{'':<34} {'  virtual':<11} {whole:>6.1%} {later:>6.1%}")
    if given.plot:
        panels = [Panel(each.words, each.slots, {name: traces[each, name].steps for name in CLIENTS}) for each in every]
        given.plot.write_text(plot(panels, given.seconds))


if __name__ == "__main__":
    main()
