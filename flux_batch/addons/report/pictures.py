"""What the manifest says of the images that are kept: how many, where answers differ from requests, which are equal."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from flux_batch.addons.report.tally import Tallies
from flux_batch.grid.node import spelled
from flux_batch.plan.job import JSON
from flux_batch.store.record import Record

EXAMPLES = 5


@dataclass(slots=True)
class Drift:
    """How one field of the answers differs from the requests.

    Attributes:
        images: that differ in it.
        changes: (asked, got) -> images, the ten thousand first pairs.
    """

    images: int = 0
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)

    ROOM = 10_000

    def add(self, asked: JSON, got: JSON) -> None:
        """Count one image."""
        self.images += 1
        change = spelled(asked), spelled(got)
        if change in self.changes or len(self.changes) < self.ROOM:
            self.changes[change] += 1


@dataclass(frozen=True, slots=True)
class Twins:
    """Images of the same bytes.

    Attributes:
        images: that have a twin.
        groups: how many different files they are.
        examples: names of some groups, biggest first.
    """

    images: int = 0
    groups: int = 0
    examples: tuple[tuple[str, ...], ...] = ()


class Pictures:
    """The manifest, counted.

    Attributes:
        count, bytes: of the images.
        tallies: images per axis.
        drift: field -> what differs.
        flags: gate -> images it spoke about.
        formats: file format -> images.
        twins: see :class:`Twins`.

    Args:
        lines: reads the manifest from its start; called again only where there are twins, to name them.
    """

    def __init__(self, lines: Callable[[], Iterable[Record]] = list) -> None:
        self.count = 0
        self.bytes = 0
        self.tallies = Tallies()
        self.drift: dict[str, Drift] = defaultdict(Drift)
        self.flags: Counter[str] = Counter()
        self.formats: Counter[str] = Counter()
        digests = array("Q")
        for line in lines():
            self._add(line)
            digests.append(_short(line))
        twice = _twice(digests)
        self.twins = _twins(lines(), twice) if twice else Twins()

    def _add(self, line: Record) -> None:
        axes, size, drift, flags = (line.get(name) for name in ("axes", "bytes", "drift", "flags"))
        self.count += 1
        self.bytes += size if isinstance(size, int) else 0
        self.tallies.add(axes if isinstance(axes, dict) else {}, kept=1, drifted=int(bool(drift)))
        self.formats[str(line.get("format"))] += 1
        self.flags.update(str(flag) for flag in flags) if isinstance(flags, list) else None
        for each in drift if isinstance(drift, list) else ():
            if isinstance(each, dict):
                self.drift[str(each.get("field"))].add(each.get("asked"), each.get("got"))


def _short(line: Record) -> int:
    """Return the first eight bytes of the image's digest, which are enough to find candidates in little memory."""
    return int(str(line.get("sha256", "0"))[:16], 16)


def _twice(digests: array[int]) -> set[int]:
    ordered = sorted(digests)
    return {one for one, other in pairwise(ordered) if one == other}


def _twins(lines: Iterable[Record], twice: set[int]) -> Twins:
    names: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if _short(line) in twice:
            names[str(line.get("sha256"))].append(str(line.get("file_name")))
    groups = sorted((each for each in names.values() if len(each) > 1), key=len, reverse=True)
    examples = tuple(tuple(sorted(each)[:EXAMPLES]) for each in groups[:EXAMPLES])
    return Twins(sum(map(len, groups)), len(groups), examples)
