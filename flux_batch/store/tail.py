"""The last line of a log after a crash: completed, or cut off and put aside. Lines before it are never touched."""

from __future__ import annotations

import os
from pathlib import Path

from flux_batch.store.disk import Disk, write_new
from flux_batch.store.folder import PRIVATE_MODE, storage
from flux_batch.store.lines import LONGEST_LINE, decode


def mend_tail(disk: Disk, path: Path, torn: Path) -> str | None:
    """Cut what a crash left as the last line of *path*; return one sentence about it, None where all is well.

    A last line that is whole and only lacks its newline gets it. Anything else that cannot be read is copied into the
    folder *torn* first, NULs and half-written blocks included.

    Raises:
        StorageFailed: it cannot be mended.
    """
    with storage(f"cannot mend {path}"):
        if not path.exists():
            return None
        last, start = last_line(path)
        if not last or (last.endswith(b"\n") and is_record(last)):
            return None
        descriptor = disk.append_to(path)
        try:
            return _mend(disk, descriptor, last, start, torn / f"{path.name}.{start}")
        finally:
            disk.close(descriptor)


def _mend(disk: Disk, descriptor: int, last: bytes, start: int, aside: Path) -> str:
    name = aside.name.removesuffix(f".{start}")
    if is_record(last):
        disk.write(descriptor, b"\n")
        disk.sync(descriptor)
        return f"{name}: the last line lacked its newline and got it"
    disk.make_folder(aside.parent, PRIVATE_MODE)
    disk.unlink(aside)
    write_new(disk, aside, last, 0o600)
    disk.truncate(descriptor, start)
    disk.sync(descriptor)
    return f"{name}: a torn last line of {len(last)} bytes was moved to {aside.parent}"


def is_record(last: bytes) -> bool:
    """Whether *last* can be read, with the newline it may lack."""
    return decode(last if last.endswith(b"\n") else last + b"\n") is not None


def last_line(path: Path) -> tuple[bytes, int]:
    """Return the last line, with its newline where it has one, and the byte at which it starts."""
    with path.open("rb") as file:
        start = file.seek(0, os.SEEK_END)
        line = b""
        while start > 0:
            step = min(LONGEST_LINE, start)
            start -= step
            line = os.pread(file.fileno(), step, start) + line
            cut = line.rfind(b"\n", 0, len(line) - 1)
            if cut >= 0:
                return line[cut + 1 :], start + cut + 1
        return line, 0
