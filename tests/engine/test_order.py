"""The balanced order: any beginning of a run is a fair sample of the grid."""

from __future__ import annotations

import time
from collections import Counter
from itertools import combinations, islice
from math import prod
from random import Random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_batch.engine.order import BalancedOrder

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=5).filter(lambda sizes: prod(sizes) <= 3000)
HUGE = [10_000_000, 12, 8, 50]


@given(SIZES)
@settings(max_examples=50)
def test_every_cell_comes_once(sizes: list[int]) -> None:
    """It is a permutation of the plain order."""
    order = BalancedOrder(sizes)

    assert list(range(prod(sizes))) == sorted(order)


@given(SIZES)
@settings(max_examples=50)
def test_any_beginning_counts_each_value_alike(sizes: list[int]) -> None:
    """After any number of cells, the values of an axis were used equally often, give or take two."""
    order = BalancedOrder(sizes)
    counts = [[0] * size for size in sizes]

    for position in range(len(order)):
        for count, value in zip(counts, order.cell(position), strict=True):
            count[value] += 1
        assert all(max(count) - min(count) <= 2 for count in counts)


@given(SIZES, st.data())
def test_it_can_be_entered_anywhere_and_asked_backwards(sizes: list[int], data: st.DataObject) -> None:
    """Position to cell and cell to position are arithmetic, and each undoes the other."""
    order = BalancedOrder(sizes)
    position = data.draw(st.integers(0, len(order) - 1))

    assert position == order.position(order[position])


@given(st.integers(0, prod(HUGE) - 1))
def test_a_grid_of_billions_is_arithmetic_too(position: int) -> None:
    """Nothing is listed: 48 thousand million cells, any of them at once."""
    order = BalancedOrder(HUGE)

    assert position == order.position(order[position])


def unevenness(cells: list[tuple[int, ...]], sizes: tuple[int, ...]) -> float:
    """Chi-square per degree of freedom over all pairs of axes: 1 for a random draw, 0 for an even one."""
    found = []
    for one, other in combinations(range(len(sizes)), 2):
        pairs = sizes[one] * sizes[other]
        counts = Counter((cell[one], cell[other]) for cell in cells)
        expected = len(cells) / pairs
        missing = (pairs - len(counts)) * expected
        found.append((sum((n - expected) ** 2 / expected for n in counts.values()) + missing) / (pairs - 1))
    return mean(found)


@pytest.mark.parametrize("sizes", [(8, 8, 8), (12, 8, 10, 2), (50, 8, 7, 3), (10, 10, 10, 10), (100, 8, 5)])
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5])
def test_pairs_of_axes_do_not_move_in_step(sizes: tuple[int, ...], part: float) -> None:
    """A beginning shows every style with every prompt about equally often, more evenly than a shuffle would."""
    order = BalancedOrder(sizes)
    count = int(len(order) * part)
    shuffled = Random(1).sample(range(len(order)), count)

    balanced = unevenness([order.cell(position) for position in range(count)], sizes)

    assert balanced < 0.8 * unevenness([order.cell(position) for position in shuffled], sizes)


def test_the_order_is_the_same_everywhere() -> None:
    """It is fixed by the sizes alone: another machine goes on where this one stopped."""
    assert list(islice(BalancedOrder([6, 5]), 10)) == [0, 6, 12, 18, 24, 28, 1, 7, 13, 19]


def test_an_axis_without_values_is_refused() -> None:
    """There would be no cell."""
    with pytest.raises(ValueError, match=r"every axis needs a value: \[3, 0\]"):
        BalancedOrder([3, 0])


def test_there_is_nothing_beyond_the_end() -> None:
    """Positions and cells run from 0 to the length."""
    order = BalancedOrder([2, 3])

    for ask in (order.__getitem__, order.cell, order.position):
        for number in (-1, 6):
            with pytest.raises(IndexError):
                ask(number)


def test_a_cell_costs_microseconds() -> None:
    """A plan of ten million cells is not held up by its order."""
    order = BalancedOrder(HUGE)

    start = time.process_time()
    for position in range(0, 10_000_000, 5_000):
        order[position]

    assert (time.process_time() - start) / 2000 < 100e-6
