"""Who works on a run, and with which of the grid's numbers: the one place where they are put together."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import anyio

from flux_batch.engine.bell import Bells
from flux_batch.engine.brake import Brake
from flux_batch.engine.budget import Budget
from flux_batch.engine.clock import Clock
from flux_batch.engine.events import Notice
from flux_batch.engine.lanes import Lanes
from flux_batch.engine.policy import SlotPolicy
from flux_batch.engine.pollgate import POLLS, Pace
from flux_batch.engine.rate import Rate
from flux_batch.engine.retries import Retries
from flux_batch.engine.retry import Backoff, Retry
from flux_batch.engine.slots import Slots
from flux_batch.engine.streak import Streak
from flux_batch.errors import UsageError
from flux_batch.grid import Grid
from flux_batch.grid.duration import deadline
from flux_batch.grid.settings import Endpoint
from flux_batch.request.transport import Transport
from flux_batch.response.polling import Polling
from flux_batch.store.ambiguity import Ambiguity, ambiguity_cap
from flux_batch.store.book import Traffic
from flux_batch.store.buy import Buyer
from flux_batch.store.fetch import Fetcher, Patience
from flux_batch.store.follow import Follower
from flux_batch.store.hearsay import Hearsay
from flux_batch.store.keep import Keeper
from flux_batch.store.standing import Generation, Standing
from flux_batch.store.store import Store

DOWNLOADS = 8
"""Downloads at a time."""

BEHIND = 64
"""Jobs that are paid for and not home yet, for a link that is not alive or a slow disk: more of them stop the posts, so
that neither memory nor disk runs full of them, and no more money than that waits for a picture."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Buyer, fetcher and keeper of one run.

    Attributes:
        buyer: POST and polls, within the slots.
        fetcher: GETs, so many at a time as it has room for.
        keeper: gates, final name, manifest line.
        at_once: jobs that may be under way: those in slots, and those that are to come home.
    """

    buyer: Buyer
    fetcher: Fetcher
    keeper: Keeper
    at_once: int

    def occupied(self, standing: Standing) -> AbstractContextManager[None]:
        """Hold the slot that a job of an earlier run has at the service, where this run posts there too."""
        given, services = standing.generation or Generation(), self.buyer.follower.services
        same = [name for name, service in services.items() if service == given.service]
        lane = given.lane if given.lane in same else next(iter(same), None)  # its name may be of an earlier grid
        return nullcontext() if lane is None else self.buyer.occupied(lane)

    def state(self, price: float | None) -> State:
        """Return how it stands at this moment; *price* is in USD per image."""
        slots, book = self.buyer.slots, self.buyer.store.book
        billed = book.money.known_billed
        cost = None if price is None else price * billed
        downloads = int(self.fetcher.room.borrowed_tokens)
        return State(slots.in_flight, slots.limit, downloads, billed, cost, book.traffic, slots.known, slots.pause)


@dataclass(frozen=True, slots=True)
class State:
    """A look at a run while it goes on.

    Attributes:
        slots, limit: slots taken, and how many may be.
        downloads: images being fetched.
        billed: images known to be billed, over the whole life of the folder; *cost* in USD, None without a price.
        traffic: posts, polls and downloads made so far in this run.
        known: slots that the account is believed to have; *limit* gets there by and by.
        waiting: seconds for which nothing is posted, because the service is busy or does not answer; 0 otherwise.
    """

    slots: int
    limit: int
    downloads: int
    billed: int
    cost: float | None
    traffic: Traffic = field(default_factory=Traffic)
    known: int = 0
    waiting: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What a whole run stands on: time, chance, how it ends, what the service may call, and who rings when it does."""

    clock: Clock
    rng: random.Random
    webhook: str | None = None
    brake: Brake = field(default_factory=Brake)
    bells: Bells | None = None


