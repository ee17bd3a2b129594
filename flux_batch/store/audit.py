"""Reading a whole folder against the promises: every line, every file, every byte. Writes nothing, takes no lock."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flux_batch.plan.job import JSON
from flux_batch.store.done import Done
from flux_batch.store.folder import PRIVATE_MODE, Folder, storage
from flux_batch.store.image.check import NotAnImage
from flux_batch.store.invariants import Broken, Ledger, Violation, file_differences, miscounted, unpaid
from flux_batch.store.lines import LONGEST_LINE, decode, raw_lines
from flux_batch.store.manifest import Kept, kept_of
from flux_batch.store.part import recheck
from flux_batch.store.store import image_sizes

OTHERS = 0o077
NAME = re.compile(rb'"file_name":"(images/[A-Za-z0-9._-]+)"')
REPORT_BYTES = 2**20


@dataclass(slots=True)
class Audit:
    """One look at everything.

    Attributes:
        folder: what is looked at.
        running: process that is writing there now (:func:`flux_batch.store.lock.holder_of`), None where nobody is;
            what is on its way then is no violation.
        lines, records, images: lines of the manifest and of the journal, and files, that were looked at.
        bytes: of those files.
        kept: what the manifest lines name.
        ledger: the journal, folded.
    """

    folder: Folder
    running: int | None = None
    lines: int = 0
    records: int = 0
    images: int = 0
    bytes: int = 0
    done: Done = field(default_factory=Done)
    ledger: Ledger = field(init=False)
    kept: list[Kept] = field(default_factory=list)
    _named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.done.whole)

    def violations(self) -> Iterator[Violation]:
        """Yield what does not hold, in the order it is found. For a worker thread: it reads every byte.

        Raises:
            StorageFailed: the folder cannot be read.
        """
        yield from self._manifest()
        yield from self._journal()
        yield from self._files()
        yield from self._report()
        yield from self._modes()

    def _read(self, path: Path) -> Iterator[tuple[int, dict[str, JSON]] | Violation]:
        """Yield number and record of each line, and a violation for each that is damaged.

        A damaged line still names its file: one damage is told once.
        """
        name = path.relative_to(self.folder.root).as_posix()
        for number, line, last in raw_lines(path):
            record = decode(line) if line.endswith(b"\n") else None
            if record is not None and len(line) <= LONGEST_LINE:
                yield number, record
            elif not (last and self.running):
                self._named.update(name.decode() for name in NAME.findall(line))
                broken, words = (Broken.TORN, "torn: the next run mends it") if last else (Broken.LINE, "damaged")
                yield Violation(broken, f"{name}:{number}", f"this line is {words}")

    def _manifest(self) -> Iterator[Violation]:
        for found in self._read(self.folder.manifest):
            if isinstance(found, Violation):
                yield found
                continue
            number, line = found
            self.lines += 1
            place = f"manifest.jsonl:{number}"
            try:
                kept = kept_of(line)
            except (KeyError, TypeError, ValueError):
                yield Violation(Broken.LINE, place, "this is no manifest line")
                continue
            if self.done.has(kept.job, kept.sample) or kept.file_name in self._named:
                yield Violation(Broken.TWICE, place, f"{kept.file_name} has a line already", kept.job, kept.sample)
                continue
            self._named.add(kept.file_name)
            self.done.add(kept)
            self.kept.append(kept)
            yield from self._image(kept, line, place)

    def _image(self, kept: Kept, line: Mapping[str, JSON], place: str) -> Iterator[Violation]:
        path = self.folder.root / kept.file_name
        with storage(f"cannot read {path}"):
            try:
                node = path.lstat()
            except FileNotFoundError:
                words = f"{kept.file_name} is gone"
                yield Violation(Broken.GONE, place, words, kept.job, kept.sample)
                return
        self.images += 1
        self.bytes += node.st_size
        wrong = [f"{kept.file_name} is no file"] if not stat.S_ISREG(node.st_mode) else _differences(path, line)
        if wrong:
            yield Violation(Broken.CHANGED, kept.file_name, "; ".join(wrong), kept.job, kept.sample)

    def _journal(self) -> Iterator[Violation]:
        for found in self._read(self.folder.journal):
            if isinstance(found, Violation):
                yield found
                continue
            self.records += 1
            yield from self.ledger.add(found[1])
        if self.records:
            images = ((kept.job, kept.sample) for kept in self.kept)
            yield from unpaid(images, self.ledger.accepted, journal=".flux-batch/journal.jsonl")

    def _files(self) -> Iterator[Violation]:
        if self.running:
            return
        for name in sorted(set(image_sizes(self.folder)) - self._named):
            yield Violation(Broken.STRAY, name, "no manifest line names this file")
        if self.folder.part.exists() and self.ledger.book.ended is not None:
            for left in sorted(self.folder.part.iterdir()):
                place = left.relative_to(self.folder.root).as_posix()
                yield Violation(Broken.LEFTOVER, place, "left half done; the next run removes it")

    def _report(self) -> Iterator[Violation]:
        if self.running or self.ledger.book.ended is None:
            return
        try:
            report = json.loads(self.folder.run_json.read_bytes()[:REPORT_BYTES])
        except (OSError, ValueError):
            yield Violation(Broken.COUNTS, "run.json", "the last run left no report that can be read")
            return
        if isinstance(report, dict):
            yield from miscounted(report, self.ledger.book.money)

    def _modes(self) -> Iterator[Violation]:
        for path, mode in ((self.folder.private, PRIVATE_MODE), (self.folder.journal, 0o600)):
            if path.exists() and path.stat().st_mode & OTHERS:
                place = path.relative_to(self.folder.root).as_posix()
                yield Violation(Broken.OPEN_TO_OTHERS, place, f"mode is not {mode:o}: others can read the links")


def _differences(path: Path, line: Mapping[str, JSON]) -> list[str]:
    try:
        return file_differences(line, recheck(path))
    except NotAnImage as defect:
        return [str(defect)]
