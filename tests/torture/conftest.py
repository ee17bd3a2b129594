"""What takes minutes is left to whoever asks for it; and a place in memory to try it in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 - TemporaryDirectory makes one of our own in it


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what takes minutes to whoever asks for it: ``python -m pytest tests/torture -m torture``."""
    if config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("torture")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: thousands of runs are made in it."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)
