"""``flux-batch status`` prints a command for each kind of failure: typed as printed it tries just those jobs again."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from anyio import to_thread
from batch_runs import CANARY, Site, assert_sound, posted_as, site
from cli_process import Done, again_in_here, flux_batch, grid_for

from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.batch import Batch
from flux_batch.grid import load_grid
from flux_batch.store.audit import Audit
from flux_batch.store.folder import Folder

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}
SEEDS = "axes.seed.count"


async def cut_once_accepted(at: Site, grid: Path) -> None:
    """Run *grid* and end that as soon as the service has taken a job."""
    journal = at.out / ".flux-batch" / "journal.jsonl"
    loaded = await to_thread.run_sync(load_grid, grid)
    async with Batch(loaded, endpoint=at.endpoint) as batch:
        await anext(batch)
        while '"e":"accepted"' not in await anyio.Path(journal).read_text():
            await anyio.lowlevel.checkpoint()


async def status(at: Site) -> dict[str, Any]:
    """What ``status --json`` says."""
    return cast("dict[str, Any]", json.loads((await flux_batch("status", at.out, "--json")).out))


async def group(at: Site, kind: str) -> dict[str, Any]:
    """The one group of failures of class *kind*."""
    found: dict[str, Any]
    (found,) = [each for each in (await status(at))["failures"] if each["class"] == kind]
    return found


async def typed(command: str, *more: str, cwd: Path | None = None) -> Done:
    """Type *command* as it was printed."""
    program, *words = shlex.split(command)
    assert program == "flux-batch"
    return await flux_batch(*words, *more, cwd=cwd, env=KEY)


def jobs(at: Site, kind: str) -> set[str]:
    """The jobs without an image of class *kind*."""
    return {line["job"] for line in at.failures if line["class"] == kind}


def posted(at: Site, since: int) -> Counter[str]:
    """Job -> posts after the first *since*."""
    return Counter(posted_as(entry) for entry in at.posts[since:])


async def assert_verified(at: Site) -> None:
    """Nothing that ``flux-batch verify`` looks for is broken."""
    assert await to_thread.run_sync(lambda: list(Audit(Folder(at.out), None).violations())) == []


async def test_the_printed_command_tries_just_the_jobs_of_its_group(tmp_path: Path) -> None:
    """Two kinds of refusal and a cell nobody tried yet: only the jobs of the one are posted, each once."""
    faults = {"post#2": "value", "post#3": "model", "post#5": "value"}
    async with site(tmp_path / "out", faults) as at:
        grid = grid_for(at, seeds=6)
        await again_in_here(at, grid, {"limits.concurrency": 1})
        before, told = len(at.posts), (await status(at))["failures"]
        (wanted,) = [each for each in told if each["jobs"] == 2]
        same_words = {line["job"] for line in at.failures if line["message"] == wanted["message"]}
        done = await typed(wanted["command"])

        assert [each["class"] for each in told] == ["refused", "refused"]
        assert posted(at, before) == dict.fromkeys(same_words, 1)
        assert done.code == 3, "the other one is still there"
        assert [line["class"] for line in at.failures] == ["refused"]
        assert "--set" not in (await group(at, "refused"))["command"], (
            "what was chosen this time is not chosen next time"
        )
        assert_sound(at)
        await assert_verified(at)


async def test_a_command_typed_again_finds_nothing_to_do(tmp_path: Path) -> None:
    """Its group is empty once its jobs have their images."""
    async with site(tmp_path / "out", {"post#2": "value"}) as at:
        await again_in_here(at, grid_for(at))
        wanted = await group(at, "refused")
        first = await typed(wanted["command"])
        posts = len(at.posts)
        second = await typed(wanted["command"])

        assert (first.code, second.code, len(at.posts)) == (0, 0, posts)
        assert "nothing to do" in second.out


async def test_a_class_and_a_job_may_be_named_as_well(tmp_path: Path) -> None:
    """By hand: all that was refused, whatever is said about those in general; or one cell by its id."""
    async with site(tmp_path / "out", {"post#1": "value", "post#2": "model"}) as at:
        grid = grid_for(at)
        await again_in_here(at, grid, {"limits.concurrency": 1})
        one, other = sorted(jobs(at, "refused"))
        await again_in_here(at, grid, {"limits.only": one})
        by_id = posted(at, 3)
        await again_in_here(at, grid, {"limits.only": ["refused"], "limits.skip_failed": True})

        assert by_id == {one: 1}
        assert posted(at, 4) == {other: 1}


async def test_what_was_typed_beside_the_grid_is_in_the_command(tmp_path: Path) -> None:
    """Other values make other jobs; what only bounded that one run is left out."""
    words = ("--set", "params.prompt=x", "--set", "params.num_inference_steps=7", "--limit", "2", "--max-posts", "9")
    async with site(tmp_path / "out", {"post#1": "value"}) as at:
        grid = grid_for(at)
        await flux_batch("run", grid, *words[2:], env=KEY)
        wanted = await group(at, "refused")
        before = len(at.posts)
        done = await typed(wanted["command"], cwd=tmp_path)

        assert "--limit" not in wanted["command"]
        assert "--max-posts" not in wanted["command"]
        assert posted(at, before) == dict.fromkeys(jobs(at, "refused") or posted(at, before), 1)
        assert (done.code, len(at.posts) - before) == (0, 1)


async def test_a_folder_and_a_grid_with_odd_names_are_quoted(tmp_path: Path) -> None:
    """The command survives the shell."""
    folder = tmp_path / "a night & $HOME"
    folder.mkdir()
    async with site(folder / "the out", {"post#1": "value"}) as at:
        await again_in_here(at, grid_for(at, seeds=1))
        done = await typed((await group(at, "refused"))["command"])

        assert (done.code, len(at.lines)) == (0, 1)


async def test_what_is_set_aside_is_bought_again_only_in_so_many_words(tmp_path: Path) -> None:
    """The command says that it pays again; without ``--rebuy`` it does nothing."""
    async with site(tmp_path / "out", {"image#1": "blank"}) as at:
        await again_in_here(at, grid_for(at))
        wanted = await group(at, "gate")
        shown = (await flux_batch("status", at.out)).out
        without = await typed(wanted["command"].removesuffix(" --rebuy"))
        posts = len(at.posts)
        done = await typed(wanted["command"])

        assert wanted["pays_again"]
        assert "paid for: trying again pays again" in shown
        assert (without.code, posts) == (3, 3)
        assert (done.code, len(at.posts), len(at.lines)) == (0, 4, 3)
        assert (await status(at))["known_billed"] == 4
        assert_sound(at)
        await assert_verified(at)


async def test_what_is_held_is_bought_again_only_in_so_many_words(tmp_path: Path) -> None:
    """And its line says that it may have been billed twice."""
    async with site(tmp_path / "out", {"post#1": "drop_after_read"}) as at:
        grid = grid_for(at, more="limits: {on_ambiguous: hold}\n")
        await again_in_here(at, grid)
        (held,) = jobs(at, "held")
        await again_in_here(at, grid)
        posts = len(at.posts)
        wanted = await group(at, "held")
        done = await typed(wanted["command"])

        assert posts == 3
        assert wanted["pays_again"]
        assert (done.code, posted(at, posts)) == (0, {held: 1})
        assert [line["billed"] for line in at.lines if line["job"] == held] == ["possibly_twice"]
        assert_sound(at)
        await assert_verified(at)


async def test_what_is_pending_is_asked_for_and_not_posted(tmp_path: Path) -> None:
    """It is paid for: the command buys nothing, and needs no word about money."""
    async with site(tmp_path / "out", hold=0.0, service_time=ServiceTime("constant", (3.0,))) as at:
        grid = grid_for(at, seeds=1)
        await cut_once_accepted(at, grid)
        wanted = await group(at, "pending")
        done = await typed(wanted["command"])

        assert not wanted["pays_again"]
        assert "--rebuy" not in wanted["command"]
        assert (done.code, len(at.posts), len(at.lines)) == (0, 1, 1)


@pytest.mark.parametrize("words", [["--rebuy"], ["--only", "refussed"], ["--only", "refused:xyz"]])
async def test_a_choice_that_is_none_is_refused(tmp_path: Path, words: list[str]) -> None:
    """Before anything is sent, with what may be said instead."""
    async with site(tmp_path / "out") as at:
        done = await flux_batch("run", grid_for(at), *words, env=KEY)

        assert (done.code, at.requests) == (2, 0)
        assert "refused:1a2b3c" in done.err or "hint: " in done.err
