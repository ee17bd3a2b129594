"""A place at a URL: files are put there whole or not at all, and each is verified when it has arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from flux_batch.addons.remote.content import Content, etag_in_parts
from flux_batch.addons.remote.listing import Seen, seen
from flux_batch.addons.remote.system import System, open_system
from flux_batch.addons.remote.trouble import CARRY_ON, store_errors
from flux_batch.errors import StorageFailed

WHOLE = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci", "r2", "hf"})
"""Protocols of object stores: there a name appears when all of its bytes have arrived, and never before."""
LOCAL = frozenset({"file", "local"})
READ_BACK = 8 * 2**20
"""Bytes read at a time of a file of which the store tells no digest."""
PARTS = 50 * 2**20
"""Bytes of a part in which s3fs sends what is larger than two of them."""


class Store:
    """A writable place; made by :func:`open_store`. Its methods block: call them from worker threads.

    Attributes:
        url: the place, without secrets.
    """

    def __init__(self, url: str, system: System, root: str) -> None:
        self.url = url
        self._system = system
        self._root = root.rstrip("/")

    @property
    def local(self) -> Path | None:
        """The folder, where the place is one of this machine."""
        return Path(self._root or "/").resolve() if self._system.protocol in LOCAL else None

    def list(self, folder: str = "") -> dict[str, Seen]:
        """Return name -> what is known of it, of every file below *folder*; empty where there is none.

        Raises:
            StorageFailed: the store does not answer, or refuses.
        """
        with store_errors(f"cannot list {self._shown(folder)}"):
            self._system.call("invalidate_cache")
            found: Mapping[str, Mapping[str, Any]] = self._system.call("find", self._at(folder), detail=True)
            cut = len(self._at("")) + 1
            return {name[cut:]: seen(info) for name, info in found.items()}

    def close(self) -> None:
        """Give up what is under way: whoever waits for it hears that it failed."""
        self._system.close()

    def look(self, name: str) -> Seen | None:
        """Return what is known of one file, None where there is none.

        Raises:
            StorageFailed: the store does not answer, or refuses.
        """
        with store_errors(f"cannot look at {self._shown(name)}"):
            try:
                return seen(self._info(self._at(name)))
            except FileNotFoundError:
                return None

    def put(self, path: Path, name: str, content: Content) -> Seen:
        """Put the file at *path*, which holds *content*, under *name*, over what was there; return what is there now.

        Raises:
            StorageFailed: it is not there whole, as far as anybody knows.
        """
        final = self._at(name)
        with store_errors(f"cannot write {self._shown(name)}"):
            if self._system.protocol in WHOLE:
                self._put(path, final, content, name)
                return seen(self._info(final))
            folder, _, last = final.rpartition("/")
            draft = f"{folder}/.{last}.part"
            self._system.call("makedirs", folder, exist_ok=True)
            try:
                self._put(path, draft, content, name)
                self._system.call("mv", draft, final)
            finally:
                self._drop(draft)
            return seen(self._info(final))

    def read(self, name: str) -> bytes | None:
        """Return a small file's bytes, None where there is no such file.

        Raises:
            StorageFailed: the store does not answer, or refuses.
        """
        with store_errors(f"cannot read {self._shown(name)}"):
            try:
                content: bytes = self._system.call("cat_file", self._at(name))
            except FileNotFoundError:
                return None
            return content

    def remove(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            StorageFailed: the store does not answer, or refuses.
        """
        with store_errors(f"cannot remove {self._shown(name)}"), suppress(FileNotFoundError):
            self._system.call("rm_file", self._at(name))

    def _put(self, path: Path, place: str, content: Content, name: str) -> None:
        """Write *place* and hold what is there then against *content*; what cannot be verified does not stay."""
        self._system.call("put_file", str(path), place)
        verified = False
        try:
            there = seen(self._info(place))
            same_size = there.bytes == content.bytes
            verified = same_size and (
                proven(there, content, path) or self._digest(place, there.bytes) == content.sha256
            )
        finally:
            if not verified:
                self._drop(place)
        if not verified:
            raise StorageFailed(f"{self._shown(name)} arrived damaged: it is not what was sent", hint=CARRY_ON)

    def _drop(self, place: str) -> None:
        with suppress(FileNotFoundError, StorageFailed), store_errors("cannot tidy up"):
            self._system.call("rm_file", place)

    def _info(self, place: str) -> Mapping[str, Any]:
        self._system.call("invalidate_cache")
        info: Mapping[str, Any] = self._system.call("info", place)
        return info

    def _digest(self, place: str, size: int) -> str:
        """Read a file back, some of it at a time, and return its SHA-256."""
        sha256 = hashlib.sha256()
        for start in range(0, size, READ_BACK):
            sha256.update(self._system.call("cat_file", place, start=start, end=min(start + READ_BACK, size)))
        return sha256.hexdigest()

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def _shown(self, name: str) -> str:
        return f"{self.url}/{name}" if name else self.url


def proven(there: Seen, content: Content, path: Path) -> bool:
    """Whether the store's own digest shows that *content*, read from *path*, is there; False where it tells none.

    A digest that differs proves nothing: S3 tells another one for what is encrypted with a customer's key.
    """
    if there.bytes != content.bytes:
        return False
    return there.md5 == content.md5 or ("-" in there.etag and there.etag == etag_in_parts(path, PARTS))


def open_store(url: str) -> Store:
    """Return the place at *url*; nothing is sent.

    Raises:
        UsageError: as :func:`flux_batch.addons.remote.system.open_system`.
    """
    system, path = open_system(url)
    return Store(url, system, path)
