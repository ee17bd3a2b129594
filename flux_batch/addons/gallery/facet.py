"""Facets: the names by which images are laid out and filtered, and the values of each, in an order people expect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flux_batch.addons.gallery.cell import Cell
from flux_batch.grid.node import spelled
from flux_batch.plan.job import JSON

MISSING = "missing"
"""Stands for the value of a cell that has none; no JSON text looks like it."""
LONGEST_LABEL = 2_000


@dataclass(frozen=True, slots=True)
class Facet:
    """One name.

    Attributes:
        name: of an axis, or of something every image has.
        axis: whether it is an axis of the grid.
        codes: value, as JSON -> its number, from 0 in the order shown.
    """

    name: str
    axis: bool
    codes: Mapping[str, int]

    def code(self, cell: Cell) -> int | None:
        """Return the number of *cell*'s value, None for one that no cell had."""
        return self.codes.get(_spelled(cell, self.name))

    def labels(self) -> list[str]:
        """Return what the page shows for each number."""
        return [_label(value) for value in self.codes]


def facets(cells: Iterable[Cell]) -> list[Facet]:
    """Return the axes of *cells*, in the grid's order, then what else differs between them."""
    axes: dict[str, set[str]] = {}
    derived: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    total = 0
    for total, cell in enumerate(cells, start=1):  # noqa: B007 - the last one is the number
        for name, value in cell.axes.items():
            axes.setdefault(name, set()).add(json.dumps(value))
            counts[name] = counts.get(name, 0) + 1
        for name, value in cell.derived.items():
            derived.setdefault(name, set()).add(json.dumps(value))
    for name, values in axes.items():
        if counts[name] < total:
            values.add(MISSING)
    more = {name: {*values, MISSING} for name, values in derived.items() if name not in axes and len(values) > 1}
    return [Facet(n, axis=True, codes=_coded(v)) for n, v in axes.items()] + [
        Facet(n, axis=False, codes=_coded(v)) for n, v in more.items()
    ]


def _coded(values: Iterable[str]) -> dict[str, int]:
    return {value: code for code, value in enumerate(sorted(sorted(values), key=_order))}


def _spelled(cell: Cell, name: str) -> str:
    if name in cell.axes:
        return json.dumps(cell.axes[name])
    return json.dumps(cell.derived[name]) if name in cell.derived else MISSING


def _order(encoded: str) -> tuple[int, float, list[tuple[int, int, str]]]:
    """Sort numbers by size, words as people do (``img2`` before ``img10``, ``none`` first), what is missing last."""
    if encoded == MISSING:
        return 3, 0.0, []
    value: JSON = json.loads(encoded)
    if isinstance(value, int | float):
        return 1, float(value), []
    if value in (None, "none"):
        return 0, 0.0, []
    words = re.split(r"(\d{1,15})", str(value).casefold())
    return 2, 0.0, [(0, int(word), "") if word.isdecimal() else (1, 0, word) for word in words if word]


def _label(encoded: str) -> str:
    return "\N{EM DASH}" if encoded == MISSING else spelled(json.loads(encoded))[:LONGEST_LABEL]
