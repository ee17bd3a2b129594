"""The library as the README shows it: the example is run, word for word."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ELSEWHERE = r"(?<!<!-- train -->\n)"
"""Not what tests/addons/test_export_training.py runs: that is written against other libraries."""
EXAMPLES = re.findall(rf"{ELSEWHERE}^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def test_the_readme_shows_how_to_use_the_library() -> None:
    """In a dozen lines or so, through the public door."""
    assert EXAMPLES
    assert all("import flux_batch" in example for example in EXAMPLES)
    assert all(len(example.splitlines()) <= 20 for example in EXAMPLES)


@pytest.mark.process
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line-{len(example)}")
def test_an_example_of_the_readme_runs_as_it_stands(tmp_path: Path, example: str) -> None:
    """From a folder with the quickstart in it; the pictures are small here, and nothing else is changed."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    quickstart = tmp_path / "configs" / "quickstart.yaml"
    quickstart.write_text(quickstart.read_text().replace("size: 512x512", "size: 64x64"))

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert (done.returncode, done.stderr) == (0, "")
    images = {f"images/{path.name}" for path in (tmp_path / "runs" / "quickstart" / "images").iterdir()}
    assert images
    assert {line.split()[0] for line in done.stdout.splitlines() if line.startswith("images/")} == images
    assert "exit_code=0" in done.stdout


def test_an_example_needs_nothing_but_the_package_and_anyio() -> None:
    """Which is a dependency of the package."""
    for example in EXAMPLES:
        tree = ast.parse(example)
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported <= {"anyio", "flux_batch"}
