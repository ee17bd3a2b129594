"""Where the words go: standard output and standard error, made ready for whatever the shell has put there."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

from flux_batch.errors import StorageFailed


def prepare() -> None:
    """Let nothing that is said fail for its letters, or for a stream that the shell has closed.

    A closed descriptor is opened on nothing: else the next file to be opened would get its number, and whatever
    a library prints would end up in the journal.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - 0, 1 and 2 are the standard streams
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdout = _speaking(sys.stdout, 1)
    sys.stderr = _speaking(sys.stderr, 2)


def _speaking(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        return open(number, "w", encoding="utf-8", closefd=False)
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="backslashreplace")
    return stream


def silenced(error: OSError, *, err: bool) -> None:
    """Send to nothing what else is said where writing has failed with *error*.

    A reader who has gone away changes nothing, and of a log that is full nobody can be told.

    Raises:
        StorageFailed: standard output cannot be written; somebody waits for what should stand there.
    """
    stream = sys.stderr if err else sys.stdout
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)
    if not (err or isinstance(error, BrokenPipeError)):
        what = f"standard output cannot be written: {error.strerror}"
        raise StorageFailed(what, hint="make room where it leads, or send it elsewhere")
