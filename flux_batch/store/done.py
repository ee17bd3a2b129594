"""What is kept already, small enough for millions: one bit per image, and a part of each digest."""

from __future__ import annotations

from collections.abc import Iterable

from flux_batch.store.manifest import Kept


class Done:
    """The images that are kept, one bit per sample, and which bytes they have: about 250 bytes a job."""

    def __init__(self, lines: Iterable[Kept] = ()) -> None:
        self._bits: dict[int, int] = {}
        self._whole: dict[int, int] = {}
        self._digests: set[int] = set()
        self.images = 0
        for line in lines:
            self.add(line)

    def add(self, line: Kept) -> bool:
        """Count one kept image; return whether it is new, for the same one twice counts once."""
        job, bit = int(line.job, 16), 1 << line.sample
        before = self._bits.get(job, 0)
        if before & bit:
            return False
        self._bits[job] = before | bit
        self.images += 1
        self._digests.add(_number(line.sha256))
        if line.samples > 1:
            self._whole[job] = (1 << line.samples) - 1
        return True

    def has(self, job: str, sample: int) -> bool:
        """Whether this image is kept."""
        return bool(self._bits.get(int(job, 16), 0) & (1 << sample))

    def has_bytes(self, sha256: str) -> bool:
        """Whether a kept image has these bytes."""
        return _number(sha256) in self._digests

    def whole(self, job: str | bytes) -> bool:
        """Whether every image of *job* is kept; its id as text or as ASCII bytes."""
        number = int(job, 16)
        return self._bits.get(number, 0) == self._whole.get(number, 1)


def _number(sha256: str) -> int:
    """Sixty bits of a digest: small in a set, and no two images of a dataset share them by chance."""
    return int(sha256[:15], 16)
