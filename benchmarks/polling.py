"""What polls can be worth at most, beside what ours come to: an account whose answers are ``processing``.

A job's end is foretold by estimates alone, each right within 20 %; a poll that comes too early brings another. All jobs
share two polls a second. Two tables:
    python benchmarks/polling.py [--seconds 3600]

The first holds our slots (the real engine on a virtual clock, the limit known) against a bound. For a price per poll
dynamic programming over the scale of the estimate gives the plan with the least idle time for one job, of those that
know the error's law; the price is raised until as many polls are asked as there are. The bound is what is left if no
two jobs ever want their turn at once. They do, so nobody reaches it.

The second holds the formula by which ours weighs a fresh estimate (``engine.questions.following``) against the same
dynamic programming, for other errors as well. Both are in prices of one poll.
"""

from __future__ import annotations

import argparse
import math
import sys
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from statistics import fmean, pstdev

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the queue in memory lives there

from engine_run import Run
from governor import MEAN, run
from queue_service import QueueService, heavy_tailed

from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.pollgate import POLLS
from flux_batch.engine.questions import following

ERROR = 0.2
ROUND_TRIP = 0.04  # of tests/queue_service.py: the answer comes home, the next post goes out
SHORTEST, LONGEST, PER_FOLD = 1e-3, 1e4, 8
SCALES = [SHORTEST * math.exp(n / PER_FOLD) for n in range(1 + int(PER_FOLD * math.log(LONGEST / SHORTEST)))]
DRAWS, ASKED_AT, ESTIMATES = 60, 60, 8
ROUNDS, SETTLED = 12, 1e-4  # of value iteration


def read(values: list[float], scale: float) -> float:
    """Return the value at *scale*, between those at SCALES."""
    place = min(max(0.0, PER_FOLD * math.log(max(scale, SHORTEST) / SHORTEST)), len(SCALES) - 1.001)
    low = int(place)
    return values[low] + (values[low + 1] - values[low]) * (place - low)


@dataclass(frozen=True)
class Asked:
    """A question so many multiples of the estimate after it: idle time to expect, and what is left where it was early.

    ``left`` has one entry for each equally likely true time that lies beyond.
    """

    idle: float
    left: tuple[float, ...]


@dataclass(frozen=True)
class Plan:
    """The cheapest plan for one poll's price of 1: costs, polls and idle time for each of SCALES, in prices."""

    cost: list[float]
    polls: list[float]
    idle: list[float]


@dataclass(frozen=True)
class Law:
    """Estimates right within *error*: the estimate is the true time, times anything within it, all equally likely."""

    error: float

    def _factors(self, count: int) -> list[float]:
        return [1 - self.error + 2 * self.error * (n + 0.5) / count for n in range(count)]

    @cached_property
    def times(self) -> list[float]:
        """Equally likely true times as multiples of the estimate, where no length is likelier than another."""
        return sorted(1 / factor for factor in self._factors(DRAWS))

    @property
    def scatter(self) -> float:
        """The standard deviation of their logarithms."""
        return pstdev(map(math.log, self.times))

    @cached_property
    def questions(self) -> list[Asked]:
        """Moments for a question, from just before the first possible end to just after the last."""
        low, high = self.times[0] * 0.97, self.times[-1] * 1.0001
        moments = [low + (high - low) * n / (ASKED_AT - 1) for n in range(ASKED_AT)]
        return [
            Asked(fmean(max(0.0, at - time) for time in self.times), tuple(t - at for t in self.times if t > at))
            for at in moments
        ]

    @cached_property
    def plan(self) -> Plan:
        """Value iteration: what is left after an early question is the same problem on a smaller scale."""
        plan = Plan([1 + scale for scale in SCALES], [1.0 for _ in SCALES], [0.0 for _ in SCALES])
        for _ in range(ROUNDS):
            plan, before = self._improved(plan), plan
            if max(abs(a / b - 1) for a, b in zip(plan.cost, before.cost, strict=True)) < SETTLED:
                break
        return plan

    def _improved(self, plan: Plan) -> Plan:
        cost, polls, idle = (self._told(values) for values in (plan.cost, plan.polls, plan.idle))
        better = Plan([], [], [])
        for scale in SCALES:
            chosen = min(self.questions, key=lambda asked: self._cost(asked, scale, cost))
            better.cost.append(self._cost(chosen, scale, cost))
            better.polls.append(1 + self._left(chosen, scale, polls))
            better.idle.append(scale * chosen.idle + self._left(chosen, scale, idle))
        return better

    def _told(self, values: list[float]) -> list[float]:
        """Return what is to be expected for each true time, before the estimate of it is heard."""
        return [fmean(read(values, scale * factor) for factor in self._factors(ESTIMATES)) for scale in SCALES]

    def _cost(self, asked: Asked, scale: float, cost: list[float]) -> float:
        return 1 + scale * asked.idle + self._left(asked, scale, cost)

    @staticmethod
    def _left(asked: Asked, scale: float, values: list[float]) -> float:
        return sum(read(values, scale * left) for left in asked.left) / DRAWS


