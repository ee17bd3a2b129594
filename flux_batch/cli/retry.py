"""The command that tries one group of failed jobs again and leaves all others alone, to be pasted into a shell."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flux_batch.cli.run import KEYS

if TYPE_CHECKING:
    from flux_batch.store.failure import Group
    from flux_batch.store.survey import Survey

PAYS = {
    "held": "perhaps billed already: trying again may pay twice",
    "gate": "paid for: trying again pays again",
    "paid_but_lost": "paid for: trying again pays again",
}
"""Class -> what it has cost; of those that only ``--rebuy`` can help."""
COSTS = {
    "pending": "paid for: trying again asks and fetches, and buys nothing",
    "refused": "not billed so far",
    "transient": "not billed so far",
}
GRID = "GRID"
"""Stands for the grid's file where the journal does not know it."""
OPTIONS = {key: f"--{option.replace('_', '-')}" for option, key in KEYS.items()}


def retry_command(found: Survey, out: Path, group: Group) -> str:
    """Return the command for *group*, each word quoted as a shell needs it.

    Args:
        found: knows the grid file of the last run, and what was typed beside it.
        out: the output folder, as the user calls it.
        group: class and words.
    """
    from flux_batch.store.failure import name_of

    words = ["flux-batch", "run", _shown(found.source), "--out", str(out), *_typed(found), "--only", name_of(group)]
    return shlex.join([*words, "--rebuy"] if group[0] in PAYS else words)


def price_of(kind: str) -> str:
    """Return what jobs of this class have cost, and cost when they are tried again, in words."""
    return PAYS.get(kind) or COSTS.get(kind, "")


def _shown(source: str | None) -> str:
    """Return the grid file as it can be typed here."""
    if source is None:
        return GRID
    here = os.path.relpath(source)
    return source if here.startswith("..") else here


def _typed(found: Survey) -> Iterator[str]:
    for key, value in (found.typed or {}).items():
        option = OPTIONS.get(key)
        if option is None or isinstance(value, bool | list | dict) or value is None:
            yield from ("--set", f"{key}={json.dumps(value, ensure_ascii=False)}")
        else:
            yield from (option, str(value))
