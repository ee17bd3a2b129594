"""``webdataset``: tar shards that come out byte for byte the same each time."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import PurePosixPath

from flux_batch.addons.export.row import Row
from flux_batch.addons.export.shards import Shards
from flux_batch.addons.export.writer import Setting


class WebDataset:
    """One part: ``<part>-00000.tar`` and so on, each sample as ``<key>.png``, ``<key>.json`` and ``<key>.txt``.

    USTAR with mode, owner and time fixed: what is in a shard decides its bytes. Keys have no dot, because webdataset
    ends a key at its first one.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._shards = Shards(setting.shard_size)
        self._tar: tarfile.TarFile | None = None

    def add(self, row: Row) -> None:
        """See :class:`flux_batch.addons.export.writer.Writer`."""
        content = row.content
        tar = self._tar
        if self._shards.turn(len(content)) or tar is None:
            self.close()
            name = f"{self._setting.part}-{self._shards.number:05}.tar"
            tar = self._tar = tarfile.open(self._setting.folder / name, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        text = json.dumps(row.columns, ensure_ascii=True, separators=(",", ":"))
        _put(tar, row.key + PurePosixPath(row.kept.file_name).suffix.lower(), content)
        _put(tar, f"{row.key}.json", text.encode())
        _put(tar, f"{row.key}.txt", str(row.columns["prompt"]).encode())

    def close(self) -> None:
        """See :class:`flux_batch.addons.export.writer.Writer`."""
        if self._tar is not None:
            self._tar.close()


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(content))
