"""A run inside somebody else's program: its loop, its clock, its network, its disk, its tracer, its cancelling.

All of it through the public door: nothing here is imported from below ``flux_batch`` but what plays the service.
"""

from __future__ import annotations

import errno
import io
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread
from batch_runs import CANARY, Site, assert_sound, billed_per_job, declared, site, to_the_end
from PIL import Image

import flux_batch
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.store.audit import Audit
from flux_batch.store.folder import Folder

NIGHT = 2_000_000_000.0
"""2033-05-18T03:33:20Z."""


@dataclass
class NightClock:
    """Satisfies ``flux_batch.Clock``: it is always night, and a link that does not work yet is tried again at once.

    Attributes:
        slept: seconds that nobody waited, one by one.
        ahead: seconds since the night began.
    """

    slept: list[float] = field(default_factory=list)
    ahead: float = 0.0

    def monotonic(self) -> float:
        """The event loop's time."""
        return anyio.current_time()

    def wall(self) -> float:
        """Seconds since 1970."""
        return NIGHT + self.ahead

    async def sleep(self, seconds: float) -> None:
        """Let others go on."""
        self.slept.append(seconds)
        await anyio.lowlevel.checkpoint()


async def test_a_clock_of_ones_own(tmp_path: Path) -> None:
    """Every line is dated by it, and what it does not wait for costs no time."""
    clock = NightClock()
    seam: flux_batch.Clock = clock
    async with site(tmp_path / "out", {"image#1-3": "cdn_lag"}) as at:
        made = await to_the_end(flux_batch.Batch(at.grid(), endpoint=at.endpoint, clock=seam))

        assert_sound(at)
        assert made.report.kept == 8
        assert sum(clock.slept) >= 0.5, "it was asked to wait between two tries"
        assert {line["created_at"] for line in at.lines} == {"2033-05-18T03:33:20.000Z"}
        assert (made.report.started_at, made.report.ended_at) == ("2033-05-18T03:33:20.000Z",) * 2


async def test_the_clock_decides_about_the_deadline(tmp_path: Path) -> None:
    """Not this machine's: the night is over when it says so."""
    clock = NightClock()
    async with site(tmp_path / "out") as at:
        grid = at.grid(prompts=1, seeds=200, limits={"until": "1h", "concurrency": 1})
        batch = flux_batch.Batch(grid, endpoint=at.endpoint, clock=clock)
        with pytest.raises(flux_batch.LimitReached):  # noqa: PT012 - the error comes out of the iteration
            async with batch:
                async for event in batch:
                    clock.ahead += 3601.0 * isinstance(event, flux_batch.Kept)

        assert_sound(at)
        assert 0 < len(at.lines) < 100


@dataclass
class Gallery:
    """Satisfies ``flux_batch.Transport``: a service inside this program.

    Attributes:
        posts: the bodies that were posted.
    """

    posts: list[Mapping[str, Any]] = field(default_factory=list)

    async def post(
        self,
        path: str,  # noqa: ARG002 - see the protocol
        body: Mapping[str, Any],
        *,
        sent: Callable[[], Awaitable[None]] | None = None,
        within: float = 0.0,  # noqa: ARG002 - see the protocol
    ) -> flux_batch.Answer:
        """Take a job; the very first one never arrives."""
        self.posts.append(body)
        if len(self.posts) == 1:
            raise flux_batch.NeverSent("the cable is out")
        if sent is not None:
            await sent()
        said = {"status": "success", "id": len(self.posts), "output": [f"https://gallery.invalid/{body['seed']}.png"]}
        return flux_batch.Answer(200, {}, json.dumps(said).encode())

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[flux_batch.Download]:
        """Send a picture."""
        yield flux_batch.Download(200, {}, chunks(picture(url)))


def picture(name: str) -> bytes:
    """A small PNG, another one for each name."""
    noise = random.Random(name).randbytes(64 * 64 * 3)
    content = io.BytesIO()
    Image.frombytes("RGB", (64, 64), noise).save(content, "PNG")
    return content.getvalue()


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    """In two parts."""
    yield content[:100]
    yield content[100:]


@pytest.mark.parametrize("base_url", ["https://modelslab.com/api/v6", "embedded"])
async def test_a_transport_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base_url: str) -> None:
    """Nothing leaves this program, no key is looked for, and what never left is tried again."""
    monkeypatch.delenv("MODELSLAB_API_KEY", raising=False)
    transport = Gallery()
    seam: flux_batch.Transport = transport
    at = Gridded(tmp_path / "out", base_url)

    made = await to_the_end(flux_batch.Batch(at.grid(), transport=seam, clock=NightClock()))

    assert (made.report.exit_code, made.report.kept, made.report.posts) == (0, 3, 3)
    assert len(transport.posts) == 4
    assert await to_thread.run_sync(at.violations) == []


