"""``flux-batch plan``: what a grid would make, told before anything is paid for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flux_batch.cli.plan import command

QUICKSTART = str(Path(__file__).parent.parent.parent / "configs" / "quickstart.yaml")


def test_it_tells_cells_images_axes_and_first_bodies() -> None:
    """Within 80 columns."""
    done = CliRunner().invoke(command, [QUICKSTART])

    assert done.exit_code == 0
    assert "quickstart: 48 cells, 48 images" in done.output
    assert "seed    x 4      100, 101, 102, 103" in done.output
    assert '"prompt": "a lighthouse at dusk"' in done.output
    assert max(len(line) for line in done.output.splitlines()) <= 80


def test_json_holds_the_same_facts_and_nothing_else() -> None:
    """A program reads stdout as it is."""
    done = CliRunner().invoke(command, [QUICKSTART, "--json", "--first", "1"])

    facts = json.loads(done.stdout)
    assert (facts["cells"], facts["images"]) == (48, 48)
    assert facts["axes"]["style"] == {
        "count": 4,
        "values": ["none", "watercolor", "cinematic", "pixel-art"],
        "together": [],
    }
    assert [job["job"] for job in facts["first"]] == ["3ddc358c3bc414f6"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("axes: {prompt: a}\nparams: {setps: 3}\n", ":2:10: unknown key 'setps' in params\n\nhint: did you mean"),
        ("axes: {prompt: a}\nx: 1\ny: 2\n", ":2:1: unknown key 'x' in the grid\n"),
    ],
)
def test_a_wrong_grid_is_exit_2_with_place_and_hint(tmp_path: Path, text: str, said: str) -> None:
    """The words on stderr, nothing on stdout, no traceback."""
    file = tmp_path / "faces.yaml"
    file.write_text(text)

    done = CliRunner().invoke(command, [str(file)])

    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"error: {file}{said}" in done.stderr
    assert "Traceback" not in done.stderr


def test_escape_codes_in_a_prompt_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """A grid from somebody else cannot repaint the screen."""
    file = tmp_path / "faces.yaml"
    file.write_text('axes: {prompt: "a\\e[2Jb"}\n')

    assert "\x1b" not in CliRunner().invoke(command, [str(file)]).output
