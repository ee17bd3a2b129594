"""One output folder, one service, and runs that go wrong; and everything that must hold of them afterwards."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random
from urllib.parse import quote

import anyio
from faulty_disk import FaultyDisk, Killed, Plan
from hurried_loop import HurriedLoop
from memory_service import CANARY, MemoryService, endpoint, picture
from torture_counts import Counts

from flux_batch.batch import Batch
from flux_batch.engine.clock import SystemClock
from flux_batch.errors import FluxBatchError
from flux_batch.grid import Grid, make_grid
from flux_batch.store.audit import Audit
from flux_batch.store.duty import MOST_UNKNOWN
from flux_batch.store.events import Kept
from flux_batch.store.folder import Folder
from flux_batch.store.invariants import Broken, unkept_promises
from flux_batch.store.lines import read_lines
from flux_batch.store.lock import locked
from flux_batch.store.refetch import refetch
from flux_batch.store.repair import mend_lines, put_aside_changed
from flux_batch.store.report import Report

SPEED = 500.0
"""Seconds of a run in one real second."""

PATIENCE = 20.0
"""Real seconds after which a run counts as hanging."""

MENDABLE = frozenset({Broken.STRAY, Broken.LEFTOVER, Broken.TORN, Broken.COUNTS})
"""What may be found right after a fault: the next run puts it right."""

SPELLINGS = (
    CANARY.encode(),
    base64.b64encode(CANARY.encode()).rstrip(b"="),
    quote(CANARY, safe="").encode(),
    CANARY.encode().hex().encode(),
    *(CANARY[start : start + 12].encode() for start in range(len(CANARY) - 11)),
)


class NoJitter(Random):
    """Draws the shortest of every pause."""

    def random(self) -> float:
        """Return the least."""
        return 0.0

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - see Random
        """Return the least."""
        return a


class ShiftedClock(SystemClock):
    """A clock whose wall time somebody has set wrong."""

    def __init__(self, shift: float) -> None:
        self._shift = shift

    def wall(self) -> float:
        """See :class:`flux_batch.engine.clock.Clock`."""
        return super().wall() + self._shift


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run ended: its exit code, None where it was killed, the error that ended it, and its report."""

    code: int | None
    error: FluxBatchError | None = None
    report: Report | None = None


