"""The calls that change an output folder, one by one: so that a test can count them, fail the n-th, or cut the power.

Each may raise ``OSError``; turning that into the end of a run is :func:`flux_batch.store.folder.storage`'s work.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import Buffer

Content: TypeAlias = bytes | bytearray | memoryview

PUBLIC_MODE = 0o666
"""Of a file that others may read: the umask says who they are."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Disk:
    """The file system, as far as an output folder needs it."""

    def make_folder(self, path: Path, mode: int | None = None) -> None:
        """Make a folder where there is none; a *mode* that is given is set whatever the umask, on an old one too."""
        path.mkdir(mode=0o777 if mode is None else mode, exist_ok=True)
        if mode is not None and stat.S_IMODE(path.stat().st_mode) != mode:
            path.chmod(mode)

    def create(self, path: Path, mode: int = PUBLIC_MODE) -> int:
        """Make a new file and return its descriptor; fails where anything, a link included, has that name."""
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, mode)

    def append_to(self, path: Path, mode: int | None = None) -> int:
        """Open a file for appending, made where there is none; never one that another name links to.

        A *mode* that is given is set whatever the umask, on an old file too; without one a new file is public.
        """
        made_with = PUBLIC_MODE if mode is None else mode
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, made_with)
        if mode is not None:
            os.fchmod(descriptor, mode)
        return descriptor

    def write(self, descriptor: int, data: Content) -> None:
        """Write all of *data*, however little the system takes at a time."""
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]

    def sync(self, descriptor: int) -> None:
        """Bring a file's bytes and length onto the medium. After an error never again: a second sync may lie."""
        os.fdatasync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file to *size* bytes."""
        os.ftruncate(descriptor, size)

    def close(self, descriptor: int) -> None:
        """Give a descriptor back."""
        os.close(descriptor)

    def link(self, old: Path, new: Path) -> None:
        """Give a file a second name; fails where that is taken."""
        os.link(old, new, follow_symlinks=False)

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file; what has the new name is replaced."""
        old.rename(new)

    def unlink(self, path: Path) -> None:
        """Remove a name; none of that kind is fine."""
        path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Bring the names in a folder onto the medium."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def free(self, folder: Path) -> int:
        """Return the bytes that can still be written below *folder*."""
        return shutil.disk_usage(folder).free

    def boot(self) -> str:
        """Return what names this boot of the machine; empty where the system does not say."""
        try:
            return BOOT_ID.read_text().strip()
        except OSError:
            return ""


DISK = Disk()


class NewFile(io.BufferedIOBase):
    """A new file for writing, whole writes only. Threads may share it: a close waits for the write before it.

    Without that lock a cancelled writer would leave its thread behind with a descriptor that somebody else gets next.
    """

    def __init__(self, disk: Disk, path: Path, mode: int = PUBLIC_MODE) -> None:
        self._disk = disk
        self._turn = threading.Lock()
        self._descriptor = disk.create(path, mode)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Buffer) -> int:
        """Write all of *data*."""
        view = memoryview(data)
        self._locked(self._disk.write, view)
        return len(view)

    def sync(self) -> None:
        """See :meth:`Disk.sync`."""
        self._locked(self._disk.sync)

    def _locked(self, call: Callable[..., None], *arguments: Content) -> None:
        with self._turn:
            if self.closed:
                raise ValueError("the file is closed")
            call(self._descriptor, *arguments)

    def close(self) -> None:
        """Give the descriptor back, once."""
        with self._turn:
            if not self.closed:
                super().close()
                self._disk.close(self._descriptor)


def write_new(disk: Disk, path: Path, content: Content, mode: int = PUBLIC_MODE) -> None:
    """Write *content* into a new file and sync it; a file that could not be written is removed again."""
    file = NewFile(disk, path, mode)
    try:
        file.write(content)
        file.sync()
    except OSError:
        disk.unlink(path)
        raise
    finally:
        file.close()
