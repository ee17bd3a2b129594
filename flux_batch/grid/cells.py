"""The part of a grid that says which pictures there are: axes, how they combine, which cells count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from flux_batch.grid.axes import Axes, Params
from flux_batch.grid.condition import Clause, Condition, clause
from flux_batch.grid.dimension import Dimension, dimensions, once
from flux_batch.grid.forms import choices
from flux_batch.grid.lattice import Lattice
from flux_batch.grid.rule import RULES
from flux_batch.grid.settings import NAME
from flux_batch.grid.strict import Strict, Unfit, complain

StyleMode: TypeAlias = Literal["parameter", "prompt", "both"]
Together: TypeAlias = Annotated[tuple[str, ...], Field(strict=False)]
Lines: TypeAlias = Annotated[tuple[Condition, ...], Field(strict=False)]


class Sample(Strict):
    """Some of the cells: ``{count: 500, from: 7}`` or ``{fraction: 0.1}``; every value of an axis equally often."""

    count: int | None = Field(None, ge=1)
    fraction: float | None = Field(None, gt=0, le=1)
    from_: int = Field(0, alias="from", description="which sample; a larger one begins with the smaller one")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.count is None) == (self.fraction is None):
            complain("a sample takes either count or fraction", "{count: 500, from: 7}")
        return self

    def of(self, cells: int) -> int:
        """Return how many of *cells* the sample takes, at least one."""
        wanted = self.count if self.count is not None else round((self.fraction or 0) * cells)
        return min(cells, max(1, wanted))


class Cells(Strict):
    """Axes and what becomes of their product."""

    axes: Axes = Field(default_factory=Axes.model_construct, description="what varies; the last fastest")
    zip: Annotated[tuple[Together, ...], Field(strict=False)] = Field((), description="axes that step together")
    exclude: Lines = Field((), description="cells to leave out: those that match a line")
    include: Lines = Field((), description="cells to keep: those that match a line; all if left out")
    sample: Sample | None = Field(None, description="some of the cells, reproducible and balanced")
    replicates: int = Field(1, ge=1, le=10_000, description="copies of each cell, bought one by one")
    params: Params = Field(default_factory=Params.model_construct, description="the same in every request")
    style_mode: StyleMode = Field("parameter", description="documented styles by parameter, in our words, or both")

    @cached_property
    def dimensions(self) -> Sequence[Dimension]:
        """What the cells are counted over, in the order of the file, doubles left out."""
        silent = [name for name in self.axes.names if name not in RULES]
        found = dimensions({name: choices(axis) for name, axis in self.axes.items()}, self.zip)
        return [once(dimension, silent) for dimension in found]

    @cached_property
    def lattice(self) -> Lattice:
        """Which of the cells count."""
        sizes = tuple(len(dimension) for dimension in self.dimensions)
        return Lattice(sizes, tuple(self._clauses(self.exclude)), tuple(self._clauses(self.include)))

    def _clauses(self, conditions: Lines) -> Iterator[Clause]:
        """Yield the conditions as digits; one that can never match here, as a part may inherit, matches nothing."""
        for condition in conditions:
            try:
                yield clause(condition, self.dimensions)
            except Unfit:
                yield Clause(((),) * len(self.dimensions))


class Part(Cells):
    """One of several grids in a file; what it leaves out it takes from the file's top level."""

    name: str | None = Field(None, pattern=NAME, description="what reports call it")
