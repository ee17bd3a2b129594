"""``flux-batch plan``: what a grid would make, told before anything is paid for."""

from __future__ import annotations

import json
import subprocess
import sys
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
        "columns": [],
        "about": {},
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


def folder(tmp_path: Path, ids: list[str]) -> Path:
    """An output folder that holds one image for each of *ids*, as a run leaves it."""
    out = tmp_path / "out"
    out.mkdir()
    line = {"sample": 0, "samples": 1, "bytes": 1000, "sha256": "ab" * 32, "generation_time": 2.5, "request": {}}
    lines = [json.dumps({"v": 1, "job": job, "file_name": f"images/{job}-0.png", **line}) for job in ids]
    (out / "manifest.jsonl").write_text("".join(f"{line}\n" for line in lines))
    (out / "run.json").write_text(json.dumps({"cost": 0.5, "known_billed": 50}))
    return out


def test_what_is_done_is_compared_and_priced(tmp_path: Path) -> None:
    """Kept, new and orphaned, with the price of the difference; times and prices as earlier runs measured them."""
    out = folder(tmp_path, ["3ddc358c3bc414f6", "1301e0b2fe5ccd1d", "00000000000000aa"])

    done = CliRunner().invoke(command, [QUICKSTART, "--diff", str(out), "--first", "0"])
    facts = json.loads(CliRunner().invoke(command, [QUICKSTART, "--diff", str(out), "--json"]).stdout)

    for line in [
        "done  2 of 48 images",
        "make  46 images in 46 posts",
        "cost  0.46 USD (0.01 an image, by earlier runs)",
        "time  about 23.0 s (5 slots, 2.5 s each, measured)",
        "kept      2 cells, 2 images",
        "new       46 cells, 46 images, 0.46 USD",
        "orphaned  1 cell, 1 image",
    ]:
        assert line in done.output
    assert facts["diff"] == {
        "kept": 2,
        "kept_images": 2,
        "new": 46,
        "new_images": 46,
        "orphaned": 1,
        "orphaned_images": 1,
    }
    assert facts["quote"]["cost"] == pytest.approx(0.46)


def test_single_values_are_replaced_from_outside() -> None:
    """As YAML, so that lists and numbers stay what they are."""
    words = ["--set", "axes.seed.count=2", "--set", "axes.style=[none, anime]", "--set", "name=other", "--json"]

    facts = json.loads(CliRunner().invoke(command, [QUICKSTART, *words]).stdout)

    assert (facts["grid"], facts["cells"]) == ("other", 12)
    for word, said in [
        ("axes.seed", "expected KEY=VALUE"),
        ("a=[", "not YAML"),
        ("axes.seed.count=0", "--set axes.seed.count"),
    ]:
        done = CliRunner().invoke(command, [QUICKSTART, "--set", word])
        assert done.exit_code == 2
        assert said in done.stderr


def test_warnings_are_told_with_their_way_out(tmp_path: Path) -> None:
    """In words and for programs."""
    file = tmp_path / "faces.yaml"
    file.write_text("axes: {prompt: a, num_inference_steps: [10, 40]}\n")

    assert (
        "warning: num_inference_steps: the service does at most 20 steps"
        in CliRunner().invoke(command, [str(file)]).output
    )
    facts = json.loads(CliRunner().invoke(command, [str(file), "--json"]).stdout)
    assert [warning["about"] for warning in facts["warnings"]] == ["num_inference_steps"]


def test_help_and_words_wait_for_no_models() -> None:
    """`flux-batch --help` imports neither pydantic nor the YAML library."""
    code = "import sys, click.testing, flux_batch.cli as c; click.testing.CliRunner().invoke(c.main, ['--help']);"
    code += "print([n for n in ('pydantic', 'ruamel.yaml', 'aiohttp') if n in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
