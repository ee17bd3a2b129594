"""Whole runs against a server in this process, over real HTTP; and what must hold of a folder after any of them."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.ledger import Entry
from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch
from flux_batch.batch import Batch
from flux_batch.errors import FluxBatchError
from flux_batch.grid import Grid, make_grid
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.key import Key
from flux_batch.store.events import Event
from flux_batch.store.report import Report

CANARY = "canary-0123456789-abcdef"


@dataclass(frozen=True, slots=True)
class Made:
    """One run: how it ended and everything it told."""

    report: Report
    events: list[Event]
    error: FluxBatchError | None


@dataclass(frozen=True, slots=True)
class Site:
    """A server and an output folder."""

    server: Server
    out: Path

    def batch(self, *, key: str = CANARY, drain: float = 60.0, **changes: Any) -> Batch:
        """Return a run of :func:`grid`, ready to be entered."""
        endpoint = Endpoint(self.server.base_url, Key(key))
        return Batch(self.grid(**changes), endpoint=endpoint, drain=drain, rng=random.Random(7))

    def grid(self, *, prompts: int = 2, seeds: int = 4, **sections: Mapping[str, Any]) -> Grid:
        """Return a grid of *prompts* x *seeds* small images; *sections* are laid over its own."""
        base: dict[str, dict[str, Any]] = {
            "axes": {"prompt": [f"picture {n}" for n in range(prompts)], "seed": {"start": 1, "count": seeds}},
            "params": {"size": "64x64"},
            "endpoint": {"base_url": self.server.base_url},
            "output": {"dir": str(self.out)},
            "limits": {"retry": {"first": 1, "longest": 1}},
        }
        return make_grid({name: {**base.get(name, {}), **sections.get(name, {})} for name in {*base, *sections}})

    async def make(self, **changes: Any) -> Made:
        """Run the grid to its end."""
        return await to_the_end(self.batch(**changes))

    @property
    def endpoint(self) -> Endpoint:
        """The server as a run without an environment is told of it."""
        return Endpoint(self.server.base_url, Key(CANARY))

    @property
    def posts(self) -> list[Entry]:
        """The generate requests the server saw."""
        return self.server.ledger.of("post")

    @property
    def requests(self) -> int:
        """All the requests it saw."""
        return sum(entry.event != "done" for entry in self.server.ledger)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The manifest."""
        return json_lines(self.out / "manifest.jsonl")

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The jobs without an image."""
        return json_lines(self.out / "failures.jsonl")


async def to_the_end(batch: Batch) -> Made:
    """Run *batch* and listen."""
    events: list[Event] = []
    error = None
    try:
        async with batch:
            async for event in batch:
                events.append(event)  # noqa: PERF401 - what came before an error counts too
    except FluxBatchError as stopped:
        error = stopped
    assert batch.report is not None, error
    return Made(batch.report, events, error)


@asynccontextmanager
async def site(out: Path, faults: Mapping[str, object] | None = None, **settings: Any) -> AsyncIterator[Site]:
    """Serve inside the block, with quick small pictures."""
    script = Script.of(faults or {})
    async with serving(Settings(port=0, key=CANARY, faults=script, **settings), Swatch()) as server:
        yield Site(server, out)


def json_lines(path: Path) -> list[dict[str, Any]]:
    """Read a JSON Lines file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def tree(out: Path) -> dict[str, tuple[int, int, str]]:
    """Name -> size, time of change and digest of every file below *out* but the lock."""
    return {
        str(path.relative_to(out)): (path.stat().st_size, path.stat().st_mtime_ns, digest(path))
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def assert_sound(made: Site) -> None:
    """What holds after every run, however it ended: see DESIGN, promises."""
    out, lines = made.out, made.lines
    images = {f"images/{path.name}" for path in (out / "images").iterdir()}
    assert {line["file_name"] for line in lines} == images, "every line has its file, every file its line"
    for line in lines:
        file = out / line["file_name"]
        assert (line["bytes"], line["sha256"]) == (file.stat().st_size, digest(file))
    assert list((out / ".flux-batch" / "part").iterdir()) == [], "nothing is left half done"
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert CANARY.encode() not in everything, "the key is nowhere"


def posted_as(entry: Entry) -> str:
    """The job id a request carried."""
    return str((entry.body or {}).get("track_id"))


def billed_per_job(made: Site) -> Counter[str]:
    """Job id -> posts the server billed."""
    return Counter(posted_as(entry) for entry in made.posts if entry.billed)


def declared(made: Site) -> Counter[str]:
    """Job id -> posts that the journal declares as perhaps billed in vain."""
    journal = (made.out / ".flux-batch" / "journal.jsonl").read_text()
    return Counter(line.split('"job":"')[1][:16] for line in journal.splitlines() if '"e":"unknown"' in line)
