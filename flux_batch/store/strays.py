"""Files in ``images/`` without a manifest line: what a run left that was killed between the name and the line.

What is paid for and whole is taken in where it lies, without a post and without a download: it may be the only copy
there is. All else is moved to ``quarantine/`` with the reason, as are files that have changed since their line was
written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio

from flux_batch.store.image.check import ImageFacts, NotAnImage
from flux_batch.store.keep import Keeper, Restored, SetAside
from flux_batch.store.manifest import Line
from flux_batch.store.part import Arrival, recheck
from flux_batch.store.publish import NameTaken, set_aside
from flux_batch.store.standing import ACCEPTED, Standing
from flux_batch.store.store import Store

Owned = tuple[Standing, int]
"""Whose image a file is."""


@dataclass(frozen=True, slots=True)
class Strays:
    """Puts ``images/`` right before anything else is done.

    Attributes:
        store: the folder and what is known of it.
        keeper: takes in what can be kept.
    """

    store: Store
    keeper: Keeper

    def damaged(self) -> list[str]:
        """The files whose size is no longer what their line says, in order."""
        return sorted(self.store.stock.damaged)

    def names(self) -> list[str]:
        """The files no line names, in order."""
        return sorted(self.store.stock.strays)

    def left(self, file_name: str) -> bool:
        """Whether no line names *file_name* even now: another stray may have been the same image."""
        return file_name in self.store.stock.strays

    async def put_aside(self, file_name: str) -> SetAside:
        """Move a file that has changed out of the way of the whole one.

        Raises:
            StorageFailed: the disk refused.
        """
        self.store.stock.damaged.discard(file_name)
        return await self._aside(file_name, "changed: its size is not the one in the manifest")

    async def settle(self, file_name: str) -> Line | Restored | SetAside:
        """Take *file_name* in, or move it to ``quarantine/``.

        Raises:
            StorageFailed: the disk refused.
        """
        self.store.stock.strays.discard(file_name)
        path = self.store.folder.root / file_name
        owned = owner(file_name, self.keeper.name, self.store)
        if owned is None:
            return await self._aside(file_name, "stray: no paid job of this folder lacks an image of this name")
        try:
            facts = await anyio.to_thread.run_sync(_examined, path)
        except NotAnImage as defect:
            return await self._aside(file_name, f"stray: {defect}")
        try:
            return await self.keeper.keep(*owned, Arrival(path, facts, stray=True))
        except NameTaken as taken:
            return await self._aside(file_name, f"stray: {taken}")

    async def _aside(self, file_name: str, reason: str) -> SetAside:
        folder = self.store.folder
        path = folder.root / file_name
        target = await anyio.to_thread.run_sync(partial(set_aside, folder, path, path.name, reason))
        return SetAside(target.relative_to(folder.root).as_posix(), reason)


def _examined(path: Path) -> ImageFacts:
    if path.is_symlink():
        raise NotAnImage("a link, not a file")
    return recheck(path)


def owner(file_name: str, template: str, store: Store) -> Owned | None:
    """Return the paid job and the sample that *file_name* belongs to by its name, None where there is none.

    *template* is ``output.name`` of the grid; a job and a sample stand in every name.
    """
    for job, sample in _readings(Path(file_name).stem, template):
        standing = store.book.standings.get(job)
        if standing is not None and standing.stage in ACCEPTED and sample in standing.open_samples:
            return standing, sample
    return None


def _readings(stem: str, template: str) -> Iterator[tuple[str, int]]:
    """Yield what *stem* could mean: by the template, and by the template a grid has when it names none."""
    for each in dict.fromkeys((template, "{job}-{sample}")):
        pattern = re.escape(each)
        for field, found in (("job", "[0-9a-f]{16}"), ("sample", r"\d{1,3}"), ("seed", r"-?\w+")):
            pattern = pattern.replace(re.escape(f"{{{field}}}"), f"(?P<{field}>{found})", 1)
            pattern = pattern.replace(re.escape(f"{{{field}}}"), f"(?P={field})")
        match = re.fullmatch(pattern, stem)
        if match is not None:
            yield match["job"], int(match["sample"])
