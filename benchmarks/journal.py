"""What a resume costs: journal and manifest of a big folder replayed, and how durable appends share their syncs.

    python benchmarks/journal.py [--images 100000]

Prints one line per figure, in seconds on the wall and of the processor; last what it takes to do no more than parse
both files line by line. The folder is synthetic, with lines as a run writes them; the files of its images are empty
names of the right size (sparse), so that the listing is real and the disk stays free.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import anyio

from flux_batch.plan.job import JSON, Job, job_id
from flux_batch.store import record
from flux_batch.store.disk import DISK
from flux_batch.store.folder import Folder
from flux_batch.store.lines import encode
from flux_batch.store.log import Log
from flux_batch.store.manifest import Line, read_manifest
from flux_batch.store.recovery import recover, take_stock
from flux_batch.store.replay import replay
from flux_batch.store.reserve import Reserve
from flux_batch.store.standing import Fate, Generation
from flux_batch.store.store import image_sizes

META: dict[str, JSON] = {f"field_{number}": "a value as the service echoes it" for number in range(24)}
AT = "2026-11-22T12:00:00.000Z"
SIZE = 400_000
TARGET = 1.5
"""Seconds for journal and manifest of 100,000 images, on one quiet core."""


def job(number: int) -> Job:
    """Return a job with a body as grids make them."""
    body: dict[str, JSON] = {
        "model_id": "flux",
        "width": 512,
        "height": 512,
        "samples": 1,
        "num_inference_steps": 20,
        "guidance_scale": 7.5,
        "safety_checker": "yes",
        "enhance_prompt": "no",
        "base64": "no",
        "seed": number,
        "prompt": "a lighthouse at dusk, waves below, long exposure, soft light",
    }
    return Job(job_id(body), number, body, {"prompt": "a lighthouse at dusk", "seed": number})


def journal_lines(of: Job) -> Iterator[bytes]:
    """Yield the lines of one finished job."""
    given = Generation(str(of.index), ((f"https://cdn.example/generations/{of.id}-0.png",),), meta=META)
    for each in (
        record.intent(of, 1),
        record.sent(of.id, 1),
        record.accepted(of, 1, given, pending=False),
        record.fate(of.id, 0, Fate.KEPT),
    ):
        yield encode({"v": 1, **each, "at": AT})


def manifest_line(of: Job) -> Line:
    """Return the line of its image."""
    return Line(
        job=of.id,
        sample=0,
        samples=1,
        file_name=f"images/{of.id}-0.png",
        bytes=SIZE,
        sha256=f"{of.index:064x}",
        prompt=str(of.body["prompt"]),
        seed=of.index,
        style=None,
        axes=of.axes,
        model_id="flux",
        width=512,
        height=512,
        format="png",
        request=of.body,
        meta=META,
        drift=[],
        generation_id=str(of.index),
        generation_time=4.5,
        url=f"https://cdn.example/generations/{of.id}-0.png",
        nsfw=False,
        attempts=1,
        billed="once",
        created_at=AT,
    )


def make(folder: Folder, images: int) -> None:
    """Write the folder of a finished run."""
    folder.images.mkdir(parents=True)
    folder.private.mkdir()
    with folder.journal.open("wb") as journal, folder.manifest.open("wb") as manifest:
        for number in range(images):
            of = job(number)
            journal.writelines(journal_lines(of))
            line = manifest_line(of)
            manifest.write(encode(replace(line).to_json()))
            with (folder.root / line.file_name).open("wb") as image:
                image.truncate(SIZE)


@dataclass(frozen=True, slots=True)
class Moment:
    """Seconds on the wall and of this process's processor."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Moment:
        """Return this one."""
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Moment) -> Moment:
        return Moment(self.wall - other.wall, self.cpu - other.cpu)


def resume(folder: Folder) -> Iterator[tuple[str, Moment]]:
    """Do what opening a folder does; yield what each part took."""
    began = Moment.now()
    sizes = image_sizes(folder)
    listed = Moment.now()
    stock = take_stock(read_manifest(folder.manifest), sizes)
    stocked = Moment.now()
    book = replay(folder.journal, stock.done.whole)
    repairs = recover(book, stock, boot="")
    ended = Moment.now()
    if repairs or book.standings or stock.done.images != len(sizes):
        raise SystemExit("the folder was not resumed as a finished one")
    yield "list images/", listed - began
    yield "read manifest", stocked - listed
    yield "replay journal", ended - stocked
    yield "journal and manifest together", ended - listed
    yield "all of it", ended - began


def parse(folder: Folder) -> Moment:
    """Do what a plain script would begin with: parse each line of both files, and forget it."""
    began = Moment.now()
    for path in (folder.manifest, folder.journal):
        with path.open("rb") as lines:
            for line in lines:
                json.loads(line)
    return Moment.now() - began


def measure(root: Path) -> None:
    """Open *root* once and print the figures; in a process of its own, so that the memory is its own."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for words, took in resume(Folder(root)):
        print(f"{words:<32}{took.wall:>9.3f} s{took.cpu:>9.3f} s of CPU")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    took = parse(Folder(root))
    print(f"{'(json.loads of every line)':<32}{took.wall:>9.3f} s{took.cpu:>9.3f} s of CPU")
    print(f"{'memory, beyond the imports':<32}{grown:>9.1f} MiB")


async def append(root: Path, writers: int, lines: int) -> float:
    """Let *writers* append durably at once; return lines per second."""
    path = root / f"log-{writers}"
    log = Log(DISK, path, mode=0o600, reserve=Reserve(DISK, root / "reserve"))
    record_: dict[str, JSON] = {"v": 1, "e": "accepted", "job": "0" * 16, "meta": META}

    async def write() -> None:
        for _ in range(lines // writers):
            await log.append(record_)

    began = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for _ in range(writers):
            tasks.start_soon(write)
    seconds = time.perf_counter() - began
    log.close()
    return lines / seconds


def main() -> None:
    """Make a folder, resume it three times, and append."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
        return
    with tempfile.TemporaryDirectory() as home:
        root = Path(home) / "out"
        make(Folder(root), given.images)
        sizes = [path.stat().st_size / 2**20 for path in (Folder(root).journal, Folder(root).manifest)]
        print(f"{given.images:,} images: journal {sizes[0]:.0f} MiB, manifest {sizes[1]:.0f} MiB; target {TARGET} s\n")
        for _ in range(3):
            subprocess.run([sys.executable, __file__, "--measure", str(root)], check=True, env=os.environ)
            print()
        for writers in (1, 5, 20):
            print(f"{writers:>3} writers, durable lines{anyio.run(append, Path(home), writers, 1000):>14,.0f} /s")


if __name__ == "__main__":
    main()
