"""Real disks that run full, run out of names, or lose their power. Needs root; skips elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random

import anyio
import pytest
from anyio import to_thread
from real_run import IMAGES, LONGEST, RealScene, each, real_scene, wrong_with
from scene import lost_answers
from torture_counts import Counts

ROOMY = 24 * 2**20
"""Bytes of a small disk: the preflight wants 16 MiB and the reserve takes one."""


def may_mount() -> bool:
    """Whether this process may mount a file system."""
    if os.geteuid() or not all(shutil.which(tool) for tool in ("mount", "umount", "mkfs.ext4")):
        return False
    unshare = "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x20000))"
    return subprocess.run([sys.executable, "-c", unshare], check=False).returncode == 0


pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not may_mount(), reason="mounting a file system needs root"),
]


@contextmanager
def mounted(at: Path, *options: str) -> Iterator[Path]:
    """Mount something for the length of the block."""
    at.mkdir(exist_ok=True)
    mounting = subprocess.run(["mount", *options, str(at)], check=False, capture_output=True, text=True)
    if mounting.returncode:
        pytest.skip(f"this machine does not mount: {mounting.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@asynccontextmanager
async def on_tmpfs(tmp_path: Path, options: str) -> AsyncIterator[RealScene]:
    """A scene whose folder lies on a small disk of its own; all downloads but the first take two seconds."""
    slow = {f"image#2-{IMAGES}": "stall 2"}
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", options, "tmpfs") as disk:
        async with real_scene(tmp_path, slow, out=disk / "out") as scene:
            yield scene


async def while_running(scene: RealScene, images: int, meddle: list[str]) -> int | None:
    """Run a child and let *meddle* happen to its disk once it has fetched so many images; return its exit code.

    It stands still meanwhile: on a busy machine it would be done before its disk is full.
    """
    Counts.faults += 1
    child = await scene.child()
    while len(scene.server.ledger.of("image")) < images and child.alive:  # noqa: ASYNC110 - nothing tells
        await anyio.sleep(0.01)
    await to_thread.run_sync(child.stop)
    await anyio.run_process(meddle, check=False)
    await to_thread.run_sync(child.go_on)
    while child.alive:  # a reserve that is given up makes room again
        await anyio.run_process(meddle, check=False)
        await anyio.sleep(0.01)
    with anyio.fail_after(LONGEST):
        return (await scene.ended(child)).code


def ballast(disk: Path) -> list[str]:
    """The command that takes up all the room there is, and again what a reserve gave back since."""
    return ["dd", "if=/dev/zero", f"of={disk / 'ballast'}", "bs=4096", "oflag=append", "conv=notrunc"]


async def test_a_disk_that_runs_full_costs_no_image(tmp_path: Path) -> None:
    """Code 8; every answer that came is in the journal; with room again what is paid is fetched and not bought."""
    async with on_tmpfs(tmp_path, f"size={ROOMY}") as scene:
        assert await while_running(scene, 1, ballast(scene.out.parent)) == 8
        assert await scene.wrong_now() == []
        assert await to_thread.run_sync(lost_answers, scene.out) == {}

        (scene.out.parent / "ballast").unlink()
        billed = scene.billed.total()
        assert await scene.finish() == []
        assert scene.billed.total() == IMAGES >= billed


async def test_no_room_at_the_start_is_said_before_a_post(tmp_path: Path) -> None:
    """Code 8, and nothing was asked of the service."""
    Counts.faults += 1
    async with on_tmpfs(tmp_path, "size=8m") as scene:
        ended = await scene.run()
        assert ended.code == 8
        assert "MiB are free under" in ended.stderr
        assert len(scene.server.ledger) == 0


async def test_a_disk_out_of_names_ends_the_run_in_words(tmp_path: Path) -> None:
    """Inodes can run out before bytes do."""
    Counts.faults += 1
    async with on_tmpfs(tmp_path, f"size={ROOMY},nr_inodes=14") as scene:
        ended = await scene.run()
        assert ended.code == 8
        assert "No space left on device" in ended.stderr
        assert await scene.wrong_now() == []
        await anyio.run_process(["mount", "-o", "remount,nr_inodes=1000", str(scene.out.parent)])
        assert await scene.finish() == []


async def test_a_limit_on_file_sizes_ends_the_run_in_words(tmp_path: Path) -> None:
    """A real short write in the middle of a line, then the error: no half line stays."""
    Counts.faults += 1
    async with real_scene(tmp_path) as scene:
        scene.limit = 2
        assert (await scene.run()).code == 0
        scene.limit = None
        journal = scene.out / ".flux-batch" / "journal.jsonl"
        ended = await scene.program("prlimit", f"--fsize={journal.stat().st_size + 1500}")
        assert ended.code == 8, ended.stderr
        assert "File too large" in ended.stderr
        assert journal.read_bytes().endswith(b"\n")
        assert await scene.finish() == []


@pytest.mark.parametrize("mount", ["images", ".flux-batch/part", "quarantine"])
async def test_folders_on_different_disks_are_refused_before_a_post(tmp_path: Path, mount: str) -> None:
    """An image gets its name by a link, and a link does not leave its disk."""
    Counts.faults += 1
    async with real_scene(tmp_path) as scene:
        (scene.out / mount).mkdir(parents=True)
        with mounted(scene.out / mount, "-t", "tmpfs", "tmpfs"):
            ended = await scene.run()
        assert ended.code == 8
        assert "lies on another file system" in ended.stderr
        assert len(scene.server.ledger) == 0


@each(20)
async def test_after_a_power_cut_everything_that_was_told_is_there(tmp_path: Path, step: int) -> None:
    """The disk's image is copied at a random instant of a run: what the kernel had not written yet is not in it."""
    blank = tmp_path / "blank.img"
    await anyio.run_process(["truncate", "-s", "64M", str(blank)])
    await anyio.run_process(["mkfs.ext4", "-q", "-F", str(blank)])
    with mounted(tmp_path / "blank", "-o", "loop", str(blank)):
        pass  # or the test is skipped

    async def trial(seed: str, home: Path) -> list[str]:
        disk, copy = home / "disk.img", home / "copy.img"
        await to_thread.run_sync(shutil.copyfile, blank, disk)
        async with real_scene(home, out=home / "disk" / "out") as scene:
            with mounted(home / "disk", "-o", "loop", str(disk)):
                scene.told = await cut(scene, disk, copy, Random(seed))
            with mounted(home / "disk", "-o", "loop", str(copy)):
                wrong = await scene.wrong_now() if scene.told else []
                return wrong + await scene.finish(boot="another boot")

    assert await wrong_with([f"seed {n}" for n in range(20)][step // 2 :: step], trial, tmp_path) == []


async def cut(scene: RealScene, disk: Path, copy: Path, rng: Random) -> set[str]:
    """Run a child, stop it at a random instant, copy its disk, kill it; return what it had told by then."""
    child = await scene.child(boot="first boot")
    while not scene.server.ledger.of("post") and child.alive:  # noqa: ASYNC110 - nothing tells
        await anyio.sleep(0.01)
    await anyio.sleep(rng.uniform(0, 2))
    await to_thread.run_sync(child.stop)
    told = await to_thread.run_sync(child.told)
    await to_thread.run_sync(shutil.copyfile, disk, copy)
    await to_thread.run_sync(child.kill)
    await scene.ended(child)
    return told
