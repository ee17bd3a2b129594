"""Prometheus' text format, version 0.0.4: numbers to text, and the text to a file that is never seen half written.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "flux_batch_"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number: *name* without the prefix, ``gauge`` or ``counter``, what it means in one sentence, its value."""

    name: str
    kind: str
    help: str
    value: float


def exposition(metrics: Iterable[Metric], labels: Mapping[str, str]) -> str:
    """Return *metrics* as text, each with all *labels*."""
    named = ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items())
    return "".join(
        f"# HELP {PREFIX}{metric.name} {metric.help}\n"
        f"# TYPE {PREFIX}{metric.name} {metric.kind}\n"
        f"{PREFIX}{metric.name}{{{named}}} {metric.value!r}\n"
        for metric in metrics
    )


def escaped(value: str) -> str:
    """Return *value* as it may stand between the quotes of a label."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def replace_text(path: Path, text: str) -> None:
    """Put *text* under *path* at once. The draft's name is its process' own and does not end as *path* does.

    Raises:
        OSError: the folder is not there, or cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
