"""How the command line speaks: errors with a way out, text that a terminal cannot be tricked by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from flux_batch.cli.streams import silenced
from flux_batch.errors import FluxBatchError, StorageFailed


def complain(error: FluxBatchError) -> None:
    """Print ``error: ...`` and, after a blank line, ``hint: ...`` to stderr."""
    for line in str(error).split("\n"):
        say(plain(line) if line.startswith("  ") else f"error: {plain(line)}", err=True)
    if error.hint:
        say(f"\nhint: {plain(error.hint)}", err=True)


@contextmanager
def complaining(*, as_json: bool = False) -> Iterator[None]:
    """Turn an error of ours into its words and its exit code; *as_json* says it to programs as well, on stdout."""
    try:
        yield
    except FluxBatchError as error:
        complain(error)
        if as_json:
            say_error(error.message, error.hint, error.exit_code)
        raise click.exceptions.Exit(error.exit_code) from None


def say_error(message: str, hint: str | None, exit_code: int) -> None:
    """Print what went wrong as one JSON object on stdout, for a program that waits for one."""
    with suppress(StorageFailed):  # the exit code tells it where stdout cannot
        say(json.dumps({"error": message, "hint": hint, "exit_code": exit_code}, indent=2))


def plain(text: str, width: int | None = None) -> str:
    """Return *text* for a terminal: what could move the cursor or turn the line around is shown as an escape."""
    shown = "".join(c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text)
    return shown if width is None or len(shown) <= width else f"{shown[: width - 1]}…"


def say(text: str, *, err: bool = False) -> None:
    """Print *text*; a reader who has gone away changes nothing.

    Raises:
        StorageFailed: standard output cannot be written.
    """
    try:
        click.echo(text, err=err)
    except OSError as error:
        silenced(error, err=err)


def duration(seconds: float) -> str:
    """Return *seconds* as ``4.2 s``, ``3 min 20 s`` or ``2 h 05 min``."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def many(number: int, noun: str) -> str:
    """Return ``1 image``, ``48 images``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
