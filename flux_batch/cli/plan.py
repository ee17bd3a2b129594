"""``flux-batch plan``: what a grid would make, before anything is paid for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from flux_batch.cli.words import complaining, many, plain, say

if TYPE_CHECKING:
    from flux_batch.plan.plan import AxisSummary, Plan

FIRST = 3
SHOWN = 10
WIDTH = 80


@click.command("plan", epilog="Example: flux-batch plan configs/quickstart.yaml")
@click.argument("grid", metavar="GRID", type=click.Path())
@click.option("--first", default=FIRST, show_default=True, type=click.IntRange(0), help="Bodies to show.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout and nothing else.")
def command(grid: str, first: int, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Show what GRID would make; send nothing."""
    from flux_batch.grid import load_grid
    from flux_batch.plan import make_plan

    with complaining():
        plan = make_plan(load_grid(grid))
        say(json.dumps(_facts(plan, first), indent=2) if as_json else "\n".join(_lines(plan, first)))


def _facts(plan: Plan, first: int) -> dict[str, object]:
    return {
        "v": 1,
        "grid": plan.grid.name,
        "grid_digest": plan.grid.digest,
        "cells": len(plan),
        "images": plan.images,
        "axes": {
            name: {"count": axis.count, "values": axis.values, "together": axis.together}
            for name, axis in plan.axes.items()
        },
        "first": [{"job": job.id, "axes": job.axes, "body": job.body} for job in plan[:first]],
    }


def _lines(plan: Plan, first: int) -> Iterator[str]:
    yield f"{plan.grid.name}: {many(len(plan), 'cell')}, {many(plan.images, 'image')}"
    yield ""
    yield from _axis_lines(plan.axes)
    for job in plan[:first]:
        yield ""
        yield f"{job.index + 1:>3}  {job.id}"
        body = json.dumps(job.body, ensure_ascii=False, indent=2)
        yield from (f"     {plain(line, WIDTH - 5)}" for line in body.splitlines())


def _axis_lines(axes: Mapping[str, AxisSummary]) -> Iterator[str]:
    name_width = max((len(name) for name in axes), default=0)
    for name, axis in axes.items():
        with_others = f" (with {', '.join(axis.together)})" if axis.together else ""
        values = ", ".join(str(value) for value in axis.values[:SHOWN]) + (", …" if axis.count > SHOWN else "")
        yield plain(f"  {name:<{name_width}}  x {axis.count:<6,}{with_others} {values}", WIDTH)
