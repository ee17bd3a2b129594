"""Spoiled pictures: bytes in, wrong bytes out. Pillow takes most of what is made here; a careful reader takes none."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO

from PIL import Image

from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.faults.refuse import page
from flux_batch.addons.server.reply import Reply
from flux_batch.addons.server.swatch import SIGNATURE, chunk

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>'
SCRIPT = b"<script>alert(1)</script>"
IEND_BYTES = 12


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each chunk of a whole PNG file."""
    at = len(SIGNATURE)
    while at < len(png):
        size = struct.unpack_from(">I", png, at)[0]
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def cut(cue: Cue, png: bytes) -> bytes:
    """The last bytes missing; argument: how many."""
    return png[: -max(1, int(cue.number(1)))]


def truncated(cue: Cue, png: bytes) -> bytes:
    """Only the first part of the file, under a Content-Length that fits it."""
    return png[: int(len(png) * cue.dice.uniform(0.1, 0.9))]


def flipped(cue: Cue, png: bytes) -> bytes:
    """One bit of the pixels turned: the chunk's checksum does not fit any more."""
    at = png.rindex(b"IDAT") + 4 + cue.dice.randrange(64)
    return png[:at] + bytes([png[at] ^ 1]) + png[at + 1 :]


def short_idat(_: Cue, png: bytes) -> bytes:
    """A file without a flaw but for its pixels: four fifths of the rows are not there."""
    parts = list(chunks(png))
    pixels = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
    fewer = zlib.compress(pixels[: len(pixels) // 5])
    kept = [(kind, data) for kind, data in parts if kind not in {b"IDAT", b"IEND"}]
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in [*kept, (b"IDAT", fewer), (b"IEND", b"")])


def encoded(picture: Image.Image, kind: str) -> bytes:
    """*picture* as a file of *kind*."""
    file = BytesIO()
    picture.convert("RGB").save(file, kind)
    return file.getvalue()


def opened(png: bytes) -> Image.Image:
    """The picture in a PNG file."""
    return Image.open(BytesIO(png), formats=["PNG"])


def wrong_size(cue: Cue, png: bytes) -> bytes:
    """A whole picture, half as wide as asked; argument: another size, as ``256x256``."""
    picture = opened(png)
    width, _, height = cue.argument.partition("x")
    size = (
        (int(width), int(height)) if width.isdecimal() and height.isdecimal() else (picture.width // 2, picture.height)
    )
    return encoded(picture.resize(size), "PNG")


def blank(cue: Cue, png: bytes) -> bytes:
    """A whole picture of one colour; argument: its name."""
    return encoded(Image.new("RGB", opened(png).size, cue.argument or "white"), "PNG")


def duplicate(_: Cue, png: bytes) -> bytes:
    """Always the same whole picture, whatever was asked."""
    width, height = opened(png).size
    ramp = Image.linear_gradient("L").resize((width, height))
    return encoded(ramp, "PNG")


SPOILED: Mapping[str, tuple[str, Callable[[Cue, bytes], bytes]]] = {
    "truncated": ("a part of the file, honestly measured", truncated),
    "png_cut": ("the last byte missing; argument: how many", cut),
    "png_no_iend": ("the IEND chunk missing", lambda _, png: png[:-IEND_BYTES]),
    "png_crc": ("one bit of the pixels turned", flipped),
    "png_trailing": ("a script after the end", lambda _, png: png + SCRIPT),
    "png_short_idat": ("four fifths of the rows missing, every checksum right", short_idat),
    "wrong_size": ("another size than asked; argument: which", wrong_size),
    "blank": ("one single colour; argument: which", blank),
    "duplicate": ("always the same picture", duplicate),
}

OTHERS: Mapping[str, Callable[[bytes], Reply]] = {
    "html": lambda _: replace(page(200, "Please wait"), content_type="image/png"),
    "jpeg": lambda png: Reply(body=encoded(opened(png), "JPEG"), content_type="image/png"),
    "webp": lambda png: Reply(body=encoded(opened(png), "WEBP"), content_type="image/png"),
    "svg": lambda _: Reply(body=SVG, content_type="image/png"),
    "empty": lambda _: Reply(content_type="image/png"),
    "zeros": lambda png: Reply(body=bytes(len(png)), content_type="image/png"),
}


def not_png(cue: Cue, reply: Reply) -> Reply:
    """Something else under the name of a PNG; argument: html, jpeg, webp, svg, empty, zeros."""
    return OTHERS.get(cue.argument, OTHERS["html"])(reply.body)
