"""What an earlier run left of a plan is known again, wherever it stands by now."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from flux_batch.grid import make_grid
from flux_batch.plan import Plan, make_plan
from flux_batch.plan.job import Job
from flux_batch.store.agenda import LOOKED_THROUGH, STRIDE, Agenda, among
from flux_batch.store.book import Book
from flux_batch.store.store import Store


def plan_of(seeds: range, order: str = "balanced") -> Plan:
    """Return the plan of one prompt with these *seeds*."""
    seed = {"start": seeds.start, "count": len(seeds)}
    return make_plan(make_grid({"name": "test", "axes": {"prompt": ["a"], "seed": seed}, "order": order}))


def begun(plan: Plan) -> dict[str, Job]:
    """Return all jobs of *plan* as a run begins them."""
    return {job.id: job for job in plan.ordered()}


@pytest.mark.parametrize("order", ["balanced", "grid"])
def test_the_jobs_of_a_plan_are_known_where_they_were_and_after_an_edit(order: str) -> None:
    """By their ids; those the grid no longer has are none of it."""
    jobs = begun(plan_of(range(10), order))

    assert among(jobs, plan_of(range(10), order)) == set(jobs)
    assert among(jobs, plan_of(range(7, 100), order)) == {
        name for name, job in jobs.items() if job.axes["seed"] in {7, 8, 9}
    }
    assert among(jobs, plan_of(range(50, 53), order)) == set()


def test_a_plan_too_large_to_be_looked_through_is_taken_to_have_them_all() -> None:
    """A failure too many is better told than one too few; and nobody waits for ten million ids after a Ctrl-C."""
    whole = plan_of(range(LOOKED_THROUGH + 1))
    there = whole.ordered()[LOOKED_THROUGH]
    moved = replace(whole.ordered()[5], index=6)
    foreign = Job("0" * 16, 0, {}, {})

    assert among({each.id: each for each in (there, moved, foreign)}, whole) == {there.id, moved.id, foreign.id}


@pytest.mark.parametrize("limit", [None, 1, 3])
def test_what_is_done_is_passed_over_with_breaks(limit: int | None) -> None:
    """However much of it: neither polls nor a Ctrl-C wait for the end. What is left is drawn, up to the limit."""
    plan = plan_of(range(3 * STRIDE), "grid")
    left = [plan[index].id for index in (STRIDE + 1, 2 * STRIDE, 3 * STRIDE - 1)]
    stock = SimpleNamespace(done=SimpleNamespace(whole=lambda name: name not in left), missing={})
    store = cast("Store", SimpleNamespace(stock=stock, book=Book(), unsettled=False))

    drawn = list(Agenda(plan, store, plan.grid.limits.model_copy(update={"limit": limit})).rest())

    assert [job.id for job in drawn if job is not None] == left[:limit]
    assert drawn.count(None) == {None: 3, 1: 1, 3: 3}[limit]
