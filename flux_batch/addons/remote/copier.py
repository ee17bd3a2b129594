"""Copying one file of an output folder: only if it is what its line says, and only if it is not there already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flux_batch.addons.remote.content import Content, content_of
from flux_batch.addons.remote.listing import Seen
from flux_batch.addons.remote.receipts import Receipts
from flux_batch.addons.remote.store import Store, proven
from flux_batch.errors import StorageFailed, UsageError
from flux_batch.store.folder import Folder, storage
from flux_batch.store.manifest import Kept


class Changed(StorageFailed):
    """The file on this machine is gone, or is not the one that its line names: it is not copied."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file to copy.

    Attributes:
        name: below the folder, POSIX, and so it is called at the store.
        sha256: what it must be; None where no line says so.
        there: what the store has under that name; None where it has none, or where that is not known.
    """

    name: str
    sha256: str | None = None
    there: Seen | None = None


class Copier:
    """Copies files of *folder* to *store*, one at a time; its methods block, and several threads may call them."""

    def __init__(self, folder: Folder, store: Store) -> None:
        self.folder = folder
        self.store = store
        self._receipts = Receipts.of(folder, store.url)
        self._listing: dict[str, Seen] | None = None

    def look(self) -> None:
        """Ask the store once which images it has; later calls do nothing.

        Raises:
            UsageError: another folder has its copy there.
            StorageFailed: it does not answer, or refuses.
        """
        if self._listing is None:
            self._receipts.read()
            listing = self.store.list("images")
            self._is_ours()
            self._listing = listing

    def _is_ours(self) -> None:
        """Refuse a place whose manifest we did not write: one of two shards would lose its lines to the other.

        Receipts may be lost. A manifest only grows, so ours begins with what we left there.
        """
        path = self.folder.manifest
        there = self.store.look(path.name)
        if there is None or self._receipts.bore(path.name, there):
            return
        theirs = self.store.read(path.name) or b""
        with storage(f"cannot read {path}"):
            ours = path.read_bytes() if path.exists() else b""
        if not ours.startswith(theirs):
            raise UsageError(
                f"{self.store.url} has the manifest of another output folder",
                hint="give each folder, and each shard, a place of its own; or remove manifest.jsonl there",
            )

    def missing(self, kept: Kept) -> Item | None:
        """Return what is to be done for an image; None where its copy was verified and has not been touched since."""
        there = (self._listing or {}).pop(kept.file_name, None)
        if there and there.bytes == kept.bytes and self._receipts.knows(kept.file_name, kept.sha256, there):
            return None
        return Item(kept.file_name, kept.sha256, there)

    def bring(self, item: Item) -> None:
        """Copy *item*, unless the store can prove that it has it.

        Raises:
            Changed: the file is not what it must be.
            StorageFailed: the copy is not there, as far as anybody knows.
        """
        path = self.folder.root / item.name
        content = self._content(path, item)
        there = item.there or (self.store.look(item.name) if item.sha256 is None else None)
        if there is not None and self._receipts.knows(item.name, content.sha256, there):
            return
        if there is None or not proven(there, content, path):
            there = self.store.put(path, item.name, content)
        self._receipts.add(item.name, content.sha256, there)

    def beside(self) -> list[Item]:
        """Return what is public beside images and manifest: what was set aside, and what the last run left.

        Raises:
            StorageFailed: the folder cannot be read.
        """
        root, aside = self.folder.root, self.folder.quarantine
        with storage(f"cannot list {aside}"):
            found = sorted(aside.iterdir()) if aside.is_dir() else []
            paths = [path for path in (*found, self.folder.failures, self.folder.run_json) if path.is_file()]
        return [Item(path.relative_to(root).as_posix()) for path in paths]

    def close(self) -> None:
        """Close what is open, and end what is under way."""
        self.store.close()
        self._receipts.close()

    def _content(self, path: Path, item: Item) -> Content:
        way_out = f"flux-batch verify {self.folder.root} --repair"
        try:
            content = content_of(path)
        except StorageFailed as gone:
            raise Changed(str(gone), hint=way_out) from gone
        if item.sha256 not in {None, content.sha256}:
            raise Changed(f"{path} is not the image that the manifest names", hint=way_out)
        return content
