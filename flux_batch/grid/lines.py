"""The lines of a text file as values: the bytes are kept as they are, a line is decoded when it is asked for.

A list of a million prompts takes its size on disk and 20 bytes a line, instead of ten times that as objects.
"""

from __future__ import annotations

import codecs
from array import array
from collections.abc import Sequence
from typing import overload

PIECE = 1 << 20
COMMENT = ord("#")


class Lines(Sequence[str]):
    """The values of *data*, one per line; blank lines and lines that begin with ``#`` do not count.

    Attributes:
        numbers: for each value its line in the file, counted from 1.

    Raises:
        UnicodeDecodeError: not UTF-8; its *start* counts from the beginning of the file.
    """

    __slots__ = ("_data", "_ends", "_starts", "numbers")

    def __init__(self, data: bytes) -> None:
        _check(data)
        self._data = data
        self._starts, self._ends, self.numbers = array("Q"), array("Q"), array("L")
        at = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        number = 0
        while at < len(data):
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            number += 1
            line = data[at:end]
            kept = line.strip()
            if kept and kept[0] != COMMENT:
                start = at + len(line) - len(line.lstrip())
                self._starts.append(start)
                self._ends.append(start + len(kept))
                self.numbers.append(number)
            at = end + 1

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """Decode one line, or those of a slice."""
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return self._data[self._starts[index] : self._ends[index]].decode("utf-8")


def _check(data: bytes) -> None:
    """Decode *data* piece by piece, so that checking takes no memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(0, len(data), PIECE):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(data[at : at + PIECE], final=at + PIECE >= len(data))
        except UnicodeDecodeError as error:
            error.start += at - held
            raise
