"""``flux-batch schema``: what editors check a grid by."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
from click.testing import CliRunner

from flux_batch.cli.schema import command


def test_it_prints_a_schema_and_nothing_else() -> None:
    """Of the dialect it names, and valid in it."""
    schema = json.loads(CliRunner().invoke(command, []).stdout)

    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_writes_a_file_and_says_how_to_use_it(tmp_path: Path) -> None:
    """The words go to stderr."""
    done = CliRunner().invoke(command, ["--out", str(tmp_path / "s.json")])

    assert json.loads((tmp_path / "s.json").read_text())["title"] == "flux-batch grid"
    assert f"# yaml-language-server: $schema={tmp_path / 's.json'}" in done.stderr
    assert done.stdout == ""


def test_a_file_that_cannot_be_written_is_code_8(tmp_path: Path) -> None:
    """With the reason."""
    done = CliRunner().invoke(command, ["--out", str(tmp_path / "no" / "s.json")])

    assert done.exit_code == 8
    assert "No such file or directory" in done.stderr
