"""What standard output and standard error may be: closed, full, of another alphabet. The work is done all the same."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli_process import COMMAND, environment, grid_file

pytestmark = pytest.mark.process

FULL = Path("/dev/full")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def shell(line: str, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Give *line* to a shell, in which ``"$@"`` is flux-batch and *words*."""
    command = ["sh", "-c", line, "sh", *COMMAND, *map(str, words)]
    env = environment(**more)
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=40)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The output folder."""
    return tmp_path / "out"


@pytest.fixture
def grid(tmp_path: Path, out: Path) -> Path:
    """A grid of one image of the embedded server."""
    return grid_file(tmp_path, "embedded", seeds=1, more=f"output: {{dir: '{out}'}}\n")


def images(out: Path) -> int:
    """How many images there are."""
    return len([*(out / "images").iterdir()])


@pytest.mark.parametrize("closed", ["2>&-", "0<&- 1>&- 2>&-"])
def test_a_closed_stream_is_as_good_as_quiet(grid: Path, out: Path, closed: str) -> None:
    """A nightly job that nobody listens to makes its images, and no file takes the stream's place."""
    done = shell(f'"$@" {closed}', "run", grid)

    assert (done.returncode, images(out)) == (0, 1)


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("option", [[], ["--json"]], ids=["words", "json"])
def test_a_run_that_cannot_say_its_end_is_exit_8(grid: Path, out: Path, option: list[str]) -> None:
    """All images are made; one sentence says what was wrong, and no traceback."""
    done = shell('"$@" >/dev/full', "run", grid, *option)

    assert (done.returncode, images(out)) == (8, 1)
    assert "error: standard output cannot be written: No space left on device\n\nhint: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["plan", "GRID"], ["schema"], ["styles"], ["styles", "--json"]], ids=" ".join)
def test_a_command_that_cannot_answer_is_exit_8(grid: Path, words: list[str]) -> None:
    """In one sentence."""
    done = shell('"$@" >/dev/full', *(grid if word == "GRID" else word for word in words))

    assert done.returncode == 8
    assert done.stderr.startswith("error: standard output cannot be written")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_log_that_is_full_does_not_end_a_run(grid: Path, out: Path) -> None:
    """Nobody can be told, and nothing is lost."""
    done = shell('"$@" 2>/dev/full', "run", grid, "--json")

    assert (done.returncode, images(out)) == (0, 1)
    assert json.loads(done.stdout)["kept"] == 1


def test_letters_the_terminal_does_not_have_are_escaped(grid: Path) -> None:
    """A Japanese prompt on a terminal of western letters."""
    grid.write_text(grid.read_text().replace("a lighthouse", "灯台"), "utf-8")

    done = shell('"$@"', "plan", grid, PYTHONIOENCODING="latin-1")

    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u706f\u53f0" in done.stdout


@pytest.mark.parametrize(
    "more", ["output: {dir: größe}\naxes: {prompt: [a fox]}\n", "axes: {prompt: {file: größe.txt}}\n"]
)
def test_a_name_no_file_has_in_this_locale_is_exit_2(tmp_path: Path, more: str) -> None:
    """One plain error at its place, with the way out."""
    grid = tmp_path / "grid.yaml"
    grid.write_text(f"endpoint: {{base_url: embedded}}\nparams: {{size: 64x64}}\n{more}", "utf-8")

    done = shell('"$@"', "run", grid, **ASCII)

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {grid}:3:")
    assert "in this locale\n\nhint: export LC_ALL=C.UTF-8" in done.stderr
