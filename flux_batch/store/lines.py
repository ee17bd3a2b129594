"""Lines of journal and manifest as bytes: how a record is spelled, sealed with a checksum, and read again.

Each line ends with ``"crc"``, the CRC-32 of what stands before it in 8 hex digits. A changed byte anywhere is seen
without parsing, so a replay parses only the lines of jobs that are not finished.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from flux_batch.errors import RecordDamaged
from flux_batch.plan.job import JSON
from flux_batch.store.folder import storage
from flux_batch.store.image.zlib_backend import FASTEST

LONGEST_LINE = 64 * 2**10
"""Bytes, newline included."""

BLOCK = 2**20
"""Bytes read at a time."""

VERSION = 1
crc32 = FASTEST.crc32
SEAL = b',"crc":"'
SEAL_LENGTH = len(SEAL) + 8 + len(b'"}\n')
HIT = 2
"""Bytes of a seal's own spelling that may be wrong before a line counts as one that somebody else wrote."""
LONGEST_TEXT = 512
"""Characters that are left of a text when a record has to be made shorter."""

SHORTEST_TEXT = 64
"""Characters that are left of it where that is not enough."""

SHORTENED: tuple[Callable[[dict[str, JSON]], None], ...] = (
    lambda record: record.update(links=_links_of_its_images(record)) if record.get("links") else None,
    lambda record: record.update(meta={}) if record.get("meta") else None,
    lambda record: record.update(message=str(record["message"])[:LONGEST_TEXT]) if "message" in record else None,
    lambda record: record.update(drift=_briefly(record["drift"], LONGEST_TEXT)) if "drift" in record else None,
    lambda record: record.update(links=[each[:1] for each in _lists(record["links"])]) if "links" in record else None,
    lambda record: record.update(axes={}) if record.get("axes") else None,
    lambda record: record.update(drift=_briefly(record["drift"], SHORTEST_TEXT)) if "drift" in record else None,
    lambda record: record.update(url=None) if "url" in record else None,
    lambda record: record.update(links=_links_that_fit(record)) if record.get("links") else None,
)
"""What is given up, first things first, of a record that would be longer than a line may be."""


def encode(record: Mapping[str, JSON]) -> bytes:
    """Return *record* as one sealed line: ASCII, so that no reader trips over U+2028 or a lone surrogate.

    A record that would be longer than 64 KiB loses what it can do without: links beyond the images it is about, the
    answer's ``meta``, the end of a message and of what ``drift`` repeats of the request, second links, the words of
    the axes, and at last the links that do not fit, each leaving its place empty; ``shortened`` then says so.

    Raises:
        ValueError: it is still too long.
    """
    line = _sealed(record)
    short = dict(record)
    for shorten in SHORTENED:
        if len(line) <= LONGEST_LINE:
            return line
        shorten(short)
        line = _sealed({**short, "shortened": True})
    if len(line) > LONGEST_LINE:
        raise ValueError(f"a line of {len(line)} bytes; the longest is {LONGEST_LINE}")
    return line


def _lists(value: JSON) -> list[list[JSON]]:
    return [each for each in value if isinstance(each, list)] if isinstance(value, list) else []


def _links_of_its_images(record: Mapping[str, JSON]) -> list[JSON]:
    """Return the links that are ever followed: one place for each image asked for, where that is known."""
    links, images = list[JSON](_lists(record["links"])), record.get("images")
    return links[:images] if isinstance(images, int) else links


def _links_that_fit(record: Mapping[str, JSON]) -> list[JSON]:
    """Return the links, image by image, with an empty place for each that the line has no room for."""
    places = _lists(record["links"])
    room = LONGEST_LINE - len(_sealed({**record, "links": [[] for _ in places], "shortened": True}))
    kept: list[JSON] = []
    for links in places:
        size = len(_spelled(links)) - len("[]")
        kept.append(list(links) if size <= room else [])
        room -= size if size <= room else 0
    return kept


def _briefly(drift: JSON, longest: int) -> list[JSON]:
    """Cut what was asked and got to *longest* characters: the whole of what was asked is in ``request`` as well."""
    found = [each for each in drift if isinstance(each, dict)] if isinstance(drift, list) else []
    return [{name: _cut(value, longest) for name, value in each.items()} for each in found]


