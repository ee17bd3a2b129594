"""``flux-batch run`` as a user types it: what it says, where it says it, and what it leaves."""

from __future__ import annotations

import json
import os
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from batch_runs import CANARY, Site, assert_sound, billed_per_job, json_lines, site, tree
from cli_process import again_in_here, finish, flux_batch, grid_file, grid_for, running

from flux_batch.addons.server.service_time import ServiceTime

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that does everything right."""
    async with site(tmp_path / "out") as running_site:
        yield running_site


async def test_a_run_ends_with_what_there_is_and_what_to_type_next(at: Site) -> None:
    """Exit code 0; the summary on stdout as plain text, within 80 columns where no path makes it longer."""
    done = await flux_batch("run", grid_for(at), env=KEY)

    assert_sound(at)
    assert (done.code, len(at.lines)) == (0, 3)
    for words in ("kept 3 of 3 images", str(at.out / "images"), str(at.out / "manifest.jsonl"), "next: "):
        assert words in done.out
    assert not {"\r", "\x1b"} & set(done.out + done.err)
    assert all(len(line) <= 80 for line in done.out.splitlines() if str(at.out) not in line)


async def test_the_same_command_again_says_that_there_is_nothing_to_do(at: Site) -> None:
    """And does nothing: no request, no byte changed."""
    grid = grid_for(at)
    await again_in_here(at, grid)
    before, requests = tree(at.out), at.requests

    done = await flux_batch("run", grid, env=KEY)

    assert (done.code, tree(at.out), at.requests) == (0, before, requests)
    assert "nothing to do: 3 images of 3 are here" in done.out


async def test_quiet_says_nothing(tmp_path: Path) -> None:
    """Neither on stdout nor on stderr, and the embedded server keeps its words to itself."""
    done = await flux_batch("run", grid_file(tmp_path, "embedded", seeds=1), "--quiet", "--out", tmp_path / "out")

    assert (done.code, done.out, done.err) == (0, "", "")


async def test_a_picture_of_the_embedded_server_that_is_gone_is_painted_again(tmp_path: Path) -> None:
    """Nobody can fetch it, for that server went with its run, and nobody pays for it."""
    out, grid = tmp_path / "out", grid_file(tmp_path, "embedded", seeds=2)
    await flux_batch("run", grid, "--out", out)
    await anyio.to_thread.run_sync(min((out / "images").iterdir()).unlink)

    done = await flux_batch("run", grid, "--out", out, "--json")

    report = json.loads(done.out)
    assert (done.code, report["kept"], report["posts"]) == (0, 2, 1)
    assert (await flux_batch("verify", out)).code == 0


async def test_a_service_that_paints_otherwise_may_take_the_place_of_the_embedded_server(at: Site) -> None:
    """What it makes for an image that is gone is kept, and not held against the line of the old one."""
    grid = grid_for(at, seeds=2)
    await flux_batch("run", grid, "--base-url", "embedded")
    await anyio.to_thread.run_sync(min((at.out / "images").iterdir()).unlink)

    made = await again_in_here(at, grid)

    assert_sound(at)
    assert (made.report.exit_code, made.report.kept, made.report.quarantined, len(at.posts)) == (0, 2, 0, 1)


async def test_json_on_stdout_is_run_json_and_nothing_else(at: Site) -> None:
    """A program reads it as it is; words for people go to stderr."""
    done = await flux_batch("run", grid_for(at), "--json", env=KEY)

    assert done.code == 0
    assert json.loads(done.out) == json.loads((at.out / "run.json").read_text())
    assert "kept 3 of 3 images" in done.err


async def test_on_a_terminal_there_is_a_bar(tmp_path: Path) -> None:
    """With images done, the rate, and the slots that are taken."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    async with (
        site(tmp_path / "out", service_time=ServiceTime("constant", (0.5,))) as at,
        running("run", grid_for(at, seeds=5, more="limits: {concurrency: 2}\n"), stderr=theirs) as process,
    ):
        os.close(theirs)
        said = await anyio.to_thread.run_sync(read_terminal, ours)
        done = await finish(process)

    assert done.code == 0
    for words in ("| 5/5 ", "100%|", "slots "):
        assert words in said


