"""A dataset at a store: made in a folder on this machine first, sent when it is whole, and replaced as a whole.

Stores have no folder to rename. So a sign beside the files says which of them belong to the dataset and whether all are
there: it comes first and last. What an earlier export left under other names goes; nothing else there is touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flux_batch.addons.remote.content import content_of
from flux_batch.addons.remote.listing import Seen
from flux_batch.addons.remote.store import Store, open_store, proven
from flux_batch.errors import UsageError
from flux_batch.store.folder import storage

SIGN = ".flux-batch-export"
"""As on a disk; here it also lists the files."""
AT_ONCE = 8
TOLD = frozenset({"README.md", "croissant.json", "metadata.jsonl"})
"""Files that lead to others: they come after those."""


@contextmanager
def delivered(url: str, staging: Path) -> Iterator[Path]:
    """Yield the path of a folder to be made; what lies in it when the block ends well is at *url* afterwards.

    Args:
        url: where to.
        staging: a folder that is made for the time being, with room for one more copy where links are of no use.

    Raises:
        UsageError: nothing can be written to *url*, or there is something else.
        StorageFailed: not all of it is there.
    """
    store = open_store(url)
    try:
        there = store.list()
        if there and SIGN not in there:
            raise UsageError(f"{url} holds something that is no export", hint="name another place with --to URL")
        with _folder(staging) as folder:
            yield folder / "dataset"
            _deliver(store, Consignment(folder / "dataset", there), folder / "sign.json")
    finally:
        store.close()


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    with storage(f"cannot write {path}"):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            path.parent.rmdir()  # only where nothing else is in it


@dataclass(slots=True)
class Consignment:
    """The files of *folder*, and what the store has.

    Attributes:
        folder: with the whole dataset.
        there: name -> what is known of it.
        names: of the files, those that lead to others last.
    """

    folder: Path
    there: dict[str, Seen]
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        paths = (path for path in self.folder.rglob("*") if path.is_file() and path.name != SIGN)
        found = (path.relative_to(self.folder).as_posix() for path in paths)
        self.names = sorted(found, key=lambda name: (name.rpartition("/")[2] in TOLD, name))

    def missing(self, name: str) -> bool:
        """Whether the store cannot prove that it has this file."""
        there, path = self.there.get(name), self.folder / name
        return there is None or there.bytes != path.stat().st_size or not proven(there, content_of(path), path)


def _deliver(store: Store, goods: Consignment, draft: Path) -> None:
    """Send what is missing, remove what an earlier export left, and sign for it."""
    before = _signed(store) if SIGN in goods.there else Signed()
    left = sorted(set(before.files) & set(goods.there) - set(goods.names))  # a sign from elsewhere may name anything
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = threads.map(goods.missing, goods.names)
        missing = [name for name, is_missing in zip(goods.names, asked, strict=True) if is_missing]
    if before.whole and not missing and not left:
        return
    _sign(store, draft, [*goods.names, *left], whole=False)
    for leads in (False, True):
        _each(partial(_send, store, goods.folder), [n for n in missing if (n.rpartition("/")[2] in TOLD) is leads])
    _each(store.remove, left)
    _sign(store, draft, goods.names, whole=True)


def _each(work: Callable[[str], None], names: Iterable[str]) -> None:
    threads = ThreadPoolExecutor(AT_ONCE)
    try:
        for _ in threads.map(work, names):
            pass
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _send(store: Store, folder: Path, name: str) -> None:
    store.put(folder / name, name, content_of(folder / name))


@dataclass(frozen=True, slots=True)
class Signed:
    """What the sign at a store says: the names of an export's files, and whether all of them have arrived."""

    files: tuple[str, ...] = ()
    whole: bool = False


def _signed(store: Store) -> Signed:
    try:
        told = json.loads(store.read(SIGN) or b"{}")
        files = tuple(name for name in told["files"] if isinstance(name, str))
        return Signed(files, told["whole"] is True)
    except (ValueError, KeyError, TypeError):
        return Signed()  # a sign of a folder that somebody copied there: it lists nothing, so nothing is removed


def _sign(store: Store, draft: Path, names: list[str], *, whole: bool) -> None:
    with storage(f"cannot write {draft}"):
        draft.write_text(json.dumps({"v": 1, "whole": whole, "files": sorted(names)}), "utf-8")
    store.put(draft, SIGN, content_of(draft))
