"""What the shell offers at TAB: grid files, output folders, names. Imports nothing heavy, and looks at few files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

import click
from click.shell_completion import CompletionItem

GRIDS = (".yaml", ".yml")
MARKS = ("manifest.jsonl", ".flux-batch")
"""What an output folder has."""
FAILURES = ("refused", "transient", "pending", "held", "gate", "paid_but_lost")
MOST = 2000
"""Entries of one folder that are looked at: TAB must not wait for a folder of a million images."""
UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@%=:")

Items = list["CompletionItem[str]"]


def grid_files(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Offer YAML files, and folders where there are none; whatever the shell finds where a name needs quotes."""
    head, start = os.path.split(incomplete)
    return _offered(incomplete, [path for path in _entries(head, start) if path.endswith(GRIDS)])


def out_folders(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Offer output folders, those one level down as well: ``runs/quickstart`` at once."""
    head, start = os.path.split(incomplete)
    near = list(_entries(head, start))
    further = (path for folder in near if not _is_out(folder) for path in _entries(folder, ""))
    return _offered(incomplete, [path for path in [*near, *islice(further, MOST)] if _is_out(path)])


def failure_classes(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Offer the classes of failures."""
    return [CompletionItem(name) for name in FAILURES if name.startswith(incomplete)]


def style_names(_: click.Context, __: click.Parameter, incomplete: str) -> Items:
    """Offer the documented styles."""
    from flux_batch.grid.styles import documented_styles

    return [CompletionItem(name) for name in documented_styles() if name.startswith(incomplete)]


def _offered(incomplete: str, paths: list[str]) -> Items:
    if not paths or not UNQUOTED.issuperset("".join(paths)):
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(incomplete, type="dir"), *map(CompletionItem, sorted(paths))]


def _entries(folder: str, start: str) -> Iterator[str]:
    """Yield the paths in *folder* whose names begin with *start*; hidden ones only where it asks for them."""
    try:
        with os.scandir(folder or ".") as found:
            names = [entry.name for entry in islice(found, MOST)]
    except OSError:
        return
    yield from (os.path.join(folder, name) for name in names if name.startswith(start) and _is_meant(name, start))  # noqa: PTH118 - a Path would drop the `./` that was typed


def _is_meant(name: str, start: str) -> bool:
    return start.startswith(".") or not name.startswith(".")


def _is_out(path: str) -> bool:
    return any(os.path.lexists(f"{path}/{mark}") for mark in MARKS)
