"""The whole way over real HTTP, beside a plain script, in the same run.

Both make the same jobs against a fresh embedded server of their own, which holds each POST for its service time:
    python benchmarks/end_to_end.py [--jobs 100] [--slots 5] [--service 0.5] [--rounds 3]

``of attainable`` is slot-seconds in service / slot-seconds there were: jobs x service time / (slots x wall time).
The plain script is what people write first: a semaphore, gather, whole bodies, a rename, one JSON line; it checks
nothing, syncs nothing and cannot resume. CPU is user + system time of the client's process, without the server's;
a first round of four jobs, which pays for the imports, is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

import flux_batch

PROMPTS = ("a lighthouse at dusk", "a red fox in a snowy forest", "a quiet harbour town at dawn", "a bridge in fog")


@dataclass(frozen=True)
class Task:
    """What both sides have to do."""

    jobs: int
    slots: int
    service: float


@dataclass(frozen=True)
class Figures:
    """One side, one round."""

    wall: float
    cpu: float
    images: int


@asynccontextmanager
async def server(task: Task) -> AsyncIterator[str]:
    """Start a server of its own in a process of its own; yield its base URL."""
    command = [sys.executable, "-m", "flux_batch", "serve", "--port", "0", "--json", "--until-eof"]
    options = ["--renderer", "swatch", "--queue-limit", str(task.slots), "--service-time", str(task.service)]
    process = await asyncio.create_subprocess_exec(
        *command,
        *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        line = await process.stdout.readline() if process.stdout else b""
        yield str(json.loads(line)["base_url"])
    finally:
        process.kill()
        await process.wait()


async def engine(task: Task, base_url: str, out: Path) -> int:
    """Make the jobs with flux-batch."""
    seeds = -(-task.jobs // len(PROMPTS))
    grid = flux_batch.make_grid(
        {
            "endpoint": {"base_url": base_url, "queue_limit": task.slots},
            "axes": {"prompt": list(PROMPTS), "seed": {"start": 1, "count": seeds}},
            "limits": {"limit": task.jobs},
            "output": {"dir": str(out)},
        }
    )
    async with flux_batch.Batch(grid) as batch:
        async for _ in batch:
            pass
    return batch.report.kept if batch.report else 0


async def script(task: Task, base_url: str, out: Path) -> int:
    """Make them with twenty plain lines."""
    slots, kept = asyncio.Semaphore(task.slots), 0
    with (out / "manifest.jsonl").open("w") as manifest:
        async with aiohttp.ClientSession() as session:

            async def one(number: int) -> None:
                nonlocal kept
                prompt = PROMPTS[number % len(PROMPTS)]
                body = {"key": "k", "model_id": "flux", "prompt": prompt, "seed": number, "width": 512, "height": 512}
                async with slots, session.post(f"{base_url}/images/text2img", json=body) as response:
                    answer = json.loads(await response.read())
                async with session.get(answer["output"][0]) as response:
                    content = await response.read()
                part = out / f"{number}.part"
                part.write_bytes(content)
                part.rename(out / f"{number}.png")
                manifest.write(json.dumps(answer["meta"]) + "\n")
                kept += 1

            await asyncio.gather(*(one(number) for number in range(task.jobs)))
    return kept


async def measured(side: Callable[[Task, str, Path], Awaitable[int]], task: Task) -> Figures:
    """Run one side against a fresh server in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        async with server(task) as base_url:
            wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
            images = await side(task, base_url, Path(folder))
            wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Figures(wall, cpu, images)


def line(name: str, task: Task, rounds: list[Figures]) -> str:
    """One row of the table: medians."""
    wall = statistics.median(each.wall for each in rounds)
    cpu = statistics.median(each.cpu for each in rounds)
    images = min(each.images for each in rounds)
    attainable = task.jobs * task.service / (task.slots * wall)
    rate, each = task.jobs / wall, 1000 * cpu / task.jobs
    return f"{name:<14} {images:>6} {wall:>8.2f} {rate:>9.2f} {attainable:>14.1%} {each:>11.2f}"


def main() -> None:
    """Measure both sides in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--slots", type=int, default=5)
    parser.add_argument("--service", type=float, default=0.5, help="seconds")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    os.environ["MODELSLAB_API_KEY"] = "benchmark-needs-no-key"
    task = Task(given.jobs, given.slots, given.service)
    sides = {"flux-batch": engine, "plain script": script}
    rounds: dict[str, list[Figures]] = {name: [] for name in sides}
    for side in sides.values():
        asyncio.run(measured(side, Task(4, given.slots, 0.0)))
    for _ in range(given.rounds):
        for name, side in sides.items():
            rounds[name].append(asyncio.run(measured(side, task)))
    print(f"{task.jobs} jobs, {task.slots} slots, {task.service} s each, median of {given.rounds}")
    print(f"{'':<14} {'images':>6} {'wall s':>8} {'images/s':>9} {'of attainable':>14} {'CPU ms/job':>11}")
    for name in sides:
        print(line(name, task, rounds[name]))


if __name__ == "__main__":
    main()
