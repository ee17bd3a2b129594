"""Putting a folder right where no run can: damaged lines, changed files, images nobody can fetch any more.

Nothing is thrown away: what is taken out goes to ``.flux-batch/torn/`` or to ``quarantine/``. Nothing is bought.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flux_batch.plan.job import JSON
from flux_batch.store.disk import write_new
from flux_batch.store.folder import PRIVATE_MODE, Folder, storage
from flux_batch.store.invariants import Broken, Violation
from flux_batch.store.lines import VERSION, decode, encode, parsed, raw_lines
from flux_batch.store.manifest import Kept, kept_of
from flux_batch.store.publish import set_aside
from flux_batch.store.record import damaged, is_true_intent
from flux_batch.store.standing import Fate, Standing

JOB = re.compile(rb'"job":"([0-9a-f]{16})"')
SAMPLES = re.compile(rb'"(?:images|samples)":(\d{1,3})\b')

Sound = Callable[[dict[str, JSON]], bool]
"""Whether a line that parses says something that can be true."""


@dataclass(slots=True)
class Sorted:
    """The lines of a file: those that stay, those that were changed and are sealed anew, those that go."""

    stay: list[bytes]
    resealed: int
    gone: list[bytes]


def mend_lines(folder: Folder) -> Iterator[str]:
    """Take damaged lines out of journal and manifest, and second lines for one image; yield what was done.

    A manifest line that somebody edited, and that still is one, is sealed anew, as is an intent whose job's id says
    that its request is whole. In place of any other line about a job stands that it is gone, so that nobody takes the
    job for one that was never posted. For a worker thread, under the lock.

    Raises:
        StorageFailed: the disk refused; then the file is as it was.
    """
    for path, sound, mode in ((folder.journal, _any, 0o600), (folder.manifest, _FirstOfAnImage(), 0o644)):
        found = _sort(path, sound)
        if found.gone or found.resealed:
            _rewrite(folder, path, found, mode)
        if found.gone:
            yield f"{path.name}: damaged or doubled lines taken out: {len(found.gone)}; as it was: {folder.torn}"
        if found.resealed:
            yield f"{path.name}: edited lines that count as they are now: {found.resealed}"


def _any(_: dict[str, JSON]) -> bool:
    return True


class _FirstOfAnImage:
    """Passes the first line of each image and each file name."""

    def __init__(self) -> None:
        self._seen: set[object] = set()

    def __call__(self, record: dict[str, JSON]) -> bool:
        try:
            kept = kept_of(record)
        except (KeyError, TypeError, ValueError):
            return False
        new = {kept.file_name, (kept.job, kept.sample)}
        if self._seen & new:
            return False
        self._seen |= new
        return True


def _sort(path: Path, sound: Sound) -> Sorted:
    found = Sorted([], 0, [])
    for _, line, _ in raw_lines(path):
        intact = decode(line)
        record = _readable(path, line) if intact is None else intact
        if record is None or not line.endswith(b"\n") or not sound(record):
            found.gone.append(line)
            found.stay.extend(_traces(path, line))
        elif intact is None:
            found.stay.append(encode(record))
            found.resealed += 1
        else:
            found.stay.append(line)
    return found


def _readable(path: Path, line: bytes) -> dict[str, JSON] | None:
    """Return what a line says whose seal is wrong, where it can be believed."""
    record = parsed(line)
    believed = record is not None and (path.name == "manifest.jsonl" or is_true_intent(record))
    return record if believed else None


def _traces(path: Path, line: bytes) -> Iterator[bytes]:
    """Yield what is to stand in the journal where *line* is taken out; a torn one was never acted upon."""
    job, samples = JOB.search(line), SAMPLES.search(line)
    if path.name != "manifest.jsonl" and job is not None and line.endswith(b"\n"):
        images = int(samples[1]) if samples else 1
        yield encode({"v": VERSION, **damaged(job[1].decode(), images)})


def _rewrite(folder: Folder, path: Path, found: Sorted, mode: int) -> None:
    """Keep the old file beside the torn ones, then put the new one in its place at once."""
    disk = folder.disk
    with storage(f"cannot mend {path}"):
        disk.make_folder(folder.torn, PRIVATE_MODE)
        disk.link(path, free_name(folder.torn, f"{path.name}.before-repair"))
        draft = path.with_name(f".{path.name}.new")
        disk.unlink(draft)
        write_new(disk, draft, b"".join(found.stay), mode)
        disk.rename(draft, path)
        disk.sync_folder(path.parent)
        disk.sync_folder(folder.torn)


def free_name(folder: Path, name: str) -> Path:
    """Return a path below *folder* that nothing has yet."""
    number = 1
    while (folder / f"{name}.{number}").exists():
        number += 1
    return folder / f"{name}.{number}"


def put_aside_changed(folder: Folder, violations: Iterable[Violation]) -> Iterator[str]:
    """Move files that are not what their lines say to ``quarantine/``; yield what was done. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    for violation in violations:
        if violation.broken is Broken.CHANGED:
            path = folder.root / violation.place
            target = set_aside(folder, path, path.name, f"changed: {violation.message}")
            yield f"{violation.place} was moved to {target.relative_to(folder.root).as_posix()}: {violation.message}"
        elif violation.broken is Broken.OPEN_TO_OTHERS:
            path = folder.root / violation.place
            with storage(f"cannot protect {path}"):
                path.chmod(PRIVATE_MODE if path.is_dir() else 0o600)
            yield f"{violation.place} is the owner's alone now"


def beyond_reach(standings: Iterable[Standing], missing: Iterable[Kept]) -> list[str]:
    """Return the jobs without all their images that only buying again can help: lost, set aside, held, untraceable."""
    jobs = dict.fromkeys(line.job for line in missing)
    ends = {Fate.LOST, Fate.QUARANTINED}
    jobs |= dict.fromkeys(each.job.id for each in standings if ends & set(each.fates.values()) or each.in_doubt)
    return list(jobs)


def take_out(folder: Folder, jobs: Iterable[str]) -> int:
    """Take the manifest lines of *jobs* whose file is gone out of the manifest; return how many. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    wanted = set(jobs)
    found = Sorted([], 0, [])
    for _, line, _ in raw_lines(folder.manifest):
        record = parsed(line) or {}
        gone = str(record.get("job")) in wanted and not (folder.root / str(record.get("file_name"))).is_file()
        (found.gone if gone else found.stay).append(line)
    if found.gone:
        _rewrite(folder, folder.manifest, found, 0o644)
    return len(found.gone)
