"""An image on its way: streamed into a part file and checked while it passes. Nobody else can have made that file."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
from aiofiles.threadpool import wrap

from flux_batch.errors import DownloadFailed, StorageFailed
from flux_batch.response.base64text import CAP, decode_base64, looks_like_base64
from flux_batch.store.disk import Disk, NewFile
from flux_batch.store.folder import storage
from flux_batch.store.image.check import ImageCheck, ImageFacts

CHUNK = 64 * 1024


class NotSynced(StorageFailed):
    """The disk took the bytes and then could not make them durable; another file may fare better."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole, checked and synced image in ``part/``.

    Attributes:
        url: where it came from, None for inline text.
        stray: it lies in ``images/`` already, and may be the only copy there is.
    """

    path: Path
    facts: ImageFacts
    url: str | None = None
    stray: bool = False


def part_path(folder: Path, job: str, sample: int) -> Path:
    """Return a name in *folder* that cannot be guessed, so that nobody can plant a link there."""
    return folder / f"{job}-{sample}.{secrets.token_hex(8)}"


async def receive(disk: Disk, chunks: AsyncIterator[bytes], path: Path) -> Arrival:
    """Write *chunks* to the new file *path* and check them; base64 text is decoded on the way.

    Raises:
        DownloadFailed: the stream broke; nothing was left behind but perhaps the part file.
        NotAnImage: it is no whole image; what arrived lies at *path*.
        NotSynced: it could not be made durable; that file must not be synced again, a second sync may lie.
        StorageFailed: it could not be written.
    """
    with storage(f"cannot write {path}"):
        raw = await anyio.to_thread.run_sync(NewFile, disk, path)
        file = wrap(raw)
        try:
            check = ImageCheck()
            async for chunk in _images_only(chunks):
                await file.write(chunk)
                check.feed(chunk)
            facts = check.finish()
            await anyio.to_thread.run_sync(_sync, raw, path)
        finally:
            with anyio.CancelScope(shield=True):
                await file.close()
    return Arrival(path, facts)


def _sync(file: NewFile, path: Path) -> None:
    try:
        file.sync()
    except OSError as error:
        raise NotSynced(f"cannot sync {path}: {error.strerror or error}", hint="check the disk") from error


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
        async for piece in of_bytes(decode_base64(bytes(text))):
            yield piece


async def of_bytes(content: bytes) -> AsyncIterator[bytes]:
    """Serve *content* the way a download comes."""
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


def recheck(path: Path) -> ImageFacts:
    """Check a file that lies on the disk. For a worker thread.

    Raises:
        NotAnImage: it is no whole image.
        StorageFailed: it cannot be read.
    """
    check = ImageCheck()
    with storage(f"cannot read {path}"), path.open("rb") as file:
        while chunk := file.read(CHUNK):
            check.feed(chunk)
    return check.finish()
