"""An export: choose rows, part them, write them, and let the folder appear when it is whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path

from flux_batch.addons.export.card import describe
from flux_batch.addons.export.column import Kind, table, values
from flux_batch.addons.export.draft import draft
from flux_batch.addons.export.embedding import SOURCE, Embedding
from flux_batch.addons.export.imagefolder import ImageFolder
from flux_batch.addons.export.marks import Only
from flux_batch.addons.export.parquet import Parquet
from flux_batch.addons.export.row import Row, Wanted, key_of, lines, read_row
from flux_batch.addons.export.stand_in import stand_ins
from flux_batch.addons.export.webdataset import WebDataset
from flux_batch.addons.export.wish import Exported, Wish
from flux_batch.addons.export.writer import Format, Setting, Writer
from flux_batch.errors import UsageError

FORMATS: Mapping[str, Format] = {"imagefolder": ImageFolder, "webdataset": WebDataset, "parquet": Parquet}
TYPED = {"parquet"}
"""Formats that say the type of each column, so that a value may be missing."""


def export(out: Path, target: Path, wish: Wish) -> Exported:
    """Write the images of output folder *out* into *target*, which appears when all of it is written and checked.

    The manifest is read twice: once for the types of the columns, once for the rows; memory does not grow with it.

    Raises:
        UsageError: no manifest, no image wanted, *target* is something else, or a package is missing.
        StorageFailed: an image is not the one that was kept, or the disk refused.
        RecordDamaged: a manifest line is damaged.
    """
    seen = table(line for _, line in _wanted(out, wish))
    if not seen.rows:
        raise UsageError(f"no image of {out} is to be exported", hint=_no_image(wish))

    def wanted() -> Iterator[Wanted]:
        """Yield as many as were looked at: a run may be adding to the manifest meanwhile."""
        return islice(_wanted(out, wish), seen.rows)

    columns = seen.columns if wish.form in TYPED else seen.guessable()
    if wish.embed:
        columns = {**columns, SOURCE: Kind.TEXT}
    with draft(target) as folder:
        exported = _write(out, folder, wish, columns, wanted())
        if wish.card:
            describe(folder, out.resolve().name, wish, columns, exported, (line for _, line in wanted()))
    return exported


def _write(out: Path, folder: Path, wish: Wish, columns: Mapping[str, Kind], wanted: Iterable[Wanted]) -> Exported:
    images: Counter[str] = Counter()
    size: Counter[str] = Counter()
    embedded = 0
    with ExitStack() as stack:
        writers: dict[str, Writer] = {}
        for part, row in _rows(out, wish, columns, wanted):
            if part not in writers:
                setting = Setting(folder, part, len(wish.split.shares) == 1, columns, wish.shard_size)
                writers[part] = stack.enter_context(closing(FORMATS[wish.form](setting)))
            writers[part].add(row)
            images[part] += 1
            size[part] += len(row.content)
            embedded += row.source is None
    order = [part for part in wish.split.shares if part in images]
    return Exported({part: images[part] for part in order}, {part: size[part] for part in order}, embedded)


def _rows(out: Path, wish: Wish, columns: Mapping[str, Kind], wanted: Iterable[Wanted]) -> Iterator[tuple[str, Row]]:
    """Yield part and row of each image, one in memory at a time."""
    missing = None if wish.form in TYPED else ""
    embedding = Embedding(stand_ins(out)) if wish.embed else None
    for kept, line in wanted:
        row = read_row(kept, out / kept.file_name, values(line, columns, missing))
        yield wish.split.part(line), row if embedding is None else embedding.into(row, line)


def _wanted(out: Path, wish: Wish) -> Iterator[Wanted]:
    return ((kept, line) for kept, line in lines(out) if wish.marks.admit(key_of(kept), wish.only))


def _no_image(wish: Wish) -> str:
    if wish.only is Only.ALL:
        return "make some: flux-batch run GRID"
    return "mark some in the gallery, save the marks, and name the file: --marks FILE"
