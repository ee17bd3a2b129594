"""Following a pending job: what a poll says, and for how long it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import TypeAlias

import anyio
import pytest
from hurried_loop import HurriedLoop
from memory_transport import MemoryTransport, NobodyThere, Play, Seen, Whole
from open_folder import bought, opened
from store_samples import job

from flux_batch.engine.clock import SystemClock
from flux_batch.engine.pollgate import Pace
from flux_batch.plan.job import JSON
from flux_batch.request.fleet import Fleet
from flux_batch.request.key import Key
from flux_batch.response.polling import Polling
from flux_batch.store.follow import BELIEVED, Follower
from flux_batch.store.standing import Fate, Generation, Stage, Standing
from flux_batch.store.store import Store

JOB = job()
HERE, ELSEWHERE = "https://api.example/v6", "https://other.example/v6"
FAILING = {"status": "failed", "message": "Failed, Try Again"}
FAILED = {"status": "failed", "message": "Processing failed: Invalid input dimensions"}
UNHEARD_OF = {"status": "failed", "message": "Request not found"}
LINK = "https://store.example/0.png"
DONE = {"status": "success", "id": 7, "output": [LINK]}
NO_KEY = {"status": "error", "message": "Invalid API key"}
PAGE = Whole(b"<html><title>404 Not Found</title></html>", 404)
HOUR = 3600.0

Says: TypeAlias = Callable[[Seen], Play]


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """Waits of minutes in seconds."""
    return "asyncio", {"loop_factory": HurriedLoop}


def always(body: Mapping[str, object]) -> Says:
    """An account that answers everything so."""
    return lambda _: Whole(json.dumps(body).encode())


def at_first(*plays: Mapping[str, object] | Play, then: Mapping[str, object]) -> Says:
    """An account that answers so, and from then on otherwise."""
    each = chain(plays, repeat(then))
    return lambda _: play if isinstance(play := next(each), Whole) else Whole(json.dumps(play).encode())


@dataclass(slots=True)
class Told:
    """A run that only asks.

    Attributes:
        standing: where the job stands at its end.
        asked: lane and path of every question.
        closed: the lanes it closed.
    """

    standing: Standing
    asked: list[tuple[str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


async def followed(
    root: Path, *, age: float = HOUR, accepted_by: str = HERE, here: str = HERE, lane: str = "", **says: Says
) -> Told:
    """What comes of a job accepted *age* seconds ago, in a run whose lanes, all of the service *here*, answer so."""
    clock = SystemClock()
    given = Generation("7", service=accepted_by, lane=lane)
    at = datetime.fromtimestamp(clock.wall() - age, UTC).isoformat()
    async with opened(root) as store:
        before = await bought(store, JOB, given, pending=True)
        standing = store.book.standings[JOB.id] = replace(before, generation=replace(given, at=at))
        told = Told(standing)
        told.standing = await _follower(store, told, says, here).follow(standing)
    return told


def _follower(store: Store, told: Told, says: Mapping[str, Says], here: str = HERE) -> Follower:
    clock = SystemClock()
    return Follower(
        Fleet({name: MemoryTransport(_noting(told, name, play), Key("canary-key")) for name, play in says.items()}),
        store,
        Pace(clock=clock),
        clock,
        Polling(patience=20.0),
        services=dict.fromkeys(says, here),
        close=lambda name, _: told.closed.append(name),
    )


def _noting(told: Told, lane: str, play: Says) -> Says:
    def noted(seen: Seen) -> Play:
        told.asked.append((lane, seen.target))
        return play(seen)

    return noted


@pytest.mark.parametrize("age, lost", [(HOUR, False), (BELIEVED + 60, True)])
async def test_a_job_that_says_try_again_for_a_day_is_written_off(tmp_path: Path, age: float, lost: bool) -> None:  # noqa: FBT001 - a parameter
    """Until then it may yet come; after it nothing the service makes would be there any more."""
    standing = (await followed(tmp_path, only=always(FAILING), age=age)).standing

    assert ({0: Fate.LOST} if lost else {}) == standing.fates
    assert standing.stage is Stage.PENDING


async def test_a_job_of_another_service_stays_pending(tmp_path: Path) -> None:
    """Whoever is asked here cannot know it. The words name who can."""
    moved = (await followed(tmp_path / "moved", only=always(UNHEARD_OF), accepted_by=ELSEWHERE)).standing
    known = (await followed(tmp_path / "known", only=always(UNHEARD_OF), lane="only")).standing

    assert (moved.fates, known.fates) == ({}, {0: Fate.LOST})
    assert moved.problem is not None
    assert f"--base-url {ELSEWHERE}" in moved.problem[1]


@pytest.mark.parametrize(
    "meta, stage", [({"seed": 99}, Stage.PENDING), ({"prompt": "a horse"}, Stage.PENDING), ({}, Stage.PAID)]
)
async def test_another_picture_under_the_same_number_is_not_taken(
    tmp_path: Path, meta: dict[str, JSON], stage: Stage
) -> None:
    """Two services may count their jobs alike: one that names another seed or prompt has another job."""
    told = await followed(tmp_path, accepted_by=ELSEWHERE, only=always({**DONE, "meta": meta}))

    assert told.standing.stage is stage
    assert stage is Stage.PAID or (told.standing.problem or ("", ""))[1].startswith(f"{ELSEWHERE} accepted it")


async def test_links_to_another_picture_are_not_followed(tmp_path: Path) -> None:
    """However dead those are that the service gave which accepted the job."""
    other = always({**DONE, "meta": {"seed": 99}})
    async with opened(tmp_path) as store:
        standing = await bought(store, JOB, Generation("7", service=ELSEWHERE, lane="only"))

        assert await _follower(store, Told(standing), {"only": other}).ask(standing, 0) == ()


async def test_the_embedded_server_is_not_asked_about_the_jobs_of_another(tmp_path: Path) -> None:
    """It counts its jobs from one, as others may: a picture it has under the same number is another."""
    painted: dict[str, JSON] = {"status": "success", "id": 7, "output": [f"{ELSEWHERE}/7.png"]}

    told = await followed(tmp_path, accepted_by=ELSEWHERE, here="embedded", only=always(painted))

    assert (told.standing.stage, told.standing.fates, told.asked) == (Stage.PENDING, {}, [])
    assert told.standing.problem is not None
    assert f"--base-url {ELSEWHERE}" in told.standing.problem[1]


async def test_pages_of_a_proxy_write_nothing_off(tmp_path: Path) -> None:
    """However long they come: the job is left to the next run, with the page's words."""
    standing = (await followed(tmp_path, only=lambda _: PAGE)).standing

    assert (standing.stage, standing.fates) == (Stage.PENDING, {})
    assert standing.problem == ("pending", "no word of it from the service yet: HTTP 404: 404 Not Found")