@pytest.mark.parametrize("base_url", ["https://modelslab.com/api/v6", "embedded"])
async def test_what_a_transport_of_ones_own_accepted_is_never_posted_again(tmp_path: Path, base_url: str) -> None:
    """Nobody knows whether its service forgets: it counts as paid."""
    transport, at = Gallery(), Gridded(tmp_path / "out", base_url)
    async with flux_batch.Batch(at.grid(), transport=transport, clock=NightClock()) as batch:
        async for event in batch:
            if isinstance(event, flux_batch.Kept):
                break
    await to_the_end(flux_batch.Batch(at.grid(), transport=transport, clock=NightClock()))

    posted = Counter(body["seed"] for body in transport.posts[1:])
    assert posted.keys() == {1, 2, 3}
    assert await to_thread.run_sync(at.violations) == []


@dataclass(frozen=True)
class Gridded:
    """A grid of three cells and its folder."""

    out: Path
    base_url: str

    def grid(self) -> flux_batch.Grid:
        """The grid."""
        return flux_batch.make_grid(
            {
                "axes": {"prompt": ["a lighthouse"], "seed": {"start": 1, "count": 3}},
                "params": {"size": "64x64"},
                "endpoint": {"base_url": self.base_url},
                "output": {"dir": str(self.out)},
                "limits": {"concurrency": 1},
            }
        )

    def violations(self) -> list[Any]:
        """What ``flux-batch verify`` finds."""
        return list(Audit(Folder(self.out), None).violations())


class Watched(flux_batch.Disk):
    """A disk that counts, and that can be full."""

    def __init__(self, room: int = 10**9) -> None:
        self.calls: Counter[str] = Counter()
        self.room = room

    def write(self, descriptor: int, data: Any) -> None:
        """Write while there is room."""
        self.calls["write"] += 1
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data)

    def link(self, old: Path, new: Path) -> None:
        """Give a final name."""
        self.calls["link"] += 1
        super().link(old, new)


async def test_a_disk_of_ones_own(tmp_path: Path) -> None:
    """Every change of the folder passes through it."""
    disk = Watched()
    async with site(tmp_path / "out") as at:
        await to_the_end(flux_batch.Batch(at.grid(), endpoint=at.endpoint, disk=disk))

        assert_sound(at)
        assert disk.calls["link"] >= len(at.lines) == 8
        assert disk.calls["write"] > 8


async def test_a_disk_that_gets_full_ends_the_run_and_the_next_one_completes_it(tmp_path: Path) -> None:
    """As a real one does; this one never gives its reserve back, so an answer may go unwritten, and is declared."""
    async with site(tmp_path / "out") as at:
        full = await to_the_end(flux_batch.Batch(at.grid(), endpoint=at.endpoint, disk=Watched(room=2**20 + 8000)))
        made = await at.make()

        assert isinstance(full.error, flux_batch.StorageFailed)
        assert full.report.kept < 8
        assert made.report.kept == 8
        assert not billed_per_job(at) - Counter(line["job"] for line in at.lines) - declared(at)


@dataclass
class Heard:
    """Satisfies ``flux_batch.Tracer`` and ``flux_batch.Span``.

    Attributes:
        steps: ``begin`` and ``end`` of each, in order.
    """

    steps: list[str] = field(default_factory=list)

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Any]) -> Iterator[flux_batch.Span]:
        """Hear one step."""
        self.steps.append(f"{name} {facts.get('job', '')}".strip())
        try:
            yield self
        finally:
            self.steps.append(f"/{name}")

    def tell(self, **facts: Any) -> None:
        """Nothing is done with them."""

    def fail(self, kind: str, message: str = "") -> None:
        """Nor with these."""


async def test_a_tracer_of_ones_own(tmp_path: Path) -> None:
    """It needs no OpenTelemetry; each step ends, the run last."""
    heard = Heard()
    tracer: flux_batch.Tracer = heard
    async with site(tmp_path / "out") as at:
        await to_the_end(flux_batch.Batch(at.grid(prompts=1, seeds=1), endpoint=at.endpoint, tracer=tracer))

        (line,) = at.lines
    job = ["post", "/post", "download", "/download", "keep", "/keep"]
    assert heard.steps == ["run", f"job {line['job']}", *job, "/job", "/run"]


