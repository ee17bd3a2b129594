"""Webhook calls wake polls early; whatever they say, the poll is the truth."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_runs import CANARY, Made, Site, assert_sound, billed_per_job, site, to_the_end

from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.addons.webhook.receiver import receiving
from flux_batch.batch import Batch
from flux_batch.engine.bell import Bells
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.key import Key

SLOW = ServiceTime("constant", (0.3,))


async def make_with_hooks(at: Site, *, ambiguous: str = "retry") -> tuple[Made, list[str]]:
    """Run four jobs with a receiver beside them; return what was made and who was rung for."""
    bells, heard = Bells(), list[str]()

    def ring(job: str) -> None:
        heard.append(job)
        bells.ring(job)

    async with receiving("127.0.0.1:0", ring, bells.hint) as receiver:
        url = receiver.url(f"http://127.0.0.1:{receiver.port}")
        endpoint = Endpoint(at.server.base_url, Key(CANARY))
        grid = at.grid(prompts=1, limits={"on_ambiguous": ambiguous})
        made = await to_the_end(Batch(grid, endpoint=endpoint, webhook=url, bells=bells))
    return made, heard


async def test_a_call_wakes_the_poll_of_its_job(tmp_path: Path) -> None:
    """Every job is called about by its id, and one poll each is enough."""
    async with site(tmp_path / "out", hold=0.0, service_time=SLOW) as at:
        made, heard = await make_with_hooks(at)

        assert_sound(at)
        assert made.report.kept == 4
        assert set(heard) == {line["job"] for line in at.lines}
        assert made.report.polls == 4


@pytest.mark.parametrize("fault", ["hook_lost", "hook_twice", "hook_evil", "hook_forged", "hook_huge", "hook_late 1"])
async def test_a_call_that_lies_or_never_comes_changes_nothing(tmp_path: Path, fault: str) -> None:
    """Lost, twice, about another job, of a stranger, huge or late: the same images, each bought once."""
    async with site(tmp_path / "out", {"webhook#*": fault}, hold=0.0, service_time=SLOW) as at:
        made, _ = await make_with_hooks(at)

        assert_sound(at)
        assert (made.report.kept, made.report.exit_code) == (4, 0)
        assert set(billed_per_job(at).values()) == {1}


@pytest.mark.parametrize("ambiguous", ["retry", "hold"])
async def test_a_lost_answer_that_the_webhook_tells_of_is_not_posted_again(tmp_path: Path, ambiguous: str) -> None:
    """The connection dies after the post was read; the call names its id, and the service says the rest."""
    async with site(tmp_path / "out", {"post#2": "drop_after_read"}, hold=0.0, service_time=SLOW) as at:
        made, _ = await make_with_hooks(at, ambiguous=ambiguous)

        assert_sound(at)
        assert (made.report.kept, made.report.posts, made.report.exit_code) == (4, 4, 0)
        assert set(billed_per_job(at).values()) == {1}
        assert (made.report.known_billed, made.report.possibly_billed_twice) == (4, 0)
        assert {line["billed"] for line in at.lines} == {"once"}
