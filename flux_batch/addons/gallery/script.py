"""Data as scripts: from ``file://`` a page may load a script beside it, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from flux_batch.plan.job import JSON

MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
"""Never spelled out: a prompt stays a text wherever its script is put."""


def call(function: str, *arguments: JSON | Mapping[str, JSON]) -> str:
    """Return a script that calls *function* with *arguments*: ASCII, and nothing in it that could be markup."""
    told = ",".join(json.dumps(each, ensure_ascii=True, separators=(",", ":")) for each in arguments)
    for sign, escape in MARKUP.items():
        told = told.replace(sign, escape)
    return f"{function}({told});\n"


def write(path: Path, function: str, *arguments: JSON | Mapping[str, JSON]) -> None:
    """Write such a script.

    Raises:
        OSError: the disk refused.
    """
    path.write_text(call(function, *arguments), "ascii")
