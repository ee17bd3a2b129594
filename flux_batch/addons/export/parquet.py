"""``parquet``: files that Hugging Face ``datasets`` opens with the images as images. pyarrow is imported when used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any

from flux_batch.addons.export.column import Kind
from flux_batch.addons.export.row import Row
from flux_batch.addons.export.shards import Shards
from flux_batch.addons.export.writer import Setting
from flux_batch.errors import UsageError
from flux_batch.plan.job import JSON

ROWS_IN_GROUP = 100
BYTES_IN_GROUP = 64 * 2**20
"""A row group is what a reader holds in memory at least, and what this writer holds at most."""


def features(columns: Mapping[str, Kind]) -> dict[str, JSON]:
    """Return the Hugging Face Features of an export with *columns*: without them an image is a struct of bytes."""
    image: dict[str, JSON] = {"image": {"_type": "Image"}}
    return {**image, **{name: {"dtype": kind.value, "_type": "Value"} for name, kind in columns.items()}}


class Parquet:
    """One part: ``data/<part>-00000.parquet`` and so on.

    Raises:
        UsageError: pyarrow is not installed.
    """

    def __init__(self, setting: Setting) -> None:
        try:
            self._pa, self._pq = import_module("pyarrow"), import_module("pyarrow.parquet")
        except ImportError:
            raise UsageError(
                "--format parquet needs a package that is not installed",
                hint="pip install 'flux-batch[parquet]'",
            ) from None
        self._setting = setting
        self._schema = _schema(self._pa, setting.columns)
        self._shards = Shards(setting.shard_size)
        self._writer: Any | None = None
        self._waiting: list[dict[str, Any]] = []
        self._waiting_bytes = 0

    def add(self, row: Row) -> None:
        """See :class:`flux_batch.addons.export.writer.Writer`."""
        content = row.content
        if self._shards.turn(len(content)):
            self.close()
            self._writer = self._opened()
        name = row.key + PurePosixPath(row.kept.file_name).suffix.lower()
        self._waiting.append({"image": {"bytes": content, "path": name}, **row.columns})
        self._waiting_bytes += len(content)
        if len(self._waiting) >= ROWS_IN_GROUP or self._waiting_bytes >= BYTES_IN_GROUP:
            self._flush()

    def close(self) -> None:
        """See :class:`flux_batch.addons.export.writer.Writer`."""
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def _opened(self) -> Any:
        folder = self._setting.folder / "data"
        folder.mkdir(exist_ok=True)
        path = folder / f"{self._setting.part}-{self._shards.number:05}.parquet"
        packed = dict.fromkeys(self._setting.columns, "zstd")  # images are packed already
        return self._pq.ParquetWriter(path, self._schema, compression={**packed, "image.bytes": "none"})

    def _flush(self) -> None:
        if self._waiting and self._writer is not None:
            self._writer.write_table(self._pa.Table.from_pylist(self._waiting, schema=self._schema))
        self._waiting, self._waiting_bytes = [], 0


def _schema(pa: Any, columns: Mapping[str, Kind]) -> Any:
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    fields = [("image", image), *((name, pa.type_for_alias(kind.value)) for name, kind in columns.items())]
    told = json.dumps({"info": {"features": features(columns)}})
    return pa.schema(fields, metadata={"huggingface": told})
