"""What the cells of a grid are counted over: one axis, or several that step together."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flux_batch.grid.choices import Choice, Computed, Rows


@dataclass(frozen=True, slots=True)
class Dimension:
    """Axes that step together; most often one alone.

    Attributes:
        names: the axes.
        values: for each axis its choices, all of the same length.
        doubles: how many of the values written were there before and were left out.
    """

    names: tuple[str, ...]
    values: tuple[Sequence[Choice], ...]
    doubles: int = 0

    def __len__(self) -> int:
        return len(self.values[0])

    def at(self, digit: int) -> tuple[tuple[str, Choice], ...]:
        """Return (axis, choice) for each axis at *digit*."""
        return tuple((name, values[digit]) for name, values in zip(self.names, self.values, strict=True))

    def axis(self, name: str) -> Sequence[Choice] | None:
        """Return the choices of the axis *name*, None where it stands in another dimension."""
        return self.values[self.names.index(name)] if name in self.names else None


MOST_KEPT = 200_000
MOST_COMPUTED = 20_000
"""Values of a dimension looked through for doubles: kept in a list, or computed one by one."""


def once(dimension: Dimension, silent: Container[str]) -> Dimension:
    """Return *dimension* without the digits whose choices all were there before.

    A double would be the same request twice. Plain ranges and draws have none and are not looked through.

    Args:
        silent: axes that do not reach the request.
    """
    telling = [values for name, values in zip(dimension.names, dimension.values, strict=True) if name not in silent]
    kept_in_lists = all(isinstance(values, tuple | Rows) for values in telling)
    computed = len(telling) == 1 and isinstance(telling[0], Computed)
    if computed or len(dimension) > (MOST_KEPT if kept_in_lists else MOST_COMPUTED):
        return dimension
    seen: dict[tuple[object, ...], int] = {}
    for digit in range(len(dimension)):
        seen.setdefault(tuple(values[digit].said for values in telling), digit)
    if len(seen) == len(dimension):
        return dimension
    kept = tuple(tuple(values[digit] for digit in seen.values()) for values in dimension.values)
    return Dimension(dimension.names, kept, len(dimension) - len(seen))


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
