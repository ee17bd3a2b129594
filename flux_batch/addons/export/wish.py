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
        embed: whether each PNG gets its parameters and provenance as text.
    """

    form: str
    split: Split = WHOLE
    only: Only = Only.ALL
    marks: Marks = field(default_factory=Marks)
    shard_size: int = SHARD_SIZE
    card: bool = False
    embed: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        images: part -> how many of them.
        bytes: part -> bytes of them, as exported.
        embedded: how many carry metadata that they had not before.
    """

    images: Mapping[str, int]
    bytes: Mapping[str, int]
    embedded: int = 0
