"""One value set from outside the file: ``axes.seed.count=2``."""

from __future__ import annotations

from flux_batch.errors import UsageError
from flux_batch.grid.node import Tree, plain
from flux_batch.grid.problem import Refusal
from flux_batch.grid.yaml import parse


def setting(text: str) -> tuple[str, Tree]:
    """Return (dotted key, value) of ``key=value``; the value is read as YAML, so lists and mappings may stand there.

    Raises:
        UsageError: no ``=``, or a value that is no YAML.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {text}: expected KEY=VALUE", hint="--set axes.seed.count=2")
    try:
        return key.strip(), plain(parse(value, f"--set {key}"))
    except Refusal as refusal:
        raise UsageError(str(refusal.problems[0]), hint=refusal.problems[0].hint) from None
