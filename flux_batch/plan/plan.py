"""The plan: all jobs of a grid as a sequence that stores none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import overload

from flux_batch.grid.grid import Grid
from flux_batch.grid.node import Scalar
from flux_batch.grid.styles import NO_STYLE, Style
from flux_batch.plan.body import described, fixed, put, styled
from flux_batch.plan.dimension import Dimension, dimensions
from flux_batch.plan.job import Job, job_id

SHOWN_VALUES = 100


@dataclass(frozen=True, slots=True)
class AxisSummary:
    """What one axis contributes.

    Attributes:
        count: number of its values.
        values: the first of them, by label where they have one.
        together: the other axes it steps together with.
    """

    count: int
    values: tuple[Scalar, ...]
    together: tuple[str, ...] = ()


class Plan(Sequence[Job]):
    """The jobs of a grid: ``len``, ``plan[i]`` and iteration from any point, in constant memory.

    The i-th cell is computed from i: a number written in mixed radix, one digit per axis, the last digit fastest.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._dimensions = dimensions(grid)
        self._fixed = fixed(grid)
        self._count = prod(len(dimension) for dimension in self._dimensions)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Job]: ...
    def __getitem__(self, index: int | slice) -> Job | Sequence[Job]:
        """Compute the job at *index*."""
        places = range(self._count)[index]
        return self._job(places) if isinstance(places, int) else [self._job(place) for place in places]

    def __iter__(self) -> Iterator[Job]:
        return self.since(0)

    def since(self, start: int) -> Iterator[Job]:
        """Iterate from the job at *start* on."""
        return map(self._job, range(start, self._count))

    @property
    def images(self) -> int:
        """Images of all jobs: the sum of their samples."""
        others = 1
        for dimension in self._dimensions:
            if "samples" in dimension.names:
                values = dimension.values[dimension.names.index("samples")]
                others = sum(int(str(choice.value)) for choice in values)
                return self._count // len(dimension) * others
        return self._count * int(str(self._fixed["samples"]))

    @property
    def axes(self) -> Mapping[str, AxisSummary]:
        """What each axis contributes, by name, in the order of the plan."""
        return {name: _summary(dimension, name) for dimension in self._dimensions for name in dimension.names}

    def _job(self, index: int) -> Job:
        picks = []
        left = index
        for dimension in reversed(self._dimensions):
            left, digit = divmod(left, len(dimension))
            picks += [(name, values[digit]) for name, values in zip(dimension.names, dimension.values, strict=True)][
                ::-1
            ]
        picks.reverse()
        raw = dict(self._fixed)
        for name, choice in picks:
            put(raw, name, choice.value, self.grid.style_mode)
        style = raw.get("style")
        body = styled(raw)
        named = style.name if isinstance(style, Style) and style.name != NO_STYLE else None
        return Job(job_id(body), index, body, described(picks), named)


def _summary(dimension: Dimension, name: str) -> AxisSummary:
    values = dimension.values[dimension.names.index(name)]
    return AxisSummary(
        len(values),
        tuple(choice.name for choice in values[:SHOWN_VALUES]),
        tuple(other for other in dimension.names if other != name),
    )


def make_plan(grid: Grid) -> Plan:
    """Return the plan of *grid*; nothing is computed until it is asked for."""
    return Plan(grid)
