"""What the cells of a grid are counted over: one axis, or several that step together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flux_batch.grid.choices import Choice


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

    def at(self, digit: int) -> tuple[tuple[str, Choice], ...]:
        """Return (axis, choice) for each axis at *digit*."""
        return tuple((name, values[digit]) for name, values in zip(self.names, self.values, strict=True))

    def axis(self, name: str) -> Sequence[Choice] | None:
        """Return the choices of the axis *name*, None where it stands in another dimension."""
        return self.values[self.names.index(name)] if name in self.names else None


def dimensions(axes: Mapping[str, Sequence[Choice]], together: Sequence[Sequence[str]]) -> tuple[Dimension, ...]:
    """Return the dimensions of *axes* in their order; a zip stands where its first axis does."""
    groups = {name: group for group in together for name in group}

    def ordered() -> Iterator[tuple[str, ...]]:
        taken: set[str] = set()
        for name in axes:
            if name not in taken:
                group = tuple(other for other in axes if other in groups.get(name, (name,)))
                taken.update(group)
                yield group

    return tuple(Dimension(names, tuple(axes[name] for name in names)) for names in ordered())
