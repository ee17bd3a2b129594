"""One writer per folder: the kernel says who, and the message says it to people."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flux_batch.errors import FolderLocked, StorageFailed
from flux_batch.store.lock import holder_of, locked

HOLD = "import fcntl, sys, time; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print(); time.sleep(60)"


def test_a_second_run_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    """Process, host and time; and it ends with code 9."""
    lock = tmp_path / ".flux-batch" / "lock"
    lock.parent.mkdir()
    with locked(lock, "2026-11-22T12:00:00Z"), pytest.raises(FolderLocked) as error, locked(lock, "later"):
        pass

    assert error.value.exit_code == 9
    assert f"process {os.getpid()} on " in str(error.value)
    assert "2026-11-22T12:00:00Z" in str(error.value)


def test_the_lock_of_a_killed_run_is_free_at_once(tmp_path: Path) -> None:
    """The kernel drops it with its holder, so no rule about old locks is needed."""
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(FolderLocked), locked(lock, "now"):
            pass
        holder.kill()

    with locked(lock, "now"):
        assert json.loads(lock.read_text())["pid"] == os.getpid()


def test_a_lock_file_deleted_while_it_is_held_lets_nobody_write_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who got the old file sees that the name is another file's now."""
    lock, real = tmp_path / "lock", fcntl.flock

    def flock_after_deletion(descriptor: int, how: int) -> None:
        lock.unlink()
        lock.touch()
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock_after_deletion)

    with pytest.raises(FolderLocked), locked(lock, "now"):
        pass


def test_whoever_deletes_the_lock_file_of_a_run_lets_no_second_one_in(tmp_path: Path) -> None:
    """Its folder is locked as well, so the run that goes on is still seen, by its process."""
    lock = tmp_path / "lock"
    with locked(lock, "now"):
        lock.unlink()
        with pytest.raises(FolderLocked, match=rf"in use by another process \({os.getpid()}\)"), locked(lock, "later"):
            pass
        lock.unlink()

        assert holder_of(lock) == os.getpid()

    with locked(lock, "after it"):
        assert json.loads(lock.read_text())["start"] == "after it"


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Two runs in one folder would pay twice."""

    def no_locks(_: int, __: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", no_locks)

    with pytest.raises(StorageFailed, match="has no locks"), locked(tmp_path / "lock", "now"):
        pass


def test_any_other_trouble_with_the_lock_ends_the_run_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Storage that cannot be trusted is code 8, never a traceback."""

    def broken(_: int, __: int) -> None:
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(fcntl, "flock", broken)

    with pytest.raises(StorageFailed, match="cannot lock"), locked(tmp_path / "lock", "now"):
        pass


def test_a_lock_file_of_another_tool_is_still_a_lock(tmp_path: Path) -> None:
    """Whatever stands in it, the message stays whole."""
    lock = tmp_path / "lock"
    with locked(lock, "now"):
        lock.write_text("[not our words")
        with pytest.raises(FolderLocked, match="in use by another process"), locked(lock, "now"):
            pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """Nothing outside the folder is written."""
    (tmp_path / "victim").write_text("untouched")
    (tmp_path / "lock").symlink_to(tmp_path / "victim")

    with pytest.raises(StorageFailed, match="cannot open the lock"), locked(tmp_path / "lock", "now"):
        pass

    assert (tmp_path / "victim").read_text() == "untouched"
