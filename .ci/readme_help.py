"""Write the ``--help`` of every command into README.md, between its markers. A test holds that it is current."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from flux_batch.cli import COMMANDS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- help -->", "<!-- /help -->"


def help_of(name: str) -> str:
    """Return the help of one command, as an 80-column terminal shows it."""
    program = "from flux_batch.cli import main; main(prog_name='flux-batch')"
    asked = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program, name, "--help"],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout.rstrip()


def section() -> str:
    """Return the whole generated part of the README, markers included."""
    blocks = [f"### `flux-batch {name}`\n\n```\n{help_of(name)}\n```\n" for name in COMMANDS]
    return "\n".join([BEGIN, "", *blocks, END])


def rewrite() -> None:
    """Put the section where its markers are."""
    text = README.read_text(encoding="utf-8")
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    README.write_text(pattern.sub(lambda _: section(), text), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
