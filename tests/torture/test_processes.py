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
from _pytest.mark import ParameterSet
from anyio import to_thread
from real_run import IMAGES, RealScene, real_scene
from scene import Counts, lost_answers

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

HALVES = ("", " half")
EVENTS = [
    f"{kind}#{n}: kill_client{half}" for kind in ("post", "image") for n in range(1, IMAGES + 1) for half in HALVES
]
MOST = {"fdatasync": 30, "linkat": 7, "rename": 4, "fsync": 12, "unlink": 16, "connect": 14}
CALLS = [f"{call}:signal=SIGKILL:when={n}" for call, most in MOST.items() for n in range(1, most + 1)]
FIRST = {"fdatasync": 9, "linkat": 4, "fsync": 8}
ERRORS = [f"{call}:error={error}:when={n}+" for call, n in FIRST.items() for error in ("EIO", "ENOSPC", "EROFS")]


def points(all_of_them: list[str], every: int) -> list[ParameterSet]:
    """Each *every*-th point for every day; the others, which take minutes, where ``-m torture`` asks for them."""
    return [
        pytest.param(point, marks=() if number % every == every // 2 else (pytest.mark.torture,))
        for number, point in enumerate(all_of_them)
    ]


def traceable() -> bool:
    """Whether strace is there and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], check=False).returncode == 0


needs_strace = pytest.mark.skipif(not traceable(), reason="strace is not here, or may not trace")


@pytest.mark.parametrize("fault", points(EVENTS, 13))
async def test_a_client_killed_by_the_server_finishes_on_its_next_run(tmp_path: Path, fault: str) -> None:
    """On any of its posts, on any of its downloads, in the middle of one."""
    Counts.faults += 1
    event, _, how = fault.partition(": ")
    async with real_scene(tmp_path, {event: how}) as scene:
        killed = await scene.run()
        assert killed.returncode == -signal.SIGKILL
        assert await scene.wrong_now() == []
        assert await scene.finish() == []


@needs_strace
@pytest.mark.parametrize("point", points(CALLS, 29))
async def test_a_client_killed_at_a_system_call_finishes_on_its_next_run(tmp_path: Path, point: str) -> None:
    """Just before the call is made."""
    Counts.faults += 1
    async with real_scene(tmp_path) as scene:
        await scene.run(wrap=("strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={point}"))
        assert await scene.wrong_now() == []
        assert await scene.finish() == []


@needs_strace
@pytest.mark.parametrize("point", points(ERRORS, 6))
async def test_a_disk_that_fails_ends_the_run_with_code_8(tmp_path: Path, point: str) -> None:
    """And what is paid is fetched when it is well again."""
    Counts.faults += 1
    async with real_scene(tmp_path) as scene:
        ended = await scene.run(wrap=("strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={point}"))
        assert ended.returncode in {0, 8}, ended.stderr
        assert b"Traceback" not in ended.stderr
        assert await scene.wrong_now() == []
        assert await scene.finish() == []


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.torture)])
async def test_a_loop_of_random_kills_comes_to_an_end(tmp_path: Path, rounds: int) -> None:
    """Each image is bought once, or declared."""
    rng = Random(7)
    async with real_scene(tmp_path) as scene:
        for _ in range(rounds):
            Counts.faults += 1
            await killed_after(scene, rng.uniform(0.3, 1.5))
        assert await scene.finish() == []
        assert sum(scene.billed.values()) <= IMAGES + sum((await to_thread.run_sync(lost_answers, scene.out)).values())


async def killed_after(scene: RealScene, seconds: float) -> None:
    """Run a child and kill it."""
    command = await to_thread.run_sync(scene.command)
    async with await anyio.open_process(command, env=scene.environment) as child:
        with anyio.move_on_after(seconds):
            await child.wait()
        if child.returncode is None:
            child.kill()


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
async def test_a_signal_stops_the_posting_and_brings_home_what_is_paid(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Nothing is ambiguous afterwards, and the same command goes on."""
    Counts.faults += 1
    async with real_scene(tmp_path, {"image#1": "body_slow 0.02"}) as scene:
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
        assert sum((await to_thread.run_sync(lost_answers, scene.out)).values()) == 1
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


async def test_the_child_is_what_these_tests_think_it_is(tmp_path: Path) -> None:
    """Without a fault: code 0, all images, each billed once."""
    async with real_scene(tmp_path) as scene:
        assert (await scene.run()).returncode == 0
        assert await scene.finish() == []
        assert sum(scene.billed.values()) == IMAGES
        assert len(scene.told) == IMAGES