@dataclass(frozen=True)
class Bound:
    """What the best plan for each job comes to where no other is in its way."""

    used: float
    polls: float
    idle: float


def bound(law: Law, slots: int, jobs: list[float]) -> Bound:
    """Return the best there can be of *slots* slots; *jobs*: estimates of jobs to be expected."""

    def at(price: float) -> Bound:
        polls = fmean(read(law.plan.polls, eta / price) for eta in jobs)
        idle = fmean(price * read(law.plan.idle, eta / price) for eta in jobs)
        return Bound(MEAN / (MEAN + idle + ROUND_TRIP), polls, idle)

    prices = [0.01 * 1.05**n for n in range(150)]
    asked = [(found.polls * slots * found.used / MEAN <= POLLS.count / POLLS.seconds) for found in map(at, prices)]
    return at(prices[bisect_left(asked, x=True)])


def bounds(seconds: float) -> Iterator[str]:
    """Yield the first table."""
    law, rng = Law(ERROR), Random(1)
    draw = heavy_tailed(MEAN)
    jobs = [draw(rng) * rng.uniform(1 - ERROR, 1 + ERROR) for _ in range(20_000)]
    yield "| slots | bound: used | polls a job | idle s a job | ours: used | polls a job | idle s a job |"
    yield "|------:|------------:|------------:|-------------:|-----------:|------------:|-------------:|"
    for slots in (5, 10, 15):
        best = bound(law, slots, jobs)
        service = QueueService(slots, draw, Random(3), holds=False)
        ours = run(lambda: Run(service, SlotPolicy(limit=slots, adaptive=False), until=seconds))  # noqa: B023 - called here
        used = service.utilisation(ours.begun, ours.begun + seconds)
        polls, late = len(service.polls) / len(service.served), fmean(ours.delays)
        yield (
            f"| {slots:>5} | {best.used:>11.1%} | {best.polls:>11.2f} | {best.idle:>12.2f} "
            f"| {used:>10.1%} | {polls:>11.2f} | {late:>12.2f} |"
        )


def formula() -> Iterator[str]:
    """Yield the second table."""
    lengths = (1, 3, 10, 30, 100, 300)
    yield "| right within | reckoned | " + " | ".join(f"{length:>5}" for length in lengths) + " |"
    yield "|-------------:|----------|" + "|".join(["------:"] * len(lengths)) + "|"
    for error in (0.05, 0.1, 0.2, 0.3, 0.4):
        law = Law(error)
        exact = [fmean(read(law.plan.cost, n * factor) for factor in law._factors(ESTIMATES)) for n in lengths]  # noqa: SLF001 - a script of one piece
        ours = [following(length, 1.0, law.scatter) for length in lengths]
        for name, costs in (("exactly", exact), ("by ours", ours)):
            yield f"| {error:>12.0%} | {name} | " + " | ".join(f"{cost:>5.2f}" for cost in costs) + " |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="what polls can be worth at most, beside what ours come to")
    parser.add_argument("--seconds", type=float, default=3600.0, help="service time of each run")
    wanted = parser.parse_args()
    print(f"{POLLS.count} polls a second, heavy-tailed jobs of {MEAN:g} s, estimates right within {ERROR:.0%}")
    for line in bounds(wanted.seconds):
        print(line, flush=True)
    print("\nwhat a job costs from an estimate on, by the seconds it still takes; unit: the price of a poll")
    for line in formula():
        print(line, flush=True)


if __name__ == "__main__":
    main()
