"""Which cells of a product count, by arithmetic: the n-th of them is found without making the others.

A cell is a digit per dimension. Lines of ``exclude`` and ``include`` are followed like the states of a small automaton:
walking the dimensions from the first to the last, a state is the set of lines that still may match, so a dimension
falls into segments of digits that lead to the same next state. How many cells count below a state is computed once;
finding the n-th cell is then one bisection per dimension. States are few: two cells that the same lines may still match
share theirs. Without lines there is one state per dimension, and all this is plain mixed radix.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import prod
from typing import TypeAlias

from flux_batch.errors import UsageError
from flux_batch.grid.condition import Clause

Digits: TypeAlias = tuple[int, ...]
MOST_STATES = 200_000
"""Reached only by hundreds of lines that overlap over many axes; a state takes about 200 bytes."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Digits from *start* to before *stop* that lead to the same next state, which has *below* cells."""

    start: int
    stop: int
    state: int
    below: int


@dataclass(frozen=True)
class Lattice:
    """The cells that count.

    Attributes:
        sizes: number of digits per dimension; the last varies fastest.
        exclude: cells that match any of these do not count.
        include: where there are any, only cells that match one of them count.

    Raises:
        UsageError: from any method, where the lines overlap in too many ways.
    """

    sizes: tuple[int, ...]
    exclude: tuple[Clause, ...] = ()
    include: tuple[Clause, ...] = ()

    @cached_property
    def count(self) -> int:
        """How many cells count; no ``len``, which ends at 2**63."""
        return self._count(0, self._start)

    @property
    def unfiltered(self) -> int:
        """How many cells there would be without exclude and include."""
        return prod(self.sizes)

    def narrowed(self, level: int, digit: int) -> Lattice:
        """Return the cells that have *digit* in the dimension *level*."""
        size = self.sizes[level]
        others = tuple(run for run in ((0, digit), (digit + 1, size)) if run[0] < run[1])
        runs = tuple(others if at == level else None for at in range(len(self.sizes)))
        return replace(self, exclude=(*self.exclude, Clause(runs))) if others else self

    @property
    def filtered(self) -> bool:
        """Whether some cells do not count."""
        return bool(self.exclude or self.include)

    def digits(self, cell: int) -> Digits:
        """Return the digits of the *cell*-th cell that counts, 0 <= cell < count."""
        if not self.filtered:
            return self._plain(cell)
        found, state = [], self._start
        for level in range(len(self.sizes)):
            segments, ends = self._segments(level, state)
            at = bisect_right(ends, cell)
            segment = segments[at]
            digit, cell = divmod(cell - (ends[at - 1] if at else 0), segment.below)
            found.append(segment.start + digit)
            state = segment.state
        return tuple(found)

    def counts(self, digits: Digits) -> bool:
        """Return whether the cell of *digits* counts."""
        state = self._start
        for level, digit in enumerate(digits):
            state &= self._masks[level][bisect_right(self._edges[level], digit) - 1]
        return self._accepts(state)

    def runs(self, start: int = 0) -> Iterator[tuple[Digits, int, int]]:
        """Yield (digits but the last, first last digit, end of last digits), from the *start*-th cell on, in order."""
        if not self.sizes:
            yield from [((), 0, 1)][start:]
            return
        yield from self._walk(0, self._start, start)

    def _walk(self, level: int, state: int, skip: int) -> Iterator[tuple[Digits, int, int]]:
        for segment in self._segments(level, state)[0]:
            size = (segment.stop - segment.start) * segment.below
            if skip >= size:
                skip -= size
                continue
            first, skip = divmod(skip, segment.below)
            if level == len(self.sizes) - 1:
                yield (), segment.start + first, segment.stop
                continue
            for digit in range(segment.start + first, segment.stop):
                for rest, begin, end in self._walk(level + 1, segment.state, skip):
                    yield (digit, *rest), begin, end
                skip = 0

    def _plain(self, cell: int) -> Digits:
        found = []
        for size in reversed(self.sizes):
            cell, digit = divmod(cell, size)
            found.append(digit)
        return tuple(reversed(found))

    @cached_property
    def _start(self) -> int:
        return (1 << len(self.exclude) + len(self.include)) - 1

    @cached_property
    def _excluding(self) -> int:
        return (1 << len(self.exclude)) - 1

    @cached_property
    def _edges(self) -> Sequence[Sequence[int]]:
        """Per dimension, the digits at which what matches may change; the first is 0."""
        edges = []
        for level in range(len(self.sizes)):
            runs = [run for line in (*self.exclude, *self.include) for run in line.runs[level] or ()]
            edges.append(sorted({0, *(edge for run in runs for edge in run if edge < self.sizes[level])}))
        return edges

    @cached_property
    def _masks(self) -> Sequence[Sequence[int]]:
        """Per dimension and edge, which lines may match there, one bit per line."""
        masks = []
        for level, edges in enumerate(self._edges):
            found = [0] * len(edges)
            for bit, line in enumerate((*self.exclude, *self.include)):
                runs = line.runs[level]
                for start, stop in ((0, self.sizes[level]),) if runs is None else runs:
                    for at in range(bisect_left(edges, start), bisect_left(edges, stop)):
                        found[at] |= 1 << bit
            masks.append(found)
        return masks

    @cached_property
    def _known(self) -> dict[tuple[int, int], tuple[tuple[Segment, ...], tuple[int, ...]]]:
        return {}

    @cached_property
    def _below(self) -> Sequence[int]:
        """Cells below each dimension where every cell counts."""
        return [prod(self.sizes[level:]) for level in range(len(self.sizes) + 1)]

    def _segments(self, level: int, state: int) -> tuple[tuple[Segment, ...], tuple[int, ...]]:
        """Return the segments of a state that have cells, and the running sums of their cells."""
        if (level, state) not in self._known:
            edges = [*self._edges[level], self.sizes[level]]
            found = []
            for at, mask in enumerate(self._masks[level]):
                below = self._count(level + 1, state & mask)
                if below:
                    found.append(Segment(edges[at], edges[at + 1], state & mask, below))
            sums = accumulate((segment.stop - segment.start) * segment.below for segment in found)
            self._known[level, state] = tuple(found), tuple(sums)
            if len(self._known) > MOST_STATES:
                raise UsageError("exclude and include combine in too many ways", hint="say it in fewer lines")
        return self._known[level, state]

    def _count(self, level: int, state: int) -> int:
        if not self.include and not state & self._excluding:
            return self._below[level]
        if level == len(self.sizes):
            return int(self._accepts(state))
        sums = self._segments(level, state)[1]
        return sums[-1] if sums else 0

    def _accepts(self, state: int) -> bool:
        return not state & self._excluding and (not self.include or state > self._excluding)
