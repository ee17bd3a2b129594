"""A folder that appears only when it is whole, and replaces nothing but an earlier one of its kind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flux_batch.errors import UsageError
from flux_batch.store.folder import storage

SIGN = ".flux-batch-export"
"""In each export: says that it may be replaced. Hidden, so that dataset readers pass it over."""


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside *target* that takes its name when the block ends well, and goes when it does not.

    Raises:
        UsageError: something else has that name.
        StorageFailed: the disk refused.
    """
    with storage(f"cannot write {target}"):
        if target.exists() and not (target / SIGN).exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{target} exists and is no export", hint="name another folder with --to DIR")
        folder, old = (target.with_name(f".{target.name}.{word}") for word in ("draft", "old"))
        _clear(folder, old)
        folder.mkdir(parents=True)
        try:
            yield folder
            (folder / SIGN).touch()
            if target.exists():
                target.rename(old)
            folder.rename(target)
            _clear(old)
        finally:
            _clear(folder)


def _clear(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
