"""``flux-batch schema``: the JSON Schema of the grid file, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flux_batch.cli.words import complaining, say
from flux_batch.errors import StorageFailed

MODELINE = "# yaml-language-server: $schema="


@click.command("schema", epilog="Example: flux-batch schema --out flux-batch.schema.json")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there instead of to stdout.")
def command(out: str | None) -> None:
    """Print the JSON Schema of the grid file, by which editors complete and check it."""
    from flux_batch.grid.schema import grid_schema

    text = json.dumps(grid_schema(), indent=1)
    if out is None:
        say(text)
        return
    with complaining():
        try:
            Path(out).write_text(f"{text}\n", "utf-8")
        except OSError as error:
            raise StorageFailed(
                f"cannot write {out}: {error.strerror}", hint="name a file that can be written"
            ) from None
    say(f"begin a grid with\n\n{MODELINE}{out}\n\nand your editor knows it", err=True)
