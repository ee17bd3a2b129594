"""What the cells of a grid are counted over: one axis, or several that step together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flux_batch.grid.choices import Choice
from flux_batch.grid.grid import Grid
from flux_batch.grid.values import choices


@dataclass(frozen=True, slots=True)
class Dimension:
    """Axes that step together; most often one alone.

    Attributes:
        names: the axes.
        values: for each axis its choices, all of the same length.
    """

    names: tuple[str, ...]
    values: tuple[Sequence[Choice], ...]

    def __len__(self) -> int:
        return len(self.values[0])


def dimensions(grid: Grid) -> tuple[Dimension, ...]:
    """Return the dimensions of *grid* in the order of its file; a zip stands where its first axis does."""
    axes = {name: choices(axis) for name, axis in grid.axes.items()}
    groups = {name: group for group in grid.zip for name in group}

    def ordered() -> Iterator[tuple[str, ...]]:
        taken: set[str] = set()
        for name in axes:
            if name not in taken:
                group = tuple(other for other in axes if other in groups.get(name, (name,)))
                taken.update(group)
                yield group

    return tuple(Dimension(names, tuple(axes[name] for name in names)) for names in ordered())
