"""A place at a URL: files are put there whole or not at all, and each is verified when it has arrived.

fsspec's own interface is used, in worker threads: its async file systems run on a loop of their own, so any number of
threads may call them, and the loop of the run never waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from flux_batch.addons.remote.content import BLOCK, Content, etag_in_parts
from flux_batch.addons.remote.listing import Seen, seen
from flux_batch.addons.remote.trouble import CARRY_ON, store_errors
from flux_batch.errors import StorageFailed, UsageError

WHOLE = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oss", "oci", "r2", "hf"})
"""Protocols of object stores: there a name appears when all of its bytes have arrived, and never before."""
READ_ONLY = frozenset({"http", "https", "data", "github", "gist", "git", "zip", "tar", "libarchive", "reference"})
LOCAL = ("file://", "local://")
PARTS = 50 * 2**20
"""Bytes of a part in which s3fs sends what is larger than two of them."""
EXTRAS = {"s3": "s3", "s3a": "s3"}
"""Protocol -> the extra of ours that brings its library."""


class Store:
    """A writable place; made by :func:`open_store`. Its methods block: call them from worker threads.

    Attributes:
        url: the place, without secrets.
    """

    def __init__(self, url: str, system: Any, root: str, *, whole: bool) -> None:
        self.url = url
        self._system = system
        self._root = root.rstrip("/")
        self._whole = whole

    @property
    def local(self) -> Path | None:
        """The folder, where the place is one of this machine."""
        return Path(self._root or "/").resolve() if self.url.startswith(LOCAL) else None

    def list(self, folder: str = "") -> dict[str, Seen]:
        """Return name -> what is known of it, of every file below *folder*; empty where there is none.

        Raises:
            StorageFailed: the store does not answer, or refuses.
        """
        with store_errors(f"cannot list {self._shown(folder)}"):
            self._system.invalidate_cache()
            found: Mapping[str, Mapping[str, Any]] = self._system.find(self._at(folder), detail=True)
            cut = len(self._at("")) + 1
            return {name[cut:]: seen(info) for name, info in found.items()}

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
            if self._whole:
                self._put(path, final, content, name)
                return seen(self._info(final))
            folder, _, last = final.rpartition("/")
            draft = f"{folder}/.{last}.part"
            self._system.makedirs(folder, exist_ok=True)
            try:
                self._put(path, draft, content, name)
                self._system.mv(draft, final)
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
                content: bytes = self._system.cat_file(self._at(name))
            except FileNotFoundError:
                return None
            return content

    def remove(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            StorageFailed: the store does not answer, or refuses.
        """
        with store_errors(f"cannot remove {self._shown(name)}"), suppress(FileNotFoundError):
            self._system.rm_file(self._at(name))

    def _put(self, path: Path, place: str, content: Content, name: str) -> None:
        """Write *place* and hold what is there then against *content*; a damaged file does not stay."""
        self._system.put_file(str(path), place)
        there = seen(self._info(place))
        if there.bytes != content.bytes or not (proven(there, content, path) or self._digest(place) == content.sha256):
            self._drop(place)
            raise StorageFailed(f"{self._shown(name)} arrived damaged: it is not what was sent", hint=CARRY_ON)

    def _drop(self, place: str) -> None:
        with suppress(FileNotFoundError, StorageFailed), store_errors("cannot tidy up"):
            self._system.rm_file(place)

    def _info(self, place: str) -> Mapping[str, Any]:
        self._system.invalidate_cache()
        info: Mapping[str, Any] = self._system.info(place)
        return info

    def _digest(self, place: str) -> str:
        """Read a file back, and return its SHA-256."""
        sha256 = hashlib.sha256()
        with self._system.open(place, "rb", block_size=BLOCK, cache_type="readahead") as file:
            while block := file.read(BLOCK):
                sha256.update(block)
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
    """Return the place at *url*; nothing is sent. It imports the library of its protocol: half a second for S3.

    Raises:
        UsageError: no such protocol, one that only reads, or its package is missing.
    """
    protocol = url.partition("://")[0]
    if protocol in READ_ONLY:
        raise UsageError(
            f"nothing can be written to {url}", hint="name a store that can be written to: s3://bucket/set"
        )
    try:
        core, registry = import_module("fsspec.core"), import_module("fsspec.registry")
    except ImportError:
        raise UsageError(f"{url} needs a package that is not installed", hint=_install(protocol)) from None
    try:
        registry.get_filesystem_class(protocol)
    except ValueError:
        raise UsageError(
            f"{url}: there is no protocol {protocol!r}", hint="s3://, gs://, abfs://, sftp://, file://"
        ) from None
    except ImportError as error:
        hint = _install(protocol) if protocol in EXTRAS else str(error)
        raise UsageError(f"{url} needs a package that is not installed", hint=hint) from None
    with store_errors(f"cannot open {url}"):
        system, root = core.url_to_fs(url)
    return Store(url, system, root, whole=protocol in WHOLE)


def _install(protocol: str) -> str:
    return f"pip install 'flux-batch[{EXTRAS.get(protocol, 'remote')}]'"
