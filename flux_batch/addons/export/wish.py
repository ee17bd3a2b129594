"""What is to be exported, and what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flux_batch.addons.export.marks import Marks, Only
from flux_batch.addons.export.split import WHOLE, Split

SHARD_SIZE = 500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be exported.

    Attributes:
        form: a name of FORMATS.
        split: how the dataset is parted.
        only: which images, as *marks* has them.
        shard_size: bytes of images after which a new shard begins.
        card: whether a dataset card and a Croissant description are written.
    """

    form: str
    split: Split = WHOLE
    only: Only = Only.ALL
    marks: Marks = field(default_factory=Marks)
    shard_size: int = SHARD_SIZE
    card: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: *images* and *bytes* of them per part."""

    images: Mapping[str, int]
    bytes: Mapping[str, int]
