"""Bringing home what is paid: every link, again and again with patience, then the service itself; never a post."""

from __future__ import annotations

import base64
import errno
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import anyio
import pytest
from anyio.to_thread import run_sync as in_thread
from faulty_disk import Fails, FaultyDisk
from memory_transport import Cut, HangUp, MemoryTransport, NobodyThere, Play, Seen, Whole
from open_folder import StillClock, bought, opened
from store_samples import job, png

from flux_batch.engine.bell import Bells
from flux_batch.engine.pollgate import Pace
from flux_batch.errors import StorageFailed
from flux_batch.request.key import Key
from flux_batch.store.disk import DISK, Disk
from flux_batch.store.fetch import Broken, Fetcher, ImageLost, Links, NotYet, Patience
from flux_batch.store.folder import Folder
from flux_batch.store.follow import Follower
from flux_batch.store.standing import Generation, Stage, Standing

LINK, PROXY, FRESH = "https://a.example/x.png", "https://b.example/x.png", "https://c.example/x.png"
JOB = job()
PNG = Whole(png())


@dataclass
class Scene:
    """A fetcher, the links it meets, and what it did.

    Attributes:
        answers: link -> what its visits meet, the last one for ever.
        asked: what the service says when asked for links; None where it does not know the image.
    """

    root: Path
    answers: dict[str, list[Play]]
    asked: Links | None = ()
    disk: Disk = DISK
    clock: StillClock = field(default_factory=StillClock)
    visits: Counter[str] = field(default_factory=Counter)
    asks: int = 0
    counted: int = 0

    def fetcher(self) -> Fetcher:
        """Put it together; the part folder is there."""
        transport = MemoryTransport(self._play, Key("canary-key"))
        folder = Folder(self.root, self.disk)
        folder.part.mkdir(parents=True, exist_ok=True)
        return Fetcher(transport, folder, Patience(), anyio.CapacityLimiter(8), self.clock, Random(7), self._count)

    def _count(self) -> None:
        self.counted += 1

    def _play(self, seen: Seen) -> Play:
        plays = self.answers[seen.target]
        self.visits[seen.target] += 1
        return plays[min(self.visits[seen.target], len(plays)) - 1]

    async def ask(self) -> Links | None:
        """Answer for the service."""
        self.asks += 1
        return self.asked

    async def left(self) -> int:
        """Count the files in the part folder."""
        return len(await in_thread(lambda: list(Folder(self.root).part.iterdir())))


async def test_a_link_that_works_is_read_once(tmp_path: Path) -> None:
    """One GET, no pause, no question."""
    scene = Scene(tmp_path, {LINK: [PNG]})

    arrival = await scene.fetcher().fetch(JOB.id, 0, (LINK, PROXY), scene.ask)

    assert await in_thread(arrival.path.read_bytes) == png()
    assert (arrival.url, scene.counted, scene.asks, scene.clock.slept) == (LINK, 1, 0, [])


@pytest.mark.parametrize(
    "bad", [Whole(status=404), Whole(status=500), Cut(png()[:50]), HangUp(), NobodyThere(), Whole(b"<html>"), Whole()]
)
async def test_its_substitute_is_tried_at_once(tmp_path: Path, bad: Play) -> None:
    """Whatever is wrong with the best link."""
    scene = Scene(tmp_path, {LINK: [bad], PROXY: [PNG]})

    arrival = await scene.fetcher().fetch(JOB.id, 0, (LINK, PROXY), scene.ask)

    assert (arrival.url, scene.clock.slept) == (PROXY, [])
    assert await scene.left() == 1


@pytest.mark.parametrize(
    "bad",
    [
        Whole(status=429),
        Whole(status=503),
        Whole(status=404),
        Cut(png()[:50]),
        HangUp(),
        Whole(b"<html>"),
        Whole(png()[:-4]),
    ],
)
async def test_a_link_that_fails_for_a_while_is_tried_with_growing_pauses(tmp_path: Path, bad: Play) -> None:
    """Until it works; what arrived broken leaves nothing behind."""
    scene = Scene(tmp_path, {LINK: [bad] * 5 + [PNG]})

    arrival = await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask)

    assert arrival.facts.bytes == len(png())
    assert [2**n <= pause <= 2 ** (n + 1) for n, pause in enumerate(scene.clock.slept)] == [True] * 5
    assert await scene.left() == 1


