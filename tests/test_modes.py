"""Who may read an output folder: what is private is its owner's alone, all else is as the umask says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.to_thread import run_sync as in_thread
from batch_runs import Site, site

from flux_batch.store.folder import Folder
from flux_batch.store.repair import mend_lines

PRIVATE = ".flux-batch"


@pytest.fixture(params=[0o077, 0o027, 0o022, 0o002, 0], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The process's umask for one test."""
    mask: int = request.param
    before = os.umask(mask)
    yield mask
    os.umask(before)


def modes(out: Path) -> dict[str, int]:
    """Name -> permission bits of all that lies in *out*."""
    return {str(path.relative_to(out)): stat.S_IMODE(path.stat().st_mode) for path in (out, *out.rglob("*"))}


def double_the_last_line(path: Path) -> None:
    """Append what a file ends with."""
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])


async def made(at: Site) -> dict[str, int]:
    """Run a grid of which one job is refused, one image is blank."""
    report = (await at.make()).report
    assert (report.exit_code, report.failed, report.quarantined) == (3, 1, 1)
    return await in_thread(modes, at.out)


async def test_public_files_follow_the_umask_and_private_ones_are_the_owners_alone(tmp_path: Path, umask: int) -> None:
    """A shared folder is shared, a closed one closed: manifest and reasons are no wider than the images they name."""
    async with site(tmp_path / "out", {"post#3": "value", "image#1": "blank"}) as at:
        found = await made(at)

    folders = {"images", "quarantine", "."}
    private = {name for name in found if name.startswith(PRIVATE)}
    assert {found[name] for name in private if name in {PRIVATE, f"{PRIVATE}/part"}} == {0o700}
    assert found[f"{PRIVATE}/journal.jsonl"] == found[f"{PRIVATE}/lock"] == 0o600
    public = {name: mode for name, mode in found.items() if name not in private | folders}
    assert {"manifest.jsonl", "failures.jsonl", "run.json", "quarantine/reasons.jsonl"} < set(public)
    assert set(public.values()) == {0o666 & ~umask}
    assert {found[name] for name in folders} == {0o777 & ~umask}


async def test_a_manifest_whose_mode_somebody_chose_keeps_it(tmp_path: Path) -> None:
    """The next run appends, and changes nothing else about it; nor does a repair that writes it anew."""
    async with site(tmp_path / "out") as at:
        await at.make(prompts=1, seeds=1)
        await in_thread((at.out / "manifest.jsonl").chmod, 0o640)

        await at.make(prompts=1, seeds=2)

        assert len(at.lines) == 2
        await in_thread(double_the_last_line, at.out / "manifest.jsonl")
        assert len(await in_thread(lambda: list(mend_lines(Folder(at.out))))) == 1
        assert len(at.lines) == 2
        assert (await in_thread(modes, at.out))["manifest.jsonl"] == 0o640
