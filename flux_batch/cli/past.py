"""What an output folder tells a quote: what is kept, how long it took, what it cost. Reads files, takes no lock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from flux_batch.plan.quote import Past
from flux_batch.store.manifest import read_manifest

TAIL = 512 * 1024
"""Bytes at the end of a manifest from which generation times are read: some hundred lines, the newest."""


def look(out: Path) -> Past:
    """Return what earlier runs left in *out*; nothing where there is no such folder.

    Raises:
        RecordDamaged: a manifest line before the last one is damaged.
        StorageFailed: the manifest cannot be read.
    """
    manifest = out / "manifest.jsonl"
    if not manifest.is_file():
        return Past()
    images: dict[int, int] = {}
    size = 0
    for kept in read_manifest(manifest):
        job = int(kept.job, 16)
        images[job] = images.get(job, 0) + 1
        size += kept.bytes
    times = [time for line in _tail(manifest) if isinstance(time := line.get("generation_time"), int | float)]
    return Past(images, size, median(times) if times else None, _price(out / "run.json"))


def _tail(path: Path) -> Iterator[dict[str, object]]:
    """Yield the last whole lines of a file of JSON objects."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        lines = file.read().split(b"\n")
    for line in lines[1:] if len(lines) > 1 else lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def _price(path: Path) -> float | None:
    """Return what an image has cost so far, from the last run's report."""
    try:
        report = json.loads(path.read_text("utf-8"))
        cost, billed = report["cost"], report["known_billed"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return cost / billed if isinstance(cost, int | float) and isinstance(billed, int) and billed else None
