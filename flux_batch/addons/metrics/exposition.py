"""Prometheus' text format, version 0.0.4: numbers to text, and the text to a file that is never seen half written.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from flux_batch.addons.metrics.instrument import PREFIX, Instrument


def exposition(readings: Iterable[tuple[Instrument, float]], labels: Mapping[str, str]) -> str:
    """Return *readings* as text, each with all *labels*."""
    named = ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items())
    return "".join(
        f"# HELP {PREFIX}{number.name} {number.help}\n"
        f"# TYPE {PREFIX}{number.name} {number.kind}\n"
        f"{PREFIX}{number.name}{{{named}}} {value!r}\n"
        for number, value in readings
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
