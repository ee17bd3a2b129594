"""The manifest: one line per kept image, append-only, the public truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from flux_batch.errors import RecordDamaged
from flux_batch.plan.job import JSON
from flux_batch.store.folder import storage
from flux_batch.store.lines import MANIFEST_HEAD, checked, is_intact, reading

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


class Kept(NamedTuple):
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
    with storage(f"cannot read {path}"):
        if not path.exists():
            return
        with reading(path) as file:
            for number, line in enumerate(file, start=1):
                kept = _kept_at_a_glance(line)
                if kept is None:
                    record = checked(path, number, line, last=not file.peek(1))
                    kept = None if record is None else read_kept(path, number, record)
                if kept is not None:
                    yield kept


def _kept_at_a_glance(line: bytes) -> Kept | None:
    """Read a line by its beginning, where it is one of ours and intact; None where it has to be parsed."""
    found = MANIFEST_HEAD.match(line)
    if found is None or not is_intact(line):
        return None
    job, sample, samples, file_name, size, sha256 = found.groups()
    kept = Kept(str(job, "ascii"), int(sample), int(samples), str(file_name, "ascii"), int(size), str(sha256, "ascii"))
    return kept if kept.sample < kept.samples else None


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
