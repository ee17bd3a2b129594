"""An image on its way: streamed into a part file and checked while it passes. Nobody else can have made that file."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiofiles

from flux_batch.errors import DownloadFailed
from flux_batch.response.base64text import CAP, decode_base64, looks_like_base64
from flux_batch.store.folder import storage
from flux_batch.store.image.check import ImageCheck, ImageFacts


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole, checked image in ``part/``; *url* is where it came from, None for inline text."""

    path: Path
    facts: ImageFacts
    url: str | None = None


def part_path(folder: Path, job: str, sample: int) -> Path:
    """Return a name in *folder* that cannot be guessed, so that nobody can plant a link there."""
    return folder / f"{job}-{sample}.{secrets.token_hex(8)}"


async def receive(chunks: AsyncIterator[bytes], path: Path) -> Arrival:
    """Write *chunks* to the new file *path* and check them; base64 text is decoded on the way.

    Raises:
        DownloadFailed: the stream broke; nothing was left behind but perhaps the part file.
        NotAnImage: it is no whole image; what arrived lies at *path*.
        StorageFailed: it could not be written.
    """
    check = ImageCheck()
    with storage(f"cannot write {path}"):
        async with aiofiles.open(path, "xb", opener=_exclusive) as file:
            async for chunk in _images_only(chunks):
                await file.write(chunk)
                check.feed(chunk)
    return Arrival(path, check.finish())


def _exclusive(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)


async def _images_only(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass binary chunks through; gather a base64 text and yield what it stands for."""
    text = bytearray()
    async for chunk in chunks:
        if not text and not looks_like_base64(chunk[:256]):
            yield chunk
            async for rest in chunks:
                yield rest
            return
        text += chunk
        if len(text) > 2 * CAP:
            raise DownloadFailed(f"base64 text of more than {2 * CAP} bytes")
    if text:
        yield decode_base64(bytes(text))


async def of_bytes(content: bytes) -> AsyncIterator[bytes]:
    """Serve *content* the way a download comes."""
    for start in range(0, len(content), 64 * 1024):
        yield content[start : start + 64 * 1024]