@pytest.mark.parametrize("dead", [Whole(status=410), Whole(status=400), Whole(status=401)])
async def test_when_a_link_is_dead_the_service_is_asked_for_another(tmp_path: Path, dead: Play) -> None:
    """By id, which costs nothing."""
    scene = Scene(tmp_path, {LINK: [dead], FRESH: [PNG]}, asked=(FRESH,))

    arrival = await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask)

    assert (arrival.url, scene.asks) == (FRESH, 1)


async def test_a_link_of_last_night_that_answers_404_is_dead(tmp_path: Path) -> None:
    """A young one may only not be there yet."""
    scene = Scene(tmp_path, {LINK: [Whole(status=404)], FRESH: [PNG]}, asked=(FRESH,))

    arrival = await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask, age=86_400)

    assert (arrival.url, scene.visits[LINK]) == (FRESH, 1)


async def test_an_image_nobody_knows_any_more_is_lost(tmp_path: Path) -> None:
    """Dead links and an id the service has forgotten: that is the end, and it comes at once."""
    scene = Scene(tmp_path, {LINK: [Whole(status=410)]}, asked=None)

    with pytest.raises(ImageLost, match="does not know the image any more"):
        await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask)

    assert await scene.left() == 0


async def test_a_try_takes_a_place_among_the_downloads_and_the_pause_after_it_none(tmp_path: Path) -> None:
    """So many at a time, and whoever waits for a link to come alive keeps nobody else waiting."""
    room, tries, pauses = anyio.CapacityLimiter(2), list[int](), list[int]()

    class Watched(StillClock):
        async def sleep(self, seconds: float) -> None:
            pauses.append(room.borrowed_tokens)
            await super().sleep(seconds)

    scene = Scene(tmp_path, {LINK: [Whole(b"", 503), PNG]}, clock=Watched())
    fetcher = replace(scene.fetcher(), room=room, count=lambda: tries.append(room.borrowed_tokens))

    await fetcher.fetch(JOB.id, 0, (LINK,), scene.ask)

    assert (tries, pauses) == ([1, 1], [0])


async def test_a_link_that_may_still_come_alive_is_not_given_up(tmp_path: Path) -> None:
    """Even where the service knows nothing, which is asked after each third: eight rounds, then the next run."""
    scene = Scene(tmp_path, {LINK: [Whole(status=503)]}, asked=None)

    with pytest.raises(NotYet, match=r"HTTP 503 at https://a\.example"):
        await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask)

    assert (scene.visits[LINK], scene.asks) == (8, 2)


async def test_what_is_broken_time_after_time_is_handed_over_for_quarantine(tmp_path: Path) -> None:
    """One file, the last one; all others are gone."""
    scene = Scene(tmp_path, {LINK: [Whole(b"<html>sorry</html>")]})

    with pytest.raises(Broken, match="HTML page instead of an image") as error:
        await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask)

    assert await in_thread(error.value.path.read_bytes) == b"<html>sorry</html>"
    assert await scene.left() == 1


async def test_an_answer_without_a_link_is_asked_about(tmp_path: Path) -> None:
    """The service may name one now."""
    scene = Scene(tmp_path, {FRESH: [PNG]}, asked=(FRESH,))

    assert (await scene.fetcher().fetch(JOB.id, 0, (), scene.ask)).url == FRESH


async def test_a_file_that_could_not_be_synced_is_fetched_into_a_new_one_once(tmp_path: Path) -> None:
    """Never synced twice; and a second such error is the disk's last word."""
    scene = Scene(tmp_path, {LINK: [PNG]}, disk=FaultyDisk(Fails(3)))
    arrival = await scene.fetcher().fetch(JOB.id, 0, (LINK,), scene.ask)
    assert (arrival.url, scene.visits[LINK]) == (LINK, 2)

    worse = Scene(tmp_path / "worse", {LINK: [PNG]}, disk=FaultyDisk(Fails(3, errno.EIO, for_good=True)))
    with pytest.raises(StorageFailed):
        await worse.fetcher().fetch(JOB.id, 0, (LINK,), worse.ask)


def standing(given: Generation) -> Standing:
    """A paid job with this answer."""
    return Standing(JOB, Stage.PAID, 1, generation=given)


def follower(scene: Scene, answer: Callable[[Seen], Play]) -> Follower:
    """Somebody to ask, who answers as told."""
    transport = MemoryTransport(answer, Key("canary-key"))
    return Follower(transport, _Counts(), Pace(clock=scene.clock), scene.clock, bells=Bells())  # type: ignore[arg-type]


