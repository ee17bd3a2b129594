"""From a run to a training loop as the README shows it: its command and its code, word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def below(marker: str, language: str) -> str:
    """The code below a marker of the README."""
    found = re.search(rf"^<!-- {marker} -->\n```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found, marker
    return found[1]


def typed(folder: Path, *words: str, **environment: str) -> str:
    """What a Python program says that is run in *folder*."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=50,
    )
    return done.stdout


@pytest.mark.process
def test_the_training_loop_of_the_readme_learns_from_an_export(tmp_path: Path) -> None:
    """The quickstart with small pictures, exported by the README's command: no test row is seen, and the loss falls."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    typed(tmp_path, "-m", "flux_batch", "run", "configs/quickstart.yaml", "--set", "params.size=64x64", "--quiet")
    command = below("export", "sh").split()
    assert command[0] == ".venv/bin/flux-batch"

    told = typed(tmp_path, "-m", "flux_batch", *command[1:])
    home = str(tmp_path / "hf")
    learned = typed(tmp_path, "-c", below("train", "python"), HF_HOME=home, HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")

    assert "(train 32, test 16)" in told
    losses = [float(line.rpartition(" ")[2]) for line in learned.splitlines()]
    assert len(losses) == 5
    assert losses[0] > losses[-1]


def test_the_loop_is_one_somebody_would_read() -> None:
    """A dozen lines or so."""
    assert len(below("train", "python").splitlines()) <= 15
