"""``flux-batch styles``: which styles there are, and what each says."""

from __future__ import annotations

import json

from click.testing import CliRunner

from flux_batch.cli.styles import command


def test_all_are_listed_by_family_within_80_columns() -> None:
    """All 188 of the documented page."""
    done = CliRunner().invoke(command, [])

    names = {name for line in done.output.splitlines() if line.startswith("  ") for name in line.split()}
    assert done.exit_code == 0
    assert len(names) == 188
    assert max(map(len, done.output.splitlines())) <= 80


def test_one_is_shown_in_words() -> None:
    """The portable wording that style_mode: prompt sends."""
    done = CliRunner().invoke(command, ["--show", "watercolor"])

    assert "{prompt} in transparent wash on cold-pressed paper" in done.output
    assert [
        style["name"] for style in json.loads(CliRunner().invoke(command, ["--show", "anime", "--json"]).output)
    ] == ["anime"]


def test_a_misspelt_one_gets_the_nearest() -> None:
    """Exit code 2 and a hint."""
    done = CliRunner().invoke(command, ["--show", "watercolour"])

    assert done.exit_code == 2
    assert "error: no style 'watercolour'\n\nhint: did you mean 'watercolor'?" in done.stderr
