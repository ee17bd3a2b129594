"""Bad input to ``flux-batch run``: one clear message with place, value and way out; nothing sent, no traceback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from batch_runs import CANARY, Site, site
from cli_process import Done, flux_batch, grid_for

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that must not hear anything."""
    async with site(tmp_path / "out") as running_site:
        yield running_site


def assert_one_clear_message(done: Done, code: int, *words: str) -> None:
    """The exit code, an error and a hint on stderr, nothing on stdout."""
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(("error: ", "Usage: "))
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


async def test_a_missing_file_is_exit_2(tmp_path: Path) -> None:
    """Named, with what to do."""
    done = await flux_batch("run", tmp_path / "no-such.yaml", env=KEY)

    assert_one_clear_message(done, 2, "no-such.yaml", "no such file", "hint: ")


async def test_a_real_endpoint_without_a_key_is_exit_2(at: Site) -> None:
    """With every way to give one; nothing was sent and no folder made."""
    done = await flux_batch("run", grid_for(at))

    assert_one_clear_message(done, 2, "MODELSLAB_API_KEY", "key_file", "embedded")
    assert (at.requests, at.out.exists()) == (0, False)


async def test_a_key_of_two_lines_is_exit_2_and_not_shown(at: Site) -> None:
    """Copied wrongly, it is refused here and not by the service."""
    done = await flux_batch("run", grid_for(at), env={"MODELSLAB_API_KEY": f"{CANARY}\n{CANARY}"})

    assert_one_clear_message(done, 2, "key", "hint: ")
    assert CANARY not in done.err
    assert at.requests == 0


async def test_an_output_folder_that_is_a_file_is_exit_8(at: Site) -> None:
    """The file stays as it is, and nothing was sent."""
    at.out.write_text("mine")

    done = await flux_batch("run", grid_for(at), env=KEY)

    assert_one_clear_message(done, 8, str(at.out), "hint: ")
    assert (at.out.read_text(), at.requests) == ("mine", 0)


async def test_an_output_folder_that_cannot_be_written_is_exit_8(at: Site) -> None:
    """In /proc not even root can make one."""
    done = await flux_batch("run", grid_for(at), "--out", "/proc/flux-batch/out", env=KEY)

    assert_one_clear_message(done, 8, "/proc/flux-batch/out", "hint: ")
    assert at.requests == 0


async def test_a_service_that_refuses_the_run_gives_it_its_code(tmp_path: Path) -> None:
    """After one post, with the way out as the last words."""
    async with site(tmp_path / "out", {"post#*": "bad_key"}) as at:
        done = await flux_batch("run", grid_for(at), env=KEY)

        assert (done.code, len(at.posts)) == (4, 1)
        assert "MODELSLAB_API_KEY" in done.err.rpartition("hint: ")[2]
        assert "Traceback" not in done.err
        assert CANARY not in done.out + done.err
