"""Bringing home an image that is paid for: only GETs and polls are repeated here, never a POST."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import anyio

from flux_batch.engine.clock import Clock
from flux_batch.errors import DownloadFailed, LinkRefused
from flux_batch.request.fleet import through
from flux_batch.request.transport import Transport
from flux_batch.response.links import LinkStep, link_step
from flux_batch.store.disk import Disk, write_new
from flux_batch.store.folder import Folder, storage
from flux_batch.store.follow import Follower
from flux_batch.store.image.check import NotAnImage
from flux_batch.store.part import Arrival, NotSynced, of_bytes, part_path, receive
from flux_batch.store.standing import Generation, Standing
from flux_batch.store.store import seconds_of

Links = tuple[str, ...]
ASK_EVERY = 3
"""Rounds after which the service is asked again although a link may still come alive."""

DEAD = "its links are dead and the service does not know the image any more"
NEVER_NAMED = "the service named no link to it and has none to come; whether it was made and billed is not known"

Ask = Callable[[], Awaitable[Links | None]]
"""Ask the service for the links again; None where it has, or has made, no such image."""


class ImageLost(DownloadFailed):
    """Paid for, and no longer to be had."""


class NotYet(DownloadFailed):
    """Paid for and not here: the next run fetches it."""


class Broken(DownloadFailed):
    """What arrives, time after time, is no whole image; the last try lies at *path*."""

    def __init__(self, message: str, path: Path) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one image is worth trying for.

    Attributes:
        tries: rounds over all its links. One is a glance: what it does not bring home whole may come yet.
        first, longest: seconds of the pauses between them: full jitter below first * 2**n, at most *longest*.
    """

    tries: int = 8
    first: float = 2.0
    longest: float = 300.0

    def pause(self, tried: int, rng: random.Random) -> float:
        """Return the seconds to wait after *tried* rounds, uniform in (half, whole) of the bound."""
        bound = min(self.longest, self.first * 2.0 ** min(tried - 1, 32))
        return bound * (0.5 + rng.random() / 2)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What every download of a run shares.

    Attributes:
        room: downloads at a time. A try takes a place, the pause before the next one takes none.
    """

    transport: Transport
    folder: Folder
    patience: Patience
    room: anyio.CapacityLimiter
    clock: Clock
    rng: random.Random
    count: Callable[[], None]

    async def arrive(self, standing: Standing, sample: int, follower: Follower) -> Arrival:
        """Bring image *sample* of a paid job into ``part/``: from the answer itself, or from its links.

        Raises: as :meth:`fetch`.
        """
        text = await self._text(standing, sample)
        if text is None and _has_text(standing, sample):
            standing = await follower.renew(standing)
            text = await self._text(standing, sample)
        if text is not None:
            return await self._from_text(standing, sample, text, follower)
        return await self._from_links(standing, sample, follower)

    async def _from_links(self, standing: Standing, sample: int, follower: Follower) -> Arrival:
        given = standing.generation or Generation()
        links = given.links[sample] if sample < len(given.links) else ()
        age = max(0.0, self.clock.wall() - seconds_of(given.at)) if given.at else 0.0
        fetcher = replace(self, transport=through(self.transport, given.lane))
        return await fetcher.fetch(standing.job.id, sample, links, partial(follower.ask, standing, sample), age=age)

    async def _text(self, standing: Standing, sample: int) -> bytes | None:
        """Read the image from the answer itself, None where it was not in there or is gone since."""
        if standing.generation is None or not _has_text(standing, sample):
            return None
        return await anyio.to_thread.run_sync(_content, self.folder.inline / standing.generation.inline[sample])

    async def _from_text(self, standing: Standing, sample: int, text: bytes, follower: Follower) -> Arrival:
        """Read the image out of *text*; where it is cut or spoilt, ask the service for it once more."""
        job = standing.job.id
        with suppress(DownloadFailed):
            return await self._decoded(job, sample, text)
        renewed = await follower.renew(standing)
        again = await self._text(renewed, sample)
        if again is None and renewed != standing:
            return await self._from_links(renewed, sample, follower)
        try:
            return await self._decoded(job, sample, again or text)
        except DownloadFailed as defect:
            broken = part_path(self.folder.part, job, sample)
            await anyio.to_thread.run_sync(self._save, broken, again or text)
            raise Broken(str(defect), broken) from None

    async def _decoded(self, job: str, sample: int, text: bytes) -> Arrival:
        path = part_path(self.folder.part, job, sample)
        try:
            return await receive(self.folder.disk, of_bytes(text), path)
        except DownloadFailed:
            await anyio.to_thread.run_sync(_remove, self.folder.disk, [path])
            raise

    def _save(self, path: Path, text: bytes) -> None:
        with storage(f"cannot write {path}"):
            write_new(self.folder.disk, path, text)

    async def fetch(self, job: str, sample: int, links: Links, ask: Ask, *, age: float = 0.0) -> Arrival:
        """Download one image over the first of its *links* that gives it whole.

        Args:
            job, sample: for the name of the part file.
            links: best first.
            ask: called when all links are dead, and now and then before.
            age: seconds since the answer that gave the links.

        Raises:
            ImageLost: every link is dead and the service does not know the image.
            Broken: it arrived *tries* times and was never whole.
            NotYet: it did not arrive.
            StorageFailed: the disk refused.
        """
        hunt = _Hunt(self, job, sample, links, self.clock.monotonic() - age)
        try:
            return await self._pursue(hunt, ask)
        except Broken as broken:
            hunt.parts.remove(broken.path)
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_remove, self.folder.disk, hunt.parts)

    async def _pursue(self, hunt: _Hunt, ask: Ask) -> Arrival:
        for tried in count(1):
            async with self.room:
                found = await hunt.round()
            if found is not None:
                return found
            if hunt.refused:
                break
            if hunt.dead or tried % ASK_EVERY == 0:
                await hunt.ask_again(ask)
            if tried >= self.patience.tries:
                break
            await self.clock.sleep(self.patience.pause(tried, self.rng))
        if self.patience.tries == 1:
            raise NotYet(str(hunt.trouble))
        raise hunt.trouble

    @property
    def glance(self) -> Fetcher:
        """The same, trying once only."""
        return replace(self, patience=replace(self.patience, tries=1))


def _has_text(standing: Standing, sample: int) -> bool:
    return standing.generation is not None and sample < len(standing.generation.inline)


def _content(path: Path) -> bytes | None:
    with storage(f"cannot read {path}"):
        return path.read_bytes() if path.exists() else None


class _Hunt:
    """One image that is being fetched: its links, what came of the last round, and the files that were begun."""

    def __init__(self, fetcher: Fetcher, job: str, sample: int, links: Links, since: float) -> None:
        self.parts: list[Path] = []
        self.trouble: DownloadFailed = NotYet("the answer named no link")
        self.dead = not links
        self.unsynced = False
        self._fetcher = fetcher
        self._job, self._sample = job, sample
        self._links = links
        self._since = since
        self._no_go = set[str]()
        self._asked = False

    @property
    def refused(self) -> bool:
        """Whether none of the links may be followed, nor those the service named instead."""
        return self._asked and bool(self._links) and self._no_go.issuperset(self._links)

    async def ask_again(self, ask: Ask) -> None:
        """Get fresh links; where there are none the old ones stay, unless they are dead."""
        fresh, self._asked = await ask(), True
        if fresh is None and self.dead:
            raise ImageLost(DEAD if self._links else NEVER_NAMED)
        self._links = fresh or self._links

    async def round(self) -> Arrival | None:
        """Try each link once."""
        self.dead = True
        for link in self._links:
            arrival = await self._visit(link)
            if arrival is not None:
                self.parts.remove(arrival.path)
                return arrival
        return None

    async def _visit(self, link: str) -> Arrival | None:
        path = part_path(self._fetcher.folder.part, self._job, self._sample)
        self.parts.append(path)
        try:
            return await self._download(link, path)
        except NotAnImage as defect:
            self.trouble = Broken(f"{defect} at {link[:200]}", path)
        except LinkRefused as refused:
            self._no_go.add(link)
            self.trouble = NotYet(str(refused))
            return None
        except DownloadFailed as failed:
            self.trouble = NotYet(f"{failed} at {link[:200]}")
        except NotSynced as failed:
            if self.unsynced:
                raise
            self.unsynced, self.trouble = True, NotYet(str(failed))
        self.dead = False
        return None

    async def _download(self, link: str, path: Path) -> Arrival | None:
        fetcher = self._fetcher
        fetcher.count()
        async with fetcher.transport.get(link) as download:
            step = link_step(download.status, fetcher.clock.monotonic() - self._since)
            if step is LinkStep.READ:
                return replace(await receive(fetcher.folder.disk, download.chunks, path), url=link)
        self.trouble = NotYet(f"HTTP {download.status} at {link[:200]}")
        self.dead &= step is not LinkStep.LATER
        return None


def _remove(disk: Disk, paths: list[Path]) -> None:
    with storage("cannot remove a part file"):
        for path in paths:
            disk.unlink(path)
