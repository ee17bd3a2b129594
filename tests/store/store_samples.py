"""Jobs, lines and files that the tests of the store begin with."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import replace
from typing import Any

from flux_batch.plan.job import JSON, Job, job_id
from flux_batch.store.manifest import Kept, Line
from flux_batch.store.standing import Generation

NOON = "2026-11-22T12:00:00.000Z"
LINKS = (("https://cdn.example/a.png",),)


def job(number: int = 1, *, samples: int = 1, **body: JSON) -> Job:
    """Return the *number*-th of many jobs."""
    whole: dict[str, JSON] = {
        "prompt": f"picture {number}",
        "seed": number,
        "width": 64,
        "height": 64,
        "samples": samples,
        **body,
    }
    return Job(job_id(whole), number, whole, {"prompt": f"picture {number}", "seed": number})


def paid(number: int = 1, *, links: tuple[tuple[str, ...], ...] = LINKS) -> Generation:
    """Return what the service gave for it."""
    return Generation(id=str(1000 + number), links=links, meta={"seed": number}, at=NOON)


def line_of(of: Job, sample: int = 0, *, content: bytes = b"image", **changes: Any) -> Line:
    """Return the manifest line of one image of *of*."""
    line = Line(
        job=of.id,
        sample=sample,
        samples=of.samples,
        file_name=f"images/{of.id}-{sample}.png",
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        prompt=str(of.body["prompt"]),
        seed=1,
        style=of.style,
        axes=of.axes,
        model_id="flux",
        width=64,
        height=64,
        format="png",
        request=of.body,
        meta={},
        drift=[],
        generation_id="1",
        generation_time=1.0,
        url=None,
        nsfw=None,
        attempts=1,
        billed="once",
        created_at=NOON,
    )
    return replace(line, **changes)


def kept_of_line(of: Job, sample: int = 0, content: bytes = b"image") -> Kept:
    """Return what a resume reads of that line."""
    line = line_of(of, sample, content=content)
    return Kept(line.job, line.sample, line.samples, line.file_name, line.bytes, line.sha256)


def png(number: int = 1, *, width: int = 64, height: int = 64, flat: bool = False) -> bytes:
    """Return a whole PNG file: stripes that differ by *number*, or one color."""
    rows = b"".join(b"\0" + bytes([0 if flat else (row * 37 + number * 11) % 256]) * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"tEXt", b"n\0%d" % number), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
