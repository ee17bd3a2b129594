"""What no single key of a grid can know: whether the keys fit together. Pure; yields every mistake it finds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flux_batch.errors import UsageError
from flux_batch.grid.attributes import ATTRIBUTES, OURS
from flux_batch.grid.cells import Cells
from flux_batch.grid.condition import Condition, clause
from flux_batch.grid.forms import choices
from flux_batch.grid.grid import Grid
from flux_batch.grid.strict import Unfit
from flux_batch.grid.synonyms import nearest

PRETENDERS = {"size": ("width", "height"), "style": ("enhance_style",)}
"""Axes that stand for attributes of the body."""
LINES = ("exclude", "include")
MOST_CELLS = sys.maxsize


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A mistake and the key it stands at; *line* names the line of exclude or include that matches nothing."""

    location: tuple[int | str, ...]
    what: str
    hint: str | None = None
    line: str | None = None


def mismatches(grid: Grid, broken: frozenset[str] = frozenset()) -> Iterator[Mismatch]:
    """Yield what does not fit together in *grid*.

    Args:
        broken: keys that are written in the file and were refused for reasons of their own: axes, parameters, sections.
    """
    yield from _accounts(grid, broken)
    if not grid.grids:
        yield from _in_part(grid, broken)
        return
    used = {line for part in grid.grids for section in LINES for line in _used(part, section)}
    for number, part in enumerate(grid.grids):
        for mismatch in _in_part(part, broken):
            if mismatch.line is None or mismatch.line not in used:
                yield replace(mismatch, location=("grids", number, *mismatch.location))


def _accounts(grid: Grid, broken: frozenset[str]) -> Iterator[Mismatch]:
    if grid.endpoints and "endpoint" in grid.model_fields_set:
        yield Mismatch(("endpoint",), "endpoint and endpoints both say where requests go", "keep one of the two")
    unpriced = not grid.price and broken.isdisjoint({"price", "endpoint", "endpoints"})
    if grid.limits.max_cost is not None and unpriced:
        what = f"limits.max_cost of {grid.limits.max_cost:g} USD needs the price of one image"
        hint = "endpoints: [{name: a, price: 0.0047}, ...]" if grid.endpoints else "endpoint: {price: 0.0047}"
        yield Mismatch(("limits", "max_cost"), what, f"write it into the grid, in USD: `{hint}`")


def _in_part(part: Cells, broken: frozenset[str]) -> Iterator[Mismatch]:
    yield from _without_prompt(part, broken)
    yield from _strangers(part)
    yield from _set_twice(part)
    zips = list(_zips(part, broken))
    yield from zips
    if zips or broken & set(part.axes.names):
        return
    yield from _columns(part)
    lines = [mismatch for section in LINES for mismatch in _lines(part, section)]
    yield from lines or _number(part)


def _without_prompt(part: Cells, broken: frozenset[str]) -> Iterator[Mismatch]:
    if not {"prompt", "axes", "params"} & {*part.axes.names, *part.params.values(), *broken}:
        yield Mismatch((), "no prompt", "add an axis: `axes: {prompt: [a lighthouse at dusk]}`")


def _strangers(part: Cells) -> Iterator[Mismatch]:
    zipped = {name for group in part.zip for name in group}
    known = (*ATTRIBUTES, *PRETENDERS)
    for name in part.axes.names:
        if name in OURS:
            yield Mismatch(("axes", name), f"{name} cannot be an axis", OURS[name])
        elif name not in known and name not in zipped:
            hint = nearest(name, known) or f"an axis for reports steps together with another: `zip: [[prompt, {name}]]`"
            yield Mismatch(("axes", name), f"unknown axis {name!r}", hint)


def _set_twice(part: Cells) -> Iterator[Mismatch]:
    places = [("axes", name) for name in part.axes.names] + [("params", name) for name in part.params.values()]
    seen: dict[str, tuple[str, str]] = {}
    for section, name in places:
        for target in PRETENDERS.get(name, (name,)):
            if target in seen:
                first = ".".join(seen[target])
                what = f"{section}.{name} sets {target}, and so does {first}"
                yield Mismatch((section, name), what, "keep one of the two")
            seen.setdefault(target, (section, name))


def _zips(part: Cells, broken: frozenset[str]) -> Iterator[Mismatch]:
    names = {*part.axes.names, *broken}
    taken: Counter[str] = Counter(name for group in part.zip for name in group)
    for number, group in enumerate(part.zip):
        missing = [name for name in group if name not in names]
        for name in missing:
            yield Mismatch(("zip", number), f"zip names {name!r}, which is no axis", nearest(name, names))
        if len(group) < 2:  # noqa: PLR2004 - together takes two
            yield Mismatch(("zip", number), "a zip takes two axes or more", "zip: [[prompt, title]]")
        if any(taken[name] > 1 for name in group):
            yield Mismatch(("zip", number), "an axis stands twice in zip", "put all that step together into one list")
        if not missing and not broken & set(group):
            yield from _lengths(part, number, group)


def _lengths(part: Cells, number: int, group: tuple[str, ...]) -> Iterator[Mismatch]:
    lengths = {name: len(choices(getattr(part.axes, name))) for name in group}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        what = f"axes that step together differ in length: {found}"
        yield Mismatch(("zip", number), what, "give each the same number of values")


def _columns(part: Cells) -> Iterator[Mismatch]:
    """A column that travels with two axes would be written over by one of them."""
    seen: dict[str, str] = {}
    for dimension in part.dimensions:
        names = {column: axis for axis, values in dimension.at(0) for column in values.columns}
        for column in names.keys() & seen.keys():
            what = f"the column {column!r} travels with {seen[column]} and with {names[column]}"
            yield Mismatch(("axes", names[column]), what, "name those that should travel: columns: [...]")
        seen |= names


def _lines(part: Cells, section: str) -> Iterator[Mismatch]:
    for number, line in enumerate(getattr(part, section)):
        try:
            clause(line, part.dimensions)
        except Unfit as unfit:
            yield Mismatch((section, number), f"{section}: {unfit.what}", unfit.hint, _said(section, line))


def _used(part: Cells, section: str) -> Iterator[str]:
    """Yield the lines that match something in *part*: inherited by several parts, they need not match in each."""
    unmatched = {mismatch.line for mismatch in _lines(part, section)}
    yield from (said for line in getattr(part, section) if (said := _said(section, line)) not in unmatched)


def _said(section: str, line: Condition) -> str:
    return f"{section} {line!r}"


def _number(part: Cells) -> Iterator[Mismatch]:
    try:
        cells = part.lattice.count
    except UsageError as error:
        yield Mismatch((LINES[0],), error.message, error.hint)
        return
    if cells == 0:
        section = "exclude" if part.exclude else "include"
        yield Mismatch((section,), f"every cell is left out by {section}", "take a line out")
    wanted = cells if part.sample is None else part.sample.of(cells)
    if wanted * part.replicates > MOST_CELLS:
        yield Mismatch(("axes",), f"{wanted:,} cells, more than can be numbered", "sample: {count: 10000}")
