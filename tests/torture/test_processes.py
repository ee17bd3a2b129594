"""What a simulation cannot lie about: real processes, killed by the server, by system call, by signals, at random."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import anyio
import pytest
from anyio import to_thread
from real_run import IMAGES, RealScene, each, real_scene, wrong_with
from scene import lost_answers
from torture_counts import Counts

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

EVENTS = [
    f"{kind}#{n}: kill_client{half}"
    for kind in ("post", "image")
    for n in range(1, IMAGES + 1)
    for half in ("", " half")
]
MOST = {
    "fdatasync": 26,
    "fsync": 12,
    "linkat": 7,
    "unlink": 10,
    "rename": 3,
    "mkdir": 4,
    "ftruncate": 1,
    "write": 30,
    "connect": 10,
    "recvfrom": 24,
}
"""System call -> how many the busiest thread of a run makes at least."""
CALLS = [f"{call}:signal=SIGKILL:when={n}" for call, most in MOST.items() for n in range(1, most + 1)]
FIRST = {"fdatasync": 9, "linkat": 4, "fsync": 8}
ERRORS = [f"{call}:error={error}:when={n}+" for call, n in FIRST.items() for error in ("EIO", "ENOSPC", "EROFS")]


def traceable() -> bool:
    """Whether strace is there and may trace a process that is running already."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "0.2"]) as sleeper:
        attach = ["strace", "-qq", "-o", os.devnull, "-p", str(sleeper.pid)]
        return subprocess.run(attach, check=False, stderr=subprocess.DEVNULL, timeout=20).returncode == 0


needs_strace = pytest.mark.skipif(not traceable(), reason="strace is not here, or may not trace")


def injected(point: str) -> list[str]:
    """The arguments by which strace lets a system call go wrong."""
    call = point.partition(":")[0]
    return ["-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={point}"]


@each(13)
async def test_a_client_killed_by_the_server_finishes_on_its_next_run(arena: Path, step: int) -> None:
    """On any of its posts, on any of its downloads, in the middle of one."""

    async def trial(fault: str, home: Path) -> list[str]:
        event, _, how = fault.partition(": ")
        async with real_scene(home, {event: how}) as scene:
            killed = await scene.run()
            lived = [] if killed.code == -signal.SIGKILL else [f"ended with {killed}"]
            return lived + await scene.wrong_now() + await scene.finish()

    assert await wrong_with(EVENTS[step // 2 :: step], trial, arena) == []


@needs_strace
@each(29)
async def test_a_client_killed_at_a_system_call_finishes_on_its_next_run(arena: Path, step: int) -> None:
    """Just before the call is made: the call for the medium, for a name, for a byte of journal, image or answer."""
    points = CALLS[step // 2 :: step]
    before = Counts.kills

    async def trial(point: str, home: Path) -> list[str]:
        async with real_scene(home) as scene:
            killed = await scene.run(strace=injected(point))
            ended = [] if killed.code in {0, -signal.SIGKILL} else [f"ended with {killed}"]
            return ended + await scene.wrong_now() + await scene.finish()

    assert await wrong_with(points, trial, arena) == []
    assert Counts.kills - before >= 0.9 * len(points)


@needs_strace
@each(6)
async def test_a_disk_that_fails_ends_the_run_with_code_8(arena: Path, step: int) -> None:
    """And what is paid is fetched when it is well again."""

    async def trial(point: str, home: Path) -> list[str]:
        async with real_scene(home) as scene:
            ended = await scene.run(strace=injected(point))
            bad = ended.code not in {0, 8} or "Traceback" in ended.stderr
            return ([f"ended with {ended}"] if bad else []) + await scene.wrong_now() + await scene.finish()

    assert await wrong_with(ERRORS[step // 2 :: step], trial, arena) == []


@each(8)
async def test_a_loop_of_random_kills_comes_to_an_end(arena: Path, step: int) -> None:
    """Each image is bought once, or declared."""

    async def trial(seed: str, home: Path) -> list[str]:
        rng = Random(seed)
        async with real_scene(home) as scene:
            for _ in range(10):
                Counts.faults += 1
                await killed_after(scene, rng.uniform(0, 0.5))
            wrong = await scene.finish()
            lost = await to_thread.run_sync(lost_answers, scene.out)
            return wrong + ([] if scene.billed.total() <= IMAGES + lost.total() else ["billed more than declared"])

    assert await wrong_with([f"seed {n}" for n in range(8)][step // 2 :: step], trial, arena) == []


async def killed_after(scene: RealScene, seconds: float) -> None:
    """Run a child and kill it."""
    child = await scene.child()
    await anyio.sleep(seconds)
    await to_thread.run_sync(child.kill)
    await scene.ended(child)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
async def test_a_signal_stops_the_posting_and_brings_home_what_is_paid(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Nothing is ambiguous afterwards, and the same command goes on."""
    Counts.faults += 1
    async with real_scene(tmp_path, {"image#1": "body_slow 0.003"}) as scene:
        ended = await signalled(scene, [number])
        assert ended == code
        assert await scene.wrong_now() == []
        assert await to_thread.run_sync(lost_answers, scene.out) == {}
        assert await scene.finish() == []


async def test_a_second_signal_ends_it_now(tmp_path: Path) -> None:
    """Whose answer did not come is written down as unknown."""
    Counts.faults += 1
    async with real_scene(tmp_path, {"post#2": "stall 600"}) as scene:
        with anyio.fail_after(30):
            ended = await signalled(scene, [signal.SIGINT, signal.SIGINT])
        assert ended == 130
        assert (await to_thread.run_sync(lost_answers, scene.out)).total() == 1
        assert await scene.finish() == []


async def signalled(scene: RealScene, numbers: list[signal.Signals]) -> int | None:
    """Run ``flux-batch run`` and send it signals once it has posted twice."""
    grid = await to_thread.run_sync(scene.grid)
    command = [sys.executable, "-m", "flux_batch", "run", str(grid), "--quiet"]
    async with await anyio.open_process(command, env=scene.environment) as child:
        while len(scene.server.ledger.of("post")) < 2:  # noqa: ASYNC110 - nothing tells of a post
            await anyio.sleep(0.02)
        for number in numbers:
            await anyio.sleep(0.3)
            child.send_signal(number)
        return await child.wait()


async def test_a_second_run_of_a_folder_ends_at_once_and_pays_nothing(tmp_path: Path) -> None:
    """Code 9, with the holder named; the first one notices nothing."""
    Counts.faults += 1
    async with real_scene(tmp_path, {"image#1": "stall 1"}) as scene:
        first = await scene.child()
        while not scene.server.ledger.of("image"):  # noqa: ASYNC110 - nothing tells
            await anyio.sleep(0.01)
        second = await scene.run()
        assert second.code == 9
        assert f"is in use by process {first.pid} " in second.stderr
        assert (await scene.ended(first)).code == 0
        assert await scene.finish() == []
        assert scene.billed.total() == IMAGES


async def test_the_child_is_what_these_tests_think_it_is(tmp_path: Path) -> None:
    """Without a fault: code 0, all images, each billed once."""
    async with real_scene(tmp_path) as scene:
        assert (await scene.program()).code == 0
        assert await scene.finish() == []
        assert scene.billed.total() == IMAGES
        assert len(scene.told) == IMAGES
