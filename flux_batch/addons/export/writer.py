"""What a format is: a writer for one part of the dataset, fed row by row, and the files it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from flux_batch.addons.export.column import Kind
from flux_batch.addons.export.row import Row


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and what one part is.

    Attributes:
        folder: the export's folder.
        part: name of the part, such as ``train``.
        alone: whether it is the only one.
        columns: name -> type of every row.
        shard_size: bytes of images after which a new shard begins.
    """

    folder: Path
    part: str
    alone: bool
    columns: Mapping[str, Kind]
    shard_size: int


class Writer(Protocol):
    """Writes one part."""

    def add(self, row: Row) -> None:
        """Write one more row.

        Raises:
            OSError: the disk refused.
        """

    def close(self) -> None:
        """Finish the last file. After an error the files are worth nothing, and this only gives them back."""


Format: TypeAlias = Callable[[Setting], Writer]
