"""A final name stands for a whole file, and nobody else's file is ever in the way of it."""

from __future__ import annotations

import contextlib
import errno
from pathlib import Path

import pytest
from faulty_disk import Dies, Fails, FaultyDisk, Killed
from store_samples import png

from flux_batch.errors import StorageFailed
from flux_batch.store.disk import DISK, Disk
from flux_batch.store.folder import Folder
from flux_batch.store.lines import read_lines
from flux_batch.store.part import Arrival, recheck
from flux_batch.store.publish import NameTaken, publish, set_aside


def arrived(tmp_path: Path, content: bytes = b"") -> Arrival:
    """An image in ``part/``."""
    path = tmp_path / "part"
    path.write_bytes(content or png())
    return Arrival(path, recheck(path))


def test_an_image_gets_its_name_and_leaves_the_part_folder(tmp_path: Path) -> None:
    """The same file, under one name only."""
    arrival = arrived(tmp_path)

    publish(DISK, arrival, tmp_path / "final.png")

    assert (tmp_path / "final.png").read_bytes() == png()
    assert not arrival.path.exists()


def test_a_file_with_the_same_bytes_is_taken_as_ours(tmp_path: Path) -> None:
    """A run was killed between the name and the manifest line."""
    (tmp_path / "final.png").write_bytes(png())

    publish(DISK, arrived(tmp_path), tmp_path / "final.png")

    assert [path.name for path in tmp_path.iterdir()] == ["final.png"]


def test_a_file_with_other_bytes_is_left_alone(tmp_path: Path) -> None:
    """Its owner may want it; the image waits for another name."""
    (tmp_path / "final.png").write_text("mine")

    with pytest.raises(NameTaken, match="exists already and is another file"):
        publish(DISK, arrived(tmp_path), tmp_path / "final.png")

    assert (tmp_path / "final.png").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["final.png"]


@pytest.mark.parametrize("target", ["victim", "nowhere", "."])
def test_a_link_planted_under_the_name_leads_nowhere(tmp_path: Path, target: str) -> None:
    """Neither is it followed nor replaced, though it points at the very bytes."""
    (tmp_path / "victim").write_bytes(png())
    (tmp_path / "final.png").symlink_to(tmp_path / target)

    with pytest.raises(NameTaken):
        publish(DISK, arrived(tmp_path), tmp_path / "final.png")

    assert (tmp_path / "final.png").is_symlink()
    assert (tmp_path / "victim").read_bytes() == png()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMLINK])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_disk_that_refuses_ends_the_run_in_words(tmp_path: Path, call: int, code: int) -> None:
    """Code 8, at whichever step."""
    with pytest.raises(StorageFailed, match="cannot publish") as error:
        publish(FaultyDisk(Fails(call, code)), arrived(tmp_path), tmp_path / "final.png")

    assert error.value.exit_code == 8


@pytest.mark.parametrize("call", [1, 2, 3])
def test_publishing_may_be_killed_at_any_call(tmp_path: Path, call: int) -> None:
    """The image is in the part folder, or whole under its name, or both; then the same again succeeds."""
    arrival = arrived(tmp_path)
    with pytest.raises(Killed):
        publish(FaultyDisk(Dies(call)), arrival, tmp_path / "final.png")

    assert arrival.path.exists()
    publish(DISK, arrival, tmp_path / "final.png")
    assert [path.name for path in tmp_path.iterdir()] == ["final.png"]


def test_what_is_set_aside_keeps_its_bytes_and_gets_a_reason(tmp_path: Path) -> None:
    """And its number, where the name is taken: nothing in quarantine is ever replaced."""
    folder = Folder(tmp_path)
    names = []
    for n in range(3):
        path = tmp_path / "part"
        path.write_bytes(b"%d" % n)
        names.append(set_aside(folder, path, "job-0.png", f"reason {n}").name)

    assert names == ["job-0.png", "2-job-0.png", "3-job-0.png"]
    assert [(folder.quarantine / name).read_bytes() for name in names] == [b"0", b"1", b"2"]
    assert [(line["file_name"], line["reason"]) for line in read_lines(folder.reasons)] == [
        (f"quarantine/{name}", f"reason {n}") for n, name in enumerate(names)
    ]


def test_a_link_is_set_aside_as_a_link(tmp_path: Path) -> None:
    """What it points at stays where it is."""
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "stray.png").symlink_to(tmp_path / "victim")

    target = set_aside(Folder(tmp_path), tmp_path / "stray.png", "stray.png", "a link")

    assert target.is_symlink()
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize("call", range(1, 10))
def test_setting_aside_may_be_killed_at_any_call(tmp_path: Path, call: int) -> None:
    """The file is in one of the two places, whole."""
    path = tmp_path / "part"
    path.write_bytes(png())
    disk: Disk = FaultyDisk(Dies(call))
    with contextlib.suppress(Killed):
        set_aside(Folder(tmp_path, disk), path, "job-0.png", "reason")

    there = [each for each in (path, tmp_path / "quarantine" / "job-0.png") if each.exists()]
    assert [each.read_bytes() for each in there] == [png()]
