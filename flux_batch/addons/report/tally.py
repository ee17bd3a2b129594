"""Money and images, counted for each value of each axis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from flux_batch.grid.node import spelled
from flux_batch.plan.job import JSON


@dataclass(slots=True)
class Tally:
    """What was done for one value of an axis.

    Attributes:
        posts: requests sent.
        billed: images in posts the service accepted.
        cost: of these in USD, without *unpriced* images of them, which were billed while no price was known.
        possibly_twice: images in posts whose answer was lost.
        refused: posts turned away for good.
        kept, drifted: images in the manifest, and those of them answered otherwise than asked.
        quarantined, lost: images paid for and not kept.
    """

    posts: int = 0
    billed: int = 0
    cost: float = 0.0
    unpriced: int = 0
    possibly_twice: int = 0
    refused: int = 0
    kept: int = 0
    drifted: int = 0
    quarantined: int = 0
    lost: int = 0


@dataclass(slots=True)
class Tallies:
    """A tally per axis and value, and *all* of them together; the axes are in the order in which they were met."""

    all: Tally = field(default_factory=Tally)
    axes: dict[str, dict[str, Tally]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, axes: Mapping[str, JSON], *, cost: float = 0.0, **counts: int) -> None:
        """Add *counts*, by the names of :class:`Tally`, for a cell at these values of the *axes*."""
        cells = (self.axes[axis].setdefault(spelled(value), Tally()) for axis, value in axes.items())
        for tally in (self.all, *cells):
            tally.cost += cost
            for name, count in counts.items():
                setattr(tally, name, getattr(tally, name) + count)
