"""What a run has to do, drawn lazily from plan, manifest and journal; and which of it is under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain

from flux_batch.grid.settings import Limits
from flux_batch.plan import Plan
from flux_batch.plan.job import Job
from flux_batch.store.duty import Duty, Wishes, duty
from flux_batch.store.failure import chosen
from flux_batch.store.manifest import Kept
from flux_batch.store.recovery import Image
from flux_batch.store.standing import Standing
from flux_batch.store.store import Store

LOOKED_THROUGH = 1_000_000
"""Jobs of a plan among which those of an earlier run are looked for: some seconds."""
STRIDE = 1000
"""Cells looked at without a break: some milliseconds."""


class Agenda:
    """The jobs of one run, each drawn once.

    Args:
        plan: what is wished for.
        store: what there is.
        limits: the grid's, for what bounds the run and what is wished of jobs that met trouble.

    Attributes:
        bugs: jobs that an error of ours failed.
    """

    def __init__(self, plan: Plan, store: Store, limits: Limits) -> None:
        self.bugs = 0
        self._store = store
        self._lined = frozenset(job for job, _ in store.stock.missing)
        self._only = None if limits.only is None else chosen(limits.only, store.book.standings.values())
        # Whoever names a failed job wants it tried.
        skip_failed = limits.skip_failed and self._only is None
        self._wishes = Wishes(limits.on_ambiguous == "hold", skip_failed, limits.rebuy)
        self._under_way: set[str] = set()
        self._unfinished: set[str] = set()
        self._plan, self._drawn_to_the_end = plan, False
        self._limit, self._whole = limits.limit, limits.part is None
        ordered = plan.ordered()
        self._part = ordered if limits.part is None else ordered.shard(*limits.part)
        self._rest = self._drawn(self._part)

    @property
    def owed(self) -> int:
        """Jobs that are paid for and have no image yet."""
        return len(self._owed(Duty.POLL)) + len(self._owed(Duty.FETCH))

    @property
    def missing(self) -> list[Kept]:
        """Images in the manifest whose file is gone or damaged, and of which no journal says where they came from."""
        known = self._store.book.standings
        return [line for line in self._store.stock.missing.values() if line.job not in known]

    @property
    def replaced(self) -> set[Image]:
        """Images that have a manifest line, no whole file, and are bought again in this run."""
        return {image for image in self._store.stock.missing if self.duty(image[0]) in {Duty.BUY, Duty.REBUY}}

    def empty(self) -> bool:
        """Whether there is nothing to do. For a worker thread: millions of jobs may be done before one that is not."""
        if self.owed or self._store.unsettled:
            return False
        first = next((job for job in self._rest if job is not None), None)
        if first is not None:
            self._rest = chain([first], self._rest)
        return first is None

    def whole(self) -> bool:
        """Whether every image that the run was to make is there, whatever else the folder has. For a worker thread."""
        return all(map(self._store.stock.done.whole, self._part.ids()))

    def duty(self, job: str) -> Duty:
        """What this job needs next."""
        standing = self._store.book.standings.get(job)
        if self._only is not None and job not in self._only:
            return Duty.LEAVE
        if standing is None and job in self._lined:
            return Duty.LEAVE
        return duty(standing, self._wishes)

    def paid(self) -> Iterator[Job]:
        """Yield the jobs whose images only have to be fetched."""
        return self._begun(self._owed(Duty.FETCH))

    def rest(self) -> Iterator[Job | None]:
        """Yield the jobs the service is still working on, then what is paid and still not here, then those to buy.

        None in between says that many were looked at that need nothing: a moment for others.
        """
        return chain(self.pending(), self.paid(), self._rest)

    def pending(self) -> Iterator[Job]:
        """Yield the jobs the service is still working on."""
        return self._begun(self._owed(Duty.POLL))

    def done_with(self, job: str) -> None:
        """Note that nobody works on *job* any more."""
        self._under_way.discard(job)
        if job not in self._store.book.standings:
            self._unfinished.discard(job)

    def reached(self, *, cut_short: bool = False) -> list[Standing]:
        """Return the jobs without an image that this run has come to.

        Args:
            cut_short: whether the run ended early; then jobs that had merely not had their turn again are left out.
        """
        begun = [each for each in self._store.book.standings.values() if each.job.id in self._unfinished]
        return [each for each in begun if not (cut_short and each.still_to_buy)]

    def not_reached(self) -> list[Standing]:
        """Return the jobs of the plan that an earlier run left without an image, and that this one has not come to.

        For a worker thread: the plan may have to be looked through, which is done once, when the run is over.
        """
        standings = self._store.book.standings
        return [standings[job] for job in self._known_and_not_reached if job in standings]

    @cached_property
    def _known_and_not_reached(self) -> frozenset[str]:
        if self._drawn_to_the_end:
            return frozenset()
        owed = {job.id for what in (Duty.POLL, Duty.FETCH) for job in self._owed(what)}
        known = [each.job for each in self._store.book.standings.values() if not each.still_to_buy]
        others = {job.id: job for job in known if job.id not in self._unfinished}
        return frozenset(owed & set(others)) | among(others, self._plan)

    def _owed(self, what: Duty) -> list[Job]:
        standings = self._store.book.standings.values()
        return [each.job for each in standings if self.duty(each.job.id) is what]

    def _begun(self, jobs: list[Job]) -> Iterator[Job]:
        for job in jobs:
            self._unfinished.add(job.id)
            self._under_way.add(job.id)
            yield job

    def _drawn(self, plan: Plan) -> Iterator[Job | None]:
        """Yield what must be bought, and None now and then where all is done; a cell that occurs twice is bought once.

        A cell that is done costs no more than its id.
        """
        done, standings, drawn = self._store.stock.done, self._store.book.standings, 0
        for index, name in enumerate(plan.ids()):
            if index % STRIDE == STRIDE - 1:
                yield None
            if done.whole(name) or name in self._under_way or name in self._unfinished:
                continue
            if name in standings:
                self._unfinished.add(name)
            if self.duty(name) in {Duty.BUY, Duty.REBUY}:
                self._unfinished.add(name)
                self._under_way.add(name)
                yield plan[index]
                drawn += 1
                if drawn == self._limit:
                    return
        self._drawn_to_the_end = self._whole


def among(jobs: Mapping[str, Job], plan: Plan) -> frozenset[str]:
    """Return which of *jobs*, by their ids, are of *plan*. For a worker thread: it may take seconds.

    Most stand where they stood when they were begun. A grid that was edited since is looked through; one too large for
    that is taken to have them all: a failure too many is better told than one too few.
    """
    ordered = plan.ordered()
    found = {name for name, job in jobs.items() if job.index < len(plan) and ordered[job.index].id == name}
    others = set(jobs) - found
    if others:
        found |= others if len(plan) > LOOKED_THROUGH else others.intersection(plan.ids())
    return frozenset(found)
