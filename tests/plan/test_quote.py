"""The quote: what is left to make, and what it takes in money, time and disk."""

from __future__ import annotations

from typing import Any

import pytest

from flux_batch.grid import make_grid
from flux_batch.plan import Plan, make_plan
from flux_batch.plan.quote import Past, diff, quote

REAL: dict[str, Any] = {"base_url": "https://modelslab.com/api/v6", "queue_limit": 5, "price": 0.01}


def plan(seeds: int = 10, **more: Any) -> Plan:
    """A plan over two prompts and some seeds."""
    where = {} if "endpoints" in more else {"endpoint": REAL}
    axes = {"prompt": ["a", "b"], "seed": {"start": 1, "count": seeds}}
    return make_plan(make_grid({**where, "axes": axes, **more}))


def past(plan: Plan, images: int = 1, **more: Any) -> Past:
    """What a folder holds after *plan*."""
    return Past({int(name, 16): images for name in plan.ids()}, **more)


def test_a_new_grid_is_quoted_whole() -> None:
    """Money from the grid's price, time from slots and the documented service time, disk from the size."""
    told = quote(plan(), Past())

    assert (told.jobs, told.images, told.kept, told.posts, told.to_make) == (20, 20, 0, 20, 20)
    assert told.cost == pytest.approx(0.2)
    assert told.priced_by == "endpoint.price"
    assert (told.service, told.timed_by, told.slots, told.seconds) == (5.0, "documented", 5, 20.0)
    assert told.bytes == 20 * 512 * 512 * 1.5


def test_what_is_there_is_not_quoted_again() -> None:
    """Earlier runs tell how long an image takes, how large it is and what it cost."""
    free = plan(endpoint={**REAL, "price": None})

    told = quote(free, past(plan(4), bytes=8_000_000, seconds=12.0, price=0.005))

    assert (told.kept, told.posts) == (8, 12)
    assert told.cost == pytest.approx(0.06)
    assert told.priced_by == "earlier runs"
    assert (told.timed_by, told.seconds) == ("measured", 12 * 12.0 / 5)
    assert (told.bytes, told.sized_by) == (12_000_000, "measured")


def test_a_rate_and_a_ceiling_make_a_run_longer() -> None:
    """Whichever limit binds gives the time."""
    assert quote(plan(limits={"concurrency": 2}), Past()).seconds == 20 * 5.0 / 2
    assert quote(plan(limits={"rate": "6/min"}), Past()).seconds == pytest.approx(200)


def test_several_accounts_add_their_slots_and_the_dearest_price_counts() -> None:
    """As the run itself reckons."""
    accounts = [{"name": "a", "queue_limit": 10, "price": 0.01}, {"name": "b", "queue_limit": 5, "price": 0.02}]

    told = quote(plan(endpoints=accounts), Past())

    assert told.slots == 15
    assert told.cost == pytest.approx(0.4)


def test_nothing_is_guessed_about_an_embedded_server() -> None:
    """How fast this machine paints, the first run will tell."""
    told = quote(plan(endpoint={"base_url": "embedded"}), Past())

    assert (told.cost, told.seconds, told.service) == (None, None, None)


def test_a_comparison_tells_kept_new_and_orphaned() -> None:
    """A cell with several samples is kept when all of them are there."""
    before, now = plan(10), plan(8, axes={"prompt": ["a", "c"], "seed": {"start": 1, "count": 8}})

    found = diff(now, past(before))

    assert (found.kept, found.new, found.orphaned) == (8, 8, 12)
    half = diff(plan(2, params={"samples": 2}), past(plan(2, params={"samples": 2}), images=1))
    assert (half.kept, half.new_images) == (0, 8)
    mixed = plan(axes={"prompt": "a", "samples": [1, 3]})
    assert diff(mixed, past(mixed, images=1)).kept_images == 1
    assert diff(mixed, past(mixed, images=3)).kept == 2


def test_a_billion_cells_are_quoted_at_once() -> None:
    """Without looking at each of them; comparing so many with a folder waits until it is asked for."""
    long = plan(500_000_000)

    told = quote(long, past(plan(4)))

    assert (told.images, told.kept) == (1_000_000_000, None)
    assert quote(long, Past()).kept == 0
