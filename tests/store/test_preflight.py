"""Before the first post the folder has shown that it can do all an image will need; and that there is room."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from faulty_disk import Dies, Fails, FaultyDisk, Killed
from open_folder import opened

from flux_batch.errors import FolderLocked, StorageFailed
from flux_batch.grid import make_grid
from flux_batch.grid.settings import Limits
from flux_batch.plan import Plan, make_plan
from flux_batch.store.folder import Folder
from flux_batch.store.preflight import LEAST_FREE, empty, prepare, room_needed


def plan(**more: Any) -> Plan:
    """Ten cells of 512 x 512, four images each."""
    return make_plan(
        make_grid(
            {
                "axes": {"prompt": ["a"], "seed": {"start": 1, "count": 10}},
                "params": {"size": "512x512", "samples": 4},
                **more,
            }
        )
    )


def made(root: Path, disk: FaultyDisk | None = None) -> Folder:
    """A folder with its lock's place."""
    folder = Folder(root, disk or FaultyDisk())
    folder.make()
    return folder


def test_the_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    """It walks the whole way and cleans up."""
    prepare(made(tmp_path), 0)

    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        ".flux-batch",
        ".flux-batch/part",
        "images",
    ]
    assert (tmp_path / ".flux-batch").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("call", range(1, 13))
def test_a_probe_that_was_killed_leaves_nothing_once_the_next_is_through(tmp_path: Path, call: int) -> None:
    """Not even in ``images/``, where the probe has a name for a moment."""
    with pytest.raises(Killed):
        prepare(made(tmp_path, FaultyDisk(Dies(call))), 0)

    folder = made(tmp_path)
    prepare(folder, 0)
    empty(folder.part, folder)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("call", range(2, 11))
@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EIO])
def test_whatever_the_folder_cannot_do_is_found_before_a_post(tmp_path: Path, call: int, code: int) -> None:
    """Code 8, with a way out."""
    with pytest.raises(StorageFailed) as error:
        prepare(made(tmp_path, FaultyDisk(Fails(call, code))), 0)

    assert error.value.exit_code == 8
    assert error.value.hint


def test_one_file_system_is_asked_for(tmp_path: Path) -> None:
    """An image gets its name by a link, and a link stays on its file system."""
    disk = FaultyDisk(Fails(6, errno.EXDEV))

    with pytest.raises(StorageFailed) as error:
        prepare(made(tmp_path, disk), 0)

    assert "must lie on one file system" in (error.value.hint or "")


def test_too_little_room_is_said_in_mebibytes(tmp_path: Path) -> None:
    """With three ways out."""
    disk = FaultyDisk()
    disk.room = 5 * 2**20

    with pytest.raises(StorageFailed) as error:
        prepare(made(tmp_path, disk), 50 * 2**20)

    assert f"5 MiB are free under {tmp_path}, and what is left to make needs 50 MiB" == str(error.value)
    assert "--limit N" in (error.value.hint or "")


@pytest.mark.parametrize(
    "limits, kept, images",
    [
        ({}, 0, 40),
        ({}, 12, 28),
        ({}, 400, 0),
        ({"limit": 2}, 0, 8),
        ({"max_posts": 3}, 0, 12),
        ({"limit": 50}, 0, 40),
        ({"shard": "0/2"}, 0, 20),
        ({"shard": "2/3"}, 0, 12),
    ],
)
def test_a_run_needs_room_for_what_it_may_make(limits: dict[str, Any], kept: int, images: int) -> None:
    """Half a byte a pixel: less than any photograph, so that only what cannot fit is refused."""
    need = room_needed(plan(), Limits.model_validate(limits), kept)

    assert need == LEAST_FREE + images * 512 * 512 // 2


@pytest.mark.parametrize("root", ["file", "file/below"])
async def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path, root: str) -> None:
    """And not touched."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(StorageFailed, match="cannot use the output folder"):
        async with opened(tmp_path / root):
            pass


async def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Before it reads or writes anything."""
    async with opened(tmp_path, begin=False):
        with pytest.raises(FolderLocked):
            async with opened(tmp_path, begin=False):
                pass


@pytest.mark.parametrize("call", range(1, 22))
async def test_the_beginning_of_a_run_may_be_killed_at_any_call(tmp_path: Path, call: int) -> None:
    """The next one begins as if nothing had been."""
    try:
        async with opened(tmp_path, disk=FaultyDisk(Dies(call))):
            pass
    except Killed:
        pass

    async with opened(tmp_path) as store:
        assert store.book.standings == {}
        assert store.book.run["grid"] == "test"


async def test_what_a_killed_run_left_half_done_is_removed(tmp_path: Path) -> None:
    """Part files are worth nothing: their images are fetched again."""
    async with opened(tmp_path) as store:
        part = store.folder.part
    (part / "left-over").write_bytes(b"half an image")

    async with opened(tmp_path):
        assert not (part / "left-over").exists()
