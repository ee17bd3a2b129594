"""How busy the account's slots are kept: our governor beside plain AIMD and a plain semaphore, on a virtual clock.

An hour of service time takes seconds. Each policy meets the same queue in memory (tests/queue_service.py) with
the same seed:
    python benchmarks/governor.py [--seconds 3600] [--svg in-flight.svg]

``used`` is slot-seconds in service / slot-seconds there were; ``refused`` the part of the posts that met a full queue.
``held``: the answer comes with the image. ``processing``: at once, with an estimate right within 20 %, and a poll that
comes too early brings another; ``once``: it brings none. All jobs share two polls a second, 10 s is their average.
A refusal says "Maximum N" and ``retry_after: 30``. The plain policies believe in 15 slots, as somebody does who read
the price list: AIMD takes half after each 429 and one more per round of successes, and like the semaphore it lets each
refused job sleep as told, inside its slot. Our own is told nothing (auto), or the truth (known), or 15 (ceiling).
The plot shows one run of ours with a limit that changes twice: slots taken, the limit we keep, what there is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import anyio
import trio
from trio.testing import MockClock

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the queue in memory lives there

from engine_run import Holds, Run
from queue_service import QueueService, Times, constant, heavy_tailed

from flux_batch.engine.events import Paused, SlotsChanged
from flux_batch.engine.outcome import Accepted, Busy, Outcome
from flux_batch.engine.policy import SlotPolicy

MEAN = 10.0
BELIEVED = 15
ANSWERS = ("held", "processing", "processing, once")
TIMES = {"constant": constant(MEAN), "heavy-tailed": heavy_tailed(MEAN)}


class Told:
    """A slot of a plain policy: it remembers what it was told."""

    def __init__(self) -> None:
        self.outcome: Outcome | None = None

    def note(self, outcome: Outcome) -> None:
        """Tell what the post came to."""
        self.outcome = outcome


class Semaphore:
    """So many at once; who is refused sleeps as told, inside its slot."""

    def __init__(self, slots: int) -> None:
        self.limiter = anyio.CapacityLimiter(slots)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Told]:
        """Wait for a slot and hold it."""
        async with self.limiter:
            told = Told()
            yield told
            self.learn(told.outcome)
            if isinstance(told.outcome, Busy):
                await anyio.sleep(told.outcome.retry_after or 1.0)

    def learn(self, outcome: Outcome | None) -> None:
        """Learn nothing."""


class Aimd(Semaphore):
    """Additive increase, multiplicative decrease, as every text has it."""

    def __init__(self, slots: int) -> None:
        super().__init__(slots)
        self.successes = 0

    def learn(self, outcome: Outcome | None) -> None:
        """Half after a refusal, one more after as many successes as there are slots."""
        slots = int(self.limiter.total_tokens)
        if isinstance(outcome, Busy):
            self.successes, self.limiter.total_tokens = 0, max(1, slots // 2)
        elif isinstance(outcome, Accepted):
            self.successes += 1
            if self.successes >= slots:
                self.successes, self.limiter.total_tokens = 0, slots + 1


@dataclass(frozen=True)
class Policy:
    """A row of the table: how many slots it keeps, and how it asks whether a job is ready."""

    name: str
    policy: Callable[[int], SlotPolicy] = lambda _: SlotPolicy()
    slots: Callable[[], Holds | None] = lambda: None
    watched: bool = True


POLICIES = [
    Policy("ours, auto"),
    Policy("ours, known", lambda depth: SlotPolicy(limit=depth, adaptive=False)),
    Policy("ours, ceiling 15", lambda _: SlotPolicy(limit=BELIEVED, adaptive=False)),
    Policy("AIMD from 15", slots=lambda: Aimd(BELIEVED), watched=False),
    Policy("semaphore 15", slots=lambda: Semaphore(BELIEVED), watched=False),
]


def run(make: Callable[[], Run], *changes: tuple[float, Callable[[], None]]) -> Run:
    """Run to the end on a clock that jumps."""
    runs: list[Run] = []

    async def scene() -> None:
        runs.append(make())
        await runs[0].go(*changes)

    trio.run(scene, clock=MockClock(autojump_threshold=0))
    return runs[0]


def measured(policy: Policy, depth: int, times: Times, seconds: float, answer: str) -> tuple[float, float]:
    """Return the part of the slot-seconds used and of the posts refused."""
    service = QueueService(depth, times, Random(3), holds=answer == "held", fresh=answer == "processing")
    ours = run(lambda: Run(service, policy.policy(depth), slots=policy.slots(), until=seconds, watched=policy.watched))
    return service.utilisation(ours.begun, ours.begun + seconds), service.rejects


def table(seconds: float) -> Iterator[str]:
    """Yield the lines of the table: one per condition, a pair of columns per policy."""
    yield (
        "| slots | answer           | times        | " + " | ".join(f"{policy.name:>16}" for policy in POLICIES) + " |"
    )
    yield "|------:|------------------|--------------|" + "|".join("-" * 17 + ":" for _ in POLICIES) + "|"
    for answer in ANSWERS:
        for depth in (5, 10, 15):
            for name, times in TIMES.items():
                cells = []
                for policy in POLICIES:
                    used, refused = measured(policy, depth, times, seconds, answer)
                    cells.append(f"{used:6.1%} {refused:8.2%}")
                yield (
                    f"| {depth:>5} | {answer:<16} | {name:<12} | " + " | ".join(f"{cell:>16}" for cell in cells) + " |"
                )


@dataclass(frozen=True)
class Plot:
    """A plot of steps over time, as SVG text."""

    seconds: float
    most: int
    width: float = 960.0
    height: float = 320.0
    margin: float = 40.0

    def at(self, time: float, value: float) -> str:
        """Return the point for *value* at *time*."""
        x = self.margin + time / self.seconds * (self.width - 2 * self.margin)
        y = self.height - self.margin - value / self.most * (self.height - 2 * self.margin)
        return f"{x:.1f},{y:.1f}"

    def steps(self, points: Iterable[tuple[float, float]], style: str) -> str:
        """Return a line that keeps each value until the next; *points* are (time, value) in order of time."""
        corners, last = [], 0.0
        for time, value in points:
            corners += [self.at(time, last), self.at(time, value)]
            last = value
        corners.append(self.at(self.seconds, last))
        return f'<polyline points="{" ".join(corners)}" fill="none" {style}/>'

    def band(self, start: float, end: float) -> str:
        """Return a shaded stretch of time."""
        left, top = self.at(start, self.most).split(",")
        right, bottom = self.at(min(end, self.seconds), 0).split(",")
        return (
            f'<rect x="{left}" y="{top}" width="{float(right) - float(left):.1f}" '
            f'height="{float(bottom) - float(top):.1f}" fill="#d9822b" fill-opacity="0.25"/>'
        )

    def axes(self) -> Iterator[str]:
        """Yield grid lines and their labels."""
        for value in range(0, self.most + 1, 5):
            x, y = self.at(0, value).split(",")
            yield f'<line x1="{x}" y1="{y}" x2="{self.width - self.margin}" y2="{y}" stroke="#ddd"/>'
            yield f'<text x="{float(x) - 8:.1f}" y="{float(y) + 4:.1f}" text-anchor="end">{value}</text>'
        for minute in range(0, int(self.seconds / 60) + 1, 10):
            x, y = self.at(minute * 60, 0).split(",")
            yield f'<text x="{x}" y="{float(y) + 18:.1f}" text-anchor="middle">{minute} min</text>'


def taken(service: QueueService) -> Iterator[tuple[float, float]]:
    """Yield when the number of places taken changed, and to what."""
    edges = sorted([(job.begin, 1) for job in service.served] + [(job.end, -1) for job in service.served])
    count = 0
    for time, step in edges:
        count += step
        yield time, count


def plot(seconds: float) -> str:
    """Run ours once with a limit of 10, then 5, then 15, and draw it."""
    service = QueueService(10, heavy_tailed(MEAN), Random(3))
    ours = run(
        lambda: Run(service, SlotPolicy(), until=seconds),
        (seconds / 4, lambda: service.resize(5)),
        (seconds / 2, lambda: service.resize(15)),
    )
    used = service.utilisation(ours.begun, ours.begun + seconds)
    draw = Plot(seconds, most=20)
    begun = ours.begun
    changes = [(at, event.limit) for at, event in ours.heard if isinstance(event, SlotsChanged) and at < seconds]
    in_flight = [(time - begun, count) for time, count in taken(service) if time - begun < seconds]
    depths = [(max(0.0, at - begun), depth) for at, depth in service.depths]
    legend = f"slots in service (blue), our limit (orange), slots there are (grey), pauses (shaded): {used:.1%} used"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {draw.width:g} {draw.height:g}" font-size="11">',
            f'<rect width="{draw.width:g}" height="{draw.height:g}" fill="#fff"/>',
            *draw.axes(),
            *(draw.band(at, at + event.seconds) for at, event in ours.heard if isinstance(event, Paused)),
            draw.steps(depths, 'stroke="#999" stroke-width="4" stroke-opacity="0.6"'),
            draw.steps(in_flight, 'stroke="#2b6cb0" stroke-width="1"'),
            draw.steps(changes, 'stroke="#d9822b" stroke-width="1.5"'),
            f'<text x="{draw.margin:g}" y="20">{legend}</text>',
            "</svg>",
        ]
    )


def main() -> None:
    """Print the table, and write the plot where one is asked for."""
    parser = argparse.ArgumentParser(description="how busy the slots are kept, on a virtual clock")
    parser.add_argument("--seconds", type=float, default=3600.0, help="service time of each run")
    parser.add_argument("--svg", type=Path, help="write the plot of in-flight against the limit here")
    wanted = parser.parse_args()
    if wanted.svg is not None:
        wanted.svg.write_text(plot(wanted.seconds), encoding="utf-8")
    print(f"used and refused, {wanted.seconds:.0f} s of service time, jobs of {MEAN:g} s on average")
    for line in table(wanted.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