async def test_a_key_without_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that has it from a vault hands it on, and cannot print it by chance."""
    monkeypatch.delenv("MODELSLAB_API_KEY", raising=False)
    async with site(tmp_path / "out") as at:
        endpoint = flux_batch.Endpoint(at.server.base_url, flux_batch.Key(CANARY))
        made = await to_the_end(flux_batch.Batch(at.grid(), endpoint=endpoint))

    assert made.report.kept == 8
    assert CANARY not in f"{endpoint} {endpoint!r}"


async def test_a_look_at_a_run_tells_how_far_it_is(tmp_path: Path) -> None:
    """Slots, money and requests, at any moment between its first job and its last; what is counted only grows."""
    looks: list[flux_batch.State] = []
    async with site(tmp_path / "out", hold=0.0, service_time=ServiceTime("constant", (0.05,))) as at:
        batch = flux_batch.Batch(at.grid(prompts=1, seeds=3), endpoint=at.endpoint)
        async with batch:
            async for _ in batch:
                looks += [batch.state] if batch.state else []
        assert batch.report is not None
        last = looks[-1].traffic

        assert (last.posts, last.polls) == (batch.report.posts, batch.report.polls)
        assert [look.traffic.downloads for look in looks] == sorted(look.traffic.downloads for look in looks)
        assert last.downloads <= batch.report.downloads == 3
        assert all(look.slots <= max(look.limit, 5) for look in looks)


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": True})], ids=["uvloop"])
async def test_a_run_under_uvloop(tmp_path: Path) -> None:
    """The same images, the same promises."""
    async with site(tmp_path / "out", hold=0.0, service_time=ServiceTime("constant", (0.02,))) as at:
        made = await at.make()

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept) == (0, 8)


NOTEBOOK = '''
import asyncio, json, sys
from IPython.core.interactiveshell import InteractiveShell

async def kernel(cells):
    """What a notebook's kernel does: one loop for all cells, each awaited in it."""
    shell = InteractiveShell.instance()
    for cell in cells:
        (await shell.run_cell_async(cell, transformed_cell=shell.transform_cell(cell))).raise_error()

asyncio.run(kernel(json.load(sys.stdin)))
'''
CELLS = [
    "import flux_batch\ngrid = flux_batch.load_grid('grid.yaml')\nkept = []",
    "batch = flux_batch.Batch(grid)\nasync with batch:\n    async for event in batch:\n        kept.append(event)",
    "assert sum(isinstance(event, flux_batch.Kept) for event in kept) == 3, kept",
    "print(batch.report.exit_code, batch.report.kept)",
    "async with flux_batch.Batch(grid) as again:\n    async for event in again: pass\nprint(again.report.posts)",
]


@pytest.mark.process
def test_a_run_in_a_notebook(tmp_path: Path) -> None:
    """IPython awaits at the top of a cell, in the loop of its kernel, which goes on afterwards."""
    (tmp_path / "grid.yaml").write_text(
        "name: cells\nendpoint: {base_url: embedded}\naxes: {prompt: [a fox], seed: {start: 1, count: 3}}\n"
        "params: {size: 64x64}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK],
        input=json.dumps(CELLS),
        cwd=tmp_path,
        env={"IPYTHONDIR": str(tmp_path / "ipython"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["0", "3", "0"]


async def cancelled(batch: flux_batch.Batch, events: int) -> None:
    """Run *batch* in a scope that somebody else cancels after so many of its *events*."""
    heard = 0
    enough = anyio.Event()

    async def run() -> None:
        nonlocal heard
        async with batch:
            async for _ in batch:
                heard += 1
                if heard > events:
                    enough.set()

    async with anyio.create_task_group() as program:
        program.start_soon(run)
        await enough.wait()
        program.cancel_scope.cancel()


def broken(at: Site) -> list[Any]:
    """What ``flux-batch verify`` finds."""
    return list(Audit(Folder(at.out), None).violations())


@pytest.mark.parametrize(
    "events, hold",
    [(0, 20.0), (1, 20.0), (2, 20.0), (4, 20.0), (7, 20.0), (11, 20.0), (1, 0.0), (3, 0.0)],
    ids=lambda value: {0.0: "polled", 20.0: "held"}.get(value) if isinstance(value, float) else str(value),
)
async def test_cancelling_the_callers_scope_is_safe(tmp_path: Path, events: int, hold: float) -> None:
    """What it leaves is sound; the next run completes it, buys nothing accepted again, and tells what was lost."""
    settings: dict[str, Any] = {"hold": hold, "service_time": ServiceTime("constant", (0.05,)), "retry_after": 1}
    async with site(tmp_path / "out", **settings) as at:
        await cancelled(at.batch(prompts=2, seeds=4), events)
        left = await to_thread.run_sync(broken, at)
        made = await at.make(prompts=2, seeds=4)

        assert left == []
        assert_sound(at)
        assert await to_thread.run_sync(broken, at) == []
        assert (made.report.exit_code, made.report.kept) == (0, 8)
        over = billed_per_job(at) - Counter(line["job"] for line in at.lines)
        assert not over - declared(at), "billed twice and not declared"


async def test_a_cancelled_run_lets_go_of_its_folder(tmp_path: Path) -> None:
    """And of every task and connection: the program goes on in the same loop."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (60.0,))) as at:
        with anyio.move_on_after(0.2) as scope:
            await to_the_end(at.batch(prompts=1, seeds=3))
        tasks = anyio.get_running_tasks()
        async with at.batch(prompts=1, seeds=3) as again:
            first = await anext(again)

        assert scope.cancelled_caught
        assert isinstance(first, flux_batch.Begun)
        assert not [task for task in tasks if task.name and "flux_batch.batch" in task.name]
