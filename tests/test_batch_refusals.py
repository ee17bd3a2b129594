"""When the service says no: a refused job fails alone, a refused run stops at once and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_runs import assert_sound, billed_per_job, posted_as, site

from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.errors import AllRefused, FluxBatchError, KeyRejected, Misdirected, OutOfCredit
from flux_batch.store.events import Failed, Stopping


@pytest.mark.parametrize("fault", ["value", "model"])
async def test_a_refused_job_fails_alone(tmp_path: Path, fault: str) -> None:
    """Its siblings are made, it is posted once, and its words are kept."""
    async with site(tmp_path / "out", {"post#3": fault}) as at:
        made = await at.make(prompts=2, seeds=4)

        assert_sound(at)
        refused = [posted_as(entry) for entry in at.posts if entry.fault]
        assert (made.report.exit_code, made.report.kept, made.report.failed, len(at.posts)) == (3, 7, 1, 8)
        assert [(each["job"], each["class"], each["attempts"]) for each in at.failures] == [(refused[0], "refused", 1)]
        assert at.failures[0]["message"]
        assert [event.job for event in made.events if isinstance(event, Failed)] == refused


async def test_a_refused_job_is_tried_again_by_the_next_run(tmp_path: Path) -> None:
    """The service may have learned the model by then; nothing else is posted."""
    async with site(tmp_path / "out", {"post#3": "model"}) as at:
        await at.make(prompts=1, seeds=4)

        made = await at.make(prompts=1, seeds=4)

        assert (made.report.exit_code, made.report.kept, made.report.posts, len(at.posts)) == (0, 4, 1, 5)
        assert at.failures == []


async def test_a_refused_job_is_left_alone_where_that_is_wished(tmp_path: Path) -> None:
    """``skip_failed``: a nightly run does not ask the same question for ever."""
    async with site(tmp_path / "out", {"post#3": "value"}) as at:
        await at.make(prompts=1, seeds=4)

        made = await at.make(prompts=1, seeds=4, limits={"skip_failed": True})

        assert (made.report.kept, len(at.posts)) == (3, 4)


@pytest.mark.parametrize(
    "fault, error, code",
    [
        ("bad_key", KeyRejected, 4),
        ("bad_key 200", KeyRejected, 4),
        ("credits", OutOfCredit, 5),
        ("credits 200", OutOfCredit, 5),
        ("credits 403", OutOfCredit, 5),
        ("plan", OutOfCredit, 5),
        ("redirect_307 http://127.0.0.1:9", Misdirected, 2),
    ],
)
async def test_what_refuses_every_job_costs_one_post(
    tmp_path: Path, fault: str, error: type[FluxBatchError], code: int
) -> None:
    """The run ends with its own code, a way out, and nothing billed."""
    async with site(tmp_path / "out", {"post#*": fault}) as at:
        made = await at.make(prompts=2, seeds=4)

        assert type(made.error) is error
        assert made.error is not None
        assert made.error.hint
        assert (made.report.exit_code, made.report.kept, len(at.posts), at.server.ledger.billed) == (code, 0, 1, 0)
        assert made.report.message == str(made.error)
        assert (made.report.failed, at.failures) == (0, [])  # nothing is wrong with the job: the next run makes it
        assert [event.reason for event in made.events if isinstance(event, Stopping)] == [str(made.error)]


async def test_a_grid_that_is_wrong_as_a_whole_costs_five_posts(tmp_path: Path) -> None:
    """All jobs fail alike: the sixth would only say the same. Exit code 3, with the service's words."""
    async with site(tmp_path / "out", {"post#*": "value"}) as at:
        made = await at.make(prompts=4, seeds=8)

        assert_sound(at)
        assert type(made.error) is AllRefused
        assert (made.report.exit_code, made.report.failed, len(at.posts)) == (3, 5, 5)
        assert str(made.report.message).startswith("all jobs fail: 5 in a row ended with ")
        assert {each["class"] for each in at.failures} == {"refused"}