def read_terminal(descriptor: int) -> str:
    """Read a terminal until everybody has left it."""
    said = b""
    try:
        while part := os.read(descriptor, 65536):
            said += part
    except OSError:
        pass
    finally:
        os.close(descriptor)
    return said.decode()


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
async def test_a_reader_who_goes_away_changes_nothing(at: Site, closed: str) -> None:
    """``flux-batch run ... | head -c0``: the images are made and the code is 0."""
    reading, writing = os.pipe()
    os.close(reading)
    closing = {closed: writing}
    async with running("run", grid_for(at), **closing) as process:
        os.close(writing)
        done = await finish(process)

    assert_sound(at)
    assert (done.code, len(at.lines)) == (0, 3)
    assert "Traceback" not in done.out + done.err


async def test_shards_are_disjoint_and_together_the_whole(at: Site) -> None:
    """Side by side, into folders of their own, each job is bought once."""
    grid = grid_for(at, seeds=7)
    done = []

    async def run(part: int) -> None:
        out = at.out.with_name(f"part-{part}")
        done.append(await flux_batch("run", grid, "--shard", f"{part}/2", "--out", out, env=KEY))

    async with anyio.create_task_group() as tasks:
        for part in range(2):
            tasks.start_soon(run, part)
    jobs = [
        line["job"] for part in range(2) for line in json_lines(at.out.with_name(f"part-{part}") / "manifest.jsonl")
    ]

    assert [each.code for each in done] == [0, 0]
    assert sorted(jobs) == sorted(job.id for job in at.batch(prompts=1, seeds=7, axes={"prompt": "a lighthouse"}).plan)
    assert set(billed_per_job(at).values()) == {1}


async def test_what_was_not_begun_is_told(tmp_path: Path) -> None:
    """A part of a grid leaves the rest of it, and a name that no job has leaves all."""
    async with site(tmp_path / "out") as at:
        part = await flux_batch("run", grid_for(at, seeds=5), "--limit", "2", env=KEY)
        nobody = await flux_batch("run", grid_for(at, seeds=5), "--only", "0123456789abcdef", env=KEY)

        assert len(at.posts) == 2
    assert "kept 2 of 5 images" in part.out
    assert "without    3 not begun" in part.out
    assert "next: 3 images of this grid still to be made: run it without --limit, --shard or --only" in part.out
    assert "nothing to do: 2 images of 5 are here\n  without    3 not begun" in nobody.out


async def test_a_failed_job_is_told_with_its_words_and_exit_3(tmp_path: Path) -> None:
    """And where to read more; control characters in the service's words do not reach the terminal."""
    async with site(tmp_path / "out", {"post#2": "value"}) as at:
        done = await flux_batch("run", grid_for(at), env=KEY)

    assert done.code == 3
    assert "refused: " in done.err
    assert f"next: `flux-batch status {tmp_path / 'out'}`" in done.out
    assert "kept 2 of 3 images" in done.out
    assert "; the same command tries all\n" in done.out


async def test_a_held_job_is_not_promised_another_try(tmp_path: Path) -> None:
    """The same command leaves it alone: trying again may pay twice, and only --rebuy does that."""
    async with site(tmp_path / "out", {"post#2": "drop_after_read"}) as at:
        done = await flux_batch("run", grid_for(at), "--on-ambiguous", "hold", env=KEY)

    assert done.code == 3
    assert "the same command tries all but what is held or set aside: only --rebuy does" in done.out


async def test_a_second_run_in_the_same_folder_is_exit_9(tmp_path: Path) -> None:
    """At once, naming the process that has it."""
    slow = ServiceTime("constant", (600.0,))
    async with site(tmp_path / "out", service_time=slow) as at, at.batch() as holder:
        await anext(holder)
        done = await flux_batch("run", grid_for(at), env=KEY)

    assert done.code == 9
    assert f"process {os.getpid()}" in done.err
    assert "hint: " in done.err