@pytest.mark.parametrize("unknown", [PAGE, UNHEARD_OF], ids=["a page", "the API's words"])
async def test_a_service_that_knows_the_other_form_gives_the_images(
    tmp_path: Path, unknown: Mapping[str, object] | Play
) -> None:
    """Long after the first minute too: both documented ways are tried."""
    told = await followed(tmp_path, only=at_first(unknown, then=DONE))

    assert told.standing.stage is Stage.PAID
    assert [path for _, path in told.asked] == ["images/fetch/7", "images/fetch"]


@pytest.mark.parametrize("no", [UNHEARD_OF, FAILED, {"status": "error", "message": "Database connection failed"}])
async def test_one_bad_answer_writes_nothing_off(tmp_path: Path, no: Mapping[str, object]) -> None:
    """The next one has the images."""
    assert (await followed(tmp_path, only=at_first(no, then=DONE))).standing.stage is Stage.PAID


async def test_what_the_service_says_twice_is_believed(tmp_path: Path) -> None:
    """With its words."""
    told = await followed(tmp_path, only=always(FAILED))

    assert (told.standing.fates, len(told.asked)) == ({0: Fate.LOST}, 2)


async def test_all_accounts_of_the_service_are_asked(tmp_path: Path) -> None:
    """The one that accepted it may have another name by now: ``endpoint`` became ``endpoints``."""
    told = await followed(tmp_path, spare=always(UNHEARD_OF), standard=always(DONE))

    assert told.standing.stage is Stage.PAID
    assert [lane for lane, _ in told.asked] == ["spare", "spare", "standard"]


@pytest.mark.parametrize("age, lost", [(HOUR, False), (BELIEVED + 60, True)])
async def test_a_job_of_an_account_that_is_none_of_the_run_is_not_written_off(
    tmp_path: Path,
    age: float,
    lost: bool,  # noqa: FBT001 - a parameter
) -> None:
    """It was taken out of the grid, or ``--base-url`` stands for all: for a day it may come back, and knows the job."""
    standing = (await followed(tmp_path, spare=always(UNHEARD_OF), lane="standard", age=age)).standing

    assert ({0: Fate.LOST} if lost else {}) == standing.fates
    assert standing.stage is Stage.PENDING
    assert lost or (standing.problem is not None and "'standard' accepted it" in standing.problem[1])


@pytest.mark.parametrize("age, links", [(HOUR, ()), (BELIEVED + 60, None)])
async def test_dead_links_are_not_given_up_by_another_account(
    tmp_path: Path, age: float, links: tuple[str, ...] | None
) -> None:
    """The one that accepted the job may give fresh ones."""
    at = datetime.fromtimestamp(SystemClock().wall() - age, UTC).isoformat()
    async with opened(tmp_path) as store:
        standing = await bought(store, JOB, Generation("7", service=HERE, lane="standard"))
        standing = replace(standing, generation=Generation("7", service=HERE, lane="standard", at=at))

        assert await _follower(store, Told(standing), {"spare": always(UNHEARD_OF)}).ask(standing, 0) == links


