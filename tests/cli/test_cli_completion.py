"""TAB: bash, zsh and fish are told what may follow, from what is there, and nobody waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flux_batch.cli import COMMANDS
from flux_batch.cli.complete import FAILURES
from flux_batch.grid import settings
from flux_batch.grid.styles import documented_styles

pytestmark = pytest.mark.process

PROGRAM = Path(sys.executable).with_name("flux-batch")
HEAVY = {"aiohttp", "pydantic", "ruamel", "PIL", "tqdm", "anyio"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working folder with grids, output folders and other things."""
    for name in ("night.yaml", "day.yml", "prompts.txt", "configs/quickstart.yaml", "configs/more/deep.yaml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for out in ("runs/quickstart", "runs/nightly", "here"):
        (tmp_path / out / ".flux-batch").mkdir(parents=True)
    (tmp_path / "runs" / "empty").mkdir()
    return tmp_path


def offered(place: Path, words: str, shell: str = "zsh") -> dict[str, set[str]]:
    """What a shell is told after *words* and a TAB: kind -> values."""
    number = str(len(words.split()) - (not words.endswith(" ")))
    current = words.rpartition(" ")[2] if shell == "fish" else number
    env = {**os.environ, "_FLUX_BATCH_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": current}
    told = subprocess.run([PROGRAM], cwd=place, env=env, capture_output=True, text=True, check=True).stdout.splitlines()
    found: dict[str, set[str]] = {}
    pairs = (
        zip(told[::3], told[1::3], strict=False) if shell == "zsh" else (line.split(",", 1) for line in told if line)
    )
    for kind, value in pairs:
        found.setdefault(kind, set()).add(value.partition("\t")[0])  # fish gets the help behind a tab
    return found


def test_the_commands_are_offered(place: Path) -> None:
    """All of them, then those that begin alike."""
    assert offered(place, "flux-batch ")["plain"] == set(COMMANDS)
    assert offered(place, "flux-batch s")["plain"] == {"status", "serve", "schema", "styles"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_options_and_their_values_are_offered(place: Path, shell: str) -> None:
    """As the command's help has them."""
    assert offered(place, "flux-batch run --max", shell)["plain"] == {"--max-cost", "--max-posts"}
    assert offered(place, "flux-batch run --on-ambiguous ", shell)["plain"] == {"retry", "hold"}


def test_grids_are_offered_and_no_other_files(place: Path) -> None:
    """The shell adds the folders, in which more of them may lie."""
    assert offered(place, "flux-batch run ") == {"plain": {"night.yaml", "day.yml"}, "dir": {""}}
    assert offered(place, "flux-batch plan configs/q")["plain"] == {"configs/quickstart.yaml"}
    assert offered(place, "flux-batch run configs/mo") == {"file": {"configs/mo"}}, "the shell walks into it"


@pytest.mark.parametrize("command", ["status", "verify", "report", "gallery", "export"])
def test_output_folders_are_offered(place: Path, command: str) -> None:
    """Those one level down as well, since runs lie in ``runs/``."""
    assert offered(place, f"flux-batch {command} ")["plain"] == {"here", "runs/nightly", "runs/quickstart"}
    assert offered(place, f"flux-batch {command} runs/q")["plain"] == {"runs/quickstart"}


def test_names_are_offered(place: Path) -> None:
    """Styles, and the classes of failures that status groups by."""
    assert offered(place, "flux-batch styles --show water")["plain"] == {"watercolor"}
    assert offered(place, "flux-batch styles --show ")["plain"] == set(documented_styles())
    assert offered(place, "flux-batch run --only p")["plain"] == {"pending", "paid_but_lost"}
    assert FAILURES == settings.FAILURES


def test_a_name_that_needs_quotes_is_left_to_the_shell(place: Path) -> None:
    """Which knows how it quotes."""
    (place / "my night.yaml").touch()

    assert offered(place, "flux-batch run ") == {"file": {""}}


def test_a_folder_that_cannot_be_read_offers_nothing_of_its_own(place: Path) -> None:
    """And says nothing into the middle of a command line."""
    assert offered(place, "flux-batch run /nowhere/at/all") == {"file": {"/nowhere/at/all"}}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_of_its_own(shell: str) -> None:
    """The line of the README prints it."""
    env = {**os.environ, "_FLUX_BATCH_COMPLETE": f"{shell}_source"}
    script = subprocess.run([PROGRAM], env=env, capture_output=True, text=True, check=True).stdout

    assert "flux-batch" in script
    assert f"_FLUX_BATCH_COMPLETE={shell}_complete" in script


@pytest.mark.parametrize(
    "words, replies",
    [
        (["flux-batch", "st"], {"status", "styles"}),
        (["flux-batch", "run", "ni"], {"night.yaml"}),
        (["flux-batch", "status", "runs/"], {"runs/nightly", "runs/quickstart"}),
        (["flux-batch", "run", "night.yaml", "--sk"], {"--skip-failed"}),
    ],
)
def test_bash_completes(place: Path, words: list[str], replies: set[str]) -> None:
    """A real one, with the script loaded as the README loads it."""
    script = f"""
        PATH={PROGRAM.parent}:$PATH
        eval "$(_FLUX_BATCH_COMPLETE=bash_source flux-batch)"
        COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1}
        compopt() {{ :; }}
        _flux_batch_completion flux-batch
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=place, capture_output=True, text=True, check=True)

    assert (set(done.stdout.split()), done.stderr) == (replies, "")


@pytest.mark.parametrize("words", ["flux-batch ", "flux-batch run --", "flux-batch run ", "flux-batch status "])
def test_nobody_waits_for_a_tab(place: Path, words: str) -> None:
    """It loads neither the HTTP library nor the models nor the image library."""
    code = (
        "import sys; from flux_batch.cli import main\n"
        "try: main(prog_name='flux-batch')\n"
        f"except SystemExit: pass\nsys.stderr.write(' '.join({HEAVY!r} & set(sys.modules)))"
    )
    number = len(words.split()) - (not words.endswith(" "))
    env = {**os.environ, "_FLUX_BATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(number)}
    done = subprocess.run([sys.executable, "-c", code], cwd=place, env=env, capture_output=True, text=True, check=True)

    assert done.stdout
    assert done.stderr == ""
