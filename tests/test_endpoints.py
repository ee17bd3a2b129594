"""Several endpoints: work goes to whoever has a free slot, and one that drops out does not end the run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread

from flux_batch import Batch, Ended, GridError, OutOfCredit, make_grid
from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.addons.server.serving import Server, serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch
from flux_batch.engine.events import LaneClosed
from flux_batch.store.lines import read_lines

MOVED = Script.of({"post#*": "redirect_307 http://127.0.0.1:9"})


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for each account."""
    monkeypatch.setenv("POOR_KEY", "canary-of-the-poor-account")
    monkeypatch.setenv("RICH_KEY", "canary-of-the-rich-account")


def batch(out: Path, **servers: Server) -> Batch:
    """A run of twelve jobs over *servers*, by the name of their lane."""
    endpoints = [
        {"name": name, "base_url": server.base_url, "queue_limit": 2, "key_env": f"{name.upper()}_KEY"}
        for name, server in servers.items()
    ]
    axes = {"prompt": ["a fox", "a boat"], "seed": {"start": 1, "count": 6}}
    return Batch(make_grid({"endpoints": endpoints, "axes": axes, "output": {"dir": str(out)}}))


async def to_the_end(run: Batch) -> None:
    """Run it and look at nothing."""
    async with run:
        async for _ in run:
            pass


async def test_both_accounts_work_and_each_job_is_bought_once(tmp_path: Path) -> None:
    """The journal says which endpoint accepted a job, and no job has two."""
    async with serving(Settings(port=0), Swatch()) as one, serving(Settings(port=0), Swatch()) as other:
        async with batch(tmp_path, poor=one, rich=other) as run:
            events = [event async for event in run]

        assert isinstance(events[-1], Ended)
        assert (events[-1].report.kept, events[-1].report.posts, events[-1].report.exit_code) == (12, 12, 0)
        journal = await to_thread.run_sync(lambda: [*read_lines(tmp_path / ".flux-batch/journal.jsonl")])
        accepted = [line for line in journal if line["e"] == "accepted"]
        assert set(Counter(str(line["lane"]) for line in accepted)) == {"poor", "rich"}
        assert len({line["job"] for line in accepted}) == 12


@pytest.mark.parametrize("trouble", [{"balance": 0.01}, {"faults": MOVED}], ids=["out of credit", "redirects"])
async def test_an_account_that_takes_no_more_posts_drops_out_and_the_run_goes_on(
    tmp_path: Path, trouble: dict[str, Any]
) -> None:
    """What it did not take is made by the other account."""
    async with (
        serving(Settings(port=0, **trouble), Swatch()) as poor,
        serving(Settings(port=0), Swatch()) as rich,
        batch(tmp_path, poor=poor, rich=rich) as run,
    ):
        events = [event async for event in run]

    assert [event.lane for event in events if isinstance(event, LaneClosed)] == ["poor"]
    assert run.report is not None
    assert (run.report.kept, run.report.exit_code) == (12, 0)


@pytest.mark.parametrize("faults", [{"fetch#*": "bad_key"}, {"fetch#*": "redirect_307 http://127.0.0.1:9"}])
async def test_an_account_that_is_shut_to_polls_drops_out_and_keeps_what_it_owes(
    tmp_path: Path, faults: dict[str, object]
) -> None:
    """What it took is paid and stays pending; the other account makes the rest, and the next run fetches it."""
    shut = Settings(port=0, faults=Script.of(faults), hold=0.0, service_time=ServiceTime("constant", (0.5,)))
    async with serving(shut, Swatch()) as poor, serving(Settings(port=0), Swatch()) as rich:
        async with batch(tmp_path, poor=poor, rich=rich) as run:
            events = [event async for event in run]

        assert [event.lane for event in events if isinstance(event, LaneClosed)] == ["poor"]
        assert run.report is not None
        owed = len(poor.ledger.of("post"))
        assert (run.report.kept, run.report.pending, run.report.exit_code) == (12 - owed, owed, 3)
        assert owed > 0

        poor.service.script = Script()
        again = batch(tmp_path, poor=poor, rich=rich)
        await to_the_end(again)
        assert again.report is not None
        assert (again.report.kept, again.report.posts, again.report.exit_code) == (12, 0, 0)


async def test_when_the_last_account_drops_out_the_run_ends(tmp_path: Path) -> None:
    """Out of credit everywhere is out of credit."""
    async with (
        serving(Settings(port=0, balance=0.01), Swatch()) as poor,
        serving(Settings(port=0, balance=0.01), Swatch()) as rich,
    ):
        run = batch(tmp_path, poor=poor, rich=rich)
        with pytest.raises(OutOfCredit):
            await to_the_end(run)

    assert run.report is not None
    assert (run.report.kept, run.report.exit_code) == (4, 5)


@pytest.mark.parametrize(
    "endpoints, words",
    [
        ([], "endpoints is empty"),
        ([{"base_url": "http://127.0.0.1:1"}], "a name each"),
        ([{"name": "a"}, {"name": "a"}], "no two the same"),
        ([{"name": "a"}, {"name": "b", "base_url": "embedded"}], "embedded server cannot be one of several"),
    ],
)
def test_endpoints_that_cannot_be_told_apart_are_refused(endpoints: list[dict[str, str]], words: str) -> None:
    """The mistake is found before anything is sent; an empty list is not taken for the default address."""
    with pytest.raises(GridError, match=words):
        make_grid({"endpoints": endpoints, "axes": {"prompt": ["a fox"]}})
