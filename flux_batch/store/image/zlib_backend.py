"""CRC-32 and inflate: by SIMD where ``isal`` is installed, by the standard library elsewhere. Same verdicts."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

Buffer: TypeAlias = bytes | memoryview


class Inflater(Protocol):
    """One zlib stream being unpacked, as ``zlib.decompressobj`` does it."""

    @property
    def eof(self) -> bool:
        """The stream is complete and its Adler-32 is right."""
        ...

    @property
    def unconsumed_tail(self) -> bytes:
        """Input left over because the output had reached its bound."""
        ...

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""
        ...

    def decompress(self, data: Buffer, max_length: int, /) -> bytes:
        """Return at most *max_length* bytes of output."""
        ...


@dataclass(frozen=True, slots=True)
class ZlibBackend:
    """An implementation of zlib.

    Attributes:
        crc32: ``crc32(data, crc_so_far)``.
        inflater: starts one stream.
        error: what its inflaters raise on a damaged stream.
    """

    crc32: Callable[[Buffer, int], int]
    inflater: Callable[[], Inflater]
    error: type[Exception]


def _fastest() -> ZlibBackend:
    try:
        from isal import isal_zlib
    except ImportError:  # no wheel for this processor
        return STDLIB
    error = cast("type[Exception]", isal_zlib.IsalError)  # its stub calls the class an instance
    return ZlibBackend(isal_zlib.crc32, isal_zlib.decompressobj, error)


STDLIB = ZlibBackend(zlib.crc32, zlib.decompressobj, zlib.error)
FASTEST = _fastest()
