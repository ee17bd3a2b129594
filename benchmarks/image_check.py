"""What judging a download costs: milliseconds per megabyte, beside Pillow and a plain SHA-256 in the same run.

    python benchmarks/image_check.py [--rounds 7]

CPU time, the best of the rounds; the ways take turns within a round, so that a slow minute hits all of them. Bytes are
fed in 64 KiB pieces, as they come from a socket. "defects seen" says how many of five broken copies each way refuses:
cut by one byte, IEND missing, a flipped bit, a script behind the end, four fifths of the pixels missing.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import struct
import time
import zlib
from collections.abc import Callable
from functools import partial

from PIL import Image

from flux_batch.store.image.check import ImageCheck, NotAnImage
from flux_batch.store.image.look import look
from flux_batch.store.image.zlib_backend import FASTEST, STDLIB, ZlibBackend

PIECE = 1 << 16
SIDES = (512, 1024)
REFUSALS = (NotAnImage, OSError, SyntaxError, ValueError)


def picture(side: int) -> Image.Image:
    """Noise over gradients: packs about as badly as a photograph."""
    noise = Image.effect_noise((side, side), 40)
    slopes = Image.linear_gradient("L").resize((side, side)), Image.radial_gradient("L").resize((side, side))
    return Image.merge("RGB", [Image.blend(noise, slopes[0], 0.7), Image.blend(noise, slopes[1], 0.6), slopes[0]])


def encoded(image: Image.Image, form: str) -> bytes:
    """The file Pillow writes."""
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def broken(png: bytes, side: int) -> list[bytes]:
    """Five broken copies of *png*, as the module says."""
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 1
    short = chunk(b"IDAT", zlib.compress(bytes((1 + 3 * side) * (side // 5))))
    return [png[:-1], png[:-12], bytes(flipped), png + b"<script>", png[:33] + short + png[-12:]]


def checked(data: bytes, backend: ZlibBackend) -> None:
    """This package: structure, CRCs, pixels and SHA-256."""
    judge = ImageCheck(backend=backend)
    for start in range(0, len(data), PIECE):
        judge.feed(data[start : start + PIECE])
    judge.finish()


def verified(data: bytes) -> None:
    """Pillow's quick look."""
    Image.open(io.BytesIO(data)).verify()


def loaded(data: bytes) -> None:
    """Pillow's full decoding."""
    Image.open(io.BytesIO(data)).load()


def hashed(data: bytes) -> None:
    """The digest alone, in the same pieces."""
    digest = hashlib.sha256()
    for start in range(0, len(data), PIECE):
        digest.update(data[start : start + PIECE])


WAYS: dict[str, Callable[[bytes], object]] = {
    "ImageCheck, SIMD zlib": partial(checked, backend=FASTEST),
    "ImageCheck, stdlib zlib": partial(checked, backend=STDLIB),
    "Pillow verify()": verified,
    "Pillow load()": loaded,
    "SHA-256 alone": hashed,
    "look()": look,
}


def refuses(way: Callable[[bytes], object], data: bytes) -> bool:
    """Whether *way* finds something wrong with *data*."""
    try:
        way(data)
    except REFUSALS:
        return True
    return False


def cpu_seconds(way: Callable[[bytes], object], data: bytes) -> float:
    """CPU time of one call."""
    start = time.process_time()
    way(data)
    return time.process_time() - start


def best(data: bytes, rounds: int) -> dict[str, float]:
    """Each way's shortest CPU time over the rounds."""
    taken = [{name: cpu_seconds(way, data) for name, way in WAYS.items()} for _ in range(rounds)]
    return {name: min(one[name] for one in taken) for name in WAYS}


def report(form: str, side: int, rounds: int) -> None:
    """Print one table."""
    data = encoded(picture(side), form)
    copies = broken(data, side) if form == "PNG" else []
    print(f"\n{form} {side}x{side}, {len(data) / 1e6:.2f} MB")
    print(f"  {'':24} {'ms':>8} {'ms/MB':>8}  {'defects seen' if copies else ''}")
    for name, seconds in best(data, rounds).items():
        seen = f"{sum(refuses(WAYS[name], copy) for copy in copies)} of {len(copies)}" if copies else ""
        print(f"  {name:24} {seconds * 1e3:8.2f} {seconds * 1e9 / len(data):8.2f}  {seen}")


def main() -> None:
    """Measure all formats and sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    for form in ("PNG", "JPEG", "WEBP"):
        for side in SIDES:
            report(form, side, rounds)


if __name__ == "__main__":
    main()
