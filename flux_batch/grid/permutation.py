"""Reproducible shuffling by arithmetic: the i-th of a shuffled range, without the range.

The numbers are part of the product's promise (a grid that says ``{random: 8, from: 42}`` means the same eight seeds for
ever), so nothing here leans on a random generator of somebody's library.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

ROUNDS = 6
SMALL = 4096
"""Up to here the shuffling is written out: over a few numbers a network of bits has its favourites."""
SPREAD = 0x9E3779B1
"""An odd constant near 2**32 divided by the golden ratio: multiplying by it spreads neighbouring numbers."""


@dataclass(frozen=True, slots=True)
class Permutation:
    """A fixed shuffling of ``range(size)``: a small Feistel network, walked until the result lies inside.

    Attributes:
        size: how many numbers, at least 1.
        keys: one per round; see :func:`permutation`.
    """

    size: int
    keys: tuple[int, ...]

    def __getitem__(self, index: int) -> int:
        """Return the number at *index*, 0 <= index < size."""
        half = max(1, ((self.size - 1).bit_length() + 1) // 2)
        mask = (1 << half) - 1
        place = index
        while True:
            left, right = place >> half, place & mask
            for key in self.keys:
                mixed = ((right ^ key) * SPREAD) & 0xFFFFFFFFFFFFFFFF
                left, right = right, left ^ ((mixed ^ (mixed >> 15) ^ (mixed >> 29)) & mask)
            place = left << half | right
            if place < self.size:
                return place


def permutation(size: int, *name: str | int) -> Permutation | tuple[int, ...]:
    """Return the shuffling of ``range(size)`` that belongs to *name*; the same name gives the same one for ever."""
    text = "/".join(str(part) for part in ("flux-batch", *name))
    if size <= SMALL:
        return tuple(sorted(range(size), key=lambda number: hashlib.sha256(f"{text}/{number}".encode()).digest()))
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return Permutation(size, tuple(int.from_bytes(digest[i * 4 : i * 4 + 4], "big") for i in range(ROUNDS)))
