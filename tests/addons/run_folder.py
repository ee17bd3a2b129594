"""Output folders as a run leaves them, made in milliseconds: small real images, sealed manifest lines."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from flux_batch.plan.job import job_id
from flux_batch.store.lines import encode
from flux_batch.store.manifest import Line

SIDE = 16
BEGAN = "2026-11-20T01:02:03.004Z"


def picture(number: int, form: str = "PNG") -> bytes:
    """A small image that no other *number* gives."""
    image = Image.new("RGB", (SIDE, SIDE), (number % 256, number // 256 % 256, 90))
    image.putpixel((number % SIDE, 3), (255, 255, 255))
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def line(content: bytes, axes: Mapping[str, Any], *, ending: str = "png", **changes: Any) -> Line:
    """The manifest line of one image whose request is its axes."""
    prompt = str(axes.get("prompt", "a fox"))
    body = {**axes, "prompt": prompt, "width": SIDE, "height": SIDE, "model_id": "flux", "samples": 1}
    job = job_id(body)
    facts: dict[str, Any] = {
        "job": job,
        "sample": 0,
        "samples": 1,
        "file_name": f"images/{job}-0.{ending}",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "prompt": prompt,
        "seed": axes.get("seed"),
        "style": axes.get("style"),
        "axes": axes,
        "model_id": "flux",
        "width": SIDE,
        "height": SIDE,
        "format": ending,
        "request": body,
        "meta": {},
        "drift": [],
        "generation_id": "7",
        "generation_time": 1.5,
        "url": None,
        "nsfw": False,
        "attempts": 1,
        "billed": "once",
        "created_at": BEGAN,
    }
    return Line(**{**facts, **changes})


def cells(prompts: Iterable[str], seeds: int, styles: Iterable[str] = ("none",)) -> list[dict[str, Any]]:
    """Axes of a product."""
    styles = list(styles)
    return [{"prompt": p, "seed": s, "style": t} for p in prompts for s in range(seeds) for t in styles]


def grow(out: Path, axes: Iterable[Mapping[str, Any]], **changes: Any) -> list[Line]:
    """Add one image for each of *axes* to output folder *out*, and return their lines."""
    (out / "images").mkdir(parents=True, exist_ok=True)
    manifest = out / "manifest.jsonl"
    before = len(manifest.read_bytes().splitlines()) if manifest.exists() else 0
    made = []
    with manifest.open("ab") as file:
        for number, values in enumerate(axes, start=before):
            content = picture(number)
            made.append(line(content, values, **changes))
            (out / made[-1].file_name).write_bytes(content)
            file.write(encode(made[-1].to_json()))
    return made


def note(path: Path, *lines: Mapping[str, Any]) -> None:
    """Write records as a run writes failures.jsonl and reasons.jsonl."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(encode(each) for each in lines))


def key(made: Line) -> str:
    """What names an image in exports and marks."""
    return f"{made.job}-{made.sample}"


def marks(path: Path, picked: Iterable[Line] = (), rejected: Iterable[Line] = ()) -> Path:
    """Write a marks file as the gallery saves it."""
    told = {"v": 1, "picked": [key(each) for each in picked], "rejected": [key(each) for each in rejected]}
    path.write_text(json.dumps(told))
    return path
