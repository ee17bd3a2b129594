"""``flux-batch plan``: what a grid would make, what it takes and what to know, before anything is paid for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from flux_batch.cli.complete import grid_files, out_folders
from flux_batch.cli.words import complaining, duration, many, plain, say

if TYPE_CHECKING:
    from flux_batch.plan.plan import AxisSummary, Plan
    from flux_batch.plan.quote import Diff, Quote

FIRST = 3
SHOWN = 10
WIDTH = 80


@click.command("plan", epilog="Example: flux-batch plan configs/quickstart.yaml")
@click.argument("grid", metavar="GRID", type=click.Path(), shell_complete=grid_files)
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, help="Replace one value: axes.seed.count=2.")
@click.option("--out", metavar="DIR", type=click.Path(), help="Output folder to compare with, if not the grid's.")
@click.option(
    "--diff",
    "compare",
    metavar="OUT",
    type=click.Path(),
    shell_complete=out_folders,
    help="Compare with OUT: kept, new, orphaned.",
)
@click.option("--first", default=FIRST, show_default=True, type=click.IntRange(0), help="Bodies to show.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout and nothing else.")
def command(
    grid: str,
    settings: tuple[str, ...],
    out: str | None,
    compare: str | None,
    first: int,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show what GRID would make, what that takes, and what to know before; send nothing."""
    from flux_batch.cli.past import look
    from flux_batch.grid import load_grid, setting
    from flux_batch.plan import make_plan
    from flux_batch.plan.quote import diff, quote

    with complaining(as_json=as_json):
        plan = make_plan(load_grid(grid, overrides=dict(setting(text) for text in settings)))
        folder = Path(compare or out or plan.grid.output.dir)
        past = look(folder)
        found = diff(plan, past) if compare else None
        told = quote(plan, past, found)
        if as_json:
            say(json.dumps(facts(plan, told, found, first), indent=2))
        else:
            say("\n".join(_lines(plan, told, found, folder, first)))


def facts(plan: Plan, told: Quote, found: Diff | None = None, first: int = FIRST) -> dict[str, object]:
    """Return one object for programs."""
    return {
        "v": 1,
        "grid": plan.grid.name,
        "grid_digest": plan.grid.digest,
        "cells": len(plan),
        "images": plan.images,
        "axes": {name: asdict(axis) for name, axis in plan.axes.items()},
        "quote": asdict(told),
        "diff": None if found is None else asdict(found),
        "warnings": [asdict(warning) for warning in plan.warnings],
        "first": [{"job": job.id, "axes": job.axes, "body": job.body} for job in plan[:first]],
    }


def _lines(plan: Plan, told: Quote, found: Diff | None, folder: Path, first: int) -> Iterator[str]:
    yield f"{plain(plan.grid.name)}: {many(len(plan), 'cell')}, {many(plan.images, 'image')}"
    yield ""
    yield from _axis_lines(plan.axes)
    yield ""
    yield from _quote_lines(told, folder)
    if found is not None:
        yield ""
        yield from _diff_lines(found, told.price)
    for warning in plan.warnings:
        yield ""
        yield from wrap(plain(f"warning: {warning.about}: {warning.text}"), WIDTH, subsequent_indent="  ")
        if warning.hint:
            yield plain(f"  hint: {warning.hint}", WIDTH)
    yield from _body_lines(plan, first)


def _axis_lines(axes: Mapping[str, AxisSummary]) -> Iterator[str]:
    from flux_batch.grid.node import spelled

    width = max((len(name) for name in axes), default=0)
    for name, axis in axes.items():
        with_others = f" (with {', '.join(axis.together)})" if axis.together else ""
        values = ", ".join(map(spelled, axis.values[:SHOWN])) + (", …" if axis.count > SHOWN else "")
        yield plain(f"  {name:<{width}}  x {axis.count:<6,}{with_others} {values}", WIDTH)


def _quote_lines(told: Quote, folder: Path) -> Iterator[str]:
    if told.kept is None:
        yield f"  done  not compared with {plain(str(folder))}: the plan is long; --diff compares it"
    elif told.kept:
        yield plain(f"  done  {told.kept:,} of {told.images:,} images are in {folder}")
    if not told.to_make:
        yield "  make  nothing, all of it is there"
        return
    yield f"  make  {many(told.to_make, 'image')} in {many(told.posts, 'post')}"
    if told.cost is None or told.price is None:
        yield "  cost  not known: neither endpoint.price nor an earlier run names a price"
    else:
        yield f"  cost  {told.cost:,.2f} USD ({told.price:g} an image, by {told.priced_by})"
    if told.seconds is None or told.service is None:
        yield "  time  not known before a first run"
    else:
        each = f"{told.service:.1f} s each, {told.timed_by}"
        yield f"  time  about {duration(told.seconds)} ({many(told.slots, 'slot')}, {each})"
    yield f"  disk  about {_size(told.bytes)} ({told.sized_by})"


def _diff_lines(found: Diff, price: float | None) -> Iterator[str]:
    def line(word: str, jobs: int, images: int, *, paid: bool) -> str:
        money = f", {images * price:,.2f} USD" if paid and price is not None else ""
        return f"  {word:<9} {many(jobs, 'cell')}, {many(images, 'image')}{money}"

    yield line("kept", found.kept, found.kept_images, paid=False)
    yield line("new", found.new, found.new_images, paid=True)
    yield line("orphaned", found.orphaned, found.orphaned_images, paid=False)


def _body_lines(plan: Plan, first: int) -> Iterator[str]:
    for job in plan[:first]:
        yield ""
        yield f"{job.index + 1:>3}  {job.id}"
        body = json.dumps(job.body, ensure_ascii=False, indent=2)
        yield from (f"     {plain(line, WIDTH - 5)}" for line in body.splitlines())


def _size(number: float) -> str:
    """Return *number* bytes as ``74 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 - SI
            return f"{number:.0f} {unit}" if number >= 10 or unit == "bytes" else f"{number:.1f} {unit}"  # noqa: PLR2004
        number /= 1000
    return f"{number:,.1f} TB"