def _cut(value: JSON, longest: int) -> JSON:
    text = value if isinstance(value, str) else json.dumps(value)
    return value if len(text) <= longest else text[:longest]


def is_too_long(record: Mapping[str, JSON]) -> bool:
    """Whether :func:`encode` would refuse *record*."""
    try:
        encode(record)
    except ValueError:
        return True
    return False


def _sealed(record: Mapping[str, JSON]) -> bytes:
    text = _spelled(record)
    return text[:-1] + _seal(text[:-1])


def _spelled(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()


def is_intact(line: bytes) -> bool:
    """Whether *line* is just as it was written."""
    return line.endswith(_seal(line[:-SEAL_LENGTH]))


def _seal(text: bytes) -> bytes:
    return b',"crc":"%08x"}\n' % crc32(text, 0)


def is_sealed(line: bytes) -> bool:
    """Whether *line* ends with a seal, right or wrong, or with one that was hit itself."""
    shape = zip(line[-SEAL_LENGTH:], SEAL + bytes(8) + b'"}\n', strict=False)
    return sum(expected not in {0, found} for found, expected in shape) <= HIT


def decode(line: bytes) -> dict[str, JSON] | None:
    """Return the record of *line*, None where it is damaged. A line without a seal only has to parse."""
    if is_sealed(line) and not is_intact(line):
        return None
    return parsed(line)


def parsed(line: bytes) -> dict[str, JSON] | None:
    """Return the record of *line* whatever its seal says, None where it is no record."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    record.pop("crc", None)
    return record


def reading(path: Path) -> io.BufferedReader:
    """Open a file to be read line by line, in large blocks."""
    return io.BufferedReader(io.FileIO(path), BLOCK)


def raw_lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number (from 1), bytes and "is the last" of each line of *path*; nothing where there is no file.

    Raises:
        StorageFailed: the file cannot be read.
    """
    with storage(f"cannot read {path}"):
        if not path.exists():
            return
        with reading(path) as file:
            before = file.readline()
            number = 1
            for line in file:
                yield number, before, False
                before = line
                number += 1
            if before:
                yield number, before, True


def read_lines(path: Path) -> Iterator[dict[str, JSON]]:
    """Yield the records of *path* in order; a torn last line ends it quietly.

    Raises:
        RecordDamaged: a line before the last is damaged, or a newer version wrote it.
        StorageFailed: the file cannot be read.
    """
    for number, line, last in raw_lines(path):
        record = checked(path, number, line, last=last)
        if record is not None:
            yield record


def checked(path: Path, number: int, line: bytes, *, last: bool) -> dict[str, JSON] | None:
    """Return the record of *line*; None for a torn last one.

    Raises:
        RecordDamaged: as :func:`read_lines`.
    """
    record = decode(line) if line.endswith(b"\n") else None
    if record is None and not last:
        raise damaged(path, number)
    if record is not None and _newer(record):
        raise RecordDamaged(
            f"{path}:{number}: a newer flux-batch wrote this line (v {record['v']})",
            hint="use that version, or a newer one",
        )
    return record


def damaged(path: Path, number: int) -> RecordDamaged:
    """Return the error for line *number* of *path*."""
    folder = path.parent.parent if path.parent.name == ".flux-batch" else path.parent
    return RecordDamaged(f"{path}:{number}: this line is damaged", hint=f"flux-batch verify {folder} --repair")


def _newer(record: Mapping[str, JSON]) -> bool:
    version = record.get("v")
    return isinstance(version, int) and version > VERSION


JOURNAL_HEAD = re.compile(rb'\{"v":1,"e":"([a-z]+)","job":"([0-9a-f]{16})"(?:,"images":(\d{1,9}))?[,}]')
"""The beginning of each journal line about a job."""

MANIFEST_HEAD = re.compile(
    rb'\{"v":1,"job":"([0-9a-f]{16})","sample":(\d{1,3}),"samples":(\d{1,3}),'
    rb'"file_name":"(images/[A-Za-z0-9._-]{1,200})","bytes":(\d{1,18}),"sha256":"([0-9a-f]{64})",'
)
"""The beginning of each manifest line, as :class:`flux_batch.store.manifest.Line` orders it."""
