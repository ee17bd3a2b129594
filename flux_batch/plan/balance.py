"""An order of all cells in which whatever comes first is a fair sample: in any prefix the values of an axis occur
equally often, give or take two.

The j-th cell is computed. Dimensions are taken one after the other, the largest first; each steps through its values as
j counts, and where its size shares a factor with those before it, it is turned by one whenever they have come round
together, so that no pair comes back before all pairs were there. Its values are shuffled first, by the sample's number.

For two dimensions of sizes N and n with least common multiple L, j -> (j mod N, (j + j // L) mod n) meets each pair
once in N * n steps: within L steps by the Chinese remainder theorem, and each further L steps meet the pairs turned by
one. Any turn that depends on j mod N only keeps that, and keeps a third dimension from following the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

from flux_batch.grid.lattice import Digits
from flux_batch.grid.permutation import Permutation, permutation


@dataclass(frozen=True, slots=True)
class Wheel:
    """How one dimension turns.

    Attributes:
        dimension: its place in the grid.
        size: number of its values.
        before: product of the sizes of the wheels before it.
        round: steps after which it and those before it have come round together.
        values: its values, shuffled.
        turns: by how much it is turned in each block of *size* steps.
    """

    dimension: int
    size: int
    before: int
    round: int
    values: Permutation | Sequence[int]
    turns: Permutation | Sequence[int]

    def digit(self, step: int) -> int:
        """Return the value at *step*."""
        step %= self.before * self.size
        again, block = divmod(step % self.before // self.size, self.size)
        return self.values[(step + step // self.round + self.turns[block] + again) % self.size]


class Balance:
    """The balanced order of a product.

    Args:
        sizes: number of values per dimension.
        key: which of the balanced orders.
    """

    def __init__(self, sizes: Sequence[int], key: int = 0) -> None:
        self._wheels = []
        before = 1
        for dimension in sorted(range(len(sizes)), key=lambda at: -sizes[at]):
            size = sizes[dimension]
            values = permutation(size, "values", key, dimension)
            turns = permutation(size, "turns", key, dimension)
            self._wheels.append(Wheel(dimension, size, before, lcm(before, size), values, turns))
            before *= size
        self._wheels.sort(key=lambda wheel: wheel.dimension)

    def digits(self, step: int) -> Digits:
        """Return the digits of the cell at *step*."""
        return tuple(wheel.digit(step) for wheel in self._wheels)