def hire(grid: Grid, planned: int, transport: Transport, store: Store, ground: Ground, notice: Notice) -> Crew:
    """Put a crew together for *planned* jobs; *notice* hears what the slots do."""
    clock, rng, brake, bells = ground.clock, ground.rng, ground.brake, ground.bells or Bells()
    policies = {account.name or "": slot_policy(grid, account) for account in grid.accounts}
    lanes = [
        Slots(policy, clock=clock, rng=rng, brake=brake, notice=notice, lane=name) for name, policy in policies.items()
    ]
    slots = lanes[0] if len(lanes) == 1 else Lanes(lanes, brake=brake, most=ceiling(grid))
    follower = Follower(
        transport=transport,
        store=store,
        pace=Pace(POLLS, clock=clock),
        clock=clock,
        polling=Polling(patience=grid.limits.max_wait),
        bells=bells,
        services={account.name or "": account.base_url for account in grid.accounts},
        close=lambda name, reason: next(lane for lane in lanes if lane.lane == name).close(reason),
    )
    at_service = ceiling(grid) or sum(each.queue_limit for each in grid.accounts)
    cap = ambiguity_cap(at_service, planned)
    awaited = anyio.Semaphore(cap, fast_acquire=True)
    buyer = Buyer(
        transport=transport,
        store=store,
        slots=slots,
        follower=follower,
        hearsay=Hearsay(follower, bells, brake, clock, expected=bool(ground.webhook and ground.bells), room=awaited),
        profile=grid.profile,
        ambiguity=Ambiguity(cap),
        budget=budget(grid, clock, brake),
        retries=Retries(retry_policy(grid), clock=clock, rng=rng, brake=brake),
        brake=brake,
        clock=clock,
        webhook=ground.webhook,
        streak=Streak(accepted=store.book.money.known_billed > 0),
    )
    retry = grid.limits.retry
    patience = Patience(first=retry.first, longest=max(retry.first, retry.longest))
    room = anyio.CapacityLimiter(DOWNLOADS)
    fetcher = Fetcher(transport, store.folder, patience, room, clock, rng, store.book.downloaded)
    keeper = Keeper(store, grid.output.name, grid.gates.model_dump())
    at_once = sum(policy.ceiling for policy in policies.values()) + BEHIND
    return Crew(buyer, fetcher, keeper, at_once)


def check_price(grid: Grid) -> None:
    """Refuse a cost limit without a price to reckon with, before anything else is done.

    Raises:
        UsageError: ``max_cost`` and no ``price``.
    """
    if grid.limits.max_cost is not None and not grid.price:
        raise UsageError(
            "max_cost needs the price of one image", hint="write it into the grid: `endpoint: {price: 0.0047}`, in USD"
        )


def budget(grid: Grid, clock: Clock, brake: Brake) -> Budget:
    """Read ``limits.max_posts``, ``max_cost`` and ``until``."""
    limits = grid.limits
    return Budget(
        clock=clock,
        brake=brake,
        max_posts=limits.max_posts,
        max_cost=limits.max_cost,
        price=grid.price,
        until=None if limits.until is None else deadline(limits.until, clock.wall()),
    )


def slot_policy(grid: Grid, account: Endpoint) -> SlotPolicy:
    """Read ``limits.concurrency`` and ``limits.rate``: a number is a ceiling, ``auto`` begins with the known slots.

    With several accounts the number is for all of them together, so each begins with its own; the rate is for each.
    """
    rate, most = None if grid.limits.rate is None else Rate.parse(grid.limits.rate), ceiling(grid)
    if most is None:
        return SlotPolicy(account.queue_limit, adaptive=True, rate=rate)
    known = most if len(grid.accounts) == 1 else min(most, account.queue_limit)
    return SlotPolicy(known, adaptive=False, rate=rate)


def ceiling(grid: Grid) -> int | None:
    """Return the number of jobs at the service that is never exceeded, None for ``auto``."""
    return None if grid.limits.concurrency == "auto" else grid.limits.concurrency


def retry_policy(grid: Grid) -> Retry:
    """Read ``limits.retry`` and ``limits.on_ambiguous``."""
    retry = grid.limits.retry
    server_error = Backoff(retry.first, retry.longest, retry.attempts)
    if grid.limits.on_ambiguous == "hold":
        return Retry(server_error=server_error, unknown=Retry.holding().unknown)
    return Retry(server_error=server_error)
