"""A row: one kept image and what is known of it. Its bytes are handed out only if they are the ones that were kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from flux_batch.errors import RecordDamaged, StorageFailed, UsageError
from flux_batch.plan.job import JSON
from flux_batch.store.folder import Folder, storage
from flux_batch.store.lines import read_lines
from flux_batch.store.manifest import Kept, kept_of

Wanted: TypeAlias = tuple[Kept, dict[str, JSON]]
"""A manifest line: what recognises its image, and all of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One image of an export.

    Attributes:
        kept: which image.
        content: the bytes to export.
        source: a file that holds just these bytes, None where there is none.
        columns: name -> value, as :func:`flux_batch.addons.export.column.values` types them.
    """

    kept: Kept
    content: bytes
    source: Path | None
    columns: Mapping[str, JSON]

    @property
    def key(self) -> str:
        """``<job>-<sample>``: the same in every export, and without a dot, which would end it for webdataset."""
        return key_of(self.kept)


def read_row(kept: Kept, source: Path, columns: Mapping[str, JSON]) -> Row:
    """Return the row of image *kept*, whose file is *source*.

    Raises:
        StorageFailed: the file cannot be read, or is not the one that was kept.
    """
    with storage(f"cannot read {source}"):
        content = source.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != kept.sha256:
        raise StorageFailed(
            f"{source} has changed since it was kept: SHA-256 {found[:16]}..., "
            f"its manifest line says {kept.sha256[:16]}...",
            hint=f"nothing was exported; flux-batch verify {source.parent.parent} --repair",
        )
    return Row(kept, content, source, columns)


def key_of(kept: Kept) -> str:
    """Return what names an image in exports and marks."""
    return f"{kept.job}-{kept.sample}"


def lines(out: Path) -> Iterator[Wanted]:
    """Yield each manifest line of output folder *out*, in the order the images were kept.

    Raises:
        UsageError: there is no manifest.
        RecordDamaged: a line is damaged.
        StorageFailed: the manifest cannot be read.
    """
    manifest = Folder(out).manifest
    if not manifest.is_file():
        raise UsageError(f"no manifest.jsonl in {out}", hint="name the output folder of a run: flux-batch run GRID")
    for number, line in enumerate(read_lines(manifest), start=1):
        try:
            yield kept_of(line), line
        except (KeyError, TypeError, ValueError):
            raise RecordDamaged(
                f"{manifest}:{number}: this is no manifest line", hint=f"flux-batch verify {out} --repair"
            ) from None