async def test_a_service_that_is_busy_is_asked_again_when_it_said(tmp_path: Path) -> None:
    """Not before."""
    busy = Whole(b'{"status": "error", "message": "Rate limit exceeded"}', 429, {"Retry-After": "12"})
    start = anyio.current_time()

    told = await followed(tmp_path, only=at_first(busy, then=DONE))

    assert told.standing.stage is Stage.PAID
    assert anyio.current_time() - start >= 12


async def test_the_account_that_accepted_it_is_asked_first(tmp_path: Path) -> None:
    """Usually nobody else has to be."""
    told = await followed(tmp_path, spare=always(UNHEARD_OF), standard=always(DONE), lane="standard")

    assert told.asked == [("standard", "images/fetch/7")]


@pytest.mark.parametrize("end", [always(NO_KEY), lambda _: Whole(b"", 307, {"Location": "https://evil.example/"})])
async def test_an_account_whose_key_is_rejected_closes_and_its_job_stays_pending(tmp_path: Path, end: Says) -> None:
    """Or whose address leads elsewhere: what the others do not know is not written off, nor are they asked for ever."""
    told = await followed(tmp_path, standard=end, spare=always(UNHEARD_OF), lane="standard")

    assert (told.standing.stage, told.standing.fates) == (Stage.PENDING, {})
    assert told.closed == ["standard"]
    assert [lane for lane, _ in told.asked] == ["standard", *["spare"] * 4]
    assert told.standing.problem is not None
    assert told.standing.problem[1].startswith("not asked for any more")


async def test_a_job_that_waits_for_its_turn_hears_that_its_account_is_closed(tmp_path: Path) -> None:
    """By the poll of another: it neither sleeps until its estimate nor asks there itself."""
    start, now = anyio.current_time(), datetime.now(UTC).isoformat()
    async with opened(tmp_path) as store:
        for number, eta in ((7, 5.0), (8, 600.0)):
            given = Generation(str(number), service=HERE, lane="only", eta=eta, at=now)
            standing = await bought(store, job(number), given, pending=True)
            store.book.standings[standing.job.id] = replace(standing, generation=given)
        soon, later = store.book.standings.values()
        told = Told(later)
        follower = _follower(store, told, {"only": always(NO_KEY)})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(follower.follow, soon)
            told.standing = await follower.follow(later)

    assert anyio.current_time() - start < 20
    assert len(told.asked) == 1
    assert told.standing.problem is not None
    assert "the service rejects the API key" in told.standing.problem[1]


async def test_a_job_that_nobody_can_be_asked_for_waits_no_longer(tmp_path: Path) -> None:
    """It says why."""
    told = await followed(tmp_path, only=always(NO_KEY))

    assert told.asked == [("only", "images/fetch/7")]
    assert told.standing.problem is not None
    assert "the service rejects the API key" in told.standing.problem[1]


@pytest.mark.parametrize(
    "says, links, asked",
    [
        (at_first(UNHEARD_OF, then=DONE), (LINK,), 2),
        (at_first(PAGE, then=DONE), (LINK,), 2),
        (at_first(FAILED, then=DONE), (LINK,), 2),
        (lambda _: PAGE, (), 4),
        (lambda _: NobodyThere(), (), 1),
        (always({"status": "processing"}), (), 1),
        (always(NO_KEY), (), 1),
        (always(UNHEARD_OF), None, 4),
        (always(FAILED), None, 2),
    ],
    ids=["form", "page", "failed once", "pages", "nobody", "processing", "key", "unknown", "failed"],
)
async def test_dead_links_are_given_up_only_where_the_service_denies_the_image(
    tmp_path: Path, says: Says, links: tuple[str, ...] | None, asked: int
) -> None:
    """In its own words, twice, and in each form; where nothing can be said now the next run asks again."""
    async with opened(tmp_path) as store:
        standing = await bought(
            store, JOB, Generation("7", service=HERE, lane="only", links=(("https://dead.example/0.png",),))
        )
        told = Told(standing)

        assert await _follower(store, told, {"only": says}).ask(standing, 0) == links
        assert len(told.asked) == asked


async def test_an_image_that_the_finished_answer_does_not_name_never_comes(tmp_path: Path) -> None:
    """A service that says ``success`` has made all it will make: of two images, one."""
    async with opened(tmp_path) as store:
        standing = await bought(store, job(samples=2), Generation("7", service=HERE, lane="only"))
        follower = _follower(store, Told(standing), {"only": always(DONE)})

        assert [await follower.ask(standing, sample) for sample in (0, 1)] == [(LINK,), None]
