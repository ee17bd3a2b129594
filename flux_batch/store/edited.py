"""Manifest lines that somebody edited: what stood there, by the journal, the file and the seal the line still has.

Nothing an edited line says is believed by itself. What the journal and the file know of is taken from them; of the
rest, and of everything where the file is gone, the old seal tells whether it is as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, cast

from flux_batch.plan.job import JSON
from flux_batch.store.book import Book
from flux_batch.store.image.check import ImageFacts, NotAnImage
from flux_batch.store.keep import line_of
from flux_batch.store.lines import SEAL_LENGTH, decode, encode, parsed, raw_lines
from flux_batch.store.manifest import Kept, kept_of
from flux_batch.store.part import recheck
from flux_batch.store.record import Record
from flux_batch.store.recovery import Image
from flux_batch.store.standing import ACCEPTED, Fate, Standing


def edited_line(line: bytes) -> tuple[Kept, dict[str, JSON]] | None:
    """Return what a line says that is not as it was written and still is a manifest line; None for any other."""
    record = parsed(line) if line.endswith(b"\n") and decode(line) is None else None
    with suppress(KeyError, TypeError, ValueError):
        return None if record is None else (kept_of(record), record)
    return None


def edited_images(manifest: Path) -> set[Image]:
    """Return the images whose lines somebody edited."""
    found = (edited_line(line) for _, line, _ in raw_lines(manifest))
    return {(kept.job, kept.sample) for kept, _ in filter(None, found)}


def standings_of(images: set[Image], journal: Iterable[Record]) -> Mapping[Image, list[Standing]]:
    """Return where the job of each of *images* stood whenever it was kept, and at the end; nothing if never paid for.

    Args:
        images: some.
        journal: its records, from the start.
    """
    book, jobs = Book(), {job for job, _ in images}
    found: dict[Image, list[Standing]] = {}
    for record in journal:
        if record.get("e") == "run" or record.get("job") in jobs:
            book.add(record)
        image = (str(record.get("job")), cast("int", record.get("sample")))
        if record.get("e") == Fate.KEPT.value and image in images and image[0] in book.standings:
            found.setdefault(image, []).append(book.standings[image[0]])
    for job, sample in images:
        last = book.standings.get(job)
        if last is not None and last.stage in ACCEPTED:
            found.setdefault((job, sample), []).append(last)
    return found


def as_written(line: bytes, root: Path, standings: Iterable[Standing]) -> bytes | None:
    """Return *line*, an edited one, as it was written; None where that cannot be proved.

    Args:
        line: with the seal it got when it was written.
        root: the output folder.
        standings: where its job may have stood then.
    """
    found = edited_line(line)
    if found is None:
        return None
    kept, record = found
    facts = [facts for facts in (facts_of(root / kept.file_name), _claimed(record)) if facts is not None]
    for standing, fact in product(standings, facts):
        rebuilt = _rebuilt(standing, fact, kept, record)
        if rebuilt[-SEAL_LENGTH:] == line[-SEAL_LENGTH:]:
            return rebuilt
    return None


def facts_of(path: Path) -> ImageFacts | None:
    """Return what is known of the image at *path*, None where there is no whole one. For a worker thread."""
    with suppress(NotAnImage):
        return recheck(path) if path.is_file() and not path.is_symlink() else None
    return None


def _claimed(record: Mapping[str, Any]) -> ImageFacts | None:
    with suppress(KeyError):
        told = {name: record[name] for name in ("format", "width", "height", "bytes", "sha256")}
        return ImageFacts(extension="", **told)
    return None


def _rebuilt(standing: Standing, facts: ImageFacts, kept: Kept, record: Mapping[str, Any]) -> bytes:
    rest = {name: record.get(name) for name in ("url", "created_at")}
    line = line_of(standing, kept.sample, facts, file_name=kept.file_name, **cast("dict[str, Any]", rest))
    with suppress(ValueError):
        return encode(replace(line, flags=record.get("flags", [])).to_json())
    return b""


def places_of(lines: Iterable[tuple[int, bytes]]) -> Iterator[str]:
    """Yield, for each number and line that stays as somebody edited it, what to do about it."""
    for number, line in lines:
        found = edited_line(line)
        image = found[0].file_name if found else "its image"
        yield (
            f"manifest.jsonl:{number}: somebody edited this line, and the journal does not know its image: it is left "
            f"as it is; write back what stood there, or take the line and {image} out by hand"
        )
