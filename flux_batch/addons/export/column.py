"""Columns of one type each: what differs from run to run (axes) is typed by looking at every row once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from flux_batch.plan.job import JSON

AXIS = "axis_"
"""Begins the name of each column that holds an axis, so that none can hide a column of ours."""
INT64 = range(-(2**63), 2**63)


class Kind(StrEnum):
    """Type of a column, spelled as Arrow and Hugging Face Features spell it."""

    BOOL = "bool"
    INT = "int64"
    FLOAT = "float64"
    TEXT = "string"


FIXED: Mapping[str, Kind] = {
    "prompt": Kind.TEXT,
    "seed": Kind.INT,
    "style": Kind.TEXT,
    "model_id": Kind.TEXT,
    "width": Kind.INT,
    "height": Kind.INT,
    "format": Kind.TEXT,
    "bytes": Kind.INT,
    "sha256": Kind.TEXT,
    "job": Kind.TEXT,
    "sample": Kind.INT,
    "request": Kind.TEXT,
    "meta": Kind.TEXT,
    "drift": Kind.TEXT,
    "flags": Kind.TEXT,
    "generation_id": Kind.TEXT,
    "generation_time": Kind.FLOAT,
    "nsfw": Kind.BOOL,
    "attempts": Kind.INT,
    "billed": Kind.TEXT,
    "created_at": Kind.TEXT,
}
"""Fields of a manifest line that every export has, in this order. Objects and lists become JSON text: their keys
differ from row to row, and a table's may not."""


@dataclass(frozen=True, slots=True)
class Table:
    """What all rows of an export have in common.

    Attributes:
        columns: name -> type: the fixed ones, then one for each axis, by name.
        gaps: columns in which some row has no value.
        rows: how many there are.
    """

    columns: Mapping[str, Kind]
    gaps: frozenset[str]
    rows: int

    def guessable(self) -> dict[str, Kind]:
        """Return the columns for a format without types, where a missing value has to be an empty text.

        Readers of JSON take the type of a column from the first rows of a file: after nothing but nulls, or with nulls
        in one file only, they refuse the rest.
        """
        return {name: Kind.TEXT if name in self.gaps else kind for name, kind in self.columns.items()}


def table(lines: Iterable[Mapping[str, JSON]]) -> Table:
    """Look at all of *lines* once."""
    axes: dict[str, Kind | None] = {}
    filled: Counter[str] = Counter()
    rows = 0
    for rows, line in enumerate(lines, start=1):  # noqa: B007 - the last one is the number
        filled.update(name for name in FIXED if line.get(name) is not None)
        for name, value in axes_of(line).items():
            axes[name] = _joined(axes.get(name), _kind(value))
            filled[AXIS + name] += value is not None
    columns = {**FIXED, **{AXIS + name: axes[name] or Kind.TEXT for name in sorted(axes)}}
    return Table(columns, frozenset(name for name in columns if filled[name] < rows), rows)


def values(line: Mapping[str, JSON], columns: Mapping[str, Kind], missing: JSON = None) -> dict[str, JSON]:
    """Return column -> value of one manifest line, each of its column's type or *missing*."""
    axes = axes_of(line)
    found = {**line, **{AXIS + name: value for name, value in axes.items()}}
    cells = {name: _cast(found.get(name), kind) for name, kind in columns.items()}
    return {name: missing if cell is None else cell for name, cell in cells.items()}


def axes_of(line: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Return the axes of a manifest line; none where it has none."""
    axes = line.get("axes")
    return axes if isinstance(axes, dict) else {}


def _kind(value: JSON) -> Kind | None:
    match value:
        case None:
            return None
        case bool():
            return Kind.BOOL
        case int():
            return Kind.INT if value in INT64 else Kind.TEXT
        case float():
            return Kind.FLOAT
        case _:
            return Kind.TEXT


def _joined(one: Kind | None, other: Kind | None) -> Kind | None:
    if one is None or other is None or one == other:
        return one or other
    return Kind.FLOAT if {one, other} == {Kind.INT, Kind.FLOAT} else Kind.TEXT


def _cast(value: JSON, kind: Kind) -> JSON:
    if value is None:
        return None
    if kind is Kind.TEXT:
        return _text(value)
    if kind is Kind.FLOAT and _kind(value) is Kind.INT:
        return float(cast("int", value))
    return value if _kind(value) is kind else None


def _text(value: JSON) -> str:
    """Return a text as it is, anything else as JSON; a lone surrogate, which no UTF-8 file can hold, as its escape."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8", "backslashreplace").decode()
