"""What streams in is written to a file nobody else could have made, checked while it passes, and synced once."""

from __future__ import annotations

import base64
import errno
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from anyio.to_thread import run_sync as in_thread
from faulty_disk import Fails, FaultyDisk
from store_samples import png

from flux_batch.errors import DownloadFailed, StorageFailed
from flux_batch.store.image.check import NotAnImage
from flux_batch.store.part import NotSynced, of_bytes, part_path, receive, recheck


async def test_an_image_arrives_whole(tmp_path: Path) -> None:
    """Written, checked and synced, with its facts."""
    disk = FaultyDisk()

    arrival = await receive(disk, of_bytes(png()), tmp_path / "part")

    assert await in_thread((tmp_path / "part").read_bytes) == png()
    assert (arrival.facts.format, arrival.facts.width, arrival.facts.bytes) == ("png", 64, len(png()))
    assert disk.calls == ["create", "write", "sync"]


async def test_base64_text_becomes_the_image_it_stands_for(tmp_path: Path) -> None:
    """A link may lead to text."""
    arrival = await receive(FaultyDisk(), of_bytes(base64.b64encode(png())), tmp_path / "part")

    assert await in_thread((tmp_path / "part").read_bytes) == png()
    assert arrival.facts.format == "png"


@pytest.mark.parametrize("content", [b"", b"<html>no</html>", png()[:-1], png() + b"x", png()[:60]])
async def test_what_is_no_whole_image_is_never_synced(tmp_path: Path, content: bytes) -> None:
    """It is not worth it."""
    disk = FaultyDisk()

    with pytest.raises(NotAnImage):
        await receive(disk, of_bytes(content), tmp_path / "part")

    assert "sync" not in disk.calls


async def test_a_broken_stream_is_a_failed_download(tmp_path: Path) -> None:
    """The transport's own words come through."""

    async def breaks() -> AsyncIterator[bytes]:
        yield png()[:50]
        raise DownloadFailed("the connection was reset")

    with pytest.raises(DownloadFailed, match="reset"):
        await receive(FaultyDisk(), breaks(), tmp_path / "part")


@pytest.mark.parametrize("plant", ["file", "link"])
async def test_a_file_that_stands_there_already_is_not_written_to(tmp_path: Path, plant: str) -> None:
    """Neither a file nor what a planted link points at."""
    victim, path = tmp_path / "victim", tmp_path / "part"
    victim.write_text("mine")
    await in_thread(path.symlink_to, victim) if plant == "link" else path.write_text("mine")

    with pytest.raises(StorageFailed, match="cannot write"):
        await receive(FaultyDisk(), of_bytes(png()), path)

    assert await in_thread(path.read_text) == await in_thread(victim.read_text) == "mine"


def test_the_name_of_a_part_file_cannot_be_guessed(tmp_path: Path) -> None:
    """So nothing can be planted there."""
    made = {part_path(tmp_path, "0" * 16, 0) for _ in range(100)}

    assert len(made) == 100
    assert all(path.name.startswith(f"{'0' * 16}-0.") for path in made)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
async def test_a_disk_that_takes_no_bytes_ends_the_run(tmp_path: Path, code: int) -> None:
    """Downloading again would not help."""
    with pytest.raises(StorageFailed) as error:
        await receive(FaultyDisk(Fails(2, code)), of_bytes(png()), tmp_path / "part")

    assert not isinstance(error.value, NotSynced)


async def test_a_sync_that_fails_is_told_apart(tmp_path: Path) -> None:
    """Another file may fare better; this one is not synced again."""
    disk = FaultyDisk(Fails(3, errno.EIO))

    with pytest.raises(NotSynced):
        await receive(disk, of_bytes(png()), tmp_path / "part")

    assert disk.calls.count("sync") == 1


async def test_a_download_that_is_cancelled_gives_its_descriptor_back(tmp_path: Path) -> None:
    """After the write that was under way, so that no later file gets its bytes."""
    opened = len(list(await in_thread(lambda: list(Path("/proc/self/fd").iterdir()))))

    async def never_ends() -> AsyncIterator[bytes]:
        yield png()[:50]
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(receive, FaultyDisk(), never_ends(), tmp_path / "part")
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()

    assert len(list(await in_thread(lambda: list(Path("/proc/self/fd").iterdir())))) == opened


def test_a_file_on_the_disk_is_checked_like_one_that_arrives(tmp_path: Path) -> None:
    """The same facts, the same verdicts."""
    (tmp_path / "good").write_bytes(png())
    (tmp_path / "bad").write_bytes(png()[:-1])

    assert recheck(tmp_path / "good").bytes == len(png())
    with pytest.raises(NotAnImage):
        recheck(tmp_path / "bad")
    with pytest.raises(StorageFailed):
        recheck(tmp_path / "none")
