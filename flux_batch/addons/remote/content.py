"""What is in a file, as stores can confirm it: its size and its digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flux_batch.store.folder import storage

BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Content:
    """Size in bytes, SHA-256 and MD5 in hex. The MD5 is no proof against malice: it is what stores compute."""

    bytes: int
    sha256: str
    md5: str


def content_of(path: Path) -> Content:
    """Read the file at *path*. For a worker thread.

    Raises:
        StorageFailed: it cannot be read.
    """
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with storage(f"cannot read {path}"), path.open("rb") as file:
        while block := file.read(BLOCK):
            sha256.update(block)
            md5.update(block)
            size += len(block)
    return Content(size, sha256.hexdigest(), md5.hexdigest())


def etag_in_parts(path: Path, part: int) -> str:
    """Return what S3 calls a file that arrived in parts of *part* bytes: the MD5 of their MD5s, and how many.

    Raises:
        StorageFailed: it cannot be read.
    """
    digests = []
    with storage(f"cannot read {path}"), path.open("rb") as file:
        while block := file.read(part):
            digests.append(hashlib.md5(block, usedforsecurity=False).digest())
    return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"
