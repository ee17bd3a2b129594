"""Reading the journal from its start, fast: the lines of jobs that are done are counted, not parsed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flux_batch.store.book import COUNTED, Book
from flux_batch.store.lines import JOURNAL_HEAD, checked, damaged, is_intact, raw_lines


def replay(path: Path, whole: Callable[[str], bool]) -> Book:
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
    head, counted = JOURNAL_HEAD.match, {name.encode() for name in COUNTED}
    for number, line, last in raw_lines(path):
        found = head(line)
        if found is not None and whole(found[2].decode()):
            if is_intact(line):
                if found[1] in counted:
                    book.count(found[1].decode(), int(found[3] or 1))
                continue
            if not last:
                raise damaged(path, number)
        record = checked(path, number, line, last=last)
        if record is not None:
            book.add(record)
    return book
