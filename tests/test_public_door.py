"""The public door is a list."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import flux_batch


def test_every_public_name_is_there() -> None:
    """Each name of the list can be had, and names itself."""
    for name in flux_batch.__all__:
        assert getattr(flux_batch, name) is not None

    assert dir(flux_batch) == sorted(flux_batch.__all__)


def test_the_list_is_what_type_checkers_see() -> None:
    """The lazy names and those imported for type checkers are the same."""
    tree = ast.parse(Path(str(flux_batch.__file__)).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}

    assert seen == set(flux_batch.__all__)


def test_a_name_behind_the_door_is_refused() -> None:
    """What is not public says so like any missing attribute."""
    assert not hasattr(flux_batch, "Store")


def test_help_imports_nothing_heavy() -> None:
    """``flux-batch --help`` loads neither the HTTP library nor the models nor the image library."""
    code = (
        "import sys; from flux_batch.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join({'aiohttp', 'pydantic', 'ruamel', 'PIL', 'tqdm', 'anyio'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert "Commands:" in done.stdout
