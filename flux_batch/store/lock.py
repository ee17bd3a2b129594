"""One writer per folder: an flock that the kernel drops with its holder, however that dies."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flux_batch.errors import FolderLocked, StorageFailed
from flux_batch.store.folder import is_named, storage

LOCKS = Path("/proc/locks")
NO_LOCKS_HERE = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})


@contextmanager
def locked(path: Path, started: str) -> Iterator[None]:
    """Hold the lock file *path* and its folder; the file's content only serves the message for whoever comes second.

    The folder's own lock outlives the file: one that was deleted by hand lets nobody in.

    Raises:
        FolderLocked: another process holds it.
        StorageFailed: it cannot be made, or the file system has no locks.
    """
    with _opened(path, os.O_RDWR | os.O_CREAT) as file, _opened(path.parent, os.O_RDONLY | os.O_DIRECTORY) as folder:
        _take(file, file, path)
        if not is_named(file, path):
            raise _held(file, path)
        _take(folder, file, path)
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "start": started}
        with storage(f"cannot write the lock {path}"):
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(holder).encode(), 0)
        yield


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    with storage(f"cannot open the lock {path}"):
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> int | None:
    """Return the id of the process that holds the lock file *path* or its folder, None where nobody does.

    By the kernel's own list; where there is none, nobody is seen. Takes no lock itself.
    """
    try:
        nodes = [each.stat() for each in (path.parent, path) if each.exists()]
        listed = LOCKS.read_text().splitlines()
    except OSError:
        return None
    inodes = [f" {os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino} " for node in nodes]
    holders = (line.split() for line in listed if any(inode in line for inode in inodes))
    return next((int(fields[4]) for fields in holders if fields[1] == "FLOCK" and fields[3] == "WRITE"), None)


def _take(descriptor: int, file: int, path: Path) -> None:
    """Lock *descriptor*; *file* is the lock file at *path*, for the message."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _held(file, path) from None
    except OSError as error:
        if error.errno in NO_LOCKS_HERE:
            raise StorageFailed(
                f"the file system under {path.parent.parent} has no locks",
                hint="write to a local disk: two runs in one folder would pay twice",
            ) from error
        raise StorageFailed(f"cannot lock {path}: {error.strerror or error}", hint="check the disk") from error


def _held(file: int, path: Path) -> FolderLocked:
    try:
        holder = json.loads(os.pread(file, 4096, 0))
        who = f"process {holder['pid']} on {holder['host']}, started {holder['start']}"
    except (ValueError, KeyError, TypeError):
        found = holder_of(path)
        who = "another process" if found is None else f"another process ({found})"
    return FolderLocked(
        f"the output folder {path.parent.parent} is in use by {who}",
        hint="wait for it, stop it, or name another folder with --out DIR",
    )
