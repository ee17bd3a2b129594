"""The report of real runs: its numbers are the server's, its page is safe, whole and readable at two widths."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from batch_runs import site, tree
from chromium import CHROMIUM, chromium, tab
from click.testing import CliRunner

from flux_batch.addons.report.page import render
from flux_batch.addons.report.report import Report, read_report
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.cli.report import command

HOSTILE = (
    "</style><script>document.title='taken'</script><img src=http://example.org/x onerror=\"document.title='taken'\">"
)
FAULTS = {"post#3": "flaky", "post#5": "storm 1", "post#7": "value", "image#4": "blank"}


async def troubled(out: Path) -> tuple[Report, int, int]:
    """A run in which some things go wrong: its report, and the posts and billed images by the server's ledger."""
    async with site(out, FAULTS, queue_limit=3, service_time=ServiceTime.parse("0.05")) as made:
        prompts = {"prompt": [HOSTILE, "a fox"], "seed": {"start": 1, "count": 8}}
        await made.make(axes=prompts, endpoint={"base_url": made.server.base_url, "price": 0.01, "queue_limit": 3})
        posts, billed = len(made.posts), made.server.ledger.billed
    return await anyio.to_thread.run_sync(read_report, out), posts, billed


async def test_the_numbers_are_those_of_the_server(tmp_path: Path) -> None:
    """Posts, images billed and money by the report are what the service counted itself."""
    report, posts, billed = await troubled(tmp_path / "out")

    assert (posts, billed, billed / 100) == (report.total.posts, report.total.billed, report.cost)
    assert {name: sum(each) for name, each in report.series.errors.items()} == {"busy": 1, "transient": 1, "refused": 1}
    assert report.total.quarantined == 1
    assert sum(report.series.kept) == report.total.kept == report.runs[0].kept
    assert max(report.series.in_flight) <= 3
    for tallies in report.axes.values():
        assert billed == sum(tally.billed for tally in tallies.values())
        assert report.total.kept == sum(tally.kept for tally in tallies.values())


async def test_reading_changes_nothing_but_the_report(tmp_path: Path) -> None:
    """Two files are written, the same bytes each time; a rerun still finds the folder untouched."""
    out = tmp_path / "out"
    await troubled(out)
    before = await anyio.to_thread.run_sync(tree, out)

    first = await anyio.to_thread.run_sync(CliRunner().invoke, command, [str(out), "--json"])
    once = await anyio.to_thread.run_sync(tree, out)
    await anyio.to_thread.run_sync(CliRunner().invoke, command, [str(out)])
    again = await anyio.to_thread.run_sync(tree, out)

    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == json.loads((out / "report.json").read_text())
    assert {"report.html", "report.json"} == set(once) - set(before)
    assert before == {name: facts for name, facts in once.items() if name in before}
    assert [each[2] for each in once.values()] == [each[2] for each in again.values()]


def test_a_folder_without_a_run_is_refused_with_a_way_out(tmp_path: Path) -> None:
    """Nothing is written there."""
    done = CliRunner().invoke(command, [str(tmp_path)])

    assert done.exit_code == 2
    assert "no run has left anything" in done.stderr
    assert "hint: " in done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_the_page_holds_no_script_and_names_no_host(tmp_path: Path) -> None:
    """What a prompt says stays text, and the policy lets nothing in but the page's own style."""
    report, _, _ = await troubled(tmp_path / "out")
    page = (await anyio.to_thread.run_sync(render, report)).decode()

    assert "default-src 'none'; style-src 'sha256-" in page
    assert not re.search(r"<(script|img|link|iframe|object|form|a)\b", page)
    assert not re.search(r"\s(style|on\w+|src|href)=[^ ]", re.sub(r">[^<]*<", "><", page))
    assert "&lt;script&gt;" in page


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for the module."""
    with chromium(tmp_path_factory.mktemp("profile")) as address:
        yield address


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
async def test_the_page_can_be_read_at_any_width(tmp_path: Path, door: str, width: int, scheme: str) -> None:
    """It opens from the disk, asks nobody for anything, fits into the window, and every chart has its marks."""
    report, _, _ = await troubled(tmp_path / "out")
    file = tmp_path / "report.html"
    await anyio.Path(file).write_bytes(await anyio.to_thread.run_sync(render, report))

    async with tab(door) as page:
        await page.open(file.as_uri(), width=width, scheme=scheme)

        assert await page.run("document.title") == "out: report"
        assert width >= await page.run("document.documentElement.scrollWidth")
        assert await page.run("document.querySelectorAll('figure').length") == 6
        assert await page.run(
            "[...document.querySelectorAll('figure .box')].every(b => b.querySelector('.area, rect'))"
        )
        assert await page.run(
            "[...document.querySelectorAll('.y text, .x text')].every(t => t.getBoundingClientRect().height > 8)"
        )
        dark = await page.run("getComputedStyle(document.body).backgroundColor")
        assert (dark == "rgb(20, 23, 29)") == (scheme == "dark")
        assert page.complaints == []
        assert page.hosts == {""}
