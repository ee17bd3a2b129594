"""``flux-batch run --mirror`` as a user types it: its words, its exit codes, its signals."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from batch_runs import CANARY, Site, assert_sound, billed_per_job, site, tree
from cli_process import finish, flux_batch, grid_for, running, until
from s3_server import S3, Answer, holding, refusing

pytest_plugins = ["s3_fixtures"]

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}
DENIED = Answer("403 Forbidden", "AccessDenied")


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    """A service that does everything right."""
    async with site(tmp_path / "out") as running_site:
        yield running_site


async def test_a_run_with_a_mirror_says_where_both_are(at: Site, s3: S3, url: str) -> None:
    """Exit code 0 only where the copy is complete; again: nothing to do, here or there."""
    grid = grid_for(at)
    first = await flux_batch("run", grid, "--mirror", url, env=KEY)
    before, requests = tree(at.out), at.requests
    s3.forget()
    second = await flux_batch("run", grid, "--mirror", url, env=KEY)

    assert_sound(at)
    assert (first.code, second.code, first.err) == (0, 0, "")
    assert f"  mirror     {url}\n" in first.out
    assert f"  mirror     {url}\n" in second.out
    assert (tree(at.out), at.requests, s3.puts()) == (before, requests, [])


async def test_a_url_as_the_output_folder_makes_the_usual_one(at: Site, s3: S3, url: str, tmp_path: Path) -> None:
    """The run needs a folder; it is where a grid without one has it."""
    grid = grid_for(at)

    done = await flux_batch("run", grid, "--out", url, cwd=tmp_path, env=KEY)

    assert done.code == 0
    assert f"manifest   {Path('runs/small/manifest.jsonl')}\n  mirror     {url}" in done.out
    assert s3.objects(url)["manifest.jsonl"] == (tmp_path / "runs/small/manifest.jsonl").read_bytes()


async def test_an_incomplete_copy_is_exit_8_and_the_same_command_completes_it(at: Site, s3: S3, url: str) -> None:
    """The run itself is whole and says so; its JSON on stdout too."""
    grid = grid_for(at)
    s3.rules.append(refusing(DENIED))
    first = await flux_batch("run", grid, "--mirror", url, "--json", env=KEY)
    s3.forget()
    second = await flux_batch("run", grid, "--mirror", url, env=KEY)

    assert (first.code, second.code) == (8, 0)
    assert (json.loads(first.out)["kept"], json.loads(first.out)["exit_code"]) == (3, 0)
    assert f"error: the copy at {url} is not complete: 3 of 3 images are missing" in first.err
    assert "hint: check the credentials" in first.err
    assert "Traceback" not in first.err
    assert set(billed_per_job(at).values()) == {1}


async def test_a_misspelt_bucket_is_found_before_anything_is_sent(at: Site, s3: S3) -> None:
    """It costs nothing."""
    done = await flux_batch("run", grid_for(at), "--mirror", "s3://no-such-bucket/x", env=KEY)

    assert (done.code, at.requests, s3.puts()) == (8, 0, [])
    assert "error: cannot list s3://no-such-bucket/x/images: The specified bucket does not exist" in done.err


async def test_a_password_is_not_repeated(at: Site) -> None:
    """Neither in words nor in files."""
    done = await flux_batch("run", grid_for(at), "--mirror", "s3://key:hunter2@bucket/x", env=KEY)

    assert done.code == 2
    assert "hunter2" not in done.err + done.out
    assert not at.out.exists()


async def test_a_second_signal_ends_the_copying_at_once(at: Site, s3: S3, url: str) -> None:
    """A store that holds its answer does not hold the process."""
    released = threading.Event()
    s3.rules.append(holding(released))
    try:
        async with running("run", grid_for(at), "--mirror", url) as process:
            await until((at.out / "run.json").exists, process)
            process.send_signal(signal.SIGINT)
            await anyio.sleep(0.2)
            process.send_signal(signal.SIGINT)
            with anyio.fail_after(10):
                done = await finish(process)
    finally:
        released.set()

    assert done.code == 130
    assert f"error: interrupted by SIGINT; the copy at {url} is not complete: 3 of 3 images are missing" in done.err


async def test_a_killed_run_sends_nothing_twice_that_has_arrived(at: Site, s3: S3, url: str) -> None:
    """The same command again completes the copy, and buys nothing."""
    released = threading.Event()
    s3.rules.append(holding(released, after=5))
    grid = grid_for(at, seeds=8)
    async with running("run", grid, "--mirror", url) as process:
        receipts = at.out / ".flux-batch"
        await until(lambda: sum(f.read_bytes().count(b"\n") for f in receipts.glob("mirror-*")) >= 5, process)
        process.kill()
        await process.wait()
    released.set()
    s3.rules.clear()

    done = await flux_batch("run", grid, "--mirror", url, env=KEY)

    assert done.code == 0
    assert_sound(at)
    assert set(billed_per_job(at).values()) == {1}
    assert {line["file_name"] for line in at.lines} <= set(s3.objects(url))
    times = Counter(name for name in s3.puts() if name.endswith(".png"))
    assert sum(times.values()) <= 8 + 3, "only what was on its way is sent again"