class _Counts:
    """As much of a store as asking for links needs."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}

    @property
    def book(self) -> _Counts:
        return self

    def polled(self) -> None:
        """Count nothing."""


async def test_an_image_inside_the_answer_needs_no_get(tmp_path: Path) -> None:
    """It lies in a file already."""
    scene = Scene(tmp_path, {})
    fetcher = scene.fetcher()
    inline = Folder(tmp_path).inline / "0.base64"
    await in_thread(inline.parent.mkdir)
    await in_thread(inline.write_bytes, base64.b64encode(png()))

    arrival = await fetcher.arrive(standing(Generation("1", inline=("0.base64",))), 0, follower(scene, _nobody))

    assert arrival.facts.bytes == len(png())
    assert (arrival.url, scene.counted) == (None, 0)


@pytest.mark.parametrize("again", ["text", "link"])
async def test_text_that_was_cut_is_asked_for_once_more(tmp_path: Path, again: str) -> None:
    """It is paid for, and the service still has it: as text or as a link, whatever it says the second time."""
    scene = Scene(tmp_path, {LINK: [PNG]})
    folder = Folder(tmp_path)
    whole = base64.b64encode(png())
    fetcher = scene.fetcher()
    await in_thread(folder.inline.mkdir)
    await in_thread(write, folder.inline, {"cut": whole[: len(whole) // 2], "whole": whole})
    new = Generation("1", inline=("whole",)) if again == "text" else Generation("1", links=((LINK,),))

    arrival = await fetcher.arrive(standing(Generation("1", inline=("cut",))), 0, _Renews(new))  # type: ignore[arg-type]

    assert arrival.facts.bytes == len(png())
    assert arrival.url == (None if again == "text" else LINK)


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files."""
    for name, content in files.items():
        (folder / name).write_bytes(content)


class _Renews:
    """A service that, asked again for a job, gives this."""

    def __init__(self, new: Generation) -> None:
        self.new = new

    async def renew(self, before: Standing) -> Standing:
        """Answer."""
        return replace(before, generation=self.new)

    async def ask(self, *_: object) -> Links | None:
        """Say nothing more."""
        return ()


async def test_a_link_that_may_not_be_followed_is_given_up_at_once(tmp_path: Path) -> None:
    """No patience makes another thing of it: the service is asked once for a better one, and that is all."""
    link = "ftp://a.example/x.png"
    scene = Scene(tmp_path, {}, asked=(link,))

    with pytest.raises(NotYet, match="not http"):
        await scene.fetcher().fetch(JOB.id, 0, (link,), scene.ask)

    assert (scene.asks, scene.counted) == (1, 2)


async def test_text_that_is_no_image_is_handed_over_as_it_came(tmp_path: Path) -> None:
    """For whoever wants to know what was paid for."""
    scene = Scene(tmp_path, {})
    fetcher = scene.fetcher()
    inline = Folder(tmp_path).inline / "0.base64"
    await in_thread(inline.parent.mkdir)
    await in_thread(inline.write_bytes, b"A" * 100)

    with pytest.raises(Broken) as error:
        await fetcher.arrive(standing(Generation("1", inline=("0.base64",))), 0, follower(scene, _nobody))

    assert await in_thread(error.value.path.read_bytes) == b"A" * 100
    assert await scene.left() == 1


@pytest.mark.parametrize("again", [FRESH, base64.b64encode(png()).decode()], ids=["as a link", "as text"])
async def test_an_image_whose_text_is_gone_is_asked_for(tmp_path: Path, again: str) -> None:
    """Somebody cleaned up; the id still leads to it, whichever way it comes this time."""
    scene = Scene(tmp_path, {FRESH: [PNG]})
    answer = Whole(json.dumps({"status": "success", "id": 1, "output": [again]}).encode())
    fetcher = scene.fetcher()

    async with opened(tmp_path) as store:
        standing = await bought(store, JOB, Generation("1", inline=("gone",)))
        arrival = await fetcher.arrive(standing, 0, replace(follower(scene, lambda _: answer), store=store))

    assert arrival.facts.bytes == len(png())
    assert arrival.url == (FRESH if again == FRESH else None)


def _nobody(_: Seen) -> Play:
    return NobodyThere()
