"""The value of an account's key, written where it would be sent as a prompt and kept in every record. Reads files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from flux_batch.grid.node import Node, Place
from flux_batch.grid.problem import Problem
from flux_batch.grid.settings import Endpoint
from flux_batch.grid.sources import LARGEST_SOURCE, found
from flux_batch.grid.strict import Unfit

SHORTEST = 12
"""Characters of a key that no prompt holds by chance."""
LONGEST_FILE = 4096
"""Bytes of a key file."""
WHAT = "the API key itself stands here, and a grid is no place for it"
HINT = "take it out, and ask the service for another key: this one may have been read"


def written_keys(
    root: Node, base: Path, accounts: Iterable[Endpoint], environment: Callable[[str], str | None]
) -> list[Problem]:
    """Return the places in *root*, and in the files of values it names, at which the key of an account stands.

    Args:
        base: folder that names of files start from.
        environment: the value of a variable, None where it is not set.
    """
    keys = {key for account in accounts for key in _values(account.beside(base), environment) if len(key) >= SHORTEST}
    return [Problem(place, WHAT, HINT) for key in keys for place in _places(root, base, key)]


def _values(account: Endpoint, environment: Callable[[str], str | None]) -> Iterator[str]:
    """Yield what may be the key of *account*; one that cannot be read is told when it is needed."""
    yield (environment(account.key_env) or "").strip()
    if account.key_file is not None:
        with suppress(OSError, UnicodeDecodeError), account.key_file.open("rb") as file:
            yield file.read(LONGEST_FILE).decode("utf-8-sig").strip()


def _places(node: Node, base: Path, key: str) -> Iterator[Place]:
    if isinstance(node.value, dict):
        for name, entry in node.value.items():
            if key in name:
                yield entry.place
            yield from _places(entry.node, base, key)
            if name == "file" and isinstance(entry.node.value, str):
                yield from _lines(base, entry.node.value, key.encode())
    elif isinstance(node.value, list):
        for item in node.value:
            yield from _places(item, base, key)
    elif key in str(node.value):
        yield node.place


def _lines(base: Path, name: str, key: bytes) -> Iterator[Place]:
    """Yield where *key* stands first in each of the files that *name* means; what cannot be read holds no value."""
    with suppress(Unfit, OSError, ValueError):
        for path in found(base, name):
            data = path.read_bytes() if path.stat().st_size <= LARGEST_SOURCE else b""
            at = data.find(key)
            if at >= 0:
                yield Place(str(path), data.count(b"\n", 0, at) + 1)
