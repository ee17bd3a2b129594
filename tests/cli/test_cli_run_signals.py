"""Signals: a run told to stop brings home what is paid for, tells its code, and is resumed by the same command."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process
from batch_runs import CANARY, assert_sound, billed_per_job, json_lines, site, tree
from cli_process import (
    Done,
    again_in_here,
    alive,
    children,
    finish,
    flux_batch,
    grid_file,
    grid_for,
    hears,
    running,
    until,
)

from flux_batch.addons.server.service_time import ServiceTime

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}


async def until_an_image_is_kept(out: Path, process: Process) -> None:
    """Wait for the first line of the manifest."""
    manifest = out / "manifest.jsonl"
    await until(lambda: manifest.exists() and manifest.stat().st_size > 0, process)


async def stopped_by(number: signal.Signals, process: Process) -> tuple[Done, float]:
    """Send *number* to the whole group, as a terminal does; return what it left and how long it took."""
    told = anyio.current_time()
    os.killpg(process.pid, number)
    done = await finish(process)
    return done, anyio.current_time() - told


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
async def test_a_signal_ends_a_run_tidily_and_the_same_command_goes_on(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Nothing new is posted, what is paid for is kept, nothing is bought twice."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.1,))) as at:
        grid = grid_for(at, seeds=40)
        async with running("run", grid) as process:
            await until_an_image_is_kept(at.out, process)
            done, _ = await stopped_by(number, process)
        first = len(at.lines)

        assert_sound(at)
        assert (done.code, "Traceback" in done.err) == (code, False)
        assert first == at.server.ledger.billed < 40
        assert "type the same command again" in done.out + done.err
        assert number.name in done.err
        again = await again_in_here(at, grid, {"limits.limit": 3})

        assert (again.report.exit_code, len(at.lines), set(billed_per_job(at).values())) == (0, first + 3, {1})


async def test_a_ctrl_c_stops_a_run_with_the_embedded_server_within_seconds_and_leaves_no_process(
    tmp_path: Path,
) -> None:
    """The server outlives the signal, so that the images it is painting come home, and then goes."""
    out = tmp_path / "out"
    async with running("run", grid_file(tmp_path, "embedded", seeds=500), "--out", out) as process:
        await until_an_image_is_kept(out, process)
        servers = await anyio.to_thread.run_sync(children, process)
        done, seconds = await stopped_by(signal.SIGINT, process)

    assert (done.code, "Traceback" in done.err) == (130, False)
    assert seconds < 5
    assert len(servers) == 1
    assert not [pid for pid in servers if alive(pid)]
    assert json_lines(out / "manifest.jsonl")


async def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    """What was under way is written down as unknown; the code stays the first one's."""
    async with site(tmp_path / "out", {"post#4-": "stall 60"}) as at:
        async with running("run", grid_for(at, seeds=40)) as process:
            await until(lambda: len(at.posts) >= 5, process)
            os.killpg(process.pid, signal.SIGINT)
            await hears(process, "a second Ctrl-C ends it now")
            done, seconds = await stopped_by(signal.SIGINT, process)

        assert_sound(at)
        assert (done.code, "Traceback" in done.err) == (130, False)
        assert seconds < 5
        assert {each["class"] for each in at.failures} == {"held"}


async def test_a_signal_before_the_first_post_costs_nothing(tmp_path: Path) -> None:
    """The service is away: stopping does not wait for it, and the folder is as good as new."""
    grid = grid_file(tmp_path, "http://127.0.0.1:9/api/v6")
    out = tmp_path / "out"
    async with running("run", grid, "--out", out) as process:
        await until((out / "manifest.jsonl").exists, process)
        os.killpg(process.pid, signal.SIGTERM)
        done = await finish(process)

    assert (done.code, "Traceback" in done.err) == (143, False)
    assert not [name for name in tree(out) if name.startswith("images/")]


@pytest.mark.parametrize("fault", ["kill_client", "kill_client half"])
async def test_a_run_that_is_killed_while_it_posts_is_finished_and_declares_what_may_be_billed_twice(
    tmp_path: Path, fault: str
) -> None:
    """SIGKILL from the server that has read the post: no code of ours runs after it."""
    async with site(tmp_path / "out", {"post#4": fault}, service_time=ServiceTime("constant", (0.05,))) as at:
        grid = grid_for(at, seeds=12)
        killed = await flux_batch("run", grid, env=KEY)
        made = await again_in_here(at, grid)

        assert_sound(at)
        assert (killed.code, made.report.exit_code, len(at.lines)) == (-signal.SIGKILL, 0, 12)
        twice = sum(billed_per_job(at).values()) - 12
        assert 1 <= twice <= made.report.possibly_billed_twice <= 5
        assert made.report.known_billed <= at.server.ledger.billed
