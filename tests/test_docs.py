"""Words that cannot rot: every command and option is in the README, its examples run, the configs load."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import click
import pytest

from flux_batch.cli import COMMANDS, main
from flux_batch.cli.run import KEYS
from flux_batch.grid import load_grid

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
GRIDS = sorted((ROOT / "configs").glob("*.yaml"))


def command(name: str) -> click.Command:
    """The click command called *name*."""
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    """A command nobody can read about does not exist."""
    assert f"`flux-batch {name}" in README
    assert command(name).get_short_help_str()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    """Each option says what it does."""
    for option in command(name).params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.name}"


def test_the_readme_shows_the_help_as_it_is() -> None:
    """The README's last chapter is what --help says; .ci/readme_help.py writes it."""
    spec = importlib.util.spec_from_file_location("readme_help", ROOT / ".ci/readme_help.py")
    assert spec is not None
    assert spec.loader is not None
    readme_help = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(readme_help)

    assert readme_help.section() in README, "run .venv/bin/python .ci/readme_help.py"


def test_every_run_option_is_a_key_of_the_grid() -> None:
    """Whatever can be typed can be written into the grid."""
    options = {option.name for option in command("run").params if isinstance(option, click.Option)}

    assert options == {*KEYS, "settings", "on_finish"}  # --set is any key; a grid brings no commands for the shell
    for key in KEYS.values():
        assert f"`{key}`" in README


@pytest.mark.parametrize("path", GRIDS, ids=lambda path: path.stem)
def test_every_config_loads(path: Path) -> None:
    """What lies in configs/ is a grid that works."""
    assert load_grid(path).name


def test_ci_runs_the_commands_of_the_readme() -> None:
    """The two commands are one line each, marked for the script that runs them word for word."""
    for marker in ("run", "test"):
        block = re.search(rf"^<!-- {marker} -->\n```sh\n([^\n]+)\n```$", README, re.MULTILINE)
        assert block, marker
        assert f"$(command_below {marker})" in (ROOT / ".ci/run").read_text()
