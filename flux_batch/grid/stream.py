"""A reproducible stream of draws: the same name gives the same draws for ever, on any machine and Python."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

FINE = 2**64


class Stream:
    """Numbers drawn from a counter by SHA-256, because what a grid draws must not hang on a library's generator."""

    def __init__(self, *name: str | int) -> None:
        self._name = "/".join(str(part) for part in ("flux-batch draw", *name))
        self._drawn = 0

    def below(self, count: int) -> int:
        """Draw one of ``range(count)``, all alike."""
        digest = hashlib.sha256(f"{self._name}/{self._drawn}".encode()).digest()
        self._drawn += 1
        return int.from_bytes(digest, "big") % count

    def one_of(self, weights: Sequence[float]) -> int:
        """Draw an index, each as often as its weight says."""
        sums = list(accumulate(weights))
        return min(bisect_right(sums, self.below(FINE) / FINE * sums[-1]), len(sums) - 1)