async def test_jobs_that_were_refused_before_do_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """Four prompts are refused every night, in the same words: whatever is new in the grid is tried all the same."""
    async with site(tmp_path / "out", {"post#*": "value"}) as at:
        await at.make(prompts=1, seeds=4)

        made = await at.make(prompts=1, seeds=8)

        assert made.error is None
        assert (made.report.exit_code, made.report.failed, made.report.posts) == (3, 8, 8)


async def test_the_wrong_key_is_rejected_and_the_right_one_goes_on(tmp_path: Path) -> None:
    """Nothing that was learned with the wrong key stands in the way of the right one."""
    async with site(tmp_path / "out") as at:
        wrong = await at.make(prompts=1, seeds=3, key="another-key-0123456789")
        right = await at.make(prompts=1, seeds=3)

        assert_sound(at)
        assert (wrong.report.exit_code, right.report.exit_code, right.report.kept) == (4, 0, 3)
        assert "another-key" not in str(wrong.error)
        assert [event.seconds for event in wrong.events if isinstance(event, Stopping)] == [0], "nothing is under way"


async def test_money_that_runs_out_ends_the_run_with_everything_paid_for_at_home(tmp_path: Path) -> None:
    """Topped up, the same command buys exactly what is missing."""
    async with site(tmp_path / "out", price=1.0, balance=5.0) as at:
        first = await at.make(prompts=2, seeds=4)
        at.server.service.account.balance = 100.0
        second = await at.make(prompts=2, seeds=4)

        assert_sound(at)
        assert (first.report.exit_code, first.report.kept, first.report.known_billed) == (5, 5, 5)
        assert (second.report.exit_code, second.report.kept) == (0, 8)
        assert set(billed_per_job(at).values()) == {1}


async def test_a_key_revoked_in_the_middle_ends_the_run_after_the_posts_in_flight(tmp_path: Path) -> None:
    """No more are posted than there are slots; what was paid for is kept."""
    async with site(tmp_path / "out", {"post#6": "revoke"}) as at:
        made = await at.make(prompts=5, seeds=8)

        assert_sound(at)
        assert made.report.exit_code == 4
        assert made.report.kept == at.server.ledger.billed
        assert len(at.posts) <= 6 + 5


async def test_a_service_that_fails_and_recovers_costs_a_second_try(tmp_path: Path) -> None:
    """A 500 bought nothing, so the job is posted again."""
    async with site(tmp_path / "out", {"post#2": "flaky"}) as at:
        made = await at.make(prompts=1, seeds=3)

        assert (made.report.exit_code, made.report.kept, made.report.known_billed, len(at.posts)) == (0, 3, 3, 4)


async def test_an_echoed_key_is_written_nowhere(tmp_path: Path) -> None:
    """Neither into the manifest's ``meta`` nor into a failure's message."""
    async with site(tmp_path / "out", {"post#*": "echo_key"}) as at:
        made = await at.make(prompts=1, seeds=2)

        assert_sound(at)
        assert made.report.kept == 2


@pytest.mark.parametrize("fault, code", [("bad_key", 4), ("redirect_307 http://127.0.0.1:9", 2)])
async def test_a_run_that_may_not_poll_ends_and_the_next_one_fetches(tmp_path: Path, fault: str, code: int) -> None:
    """What was accepted by then is paid, and stays pending with the reason."""
    slow = ServiceTime("constant", (0.2,))
    async with site(tmp_path / "out", {"fetch#*": fault}, hold=0.0, service_time=slow) as at:
        ended = await at.make(prompts=1, seeds=4)
        owed = len(at.posts)
        at.server.service.script = type(at.server.service.script)()

        assert (ended.report.exit_code, ended.report.pending, ended.report.paid_but_lost) == (code, owed, 0)
        assert (await at.make(prompts=1, seeds=4)).report.kept == 4
        assert len(at.posts) == 4
        assert_sound(at)
