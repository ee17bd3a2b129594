"""The manifest: one line per kept image, append-only, the public truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from flux_batch.errors import RecordDamaged
from flux_batch.plan.job import JSON
from flux_batch.store.lines import MANIFEST_HEAD, checked, is_intact, raw_lines

VERSION = 1
MOST_SAMPLES = 1000
FILE_NAME = re.compile(r"images/[A-Za-z0-9._-]{1,200}")
"""A name that leads nowhere but into ``images/``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kept image: what was asked, what was answered, and what is really in the file.

    Attributes:
        job, sample: which image of which job, *sample* from 0; *samples*: how many images the job has.
        file_name: below the output folder, POSIX.
        prompt, seed, style, axes, model_id: what was asked; *seed* is the one really used where the service says it.
        width, height: pixels, read from the file, as are *format*, *bytes* and *sha256* (hex).
        request: the key-free body.
        meta: as answered; *drift* is where it differs from the request.
        generation_id, generation_time (seconds), url, nsfw: as answered.
        attempts: posts it took; *billed* is ``once`` or ``possibly_twice``.
        flags: gates that spoke and did not quarantine.
        created_at: RFC 3339, UTC.
    """

    job: str
    sample: int
    samples: int
    file_name: str
    bytes: int
    sha256: str
    prompt: str
    seed: int | None
    style: str | None
    axes: Mapping[str, JSON]
    model_id: str
    width: int
    height: int
    format: str
    request: Mapping[str, JSON]
    meta: Mapping[str, JSON]
    drift: list[dict[str, JSON]]
    generation_id: str | None
    generation_time: float | None
    url: str | None
    nsfw: bool | None
    attempts: int
    billed: str
    created_at: str
    flags: list[str] = field(default_factory=list)
    v: int = VERSION

    def to_json(self) -> dict[str, JSON]:
        """Return the flat object of one line: first what a resume needs, so that it finds it without parsing."""
        values = asdict(self)
        return {"v": values.pop("v"), **values}


@dataclass(frozen=True, slots=True)
class Kept:
    """What resume needs of a line: which image, and how to recognise its file."""

    job: str
    sample: int
    samples: int
    file_name: str
    bytes: int
    sha256: str


def kept_of(record: Mapping[str, JSON]) -> Kept:
    """Read the resume part of one manifest line.

    Raises:
        KeyError, TypeError, ValueError: it is no manifest line.
    """
    kept = Kept(
        job=f"{int(str(record['job']), 16):016x}",
        sample=int(str(record["sample"])),
        samples=int(str(record["samples"])),
        file_name=str(record["file_name"]),
        bytes=int(str(record["bytes"])),
        sha256=f"{int(str(record['sha256']), 16):064x}",
    )
    if not 0 <= kept.sample < kept.samples <= MOST_SAMPLES or FILE_NAME.fullmatch(kept.file_name) is None:
        raise ValueError("no image of ours")
    return kept


def read_manifest(path: Path) -> Iterator[Kept]:
    """Yield the resume part of each manifest line; a torn last one ends it quietly.

    Raises:
        RecordDamaged: a line before the last is damaged, or is no manifest line.
        StorageFailed: the file cannot be read.
    """
    head = MANIFEST_HEAD.match
    for number, line, last in raw_lines(path):
        found = head(line)
        if found is not None and int(found[2]) < int(found[3]) and is_intact(line):
            job, sample, samples, file_name, size, sha256 = found.groups()
            yield Kept(job.decode(), int(sample), int(samples), file_name.decode(), int(size), sha256.decode())
            continue
        record = checked(path, number, line, last=last)
        if record is not None:
            yield read_kept(path, number, record)


def read_kept(path: Path, number: int, record: Mapping[str, JSON]) -> Kept:
    """Read the resume part of line *number* of the manifest at *path*.

    Raises:
        RecordDamaged: it is no manifest line.
    """
    try:
        return kept_of(record)
    except (KeyError, TypeError, ValueError):
        raise RecordDamaged(
            f"{path}:{number}: this is no manifest line", hint=f"flux-batch verify {path.parent} --repair"
        ) from None
