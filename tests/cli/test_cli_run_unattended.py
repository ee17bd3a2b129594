"""A run that nobody watches: its log, its numbers and its hook, from the command line and from the grid."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from batch_runs import CANARY, Site, site
from cli_process import flux_batch, grid_for

from flux_batch.addons.server.service_time import ServiceTime

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that refuses the second post."""
    async with site(tmp_path / "out", {"post#2": "value"}) as running_site:
        yield running_site


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that will not be done while somebody waits: its run holds the folder."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (600.0,))) as running_site:
        yield running_site


def log(text: str) -> list[dict[str, Any]]:
    """Read a log: every line of it is an object."""
    return [json.loads(line) for line in text.splitlines()]


async def test_the_log_is_json_and_nothing_else(at: Site) -> None:
    """One run id on every line, a job id on every line about a job, the end with its numbers; stdout stays empty."""
    done = await flux_batch("run", grid_for(at), "--log-format", "json", env=KEY)

    lines = log(done.err)
    told = [line["event"] for line in lines]
    jobs = {line["job"] for line in lines if line["event"] in {"kept", "failed"}}
    assert (done.code, done.out) == (3, "")
    assert len({line["run"] for line in lines}) == 1
    assert (told[0], told[-1], told.count("kept"), told.count("failed")) == ("begun", "ended", 2, 1)
    assert jobs == {line["job"] for line in [*at.lines, *at.failures]}
    assert tuple(lines[-1][name] for name in ("planned", "kept", "exit_code")) == (3, 2, 3)


async def test_an_error_is_a_line_of_the_log_too(slow: Site) -> None:
    """With its hint and its exit code, and still no traceback."""
    async with slow.batch() as holder:
        await anext(holder)
        done = await flux_batch("run", grid_for(slow), "--log-format", "json", env=KEY)

    (line,) = log(done.err)
    assert (line["event"], line["exit_code"], done.code) == ("error", 9, 9)
    assert "another run" in line["message"] + line["hint"] or "process" in line["message"]


async def test_a_quiet_log_holds_warnings_only(at: Site) -> None:
    """What went wrong, and nothing that went well."""
    done = await flux_batch("run", grid_for(at), "--log-format", "json", "--quiet", env=KEY)

    assert [line["event"] for line in log(done.err)] == ["failed"]


async def test_log_and_numbers_can_be_written_into_the_grid(at: Site) -> None:
    """A timer then needs no options."""
    numbers = at.out.with_name("run.prom")
    more = f"run: {{log_format: json, metrics_file: '{numbers}'}}\n"

    done = await flux_batch("run", grid_for(at, more=more), env=KEY)

    assert log(done.err)[0]["run"]
    assert "flux_batch_images_kept" in numbers.read_text()


async def test_any_value_can_be_set_on_the_command_line(at: Site) -> None:
    """And a value that is none is a mistake with its place."""
    done = await flux_batch("run", grid_for(at), "--set", "axes.seed.count=1", "--dry-run", env=KEY)
    wrong = await flux_batch("run", grid_for(at), "--set", "axes.seed.cuont=1", "--dry-run", env=KEY)

    assert (done.code, wrong.code) == (0, 2)
    assert "1 post for 1 image" in done.out
    assert "hint: " in wrong.err


async def test_a_grid_brings_no_command_for_the_shell(at: Site) -> None:
    """It may come from a stranger."""
    done = await flux_batch("run", grid_for(at, more="run: {on_finish: 'touch /tmp/never'}\n"), env=KEY)

    assert done.code == 2
    assert "unknown key 'on_finish'" in done.err


async def test_the_numbers_stand_in_the_metrics_file(at: Site) -> None:
    """At the end they are those of run.json; the exit code is one of them."""
    file = at.out.with_name("run.prom")
    done = await flux_batch("run", grid_for(at), "--metrics-file", file, env=KEY)

    lines = [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]
    found = {name.partition("{")[0]: float(value) for name, value in lines}
    assert (done.code, 3.0) == (3, found["flux_batch_run_exit_code"])
    assert tuple(found[f"flux_batch_{n}"] for n in ("images_kept", "posts_total", "run_running")) == (2.0, 3.0, 0.0)


async def test_a_locked_out_run_leaves_the_numbers_of_the_other_alone(slow: Site) -> None:
    """Both write to the same file; one of them has nothing to say."""
    file = slow.out.with_name("run.prom")
    file.write_text("the other's\n")
    async with slow.batch() as holder:
        await anext(holder)
        done = await flux_batch("run", grid_for(slow), "--metrics-file", file, env=KEY)

    assert (done.code, file.read_text()) == (9, "the other's\n")


async def test_a_file_that_cannot_be_written_ends_nothing(at: Site) -> None:
    """It is told, once; the images are worth more than their numbers."""
    done = await flux_batch("run", grid_for(at), "--metrics-file", "/proc/no/run.prom", env=KEY)

    assert done.code == 3
    assert done.err.count("cannot write the metrics file /proc/no/run.prom") == 1


async def test_the_hook_reads_run_json_and_knows_no_key(at: Site) -> None:
    """The file is whole by then, and its words go to stderr, since stdout is for data."""
    hook = 'grep exit_code "$FLUX_BATCH_RUN_JSON"; echo "code $FLUX_BATCH_EXIT_CODE of $FLUX_BATCH_GRID"; env'
    env = {**KEY, "COPY_OF_IT": f"Bearer {CANARY}"}

    done = await flux_batch("run", grid_for(at), "--on-finish", hook, "--json", env=env)

    assert '"exit_code": 3' in done.err
    assert "code 3 of small" in done.err
    assert CANARY not in done.err + done.out
    assert json.loads(done.out)["exit_code"] == 3


async def test_the_failure_of_the_hook_is_told_and_changes_no_exit_code(at: Site) -> None:
    """A mail that could not be sent makes no bad dataset."""
    done = await flux_batch("run", grid_for(at), "--on-finish", "exit 5", env=KEY)

    assert done.code == 3
    assert "warning: the hook failed with exit code 5: exit 5" in done.err
