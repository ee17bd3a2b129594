"""One grid of a plan: the cells that count, in their order, each as a job, or as its bytes and id alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from flux_batch.grid.cells import Cells, Part
from flux_batch.grid.lattice import Digits
from flux_batch.grid.styles import NO_STYLE
from flux_batch.plan.body import Bodies
from flux_batch.plan.job import ID_DIGITS, Job
from flux_batch.plan.press import Press, Run
from flux_batch.plan.sampling import fair, sampled


class PlanPart:
    """The jobs of one grid: its cells, and then their further replicates.

    Args:
        cells: the grid.
        start: number of its first job in the plan.
        balanced: take the cells in an order in which any first ones are a fair sample.

    Raises:
        UsageError: the lines of exclude and include overlap in too many ways.
    """

    def __init__(self, cells: Cells, start: int = 0, *, balanced: bool = False) -> None:
        self.grid = cells
        self.start = start
        self.lattice = cells.lattice
        self._cells = self.lattice.count if cells.sample is None else cells.sample.of(self.lattice.count)
        self._picked = self._picks(balanced=balanced)
        self.bodies = Bodies(cells)
        self._press = Press(cells, self.bodies)

    @property
    def count(self) -> int:
        """Jobs: cells times replicates."""
        return self._cells * self.grid.replicates

    @property
    def images(self) -> int:
        """Images: the sum of the samples of all jobs; counted cell by cell where the grid is sampled."""
        level = next((at for at, each in enumerate(self.grid.dimensions) if "samples" in each.names), None)
        if level is None:
            return self.count * int(str(self.bodies.fixed["samples"]))
        values = self.grid.dimensions[level].axis("samples") or ()
        yields = [int(str(choice.value)) for choice in values]
        if self.grid.sample is not None:
            return sum(yields[self.digits(cell)[level]] for cell in range(self._cells)) * self.grid.replicates
        cells = (self.lattice.narrowed(level, digit).count for digit in range(len(yields)))
        return sum(each * number for each, number in zip(yields, cells, strict=True)) * self.grid.replicates

    def job(self, index: int) -> Job:
        """Return the job at *index* of this part."""
        replicate, cell = divmod(index, self._cells)
        digits = self.digits(cell)
        return self._job(index, digits, self._press.text(digits), replicate)

    def jobs(self, start: int = 0) -> Iterator[Job]:
        """Yield the jobs from *start* on."""
        index = start
        for run, replicate in self._runs(start):
            for digit, text in zip(run.digits, run.middles, strict=True):
                digits = (*run.before, digit) if self.grid.dimensions else ()
                yield self._job(index, digits, f"{run.head}{text}{run.tail}", replicate)
                index += 1

    def ids(self, start: int = 0) -> Iterator[str]:
        """Yield the ids from *start* on without making the jobs."""
        for run, replicate in self._runs(start):
            begun = sha256(run.head.encode("utf-8", "surrogatepass"))
            tail = f"{run.tail}#{replicate}"
            for text in run.middles:
                whole = begun.copy()
                whole.update(f"{text}{tail}".encode("utf-8", "surrogatepass"))
                yield whole.hexdigest()[:ID_DIGITS]

    def digits(self, cell: int) -> Digits:
        """Return the digits of the *cell*-th cell."""
        return self.lattice.digits(cell) if self._picked is None else self._picked(cell)

    def _picks(self, *, balanced: bool) -> Callable[[int], Digits] | None:
        """Return cell -> digits where the cells are not simply all, in the order of the file."""
        if self.grid.sample is not None:
            return sampled(self.lattice, self.grid.sample).__getitem__
        return fair(self.lattice) if balanced else None

    def _runs(self, start: int) -> Iterator[tuple[Run, int]]:
        """Yield (run, replicate) from the job at *start* on."""
        if start >= self.count:
            return
        begin, first = divmod(start, self._cells)
        for replicate in range(begin, self.grid.replicates):
            for run in self._press.runs(self.lattice, first) if self._picked is None else self._single(first):
                yield run, replicate
            first = 0

    def _single(self, start: int) -> Iterator[Run]:
        """Yield the cells from *start* on one by one, in an order that is not the grid's."""
        for cell in range(start, self._cells):
            digits = self.digits(cell)
            yield Run(digits[:-1], range(digits[-1], digits[-1] + 1), "", [self._press.text(digits)], "")

    def _job(self, index: int, digits: Digits, text: str, replicate: int) -> Job:
        body, style = self.bodies.body(digits)
        axes = self.bodies.axes(digits)
        if isinstance(self.grid, Part) and self.grid.name:
            axes = {"grid": self.grid.name, **axes}
        named = style.name if style is not None and style.name != NO_STYLE else None
        return Job(_id(text, replicate), self.start + index, body, axes, named, replicate)


def parts(grids: Sequence[Cells], *, balanced: bool = False) -> tuple[PlanPart, ...]:
    """Return the grids of a file as parts of one plan, one after the other."""
    found: list[PlanPart] = []
    for grid in grids:
        start = found[-1].start + found[-1].count if found else 0
        found.append(PlanPart(grid, start, balanced=balanced))
    return tuple(found)


def _id(text: str, replicate: int) -> str:
    return sha256(f"{text}#{replicate}".encode("utf-8", "surrogatepass")).hexdigest()[:ID_DIGITS]
