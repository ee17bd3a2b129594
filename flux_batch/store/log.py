"""An append-only file of JSON lines that survives a power cut: lines written at the same moment share one sync."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import anyio

from flux_batch.errors import RecordDamaged, StorageFailed
from flux_batch.plan.job import JSON
from flux_batch.store.folder import storage

LONGEST_LINE = 64 * 2**10
"""Bytes, newline included."""


def encode(record: Mapping[str, JSON]) -> bytes:
    """Return *record* as one line: ASCII, so that no reader trips over U+2028 or a lone surrogate.

    Raises:
        ValueError: it is longer than 64 KiB.
    """
    line = json.dumps(record, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise ValueError(f"a line of {len(line)} bytes; the longest is {LONGEST_LINE}")
    return line


class Log:
    """The writing end. Each append returns once its line is on the disk; the event loop never waits for it.

    Group commit: while one sync runs in a thread, the lines of everybody else gather for the next one.
    """

    def __init__(self, path: Path, *, mode: int) -> None:
        """Open *path*; call it from a worker thread, after :func:`mend_tail`."""
        self._path = path
        with storage(f"cannot open {path}"):
            self._descriptor = os.open(
                path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, mode
            )
            os.fchmod(self._descriptor, mode)
        self._commits = anyio.Lock()
        self._gathered: list[bytes] = []
        self._given = self._written = 0
        self._sync_wanted = False
        self._broken: StorageFailed | None = None

    async def append(self, record: Mapping[str, JSON], *, durable: bool = True) -> None:
        """Append one line; with *durable* it is synced before this returns, else it has reached the kernel.

        Raises:
            StorageFailed: it could not be written, or an earlier line could not: the log is then closed for good.
        """
        if self._broken is not None:
            raise self._broken
        self._gathered.append(encode(record))
        self._given += 1
        self._sync_wanted |= durable
        mine = self._given
        with anyio.CancelScope(shield=True):
            async with self._commits:
                if self._written < mine:
                    await self._commit()

    async def _commit(self) -> None:
        lines, self._gathered = self._gathered, []
        sync, self._sync_wanted = self._sync_wanted, False
        upto = self._given
        try:
            await anyio.to_thread.run_sync(self._write, b"".join(lines), sync)
        except StorageFailed as failed:
            self._broken = failed
            raise
        self._written = upto

    def _write(self, data: bytes, sync: bool) -> None:  # noqa: FBT001 - run_sync passes no keywords
        with storage(f"cannot write {self._path}"):
            left = memoryview(data)
            while left:
                left = left[os.write(self._descriptor, left) :]
            if sync:
                os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def mend_tail(path: Path, torn: Path) -> str | None:
    """Cut what a crash left as the last line of *path*; return one sentence about it, None where all is well.

    A last line that parses and only lacks its newline gets it. Anything else that does not parse is moved into the
    folder *torn*, NULs and half-written blocks included. Lines before the last are never touched.
    """
    with storage(f"cannot mend {path}"):
        if not path.exists():
            return None
        with path.open("r+b") as file:
            last, start = _last_line(file.fileno(), file.seek(0, os.SEEK_END))
            if not last or (last.endswith(b"\n") and _parses(last)):
                return None
            if _parses(last):
                os.pwrite(file.fileno(), b"\n", start + len(last))
                os.fsync(file.fileno())
                return f"{path.name}: the last line lacked its newline and got it"
            torn.mkdir(mode=0o700, exist_ok=True)
            (torn / f"{path.name}.{start}").write_bytes(last)
            file.truncate(start)
            os.fsync(file.fileno())
        return f"{path.name}: a torn last line of {len(last)} bytes was moved to {torn}"


def _last_line(descriptor: int, size: int) -> tuple[bytes, int]:
    """Return the last line, with its newline where it has one, and where it starts."""
    line, start = b"", size
    while start > 0:
        step = min(LONGEST_LINE, start)
        start -= step
        line = os.pread(descriptor, step, start) + line
        cut = line.rfind(b"\n", 0, len(line) - 1)
        if cut >= 0:
            return line[cut + 1 :], start + cut + 1
    return line, 0


def _parses(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def read_lines(path: Path) -> Iterator[dict[str, JSON]]:
    """Yield the records of *path* in order; a torn last line ends it quietly.

    Raises:
        RecordDamaged: a line before the last does not parse.
        StorageFailed: the file cannot be read.
    """
    with storage(f"cannot read {path}"):
        if not path.exists():
            return
        with path.open("rb") as file:
            yield from _records(file, path)


def _records(lines: Iterator[bytes], path: Path) -> Iterator[dict[str, JSON]]:
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            return
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            if not next(lines, b""):
                return
            raise RecordDamaged(
                f"{path}:{number}: this line is damaged", hint=f"flux-batch verify {path.parent} --repair"
            )
        yield record
