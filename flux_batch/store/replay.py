"""Reading the journal from its start, fast: the lines of jobs that are done are counted, not parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

from flux_batch.store.book import COUNTED, Book
from flux_batch.store.folder import storage
from flux_batch.store.lines import JOURNAL_HEAD, checked, is_intact, reading


def replay(path: Path, whole: Callable[[str | bytes], bool]) -> Book:
    """Fold the journal at *path*; a torn last line counts as not written.

    Args:
        path: the journal; no file is an empty one.
        whole: whether every image of a job is kept, by the manifest. Such a job needs nothing any more, so of its
            lines only the money is taken, from their beginnings.

    Raises:
        RecordDamaged: a line before the last is damaged, or a newer version wrote it.
        StorageFailed: the file cannot be read.
    """
    book = Book(whole=whole)
    if path.exists():
        with storage(f"cannot read {path}"), reading(path) as file:
            for number, line, last in _unfinished(file, book):
                record = checked(path, number, line, last=last)
                if record is not None:
                    book.add(record)
    return book


def _unfinished(file: BufferedReader, book: Book) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, bytes and "is the last" of the lines that have to be parsed; count the others."""
    # This loop is all there is to the time a resume takes: 400,000 rounds for 100,000 images.
    head, whole, count = JOURNAL_HEAD.match, book.whole, book.count
    counted = {name.encode(): name for name in COUNTED}
    for number, line in enumerate(file, start=1):
        found = head(line)
        if found is not None:
            event, job, images = found.groups()
            if whole(job) and is_intact(line):
                if event in counted:
                    count(counted[event], int(images or 1))
                continue
        yield number, line, not file.peek(1)
