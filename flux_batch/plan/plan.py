"""The plan: all jobs of a grid as a sequence that stores none of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from typing import Self, TypeVar, overload

from flux_batch.grid.choices import Choice
from flux_batch.grid.grid import Grid
from flux_batch.grid.node import Scalar
from flux_batch.plan.job import Job
from flux_batch.plan.part import PlanPart, parts
from flux_batch.plan.warnings import PlanWarning, warnings

T = TypeVar("T")
SHOWN_VALUES = 100


@dataclass(frozen=True, slots=True)
class AxisSummary:
    """What one axis contributes.

    Attributes:
        count: number of its values.
        values: the first of them, by label where they have one.
        together: the other axes it steps together with.
        columns: what travels beside its values, by name.
        about: descriptions of its first values, by label.
    """

    count: int
    values: tuple[Scalar, ...]
    together: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


class Plan(Sequence[Job]):
    """The jobs of a grid: ``len``, ``plan[i]``, slices, shards and iteration from any point, in constant memory.

    The i-th job is computed from i, excluded and sampled cells included; a slice or a shard is a plan again. One thing
    is not constant: a sample of a grid with ``exclude`` or ``include`` keeps eight bytes per cell of the sample.

    Raises:
        UsageError: the lines of exclude and include overlap in too many ways to be counted.
    """

    def __init__(self, grid: Grid, *, balanced: bool = False, places: range | None = None) -> None:
        self.grid = grid
        self._balanced = balanced
        self._parts: tuple[PlanPart, ...] = parts(grid.parts, balanced=balanced)
        self._starts = [part.start for part in self._parts]
        whole = range(sum(part.count for part in self._parts))
        self._places = whole if places is None else places
        self._whole = self._places == whole

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Job | Self:
        """Compute the job at *index*; a slice is a plan of its own."""
        places = self._places[index]
        return self._job(places) if isinstance(places, int) else self._over(places)

    def __iter__(self) -> Iterator[Job]:
        return self.since(0)

    def since(self, start: int) -> Iterator[Job]:
        """Iterate from the job at *start* on."""
        places = self._places[start:]
        if places.step != 1:
            return map(self._job, places)
        return self._limited(chain.from_iterable(part.jobs(first) for part, first in self._from(places)), places)

    def ids(self, start: int = 0) -> Iterator[str]:
        """Iterate over the ids alone, from the one at *start* on: several times faster than over the jobs."""
        places = self._places[start:]
        if places.step != 1:
            return (self._job(place).id for place in places)
        return self._limited(chain.from_iterable(part.ids(first) for part, first in self._from(places)), places)

    def shard(self, index: int, count: int) -> Self:
        """Return the *index*-th of *count* parts of almost equal size, index from 0: every *count*-th job.

        Raises:
            ValueError: index is not in range(count).
        """
        if not 0 <= index < count:
            raise ValueError(f"shard {index} of {count}: the first is 0, the last {count - 1}")
        return self._over(self._places[index::count])

    def ordered(self) -> Self:
        """Return the plan in the order its grid asks for."""
        return self.balanced() if self.grid.order == "balanced" else self

    def balanced(self) -> Self:
        """Return the same jobs in an order in which whatever comes first is a fair sample of all axes.

        With several grids in the file each is balanced by itself. Job.index counts in the new order.
        """
        return type(self)(self.grid, balanced=True, places=self._places)

    @cached_property
    def images(self) -> int:
        """Images of all jobs: the sum of their samples. In a slice or shard with a samples axis, counted job by job."""
        if self._whole:
            return sum(part.images for part in self._parts)
        if any("samples" in part.grid.axes.names for part in self._parts) or len(self._parts) > 1:
            return sum(job.samples for job in self)
        return len(self) * (self[0].samples if self else 0)

    @property
    def axes(self) -> Mapping[str, AxisSummary]:
        """What each axis contributes, by name, in the order of the plan; of several grids, the first that has it."""
        found: dict[str, AxisSummary] = {}
        for part in self._parts:
            for dimension in part.grid.dimensions:
                for name, values in zip(dimension.names, dimension.values, strict=True):
                    others = tuple(other for other in dimension.names if other != name)
                    found.setdefault(name, _summary(values, others))
        return found

    @cached_property
    def warnings(self) -> tuple[PlanWarning, ...]:
        """What will not turn out as the grid may hope, told before anything is paid for."""
        return tuple(dict.fromkeys(warning for part in self._parts for warning in warnings(self.grid, part)))

    def _over(self, places: range) -> Self:
        return type(self)(self.grid, balanced=self._balanced, places=places)

    def _job(self, place: int) -> Job:
        part = self._parts[bisect_right(self._starts, place) - 1]
        return part.job(place - part.start)

    def _from(self, places: range) -> Iterator[tuple[PlanPart, int]]:
        """Yield (part, its first job) for the parts that *places* reach into."""
        for part in self._parts:
            first = max(0, places.start - part.start)
            if first < part.count and part.start < places.stop:
                yield part, first

    @staticmethod
    def _limited(jobs: Iterator[T], places: range) -> Iterator[T]:
        return islice(jobs, len(places))


def _summary(values: Sequence[Choice], together: tuple[str, ...]) -> AxisSummary:
    first = values[:SHOWN_VALUES]
    about = {str(choice.name): choice.about for choice in first if choice.about is not None}
    return AxisSummary(len(values), tuple(choice.name for choice in first), together, tuple(first[0].columns), about)


def make_plan(grid: Grid) -> Plan:
    """Return the plan of *grid*; no job is computed before it is asked for."""
    return Plan(grid)
