"""What takes time: a busy service, a job in processing, a link not alive yet. Waited for, never bought again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from batch_runs import assert_sound, billed_per_job, site
from hurried_loop import SPEED, HurriedLoop

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.engine.events import BreakerOpened, Paused, SlotsChanged
from flux_batch.errors import LimitReached

PROCESSING: dict[str, Any] = {"hold": 0.0, "service_time": ServiceTime("constant", (0.5,))}
"""Every post is answered at once: accepted, come back later."""


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """Waits of minutes in seconds."""
    return "asyncio", {"loop_factory": HurriedLoop}


async def test_a_queue_that_is_smaller_than_believed_is_learned(tmp_path: Path) -> None:
    """The refused job waits as told and is made like the others; after that no post is wasted."""
    slow = ServiceTime("constant", (0.2,))
    async with site(tmp_path / "out", queue_limit=2, service_time=slow, retry_after=30) as at:
        made = await at.make(prompts=2, seeds=6, endpoint={"queue_limit": 5})

        assert_sound(at)
        rejects = [entry for entry in at.posts if entry.status == 429]
        assert (made.report.exit_code, made.report.kept) == (0, 12)
        assert set(billed_per_job(at).values()) == {1}
        assert 1 <= len(rejects) <= 3
        assert max(entry.in_flight for entry in at.posts) <= 2


@pytest.mark.parametrize("fault", ["storm 30", "ra_none", "ra_word"])
async def test_a_busy_answer_makes_everybody_wait(tmp_path: Path, fault: str) -> None:
    """Nothing is posted before the time is over, nothing is billed for it, and then all is made."""
    async with site(tmp_path / "out", {"post#3": fault}) as at:
        made = await at.make(prompts=1, seeds=6)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, made.report.known_billed, len(at.posts)) == (0, 6, 6, 7)
        assert [event for event in made.events if isinstance(event, Paused)]


async def test_a_service_that_asks_for_too_much_patience_ends_the_run(tmp_path: Path) -> None:
    """Its words say when to come back."""
    async with site(tmp_path / "out", {"post#3": "ra_huge"}) as at:
        made = await at.make(prompts=1, seeds=6)

        assert_sound(at)
        assert made.report.exit_code == 7
        assert made.error is not None
        assert "again" in str(made.error.hint)


async def test_a_job_in_processing_is_polled_and_posted_once(tmp_path: Path) -> None:
    """One post for each, whatever the number of polls."""
    async with site(tmp_path / "out", **PROCESSING) as at:
        made = await at.make(prompts=1, seeds=5)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 5, 5)
        assert made.report.polls == len(at.server.ledger.of("fetch")) >= 5


async def test_a_job_in_processing_holds_its_slot(tmp_path: Path) -> None:
    """The account counts it, so we do."""
    async with site(tmp_path / "out", queue_limit=2, **PROCESSING) as at:
        made = await at.make(prompts=1, seeds=6, endpoint={"queue_limit": 2})

        assert (made.report.exit_code, made.report.kept) == (0, 6)
        assert [entry.status for entry in at.posts] == [200] * 6


@pytest.mark.parametrize("fault", ["404", "flaky", "gateway_html", "half_json", "html_200", "drop_after_read"])
async def test_a_poll_that_goes_wrong_is_only_asked_again(tmp_path: Path, fault: str) -> None:
    """The image is paid for: nothing that a poll says makes a second post."""
    async with site(tmp_path / "out", {"fetch#1,3": fault}, **PROCESSING) as at:
        made = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 3, 3)


async def test_a_job_that_is_never_ready_is_left_pending_and_polled_by_the_next_run(tmp_path: Path) -> None:
    """Its siblings are made; the next run posts nothing and fetches it."""
    async with site(tmp_path / "out", {"post#2": "proc_forever"}) as at:
        first = await at.make(prompts=1, seeds=3, limits={"max_wait": "20s"})
        pending = at.failures
        at.server.service.script = Script()
        second = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert (first.report.exit_code, first.report.kept, first.report.pending) == (3, 2, 1)
        assert [each["class"] for each in pending] == ["pending"]
        assert pending[0]["generation_id"]
        assert (second.report.exit_code, second.report.kept, second.report.posts) == (0, 3, 0)


async def test_a_pending_job_waits_for_the_service_that_accepted_it(tmp_path: Path) -> None:
    """A run with another address does not know it: it stays pending, and says which address fetches it."""
    out = tmp_path / "out"
    async with site(out, {"post#2": "proc_forever"}) as here, site(out) as elsewhere:
        await here.make(prompts=1, seeds=3, limits={"max_wait": "20s"})

        moved = await elsewhere.make(prompts=1, seeds=3)
        words = here.failures[0]["message"]
        here.server.service.script = Script()
        back = await here.make(prompts=1, seeds=3)

        assert (moved.report.exit_code, moved.report.pending, moved.report.paid_but_lost) == (3, 1, 0)
        assert (len(elsewhere.posts), here.server.base_url in words) == (0, True)
        assert_sound(here)
        assert (back.report.exit_code, back.report.kept, back.report.posts) == (0, 3, 0)


@pytest.mark.parametrize("fault", ["proc_failed", "proc_error"])
async def test_a_job_that_fails_at_the_service_fails_alone(tmp_path: Path, fault: str) -> None:
    """It was accepted once, so it is never posted again: not by this run and not by the next."""
    async with site(tmp_path / "out", {"post#2": fault}) as at:
        first = await at.make(prompts=1, seeds=3, limits={"max_wait": "20s"})
        second = await at.make(prompts=1, seeds=3, limits={"max_wait": "20s"})

        assert_sound(at)
        assert (first.report.exit_code, first.report.kept, len(at.failures)) == (3, 2, 1)
        assert (second.report.exit_code, second.report.kept, len(at.posts)) == (3, 2, 3)


async def test_a_link_that_is_not_alive_yet_is_waited_for(tmp_path: Path) -> None:
    """A storage that lags behind its service costs time and no post."""
    async with site(tmp_path / "out", {"image#1-4": "cdn_lag"}) as at:
        made = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 3, 3)


async def test_a_link_that_has_died_is_asked_for_again(tmp_path: Path) -> None:
    """By the id, from the service that was paid."""
    async with site(tmp_path / "out", {"image#2": "expired"}) as at:
        made = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 3, 3)
        assert len(at.server.ledger.of("fetch")) >= 1


@pytest.mark.parametrize(
    "fault", ["404", "503", "drop_after_read", "cut_cl 50", "cut_no_cl 50", "cut_chunked 50", "not_png html", "gz_png"]
)
async def test_a_download_that_goes_wrong_is_made_again(tmp_path: Path, fault: str) -> None:
    """Until the image is whole; under its final name there is never anything else."""
    async with site(tmp_path / "out", {"image#1,3": fault}) as at:
        made = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 3, 3)


async def test_an_image_that_never_comes_whole_is_set_aside_and_not_bought_again(tmp_path: Path) -> None:
    """Neither by this run nor by the next."""
    async with site(tmp_path / "out", {"image#*": "not_png html"}) as at:
        first = await at.make(prompts=1, seeds=1)
        second = await at.make(prompts=1, seeds=1)

        assert_sound(at)
        assert (first.report.exit_code, first.report.kept, first.report.quarantined) == (3, 0, 1)
        assert (second.report.exit_code, second.report.kept, len(at.posts)) == (3, 0, 1)
        assert len(list((at.out / "quarantine").iterdir())) >= 1


@pytest.mark.parametrize("fault", ["drop_after_read", "garbage line", "gateway_html 504", "html_200"])
async def test_a_lost_answer_is_repeated_once_and_declared(tmp_path: Path, fault: str) -> None:
    """The image is made; the report says that it may have been billed twice, and the line says so."""
    async with site(tmp_path / "out", {"post#2": fault}) as at:
        made = await at.make(prompts=1, seeds=4)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, made.report.possibly_billed_twice) == (0, 4, 1)
        assert sorted(billed_per_job(at).values()) == [1, 1, 1, 2]
        assert sorted(line["billed"] for line in at.lines) == ["once", "once", "once", "possibly_twice"]
        assert made.report.known_billed <= at.server.ledger.billed <= made.report.known_billed + 1


async def test_a_lost_answer_is_held_where_that_is_wished(tmp_path: Path) -> None:
    """``on_ambiguous: hold`` never pays twice: neither in this run nor in the next."""
    async with site(tmp_path / "out", {"post#2": "drop_after_read"}) as at:
        made = await at.make(prompts=1, seeds=4, limits={"on_ambiguous": "hold"})
        again = await at.make(prompts=1, seeds=4, limits={"on_ambiguous": "hold"})

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, made.report.held) == (3, 3, 1)
        assert (again.report.kept, again.report.held, len(at.posts)) == (3, 1, 4)
        assert [each["class"] for each in at.failures] == ["held"]


@pytest.mark.parametrize("fault", ["half_json", "cut_cl 80"])
async def test_an_answer_that_still_tells_the_id_is_no_lost_answer(tmp_path: Path, fault: str) -> None:
    """What can be salvaged of a wreck is polled or fetched, and nothing is bought again."""
    async with site(tmp_path / "out", {"post#2": fault}) as at:
        made = await at.make(prompts=1, seeds=4)

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 4, 4)


async def test_answers_that_are_lost_one_after_the_other_end_the_run(tmp_path: Path) -> None:
    """Whoever cuts every answer costs a handful of images, not the whole grid."""
    async with site(tmp_path / "out", {"post#*": "drop_after_read"}) as at:
        made = await at.make(prompts=4, seeds=10, endpoint={"queue_limit": 1})

        assert made.report.exit_code == 6
        assert len(at.posts) <= 10
        assert max(billed_per_job(at).values()) <= 2


async def test_posts_are_as_far_apart_as_the_rate_says(tmp_path: Path) -> None:
    """``rate: 6/min``: ten seconds from one to the next, on the clock of the run."""
    async with site(tmp_path / "out") as at:
        made = await at.make(prompts=1, seeds=4, limits={"rate": "6/min"})

        apart = [(later.t - before.t) * SPEED for before, later in pairwise(at.posts)]
        assert made.report.kept == 4
        assert all(seconds > 7 for seconds in apart), apart


async def test_an_api_that_is_dead_fails_no_job(tmp_path: Path) -> None:
    """The words say what was seen; a run that ends meanwhile has failed nothing, and the next makes all of it."""
    async with site(tmp_path / "out") as at:
        batch = at.batch(prompts=1, seeds=12)
    opened = list[str]()

    async def until_the_breaker_opens() -> None:
        async with batch:
            async for event in batch:
                if isinstance(event, BreakerOpened):
                    opened.append(event.reason)
                    batch.stop(LimitReached("the test ends"))

    with pytest.raises(LimitReached):
        await until_the_breaker_opens()

    assert batch.report is not None
    assert (batch.report.exit_code, batch.report.failed, at.failures) == (6, 0, [])
    assert "posts in a row failed: cannot reach the API" in opened[0]
    async with site(tmp_path / "out") as at:
        made = await at.make(prompts=1, seeds=12)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 12, 12)


async def test_pictures_that_are_late_keep_no_slot_empty(tmp_path: Path) -> None:
    """Each link is dead for a while, and more pictures are waited for than may be loaded at a time: posting goes on."""
    async with site(tmp_path / "out", {"image#1-130": "cdn_lag"}) as at:
        await at.make(prompts=1, seeds=30)
        made = await at.make(prompts=1, seeds=30)  # a picture whose tries were all too early comes with the next run

        assert_sound(at)
        first_home = min(entry.seq for entry in at.server.ledger.of("image") if entry.status == 200)
        assert (made.report.exit_code, made.report.kept, len(at.posts)) == (0, 30, 30)
        assert sum(post.seq < first_home for post in at.posts) > 5 + 8, "five slots and eight downloads"


async def test_what_is_paid_and_late_does_not_keep_the_next_run_waiting(tmp_path: Path) -> None:
    """It is tried once before anything is bought, and then waited for beside it."""
    async with site(tmp_path / "out", {"image#*": "cdn_lag"}) as at:
        await at.make(prompts=1, seeds=2)
        tried, seen = len(at.server.ledger.of("image")), len(list(at.server.ledger))
        at.server.service.script = Script.of({f"image#{tried + 1}-{tried + 12}": "cdn_lag"})
        made = await at.make(prompts=1, seeds=4)

        assert_sound(at)
        events = [entry for entry in list(at.server.ledger)[seen:] if entry.event in {"post", "image"}]
        first_home = next(n for n, entry in enumerate(events) if entry.event == "image" and entry.status == 200)
        assert (made.report.exit_code, made.report.kept, made.report.posts) == (0, 4, 2)
        assert [entry.event for entry in events[:4]] == ["image"] * 4, "two pictures, two links each"
        assert "post" in {entry.event for entry in events[:first_home]}


async def test_jobs_that_an_earlier_run_left_in_processing_hold_their_slots(tmp_path: Path) -> None:
    """The account counts them, so the next run posts when one of them is done, and no post is refused."""
    slow = ServiceTime("constant", (60.0,))
    async with site(tmp_path / "out", queue_limit=1, hold=0.0, service_time=slow) as at:
        async with at.batch(prompts=1, seeds=1, endpoint={"queue_limit": 2}) as batch:
            while not isinstance(await anext(batch), SlotsChanged):
                pass
        made = await at.make(prompts=1, seeds=3, endpoint={"queue_limit": 1})

        assert_sound(at)
        assert (made.report.exit_code, made.report.kept) == (0, 3)
        assert [entry.status for entry in at.posts] == [200] * 3


async def test_more_lost_answers_than_a_run_may_repeat_are_repeated_in_several(tmp_path: Path) -> None:
    """Each run repeats as many as it may, makes all else, and ends with code 6; the same command goes on from there."""
    lost = {f"post#{n}": "drop_after_read" for n in (2, 4, 6, 8, 10)}
    async with site(tmp_path / "out", lost) as at:
        one = {"queue_limit": 1}
        await at.make(prompts=1, seeds=11, endpoint=one, limits={"on_ambiguous": "hold"})
        ends = [await at.make(prompts=1, seeds=12, endpoint=one) for _ in "12"]

        assert_sound(at)
        assert [(made.report.exit_code, made.report.kept, made.report.posts) for made in ends] == [
            (6, 10, 4),
            (0, 12, 2),
        ]
        assert "2 more requests whose answer was lost" in str(ends[0].error)
