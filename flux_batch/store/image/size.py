"""How large an image may be, in pixels and in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from flux_batch.store.image.defect import NotAnImage

MIB = 1 << 20
MAX_SIDE = 16384
"""Longest edge accepted, in pixels: WebP ends there, and the service's largest answers are a quarter of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the check accepts at most.

    Attributes:
        max_bytes: size of the file.
        max_pixels: width times height; bounds the time an inflate bomb can cost.
    """

    max_bytes: int = 64 * MIB
    max_pixels: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def within(self, limits: Limits) -> Size:
        """Return this size.

        Raises:
            NotAnImage: an edge is 0 or over MAX_SIDE, or there are more pixels than the limit.
        """
        if not (1 <= self.width <= MAX_SIDE and 1 <= self.height <= MAX_SIDE):
            raise NotAnImage(f"header says {self}, where each edge is 1 to {MAX_SIDE}")
        if self.width * self.height > limits.max_pixels:
            raise NotAnImage(f"header says {self}, more than {limits.max_pixels} pixels")
        return self

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"
