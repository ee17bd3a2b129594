"""A disk that counts its calls and lets the n-th go wrong: an error once or for good, death, or a power cut.

It stands where :class:`flux_batch.store.disk.Disk` stands. Nothing is really synced: what would survive a power cut is
kept track of instead, and :meth:`FaultyDisk.cut_power` takes the rest away.
"""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeAlias

from flux_batch.store.disk import PUBLIC_MODE, Content, Disk

PLENTY = 2**40
WRITES = frozenset({"create", "write", "sync", "append_to", "make_folder", "link"})
"""What goes on failing on a disk that is full or read-only."""


class Killed(BaseException):
    """The process is dead: nobody may catch this, and nothing after it reaches the disk."""


@dataclass(frozen=True, slots=True)
class Healthy:
    """Nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class Fails:
    """Call number *at* fails with *code*, and with *for_good* every later one that writes does too."""

    at: int
    code: int = errno.EIO
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Fills:
    """From call number *at* on the disk has room only for as much as is removed from it."""

    at: int


@dataclass(frozen=True, slots=True)
class Misses:
    """The calls named *name* fail whose number among their like is one of *which*, from 1."""

    name: str
    which: frozenset[int]


@dataclass(frozen=True, slots=True)
class Dies:
    """The process is killed just before call number *at*; a write has happened in part."""

    at: int


Plan: TypeAlias = Healthy | Fails | Fills | Misses | Dies

Undo: TypeAlias = Callable[[], None]


@dataclass(slots=True)
class Move:
    """Undoes a rename, once; it is no more to be undone as soon as either of its folders is synced."""

    back: Undo
    over: bool = False

    def __call__(self) -> None:
        """Undo it."""
        if not self.over:
            self.over = True
            self.back()


@dataclass(slots=True)
class Volatile:
    """What a power cut would take: the size each file is sure of, and changed names by folder, oldest first."""

    sizes: dict[int, int] = field(default_factory=dict)
    files: dict[int, Path] = field(default_factory=dict)
    names: dict[Path, list[Undo]] = field(default_factory=dict)


class FaultyDisk(Disk):
    """A disk with a plan.

    Attributes:
        calls: name of each call so far.
        room: bytes that :meth:`free` reports.
        dead: the process is killed; everything raises.
        failed_at: number of the first call that failed, 0 before.
    """

    def __init__(self, plan: Plan | None = None, *, grave: Path | None = None, boot: str = "boot-1") -> None:
        self.plan: Plan = plan or Healthy()
        self.calls: list[str] = []
        self.room = PLENTY
        self.dead = False
        self.failed_at = 0
        self.freed = 0
        self.boot_id = boot
        self._grave = grave
        self._turn = threading.RLock()
        self._volatile = Volatile()

    def point(self, name: str) -> None:
        """Count one call and let it go wrong if that is the plan; whatever else can go wrong may count here too."""
        self.calls.append(name)
        number = len(self.calls)
        match self.plan:
            case Dies(at=at) if number >= at:
                self.dead = True
            case Fails(at=at, code=code, for_good=for_good) if number == at or (for_good and number > at):
                if number == at or name in WRITES:
                    self.failed_at = self.failed_at or number
                    raise OSError(code, os.strerror(code))
            case Misses(name=missed, which=which) if name == missed and self.calls.count(name) in which:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            case Fills(at=at) if number >= at and name in WRITES and self.freed <= 0:
                self.failed_at = self.failed_at or number
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.check()

    def check(self) -> None:
        """Stop whoever goes on after the process is dead."""
        if self.dead:
            raise Killed

    def make_folder(self, path: Path, mode: int | None = None) -> None:
        """See :class:`Disk`."""
        with self._turn:
            self.point("make_folder")
            super().make_folder(path, mode)

    def create(self, path: Path, mode: int = PUBLIC_MODE) -> int:
        """See :class:`Disk`."""
        with self._turn:
            self.point("create")
            descriptor = super().create(path, mode)
            self._watch(descriptor, path, 0)
            self._named(path.parent, lambda: path.unlink(missing_ok=True))
            return descriptor

    def append_to(self, path: Path, mode: int | None = None) -> int:
        """See :class:`Disk`."""
        with self._turn:
            self.point("append_to")
            new = not path.exists()
            descriptor = super().append_to(path, mode)
            self._watch(descriptor, path, os.fstat(descriptor).st_size)
            if new:
                self._named(path.parent, lambda: path.unlink(missing_ok=True))
            return descriptor

    def write(self, descriptor: int, data: Content) -> None:
        """See :class:`Disk`; a write that goes wrong has written the first half."""
        with self._turn:
            try:
                self.point("write")
            except (OSError, Killed):
                if self.calls and self._is_due():
                    super().write(descriptor, memoryview(data)[: len(data) // 2])
                raise
            self.freed -= len(data) if self._is_full() else 0
            super().write(descriptor, data)

    def _is_full(self) -> bool:
        return isinstance(self.plan, Fills) and len(self.calls) >= self.plan.at

    def _is_due(self) -> bool:
        return self._is_full() or (isinstance(self.plan, Fails | Dies) and len(self.calls) == self.plan.at)

    def sync(self, descriptor: int) -> None:
        """See :class:`Disk`; only remembered."""
        with self._turn:
            self.point("sync")
            facts = os.fstat(descriptor)
            self._volatile.sizes[facts.st_ino] = facts.st_size

    def truncate(self, descriptor: int, size: int) -> None:
        """See :class:`Disk`."""
        with self._turn:
            self.point("truncate")
            super().truncate(descriptor, size)

    def link(self, old: Path, new: Path) -> None:
        """See :class:`Disk`."""
        with self._turn:
            self.point("link")
            super().link(old, new)
            self._volatile.files[new.lstat().st_ino] = new
            self._named(new.parent, lambda: new.unlink(missing_ok=True))

    def rename(self, old: Path, new: Path) -> None:
        """See :class:`Disk`."""
        with self._turn:
            self.point("rename")
            back = self._bury(new)
            super().rename(old, new)
            self._volatile.files[new.lstat().st_ino] = new
            moved = Move(lambda: (new.rename(old), back())[1])
            for folder in {old.parent, new.parent}:
                self._named(folder, moved)

    def unlink(self, path: Path) -> None:
        """See :class:`Disk`."""
        with self._turn:
            self.point("unlink")
            self.freed += path.lstat().st_size if self._is_full() and path.exists() else 0
            back = self._bury(path)
            super().unlink(path)
            self._named(path.parent, back)

    def sync_folder(self, path: Path) -> None:
        """See :class:`Disk`; only remembered."""
        with self._turn:
            self.point("sync_folder")
            for undo in self._volatile.names.pop(path, ()):
                if isinstance(undo, Move):
                    undo.over = True

    def free(self, folder: Path) -> int:  # noqa: ARG002 - see Disk
        """Return what the test says."""
        return self.room

    def boot(self) -> str:
        """Return a name that changes with each power cut."""
        return self.boot_id

    def _watch(self, descriptor: int, path: Path, sure: int) -> None:
        number = os.fstat(descriptor).st_ino
        if sure:
            self._volatile.sizes.setdefault(number, sure)
        else:
            self._volatile.sizes[number] = 0  # the number may have been another file's before
        self._volatile.files[number] = path

    def _named(self, folder: Path, undo: Undo) -> None:
        self._volatile.names.setdefault(folder, []).append(undo)

    def _bury(self, path: Path) -> Undo:
        """Keep *path* reachable, so that taking its name away can be undone."""
        if self._grave is None or not path.is_file() or path.is_symlink():
            return lambda: None
        kept = Path(tempfile.mkdtemp(dir=self._grave)) / "file"
        kept.hardlink_to(path)
        return lambda: None if path.exists() else path.hardlink_to(kept)

    def cut_power(self, rng: Random) -> None:
        """Leave on the disk what was synced, and of the rest what chance leaves: any first part of it."""
        for undos in self._volatile.names.values():
            for undo in reversed(undos[rng.randint(0, len(undos)) :]):
                undo()
        for number, path in self._volatile.files.items():
            if path.is_file() and path.stat().st_ino == number:
                shorten(path, self._volatile.sizes.get(number, path.stat().st_size), rng)
        self._volatile = Volatile()
        self.boot_id = f"boot-{rng.randint(2, PLENTY)}"

    def revive(self, plan: Plan | None = None) -> None:
        """Start again with another plan; the count starts anew."""
        self.plan, self.dead, self.calls, self.failed_at, self.freed = plan or Healthy(), False, [], 0, 0


def shorten(path: Path, sure: int, rng: Random) -> None:
    """Cut a file somewhere behind the bytes it is sure of, or leave zeros there."""
    size = path.stat().st_size
    if size <= sure:
        return
    left = rng.randint(sure, size)
    os.truncate(path, left)
    if rng.random() < 0.5:
        os.truncate(path, size)


def names(calls: Iterable[str], *wanted: str) -> list[int]:
    """Return the numbers, from 1, of the calls with one of these names."""
    return [number for number, name in enumerate(calls, start=1) if name in wanted]
