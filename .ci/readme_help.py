"""Write the ``--help`` of every command into README.md, between its markers. A test holds that it is current."""

from __future__ import annotations

import re
from pathlib import Path

import click

from flux_batch.cli import COMMANDS, main

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- help -->", "<!-- /help -->"


def help_of(name: str) -> str:
    """Return the help of one command, as an 80-column terminal shows it."""
    command = main.get_command(click.Context(main), name)
    if command is None:
        raise LookupError(name)
    context = click.Context(command, info_name=f"flux-batch {name}", terminal_width=80, max_content_width=80)
    context.help_option_names = ["-h", "--help"]
    return command.get_help(context)


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
