"""What a run may spend: posts, money and time, reserved before each post and never exceeded in any interleaving."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self, assert_never

import anyio

from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import Clock
from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Outcome, Refused, ServerError, Unknown
from flux_batch.errors import LimitReached

_LOOK = 60.0
"""Seconds between two looks at the wall clock: it may have been set, or the machine may have slept."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Posts and images."""

    posts: int = 0
    images: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.posts + other.posts, self.images + other.images)

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.posts - other.posts, self.images - other.images)


def spent(outcome: Outcome, images: int) -> Sum:
    """Return what a post for so many *images* has cost, doubt counted as paid."""
    match outcome:
        case Accepted() | Unknown():
            return Sum(1, images)
        case Busy() | ServerError() | Refused() | Fatal():
            return Sum(1, 0)
        case NeverSent():
            return Sum(0, 0)
    assert_never(outcome)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pure heart: what is spent, what is reserved, and what that leaves.

    Attributes:
        max_posts, max_images: the limits; ``math.inf`` where there is none.
        spent: settled posts.
        held: posts under way, each at its full price.
    """

    max_posts: float = math.inf
    max_images: float = math.inf
    spent: Sum = Sum()
    held: Sum = Sum()

    def exceeded(self, by: Sum) -> str:
        """Return the name of the limit that *by* on top of what is spent would break, empty for none."""
        whole = self.spent + by
        if whole.posts > self.max_posts:
            return "max_posts"
        return "max_cost" if whole.images > self.max_images else ""

    def reserved(self, wanted: Sum) -> Ledger:
        """Return the ledger with *wanted* held."""
        return replace(self, held=self.held + wanted)

    def settled(self, wanted: Sum, cost: Sum) -> Ledger:
        """Return the ledger with what was held for a post given back and its *cost* spent."""
        return replace(self, held=self.held - wanted, spent=self.spent + cost)


class Budget:
    """The limits of one run.

    Args:
        clock: time.
        brake: pulled with LimitReached when a limit is reached.
        max_posts: generate requests that may reach the service.
        max_cost: money for images, in the currency of *price*.
        price: of one image.
        until: the end of posting, in seconds since 1970-01-01 UTC.

    Raises:
        ValueError: a cost limit without a price per image.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        brake: Brake,
        max_posts: int | None = None,
        max_cost: float | None = None,
        price: float | None = None,
        until: float | None = None,
    ) -> None:
        if max_cost is not None and (price is None or price <= 0):
            raise ValueError(f"max_cost = {max_cost} needs the price of one image, not {price}")
        self._clock = clock
        self._brake = brake
        self._until = math.inf if until is None else until
        self._names = {"max_posts": max_posts, "max_cost": max_cost}
        self._settled = anyio.Event()
        self._ledger = Ledger(
            max_posts=math.inf if max_posts is None else max_posts,
            max_images=math.inf if max_cost is None or price is None else _affordable(max_cost, price),
        )
        brake.then(self._turn)

    @property
    def spent(self) -> Sum:
        """Posts made and images paid, posts under way included at their full price."""
        return self._ledger.spent + self._ledger.held

    async def reserve(self, images: int = 1) -> Reservation:
        """Reserve one post for so many *images*, before its intent is written.

        Where only posts under way stand in the way, it waits for them: they may come to nothing.

        Raises:
            LimitReached: a limit is reached; the brake is pulled for everybody.
            RunStopped: the brake was pulled before.
        """
        wanted = Sum(1, images)
        while True:
            self._brake.check()
            self._check(wanted)
            if not self._ledger.reserved(wanted).exceeded(self._ledger.held + wanted):
                self._ledger = self._ledger.reserved(wanted)
                return Reservation(self, wanted)
            await self._settled.wait()

    async def keep_deadline(self) -> None:
        """Pull the brake when *until* is reached, also while everybody waits; run it beside the workers.

        Returns at once where there is no deadline, and when the brake is pulled.
        """
        while not self._brake.pulled and self._until < math.inf:
            self._check_deadline()
            await self._brake.sleep(min(_LOOK, self._until - self._clock.wall()))

    def settle(self, wanted: Sum, outcome: Outcome) -> None:
        """Turn a reservation into what its post has cost; called by the reservation."""
        self._ledger = self._ledger.settled(wanted, spent(outcome, wanted.images))
        self._turn()

    def _check(self, wanted: Sum) -> None:
        if limit := self._ledger.exceeded(wanted):
            done = f"{self._ledger.spent.posts} posts, {self._ledger.spent.images} images paid"
            self._brake.pull(LimitReached(f"{limit} = {self._names[limit]} is reached: {done}", hint=_hint(limit)))
        self._check_deadline()
        self._brake.check()

    def _check_deadline(self) -> None:
        if self._clock.wall() >= self._until:
            self._brake.pull(LimitReached("the time set by until is over", hint=_hint("until")))

    def _turn(self) -> None:
        self._settled.set()
        self._settled = anyio.Event()


class Reservation:
    """Room in the budget for one post. As a context manager it settles itself: without a word, as possibly paid."""

    def __init__(self, budget: Budget, wanted: Sum) -> None:
        self._budget = budget
        self._wanted: Sum | None = wanted

    def settle(self, outcome: Outcome) -> None:
        """Tell what the post came to; the first word counts."""
        if self._wanted is not None:
            self._budget.settle(self._wanted, outcome)
            self._wanted = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.settle(Unknown())


def _affordable(max_cost: float, price: float) -> int:
    """Count the images, so that no sum of floats decides: 0.3 buys three at 0.1."""
    return math.floor(max_cost / price * (1 + 1e-9))


def _hint(limit: str) -> str:
    return f"run the same command again to go on, with a larger {limit} or none"
