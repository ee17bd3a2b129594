"""Where one shard ends and the next begins: by the bytes of the rows before, so that finished shards never change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count


class Shards:
    """Numbers shards. A row that would overfill one begins the next; one row is never refused."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._filled = 0
        self._numbers: Iterator[int] = count()
        self.number = -1

    def turn(self, incoming: int) -> bool:
        """Whether a row of *incoming* bytes begins a new shard, whose number is then ``number``."""
        if self.number >= 0 and self._filled + incoming <= self._size:
            self._filled += incoming
            return False
        self.number = next(self._numbers)
        self._filled = incoming
        return True
