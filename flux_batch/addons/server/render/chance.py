"""Randomness that a request fixes: SHA-256 of the facts, then one independent stream per name.

A named stream keeps its numbers when another part of the picture starts to draw more of its own, and nothing depends
on ``hash()``, which differs from process to process.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chance:
    """The root of all random choices of one picture.

    Attributes:
        root: SHA-256 of the facts that fix the choices.
    """

    root: bytes

    @classmethod
    def of(cls, *facts: str | float | bool | None) -> Chance:
        """Equal facts give equal streams, in any process and on any machine."""
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        return cls(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())

    def stream(self, name: str) -> random.Random:
        """Return a fresh generator for *name*; asked twice, it starts again with the same numbers."""
        return random.Random(self.root + name.encode())


def likely(rng: random.Random, share: float) -> bool:
    """True in *share* (0 to 1) of all cases."""
    return rng.random() < share
