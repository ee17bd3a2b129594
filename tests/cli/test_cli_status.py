"""``flux-batch status``: the truth from the files."""

from __future__ import annotations

import json
from pathlib import Path

from anyio import to_thread
from batch_runs import site, tree
from click.testing import CliRunner, Result

from flux_batch.cli import main
from flux_batch.cli.status import lines
from flux_batch.store.survey import Survey


async def status(out: Path, *options: str) -> Result:
    """Type the command."""
    return await to_thread.run_sync(lambda: CliRunner().invoke(main, ["status", str(out), *options]))


async def test_status_tells_what_a_run_left(tmp_path: Path) -> None:
    """Counts, money and axes, as the run itself reported them."""
    async with site(tmp_path / "out", {"post#3": "value"}) as at:
        made = await at.make()

    told = json.loads((await status(at.out, "--json")).stdout)

    assert (told["kept"], told["failed"], told["planned"]) == (7, 1, 8)
    assert (told["exit_code"], told["running"]) == (made.report.exit_code, None)
    assert told["known_billed"] == made.report.known_billed
    assert sum(count["failed"] for count in told["axes"]["prompt"].values()) == 1
    assert [group["class"] for group in told["failures"]] == ["refused"]


async def test_status_speaks_to_people_in_eighty_columns(tmp_path: Path) -> None:
    """Every line fits but for commands, which must stay whole; failures are grouped with the service's words."""
    async with site(tmp_path / "out", {"post#*": "value"}) as at:
        await at.make()

    said = (await status(at.out)).stdout

    assert "without     " in said
    assert "refused: " in said
    commands = [line for line in said.splitlines() if line.lstrip().startswith("flux-batch run ")]
    assert len(commands) == said.count("refused: ")
    assert max(len(line) for line in said.splitlines() if line not in commands) <= 80


async def test_status_touches_nothing_and_waits_for_nobody(tmp_path: Path) -> None:
    """It may be asked while a run goes on, and names its process."""
    async with site(tmp_path / "out", hold=0.0) as at, at.batch() as running:
        await anext(running)
        during = json.loads((await status(at.out, "--json")).stdout)
        async for _ in running:
            pass
    before = tree(at.out)
    await status(at.out)

    assert during["running"] is not None
    assert during["exit_code"] is None
    assert tree(at.out) == before


async def test_a_folder_that_is_no_output_folder_is_exit_2(tmp_path: Path) -> None:
    """With the way out."""
    done = await status(tmp_path)

    assert done.exit_code == 2
    assert "is no output folder" in done.stderr
    assert "hint: " in done.stderr


def test_status_says_what_is_under_way() -> None:
    """In a line of its own, and never where nothing is."""
    said = [list(lines(Survey(running=1, under_way=count), Path("out"))) for count in (2, 0)]

    assert ["  under way   2 images asked for and not answered yet" in each for each in said] == [True, False]
    assert not any("under way" in line for line in said[1])
