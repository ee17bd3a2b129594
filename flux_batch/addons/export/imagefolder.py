"""``imagefolder``: the images and a ``metadata.jsonl`` beside them, as ``load_dataset("imagefolder")`` wants it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from flux_batch.addons.export.row import Row
from flux_batch.addons.export.writer import Setting

METADATA = "metadata.jsonl"


class ImageFolder:
    """One part: ``<part>/metadata.jsonl`` and ``<part>/images/``, without the part where it is the only one."""

    def __init__(self, setting: Setting) -> None:
        root = setting.folder if setting.alone else setting.folder / setting.part
        self._images = root / "images"
        self._images.mkdir(parents=True)
        self._metadata = (root / METADATA).open("w", encoding="utf-8", newline="\n")

    def add(self, row: Row) -> None:
        """See :class:`flux_batch.addons.export.writer.Writer`."""
        name = Path(row.kept.file_name).name
        _link(row, self._images / name)
        line = {"file_name": f"images/{name}", **row.columns}
        self._metadata.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """See :class:`flux_batch.addons.export.writer.Writer`."""
        self._metadata.close()


def _link(row: Row, target: Path) -> None:
    """Give the row's file a second name; write it anew where that cannot be: no file, another disk, no hard links."""
    if row.source is not None:
        with suppress(OSError):
            os.link(row.source, target, follow_symlinks=True)
            return
    target.write_bytes(row.content)
