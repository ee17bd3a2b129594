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
from flux_batch.store.folder import storage

LOCKS = Path("/proc/locks")
NO_LOCKS_HERE = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})


@contextmanager
def locked(path: Path, started: str) -> Iterator[None]:
    """Hold the lock file *path*; its content only serves the message for whoever comes second.

    Raises:
        FolderLocked: another process holds it.
        StorageFailed: it cannot be made, or the file system has no locks.
    """
    with storage(f"cannot open the lock {path}"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _take(descriptor, path)
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "start": started}
        with storage(f"cannot write the lock {path}"):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> int | None:
    """Return the id of the process that holds the lock file *path*, None where nobody does. Takes no lock itself.

    By the kernel's own list; where there is none, nobody is seen.
    """
    try:
        node = path.stat()
        listed = LOCKS.read_text().splitlines()
    except OSError:
        return None
    inode = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    holders = (line.split() for line in listed if f" {inode} " in line)
    return next((int(fields[4]) for fields in holders if fields[1] == "FLOCK" and fields[3] == "WRITE"), None)


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _held(descriptor, path) from None
    except OSError as error:
        if error.errno in NO_LOCKS_HERE:
            raise StorageFailed(
                f"the file system under {path.parent.parent} has no locks",
                hint="write to a local disk: two runs in one folder would pay twice",
            ) from error
        raise StorageFailed(f"cannot lock {path}: {error.strerror or error}", hint="check the disk") from error
    if not _same_file(descriptor, path):
        raise _held(descriptor, path)


def _same_file(descriptor: int, path: Path) -> bool:
    """A lock file deleted by hand lets a second holder in; then the file of that name is another one."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _held(descriptor: int, path: Path) -> FolderLocked:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        who = f"process {holder['pid']} on {holder['host']}, started {holder['start']}"
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return FolderLocked(
        f"the output folder {path.parent.parent} is in use by {who}",
        hint="wait for it, stop it, or name another folder with --out DIR",
    )
