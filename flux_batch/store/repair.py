"""Putting a folder right where no run can: damaged lines, changed files, images nobody can fetch any more.

Nothing is thrown away: what is taken out goes to ``.flux-batch/torn/`` or to ``quarantine/``. Nothing is bought.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from flux_batch.plan.job import JSON
from flux_batch.store.disk import write_new
from flux_batch.store.duty import is_beyond_reach
from flux_batch.store.edited import as_written, edited_images, edited_line, facts_of, places_of, standings_of
from flux_batch.store.folder import PRIVATE_MODE, Folder, storage
from flux_batch.store.invariants import Broken, Violation, file_differences
from flux_batch.store.lines import VERSION, decode, encode, parsed, raw_lines, read_lines
from flux_batch.store.manifest import Kept, kept_of
from flux_batch.store.publish import set_aside
from flux_batch.store.record import damaged, is_true_intent, missing
from flux_batch.store.recovery import Image
from flux_batch.store.standing import ACCEPTED, Standing

JOB = re.compile(rb'"job":"([0-9a-f]{16})"')
SAMPLES = re.compile(rb'"(?:images|samples)":(\d{1,3})\b')
IMAGE = re.compile(rb'"job":"([0-9a-f]{16})","sample":(\d{1,3}),')


@dataclass(slots=True)
class Sorted:
    """The lines of a file.

    Attributes:
        stay: what the file is to hold, in order.
        mended: how many of these are not as they were found.
        gone: lines that are taken out; *lost* are those of them that no other line stands for.
        left: number and bytes of lines that stay though they are wrong, for there is nothing to put in their place.
    """

    stay: list[bytes] = field(default_factory=list)
    mended: int = 0
    gone: list[bytes] = field(default_factory=list)
    lost: list[bytes] = field(default_factory=list)
    left: list[tuple[int, bytes]] = field(default_factory=list)


def mend_lines(folder: Folder) -> Iterator[str]:
    """Take damaged lines out of journal and manifest, and second lines for one image; yield what was done.

    A manifest line that somebody edited is put back as it was written, where journal, file and its old seal prove how
    that was; else it is taken out and its image counts as missing, so that the next step writes it anew or fetches it,
    and nothing buys it. An intent whose job's id says that its request is whole is sealed anew. In place of any other
    journal line about a job stands that it is gone, so that nobody takes the job for one that was never posted. For a
    worker thread, under the lock.

    Raises:
        StorageFailed: the disk refused; then the file is as it was.
        RecordDamaged: a newer version wrote the journal.
    """
    journal = _sort_journal(folder.journal)
    yield from _mended(
        folder, folder.journal, journal, 0o600, "edited requests that their job's id proves: sealed anew"
    )
    images = _Images()
    manifest = _sort_manifest(folder, images)
    _count_as_missing(folder, [image for image in map(_image_in, manifest.lost) if image and image not in images.seen])
    for line in manifest.lost:
        yield from _put_aside_untold(folder, line, images)
    yield from _mended(folder, folder.manifest, manifest, None, "edited lines put back as they were written")
    yield from places_of(manifest.left)


def _mended(folder: Folder, path: Path, found: Sorted, mode: int | None, words: str) -> Iterator[str]:
    if found.gone or found.mended:
        _rewrite(folder, path, found, mode)
    if found.gone:
        yield f"{path.name}: damaged or doubled lines taken out: {len(found.gone)}; as it was: {folder.torn}"
    if found.mended:
        yield f"{path.name}: {words}: {found.mended}"


class _Images:
    """Takes the first line of each image and each file name.

    Attributes:
        seen: images and file names that have a line.
    """

    def __init__(self) -> None:
        self.seen: set[object] = set()

    def take(self, record: dict[str, JSON]) -> bool | None:
        """Return whether *record* is the first line of its image; None where it is no manifest line."""
        try:
            kept = kept_of(record)
        except (KeyError, TypeError, ValueError):
            return None
        new = {kept.file_name, (kept.job, kept.sample)}
        if self.seen & new:
            return False
        self.seen |= new
        return True


def _sort_journal(path: Path) -> Sorted:
    found = Sorted()
    for _, line, _ in raw_lines(path):
        record = parsed(line)
        if line.endswith(b"\n") and decode(line) is not None:
            found.stay.append(line)
        elif line.endswith(b"\n") and record is not None and is_true_intent(record):
            found.stay.append(encode(record))
            found.mended += 1
        else:
            found.gone.append(line)
            found.stay.extend(_traces(line))
    return found


def _traces(line: bytes) -> Iterator[bytes]:
    """Yield what is to stand in the journal where *line* is taken out; a torn one was never acted upon."""
    job, samples = JOB.search(line), SAMPLES.search(line)
    if job is not None and line.endswith(b"\n"):
        images = int(samples[1]) if samples else 1
        yield encode({"v": VERSION, **damaged(job[1].decode(), images)})


def _sort_manifest(folder: Folder, images: _Images) -> Sorted:
    wrong, found = edited_images(folder.manifest), Sorted()
    standings = standings_of(wrong, read_lines(folder.journal)) if wrong else {}
    for number, line, _ in raw_lines(folder.manifest):
        whole: bytes | None = line
        if not line.endswith(b"\n") or decode(line) is None:
            edited = edited_line(line)
            known = standings.get((edited[0].job, edited[0].sample)) if edited else ()
            if known is None:
                found.stay.append(line)
                found.left.append((number, line))
                continue
            whole = as_written(line, folder.root, known)
        first = images.take(decode(whole) or {}) if whole is not None else None
        if whole is not None and first:
            found.stay.append(whole)
            found.mended += whole is not line
        else:
            found.gone.append(line)
            found.lost.extend([line] if first is None else [])
    return found


def _image_in(line: bytes) -> Image | None:
    """Return which image a damaged manifest line is about, None where nobody can tell."""
    found = IMAGE.search(line)
    return (found[1].decode(), int(found[2])) if found else None


def _count_as_missing(folder: Folder, images: Iterable[Image]) -> None:
    """Write down that the lines of *images* are damaged: who takes out line and file by hand wants it made again.

    Raises:
        StorageFailed: the disk refused.
    """
    lines = b"".join(encode({"v": VERSION, **missing(*image)}) for image in images)
    if not lines or not folder.journal.exists():
        return
    disk = folder.disk
    with storage(f"cannot write {folder.journal}"):
        descriptor = disk.append_to(folder.journal, 0o600)
        try:
            disk.write(descriptor, lines)
            disk.sync(descriptor)
        finally:
            disk.close(descriptor)


def _put_aside_untold(folder: Folder, line: bytes, images: _Images) -> Iterator[str]:
    """Move the file of an edited *line* to ``quarantine/`` where it is not what the line names: one is wrong."""
    edited = edited_line(line)
    if edited is None or edited[0].file_name in images.seen:
        return
    path = folder.root / edited[0].file_name
    facts = facts_of(path)
    if path.is_file() and (facts is None or file_differences(edited[1], facts)):
        target = set_aside(folder, path, path.name, "changed: not the file that its line, which was edited, names")
        yield f"{edited[0].file_name} was moved to {target.relative_to(folder.root).as_posix()}: its line was edited"


def _rewrite(folder: Folder, path: Path, found: Sorted, mode: int | None = None) -> None:
    """Keep the old file beside the torn ones, then put the new one in its place at once, with its *mode* or the old."""
    disk = folder.disk
    with storage(f"cannot mend {path}"):
        disk.make_folder(folder.torn, PRIVATE_MODE)
        disk.link(path, free_name(folder.torn, f"{path.name}.before-repair"))
        draft = path.with_name(f".{path.name}.new")
        disk.unlink(draft)
        write_new(disk, draft, b"".join(found.stay), stat.S_IMODE(path.stat().st_mode) if mode is None else mode)
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
    """Return the jobs without all their images that only buying again can help: lost, set aside, held, untraceable.

    One of which an image may still come is none of them: buying again buys all images of a request.
    """
    begun = list(standings)
    owed = {each.job.id for each in begun if may_still_come(each)}
    jobs = dict.fromkeys(line.job for line in missing)
    jobs |= dict.fromkeys(each.job.id for each in begun if is_beyond_reach(each))
    return [job for job in jobs if job not in owed]


def may_still_come(standing: Standing) -> bool:
    """Whether an image of the job is paid for and not given up."""
    return standing.stage in ACCEPTED and bool(standing.open_samples)


def take_out(folder: Folder, images: AbstractSet[Image]) -> int:
    """Take the manifest lines of *images* out of the manifest; return how many. For a worker thread.

    Raises:
        StorageFailed: the disk refused.
    """
    found = Sorted()
    for _, line, _ in raw_lines(folder.manifest):
        record = parsed(line) or {}
        gone = (record.get("job"), record.get("sample")) in images
        (found.gone if gone else found.stay).append(line)
    if found.gone:
        _rewrite(folder, folder.manifest, found)
    return len(found.gone)
