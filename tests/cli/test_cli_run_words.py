"""What is typed after ``flux-batch run``: it is understood, or refused in one message before anything is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_process import grid_file
from click.testing import CliRunner, Result

import flux_batch.cli.show  # noqa: F401 - read here, while no loop runs that it could block
from flux_batch.cli import main
from flux_batch.cli.run import command
from flux_batch.errors import LimitReached

KEY = {"MODELSLAB_API_KEY": "canary-0123456789-abcdef"}


def assert_one_clear_message(done: Result, *words: str) -> None:
    """Exit code 2, an error on stderr, nothing on stdout."""
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(("error: ", "Usage: "))
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    "text, words",
    [
        ("axes: {prompt: [a}\n", [":1:"]),
        ("axes: {prompt: a}\nparams: {setps: 3}\n", [":2:10:", "setps", "did you mean", "steps"]),
        ("axes: {prompt: a}\nparams: {num_inference_steps: many}\n", [":2:", "num_inference_steps", "many"]),
        ("axes: {prompt: a, seed: []}\n", [":1:", "seed"]),
        ("axes: {prompt: a, style: [cinematc]}\n", [":1:", "cinematc", "cinematic"]),
        ("axes: {prompt: a}\nkey: abcdef\n", [":2:1:", "key"]),
        ("", ["empty", "flux-batch init"]),
    ],
    ids=["broken", "unknown-key", "wrong-type", "empty-axis", "misspelt", "a-key-in-it", "empty"],
)
def test_a_wrong_grid_is_exit_2_and_touches_nothing(tmp_path: Path, text: str, words: list[str]) -> None:
    """With file, line, what stands there and what was meant."""
    grid = tmp_path / "faces.yaml"
    grid.write_text(text)

    done = CliRunner().invoke(command, [str(grid)], env=KEY)

    assert_one_clear_message(done, str(grid), *words)
    assert [path.name for path in tmp_path.iterdir()] == ["faces.yaml"]


@pytest.mark.parametrize(
    "option, words",
    [
        (["--shard", "3/3"], ["shard", "3/3"]),
        (["--rate", "soon"], ["rate", "soon"]),
        (["--until", "teatime"], ["until", "teatime"]),
        (["--concurrency", "0"], ["concurrency", "0"]),
        (["--concurrency", "many"], ["concurrency", "many"]),
        (["--max-posts", "-1"], ["--max-posts", "-1"]),
        (["--limit", "0"], ["--limit", "0"]),
        (["--on-ambiguous", "guess"], ["--on-ambiguous", "guess"]),
        (["--base-url", "ftp://api.example"], ["base_url", "ftp://api.example"]),
        (["--no-such-option"], ["--no-such-option"]),
    ],
    ids=lambda each: each[0].removeprefix("--"),
)
def test_a_wrong_option_is_exit_2(tmp_path: Path, option: list[str], words: list[str]) -> None:
    """It names the option and what was given."""
    grid = grid_file(tmp_path, "embedded")

    done = CliRunner().invoke(command, [str(grid), "--out", str(tmp_path / "out"), *option], env=KEY)

    assert_one_clear_message(done, *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [["--max-posts", "0"], ["--max-cost", "0"]], ids=" ".join)
def test_a_budget_of_nothing_buys_nothing(tmp_path: Path, option: list[str]) -> None:
    """Zero is a number, not a missing one: the run ends as at any other limit."""
    grid = grid_file(tmp_path, "http://127.0.0.1:9/api/v6", more="limits: {max_posts: 7}\n")
    grid.write_text(grid.read_text().replace("'}", "', price: 0.01}"))

    done = CliRunner().invoke(command, [str(grid), "--out", str(tmp_path / "out"), *option], env=KEY)

    assert done.exit_code == LimitReached.exit_code


def test_the_command_line_wins_over_the_grid(tmp_path: Path) -> None:
    """What is typed is meant now."""
    grid = grid_file(tmp_path, "embedded", seeds=5, more="limits: {shard: 0/5}\nrun: {dry_run: true}\n")

    done = CliRunner().invoke(command, [str(grid), "--shard", "9/5"])

    assert done.exit_code == 2
    assert "9/5" in done.stderr


def test_a_dry_run_checks_everything_and_sends_nothing(tmp_path: Path) -> None:
    """The key as well; no folder is made, and nobody listens where it would post."""
    grid = grid_file(tmp_path, "http://127.0.0.1:9/api/v6")
    words = [str(grid), "--dry-run", "--out", str(tmp_path / "out")]

    with_key, without = (CliRunner().invoke(command, words, env=env) for env in (KEY, {"MODELSLAB_API_KEY": None}))

    assert (with_key.exit_code, with_key.stdout) == (0, "3 posts for 3 images; nothing was sent\n")
    assert without.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_dry_run_answers_programs_as_a_plan_does(tmp_path: Path) -> None:
    """With `--json`, stdout holds what `plan --json` prints."""
    grid = grid_file(tmp_path, "http://127.0.0.1:9/api/v6", more=f"output: {{dir: '{tmp_path / 'out'}'}}\n")

    dry = CliRunner().invoke(main, ["run", str(grid), "--dry-run", "--json"], env=KEY)

    assert (dry.exit_code, dry.stderr) == (0, "3 posts for 3 images; nothing was sent\n")
    said = ["--set", "run.dry_run=true", "--set", "run.json=true"]  # part of the grid's digest, as all that is typed
    assert json.loads(dry.stdout) == json.loads(CliRunner().invoke(main, ["plan", str(grid), "--json", *said]).stdout)


@pytest.mark.parametrize(
    "words",
    [["run", "GRID"], ["run", "GRID", "--nope"], ["plan", "NO"], ["status", "NO"], ["verify", "NO"]],
    ids=" ".join,
)
def test_an_error_is_told_to_programs_as_well(tmp_path: Path, words: list[str]) -> None:
    """With `--json`, one object on stdout has the error, the hint and the exit code; the words stay on stderr."""
    names = {"GRID": str(grid_file(tmp_path, "http://127.0.0.1:9/api/v6")), "NO": str(tmp_path / "no")}

    done = CliRunner().invoke(
        main, [*(names.get(word, word) for word in words), "--json"], env={"MODELSLAB_API_KEY": None}
    )

    told = json.loads(done.stdout)
    assert (list(told), told["exit_code"], done.exit_code) == (["error", "hint", "exit_code"], 2, 2)
    assert told["error"] in done.stderr
