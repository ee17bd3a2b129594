"""Some of the cells, or all of them in a fair order: positions -> digits, reproducible.

A sample of a plain product is computed and needs no memory. Where lines of exclude or include take cells out, the
balanced order is walked and the steps that count are kept, eight bytes per cell of the sample. Where fewer than one
cell in 64 counts, that walk would be long, and the sample is drawn from the counting cells plainly: fair on average.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import count
from typing import overload

from flux_batch.grid.cells import Sample
from flux_batch.grid.lattice import Digits, Lattice
from flux_batch.grid.permutation import permutation
from flux_batch.plan.balance import Balance

SPARSE = 64
LARGEST_STEP = 2**64


class Picked(Sequence[Digits]):
    """The digits of *size* cells, the i-th given by *pick*."""

    def __init__(self, size: int, pick: Callable[[int], Digits]) -> None:
        self._size = size
        self._pick = pick

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Digits: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Digits]: ...
    def __getitem__(self, index: int | slice) -> Digits | Sequence[Digits]:
        """Compute the digits of one cell, or of a slice."""
        places = range(self._size)[index]
        return self._pick(places) if isinstance(places, int) else [self._pick(place) for place in places]


def sampled(lattice: Lattice, sample: Sample) -> Picked:
    """Return the cells *sample* takes of those that count; a larger sample begins with the smaller one."""
    size = sample.of(lattice.count)
    total = lattice.unfiltered
    if lattice.filtered and lattice.count * SPARSE >= total and total < LARGEST_STEP:
        balance = Balance(lattice.sizes, sample.from_)
        steps = array("Q")
        for step in count():
            if len(steps) == size:
                break
            if lattice.counts(balance.digits(step)):
                steps.append(step)
        return Picked(size, lambda place: balance.digits(steps[place]))
    return Picked(size, fair(lattice, sample.from_))


def fair(lattice: Lattice, key: int = 0) -> Callable[[int], Digits]:
    """Return position -> digits over all cells that count: balanced in a plain product, shuffled in a filtered one."""
    if not lattice.filtered:
        return Balance(lattice.sizes, key).digits
    shuffled = permutation(lattice.count, "cells", key)
    return lambda place: lattice.digits(shuffled[place])
