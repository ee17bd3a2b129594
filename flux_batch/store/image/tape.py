"""A file's bytes in order, handed to a parser as they arrive.

A parser is a generator that reads like one for a file on disk: ``header = yield from tape.exactly(8)``. A bare
``yield`` inside these methods means "more bytes, please", so the parser needs no states of its own and gives the same
verdict however the file was cut into pieces. Whoever owns the tape loads a piece and resumes the parser.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

from flux_batch.store.image.defect import EndOfData

T = TypeVar("T")
Steps: TypeAlias = Generator[None, None, T]
"""Runs until it needs bytes, and returns a T at the end."""


class Tape:
    """The piece of the file that has arrived last. Holds no more than that.

    Attributes:
        at: offset of the next byte in the file.
        ended: no more bytes will come.
    """

    __slots__ = ("_piece", "_used", "at", "ended")

    def __init__(self) -> None:
        self._piece = memoryview(b"")
        self._used = 0
        self.at = 0
        self.ended = False

    def load(self, piece: bytes) -> None:
        """Put the next *piece* in; the one before has been read to its end."""
        self._piece = memoryview(piece)
        self._used = 0

    def at_end(self) -> Steps[bool]:
        """Wait until it is known whether another byte follows; return True where none does."""
        while self._used == len(self._piece) and not self.ended:
            yield
        return self._used == len(self._piece)

    def some(self, most: int) -> Steps[memoryview]:
        """Return the bytes at hand: at least one, at most *most*.

        Raises:
            EndOfData: the file ended.
        """
        if (yield from self.at_end()):
            raise EndOfData
        start = self._used
        self._used = min(start + most, len(self._piece))
        self.at += self._used - start
        return self._piece[start : self._used]

    def back(self, count: int) -> None:
        """Unread the last *count* bytes of what ``some`` has just returned."""
        self._used -= count
        self.at -= count

    def exactly(self, count: int) -> Steps[bytes]:
        """Return *count* bytes, a small number: they are collected in memory."""
        found = bytearray()
        while len(found) < count:
            found += yield from self.some(count - len(found))
        return bytes(found)

    def skip(self, count: int) -> Steps[None]:
        """Read past *count* bytes."""
        while count:
            count -= len((yield from self.some(count)))

    def peek(self, most: int) -> Steps[bytes]:
        """Return the next *most* bytes, fewer where the file ends, and leave them to be read again."""
        start, found = self.at, bytearray()
        while len(found) < most and not (yield from self.at_end()):
            found += yield from self.some(most - len(found))
        self._piece = memoryview(bytes(found) + self._piece[self._used :])
        self._used, self.at = 0, start
        return bytes(found)
