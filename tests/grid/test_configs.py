"""The grids we show: each loads, makes what its first line says, and is listed in the README with that count."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flux_batch.grid import load_grid
from flux_batch.plan import make_plan

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))


def said(config: Path) -> int:
    """The number of images the first line of *config* names."""
    found = re.match(r"# Makes ([\d,]+) images", config.read_text("utf-8"))
    assert found, f"{config} does not say how many images it makes"
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_grid_makes_what_its_first_line_says(config: Path) -> None:
    """And not one more: what is shown is counted."""
    assert make_plan(load_grid(config)).images == said(config)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_every_grid_is_listed_in_the_readme_with_its_count(config: Path) -> None:
    """One line per feature, with the count it yields."""
    path = config.relative_to(ROOT).as_posix()

    assert re.search(rf"^\| `{re.escape(path)}` \| {said(config):,} \|", README, re.MULTILINE)
