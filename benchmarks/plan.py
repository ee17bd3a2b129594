"""How fast a plan starts, counts, and names its jobs; beside it, in the same run, the plain way to do the same.

Run: .venv/bin/python benchmarks/plan.py [--cells 300000]

CPU time of one core, best of three. The plain way merges a dict, dumps it as sorted JSON and hashes it, cell by cell;
"SHA-256 alone" hashes ready-made bytes of the same length: what no way of building bodies can go below.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from typing import Any

from flux_batch.grid import make_grid
from flux_batch.plan import Plan, make_plan
from flux_batch.plan.job import canonical, job_id
from flux_batch.plan.quote import Past, quote

PROMPTS = [f"a lighthouse at dusk number {number}, oil on canvas, heavy sea" for number in range(1000)]
STYLES = ["none", "watercolor", "cinematic", "anime"]
TIMES = 3

START = """
import resource, time
began = time.process_time()
from flux_batch.grid import load_grid
from flux_batch.plan import make_plan
imported = time.process_time()
plan = make_plan(load_grid("configs/large.yaml"))
first = plan.ordered()[0]
assert len(plan) == 10_000_000
ready = time.process_time()
print(ready, imported - began, ready - imported, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def plan(axes: dict[str, Any], **more: Any) -> Plan:
    """A plan over *axes*."""
    return make_plan(make_grid({"axes": axes, **more}))


def ten_million(order: tuple[str, ...] = ("prompt", "style", "seed"), **more: Any) -> Plan:
    """1,000 prompts, 4 styles, 2,500 seeds, with the axes in *order*."""
    axes = {"prompt": PROMPTS, "style": STYLES, "seed": {"start": 0, "count": 2500}}
    return plan({name: axes[name] for name in order}, **more)


def rate(make: Callable[[], Iterable[object]], count: int) -> float:
    """Items per second of CPU time, the best of some runs over the first *count* items."""
    best = 0.0
    for _ in range(TIMES):
        items = islice(make(), count)
        began = time.process_time()
        deque(items, maxlen=0)
        best = max(best, count / (time.process_time() - began))
    return best


def plainly() -> Iterator[str]:
    """The ids of the same cells, one dict, one dump and one hash each."""
    fixed = dict(ten_million()[0].body)
    for prompt, style, seed in product(PROMPTS, STYLES, range(2500)):
        body = {**fixed, "prompt": prompt, "seed": seed}
        if style != "none":
            body["enhance_style"] = style
        yield job_id(body)


def hashes(length: int) -> Iterator[str]:
    """Nothing but the hash."""
    data = b"x" * length
    while True:
        yield hashlib.sha256(data).hexdigest()[:16]


def start() -> tuple[float, float, float, float]:
    """(whole process, imports, grid and first job, MB): a fresh process that plans ten million cells."""
    found = []
    for _ in range(TIMES):
        done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
        whole, imports, work, size = map(float, done.stdout.split())
        found.append((whole, imports, work, size / 1024))
    return min(found)


def once(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def rates(count: int) -> None:
    """Print how many jobs are named per second, by each way through a grid."""
    for_length = len(canonical(ten_million()[0].body))
    rows: list[tuple[str, Callable[[], Iterable[object]], int]] = [
        (f"SHA-256 alone, {for_length} bytes", lambda: hashes(for_length), count),
        ("the plain way", plainly, count // 4),
        ("bodies and ids, seed last", lambda: ten_million().ids(), count),
        ("bodies and ids, style last", lambda: ten_million(("prompt", "seed", "style")).ids(), count),
        ("bodies and ids, styles in words", lambda: ten_million(style_mode="prompt").ids(), count),
        (
            "bodies and ids, cells excluded",
            lambda: ten_million(exclude=[{"style": "anime", "seed": {"min": 9}}]).ids(),
            count,
        ),
        ("bodies and ids, balanced order", lambda: ten_million().balanced().ids(), count // 4),
        ("whole jobs", lambda: iter(ten_million()), count // 4),
    ]
    for name, make, number in rows:
        print(f"  {name:<34} {rate(make, number):>10,.0f} /s")


def main() -> None:
    """Print all figures."""
    words = argparse.ArgumentParser(description="How fast a plan starts, counts and names its jobs.")
    words.add_argument("--cells", type=int, default=300_000, help="cells per measurement")
    count = words.parse_args().cells

    print("ten million cells, 1,000 templates x 2,500 seeds x 4 styles (configs/large.yaml), fresh process, CPU")
    whole, imports, work, size = start()
    print(f"  start to first job                 {whole:.3f} s, imports {imports:.3f} s, grid and job {work:.3f} s")
    print(f"  resident memory                    {size:.0f} MB")
    print()
    print("ten million cells, jobs named per second of one core")
    rates(count)
    print()
    billion = plan({"prompt": PROMPTS, "seed": {"start": 0, "count": 250_000}, "style": STYLES})
    middle = len(billion) // 2
    print(f"{len(billion):,} cells")
    print(f"  plan and quote                     {once(lambda: quote(billion, Past())) * 1000:.1f} ms")
    print(
        f"  one job in the middle              {once(lambda: [billion[middle + n] for n in range(1000)]) * 1000:.1f} us"
    )
    print(f"  first job of a sample of 10,000    {once(lambda: sampled(10_000)) * 1000:.1f} ms")
    print()
    print(f"resident memory at the end: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(json.dumps({"start": whole, "resident_mb": size, "cells": count}))


def sampled(count: int) -> str:
    """The first id of a sample of a filtered billion-cell grid: the dearest way to begin."""
    axes = {"prompt": PROMPTS, "seed": {"start": 0, "count": 250_000}, "style": STYLES}
    return next(plan(axes, exclude=[{"style": "anime"}], sample={"count": count}).ids())


if __name__ == "__main__":
    main()