@dataclass
class Scene:
    """A folder and a service over several runs.

    Attributes:
        root: where the folder, and beside it the graves of the disk, lie.
        service: outlives every run.
        seeds, samples, prompt: the grid.
        told: images that a run has told its listener to be kept.
        asked_again: job -> how often somebody took it out, so that it had to be made again.
        damaged: files that somebody changed without changing their size: only a full check can see that.
        shift: seconds by which the wall clock is wrong.
        ambiguous: ``retry`` or ``hold``.
        rebuy: whether somebody typed ``--only held --only paid_but_lost --rebuy``.
    """

    root: Path
    service: MemoryService = field(default_factory=MemoryService)
    seeds: int = 2
    samples: int = 1
    ambiguous: str = "retry"
    rebuy: bool = False
    prompt: str = "a"
    disk: FaultyDisk = field(init=False)
    told: set[tuple[str, int]] = field(default_factory=set)
    asked_again: Counter[str] = field(default_factory=Counter)
    damaged: set[str] = field(default_factory=set)
    shift: float = 0.0

    def __post_init__(self) -> None:
        (self.root / "grave").mkdir(parents=True, exist_ok=True)
        self.disk = FaultyDisk(grave=self.root / "grave")

    @property
    def out(self) -> Path:
        """The output folder."""
        return self.root / "out"

    @property
    def grid(self) -> Grid:
        """A few small images."""
        grid = grid_of(self.out, self.seeds, self.samples, self.ambiguous, self.prompt)
        asked = grid.limits.model_copy(update={"only": ("held", "paid_but_lost"), "rebuy": True})
        return grid.model_copy(update={"limits": asked}) if self.rebuy else grid

    def run(self, plan: Plan | None = None) -> Ended:
        """Run once, with *plan* for what goes wrong."""
        Counts.runs += 1
        self.disk.revive(plan)
        try:
            return anyio.run(self._run, self.grid, backend_options={"loop_factory": partial(HurriedLoop, SPEED)})
        except (Killed, BaseExceptionGroup) as death:
            if not self.disk.dead:
                raise
            del death
            return Ended(None)

    async def _run(self, grid: Grid) -> Ended:
        way = endpoint(self.service, self.disk)
        batch = Batch(grid, clock=ShiftedClock(self.shift), endpoint=way, rng=NoJitter())
        batch.disk = self.disk
        error: FluxBatchError | None = None
        with anyio.fail_after(PATIENCE * SPEED):
            try:
                async with batch:
                    async for event in batch:
                        if isinstance(event, Kept):
                            self.told.add((event.line.job, event.line.sample))
            except FluxBatchError as stopped:
                error = stopped
        code = error.exit_code if error else batch.report.exit_code if batch.report else None
        return Ended(code, error, batch.report)

    def repair(self, *, rebuy: bool = False) -> list[str]:
        """Do what ``verify --repair`` does."""
        self.disk.revive()
        folder = Folder(self.out, self.disk)
        with locked(folder.lock, "now"):
            done = [*mend_lines(folder), *put_aside_changed(folder, list(Audit(folder).violations()))]
        clock, way = ShiftedClock(self.shift), endpoint(self.service, self.disk)
        fetch = partial(refetch, folder, clock, rebuy=rebuy, service=way)
        return done + anyio.run(fetch, backend_options={"loop_factory": partial(HurriedLoop, SPEED)})

    def audit(self) -> Audit:
        """Look at the folder."""
        return Audit(Folder(self.out))

    def wrong_now(self) -> list[str]:
        """What is wrong right after a fault that the next run cannot put right."""
        return self._wrong(MENDABLE)

    def wrong_meanwhile(self) -> list[str]:
        """What is wrong while somebody meddles with the files, and nobody but us can have done."""
        return self._wrong(MENDABLE | {Broken.GONE, Broken.CHANGED})

    def wrong_at_the_end(self) -> list[str]:
        """What is wrong after a run that had every chance."""
        return self._wrong(frozenset())

    def _wrong(self, allowed: frozenset[Broken]) -> list[str]:
        Counts.checks += len(Broken) + 5
        audit = self.audit()
        violations = [each for each in audit.violations() if each.place not in self.damaged]
        found = [f"{each.place}: {each.message}" for each in violations if each.broken not in allowed]
        book = audit.ledger.book
        if book.ended is not None:
            found += unkept_promises(book.money, self.service.billed, audit.ledger.accepted)
        found += self._overpaid(audit)
        found += [] if Broken.CHANGED in allowed else self._not_as_made(audit)
        found += [f"{image} was told and has no line" for image in self.told if not audit.done.has(*image)]
        found += [f"{path} is left in images/" for path in self.out.glob("images/.*") if not allowed]
        found += [f"{path}: the key" for path in files(self.out) if any(s in path.read_bytes() for s in SPELLINGS)]
        Counts.violations += len(found)
        return found

    def _overpaid(self, audit: Audit) -> list[str]:
        """Jobs that were billed more often than the journal declares; each post is for the same images."""
        declared: Counter[str] = Counter()
        if self.disk.dead or audit.ledger.book.ended is None:
            return []
        posts = Counter(work.job for work in self.service.works.values())
        lost = lost_answers(self.out)
        declared.update(lost)
        most = 1 if self.ambiguous == "hold" else 2
        return [
            f"{job}: billed {count} times, {declared[job]} declared"
            for job, count in posts.items()
            if count - self.asked_again[job] > min(most, 1 + declared[job])
        ]

    def _not_as_made(self, audit: Audit) -> list[str]:
        """Images that differ by a byte from what the service made for their job."""
        works = list(self.service.works.values())
        images = {(each.job, each.sample): self.out / each.file_name for each in audit.kept}
        return [
            f"{path.name} is not what the service made"
            for (job, sample), path in images.items()
            if path.relative_to(self.out).as_posix() not in self.damaged
            and path.read_bytes() not in [picture(work, sample) for work in works if work.job == job]
        ]

    def tree(self) -> dict[str, tuple[int, int, str]]:
        """Name -> size, time of change, digest of each file but the lock."""
        return {
            path.relative_to(self.out).as_posix(): (
                path.stat().st_size,
                path.stat().st_mtime_ns,
                hashlib.sha256(path.read_bytes()).hexdigest(),
            )
            for path in files(self.out)
            if path.name != "lock"
        }


@cache
def grid_of(out: Path, seeds: int, samples: int, ambiguous: str, prompt: str) -> Grid:
    """Return the grid of a scene."""
    return make_grid(
        {
            "name": "torture",
            "axes": {"prompt": [prompt], "seed": {"start": 1, "count": seeds}},
            "params": {"size": "256x256", "samples": samples},
            "output": {"dir": str(out)},
            "gates": {"size": "off", "duplicate": "off"},
            "limits": {"concurrency": 2, "retry": {"first": 0, "longest": 0}, "on_ambiguous": ambiguous},
        }
    )


def files(root: Path) -> list[Path]:
    """All the files below *root*, but for the reserve, which is a megabyte of zeros."""
    return [path for path in sorted(root.rglob("*")) if path.is_file() and path.name != "reserve"]


def lost_answers(out: Path) -> Counter[str]:
    """Job -> answers that were lost, by the journal."""
    records = read_lines(Folder(out).journal)
    return Counter(str(record["job"]) for record in records if record["e"] == "unknown")


def given_up(out: Path) -> set[str]:
    """Jobs that two answers were lost to, so that no run posts them again, and that have no image."""
    kept = {str(line["job"]) for line in read_lines(out / "manifest.jsonl")}
    return {job for job, lost in lost_answers(out).items() if lost >= MOST_UNKNOWN} - kept
