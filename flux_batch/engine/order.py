"""The balanced order: cells of a grid in an order of which any beginning is a fair sample of every axis.

A run that is cut short should have made some of everything, not everything of some. The order is arithmetic: no list,
no state, both ways in one step per axis.

Axis by axis, with ``period`` the product of the axes before it and ``size`` its own: position ``i`` gets the value

    p + turn(p // size) + t * period + t // (size / gcd(size, period))      modulo size,

where ``p = i mod period`` and ``t = i // period mod size``. Along *p* it runs round the axis; the terms in *t* give
every *p* each value exactly once. A round is balanced by itself and the cut-off rounds at the end of each period tile
the axis, so in any beginning the counts of an axis' values differ by two at most. That no two axes move in step for
long is the work of ``turn``, which starts each round elsewhere: a Weyl sequence with a step of its own for each axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice
from math import gcd, isqrt, prod

_WORD = 64


class BalancedOrder:
    """A permutation of the cells of a grid: position in the order -> number of the cell in the plain order.

    In the plain order the last axis varies fastest, as in the grid file. The order depends on the sizes alone and is
    the same on every machine.

    Args:
        sizes: number of values of each axis, each at least 1.

    Raises:
        ValueError: an axis without values.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        if any(size < 1 for size in sizes):
            raise ValueError(f"every axis needs a value: {list(sizes)}")
        self.sizes = tuple(sizes)
        self._length = prod(sizes)
        self._steps = _weyl_steps(len(sizes))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(self._length))

    def __getitem__(self, position: int) -> int:
        """Return the plain number of the cell at *position*.

        Raises:
            IndexError: there is no such position.
        """
        number = 0
        for size, value in zip(self.sizes, self.cell(position), strict=True):
            number = number * size + value
        return number

    def cell(self, position: int) -> tuple[int, ...]:
        """Return the cell at *position*, as one value number per axis.

        Raises:
            IndexError: there is no such position.
        """
        if not 0 <= position < self._length:
            raise IndexError(f"position {position} of {self._length}")
        values, period = [], 1
        for size, step in zip(self.sizes, self._steps, strict=True):
            turns, place = divmod(position, period)
            values.append((_start(place, size, step) + _shift(turns % size, size, period)) % size)
            period *= size
        return tuple(values)

    def position(self, number: int) -> int:
        """Return where the cell with this plain *number* stands: the inverse of ``order[position]``.

        Raises:
            IndexError: there is no such cell.
        """
        if not 0 <= number < self._length:
            raise IndexError(f"cell {number} of {self._length}")
        values: list[int] = []
        for size in reversed(self.sizes):
            number, value = divmod(number, size)
            values.append(value)
        place, period = 0, 1
        for size, step, value in zip(self.sizes, self._steps, reversed(values), strict=True):
            turns = _unshift((value - _start(place, size, step)) % size, size, period)
            place += turns * period
            period *= size
        return place


def _start(place: int, size: int, step: int) -> int:
    """Return the value at *place* before the shift of later periods: round the axis, each round from elsewhere."""
    rounds = place // size
    return place + ((rounds * step % (1 << _WORD)) * size >> _WORD)


def _shift(turn: int, size: int, period: int) -> int:
    """Return what the *turn*-th period adds: each of ``range(size)`` once, in the order that tiles the axis."""
    return turn * period + turn // (size // gcd(size, period))


def _unshift(shift: int, size: int, period: int) -> int:
    """Return the turn that has this shift (modulo *size*): the inverse of :func:`_shift`."""
    common = gcd(size, period)
    whole = size // common
    lap, rest = shift % common, shift // common
    return lap * whole + rest * pow(period // common, -1, whole) % whole


def _weyl_steps(axes: int) -> tuple[int, ...]:
    """Return the fractional parts of the square roots of the first primes, as 64-bit words."""
    return tuple(isqrt(prime << 2 * _WORD) % (1 << _WORD) for prime in islice(_primes(), axes))


def _primes() -> Iterator[int]:
    return (n for n in count(2) if all(n % divisor for divisor in range(2, isqrt(n) + 1)))
