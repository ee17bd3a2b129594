"""The check of one download: is it one whole image, and which?

Sans-IO: whoever has the bytes feeds them as they come and writes them where they like. Memory does not depend on the
size of the image. Cost: SHA-256, CRC and inflate, in proportion to the bytes fed (``benchmarks/image_check.py``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flux_batch.store.image.defect import EndOfData, NotAnImage
from flux_batch.store.image.jpeg import JpegParser
from flux_batch.store.image.png import PngParser
from flux_batch.store.image.size import Limits, Size
from flux_batch.store.image.sniff import HEAD, MAGIC, ImageFormat, describe, format_of
from flux_batch.store.image.tape import Steps, Tape
from flux_batch.store.image.webp import WebpParser
from flux_batch.store.image.zlib_backend import FASTEST, ZlibBackend

__all__ = ["ImageCheck", "ImageFacts", "ImageFormat", "Limits", "NotAnImage"]

EXTENSIONS: dict[ImageFormat, str] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
CUT: dict[ImageFormat, str] = {
    "png": "PNG cut after {} bytes: no IEND",
    "jpeg": "JPEG cut after {} bytes: no EOI",
    "webp": "WebP cut after {} bytes: its header names more",
}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of a whole image, read from its bytes alone.

    Attributes:
        format: ``png``, ``jpeg`` or ``webp``.
        extension: file name ending for it, dot included.
        width, height: pixels, as stored: an EXIF rotation is not applied.
        bytes: length of the file.
        sha256: 64 hex digits.
    """

    format: ImageFormat
    extension: str
    width: int
    height: int
    bytes: int
    sha256: str


class ImageCheck:
    """Judges one file while it streams by: :meth:`feed` every piece in order, then :meth:`finish` once.

    The verdict, message included, is the same however the file is cut into pieces.

    Args:
        limits: bytes and pixels accepted at most.
        backend: the zlib to use.
    """

    def __init__(self, limits: Limits | None = None, *, backend: ZlibBackend = FASTEST) -> None:
        self._limits = limits or Limits()
        self._digest = hashlib.sha256()
        self._tape = Tape()
        self._parser = _parse(self._tape, self._limits, backend)
        self._refusal: str | None = None
        self._bytes = 0
        next(self._parser)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the file; none at all is fine.

        Raises:
            NotAnImage: this cannot become a whole image any more. Every later call raises the same.
        """
        self._raise_refusal()
        room = self._limits.max_bytes - self._bytes
        piece = chunk[:room]
        self._digest.update(piece)
        self._bytes += len(piece)
        self._tape.load(piece)
        try:
            next(self._parser)
        except NotAnImage as defect:
            self._refusal = defect.message
            raise
        if len(chunk) > room:
            self._refusal = f"image of more than {self._limits.max_bytes} bytes"
            self._raise_refusal()

    def finish(self) -> ImageFacts:
        """Say that the file ends here, and return what it is.

        Raises:
            NotAnImage: it is not whole.
        """
        self._raise_refusal()
        self._tape.ended = True
        try:
            next(self._parser)
        except StopIteration as end:
            form, size = end.value
        except NotAnImage as defect:
            self._refusal = defect.message
            raise
        else:
            raise AssertionError("the parser asks for bytes after the end")
        return ImageFacts(form, EXTENSIONS[form], size.width, size.height, self._bytes, self._digest.hexdigest())

    def _raise_refusal(self) -> None:
        if self._refusal is not None:
            raise NotAnImage(self._refusal)


def _parse(tape: Tape, limits: Limits, backend: ZlibBackend) -> Steps[tuple[ImageFormat, Size]]:
    """Tell the format by the first bytes and read it to its end."""
    form = format_of((yield from tape.peek(MAGIC)))
    if form is None:
        raise NotAnImage(f"{describe((yield from tape.peek(HEAD)))} instead of an image")
    parser = PngParser(tape, limits, backend) if form == "png" else _PARSERS[form](tape, limits)
    try:
        size = yield from parser.read()
    except EndOfData:
        raise NotAnImage(CUT[form].format(tape.at)) from None
    return form, size


_PARSERS: dict[ImageFormat, type[JpegParser | WebpParser]] = {"jpeg": JpegParser, "webp": WebpParser}
