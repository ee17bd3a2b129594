"""The manifest: one line per kept image, append-only, the public truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

from flux_batch.plan.job import JSON

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kept image: what was asked, what was answered, and what is really in the file.

    Attributes:
        job, sample: which image of which job.
        file_name: below the output folder, POSIX.
        prompt, seed, style, axes, model_id: what was asked; *seed* is the one really used where the service says it.
        width, height: pixels, read from the file, as are *format*, *bytes* and *sha256* (hex).
        request: the key-free body.
        meta: as answered; *drift* is where it differs from the request.
        generation_id, generation_time (seconds), url, nsfw: as answered.
        attempts: posts it took; *billed* is ``once`` or ``possibly_twice``.
        flags: gates that spoke and did not quarantine.
        created_at: RFC 3339, UTC.
    """

    job: str
    sample: int
    file_name: str
    prompt: str
    seed: int | None
    style: str | None
    axes: Mapping[str, JSON]
    model_id: str
    width: int
    height: int
    format: str
    bytes: int
    sha256: str
    request: Mapping[str, JSON]
    meta: Mapping[str, JSON]
    drift: list[dict[str, JSON]]
    generation_id: str | None
    generation_time: float | None
    url: str | None
    nsfw: bool | None
    attempts: int
    billed: str
    created_at: str
    flags: list[str] = field(default_factory=list)
    v: int = VERSION

    def to_json(self) -> dict[str, JSON]:
        """Return the flat object of one line, ``v`` first."""
        values = asdict(self)
        return {"v": values.pop("v"), **values}


@dataclass(frozen=True, slots=True)
class Kept:
    """What resume needs of a line: which image, and how to recognise its file."""

    job: str
    sample: int
    samples: int
    file_name: str
    bytes: int
    sha256: str


def kept_of(record: Mapping[str, JSON]) -> Kept:
    """Read the resume part of one manifest line.

    Raises:
        KeyError, TypeError, ValueError: it is no manifest line.
    """
    request = record["request"]
    samples = request.get("samples", 1) if isinstance(request, dict) else 1
    return Kept(
        job=str(record["job"]),
        sample=int(str(record["sample"])),
        samples=int(str(samples)),
        file_name=str(record["file_name"]),
        bytes=int(str(record["bytes"])),
        sha256=str(record["sha256"]),
    )


class Done:
    """The images that are kept, one bit per sample, and which bytes they have: about 250 bytes a job."""

    def __init__(self, lines: Iterable[Kept] = ()) -> None:
        self._bits: dict[int, int] = {}
        self._whole: dict[int, int] = {}
        self._digests: set[int] = set()
        self.images = 0
        for line in lines:
            self.add(line)

    def add(self, line: Kept) -> None:
        """Count one kept image; the same one twice counts once."""
        job, bit = int(line.job, 16), 1 << line.sample
        before = self._bits.get(job, 0)
        self._bits[job] = before | bit
        self.images += not before & bit
        self._digests.add(_number(line.sha256))
        if line.samples > 1:
            self._whole[job] = (1 << line.samples) - 1

    def has(self, job: str, sample: int) -> bool:
        """Whether this image is kept."""
        return bool(self._bits.get(int(job, 16), 0) & (1 << sample))

    def has_bytes(self, sha256: str) -> bool:
        """Whether a kept image has these bytes."""
        return _number(sha256) in self._digests

    def whole(self, job: str) -> bool:
        """Whether every image of *job* is kept."""
        number = int(job, 16)
        return self._bits.get(number, 0) == self._whole.get(number, 1)

    def __iter__(self) -> Iterator[str]:
        return (f"{job:016x}" for job in self._bits)


def _number(sha256: str) -> int:
    """Sixty bits of a digest: small in a set, and no two images of a dataset share them by chance."""
    return int(sha256[:15], 16)
