"""``flux-batch gallery``: a run's images as a page that opens without a server and asks no other host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flux_batch.cli.complete import out_folders
from flux_batch.cli.words import complaining, plain, say

if TYPE_CHECKING:
    from flux_batch.addons.gallery.gallery import Built


@click.command("gallery", epilog="Example: flux-batch gallery runs/quickstart")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path), shell_complete=out_folders)
@click.option("--to", metavar="DIR", type=click.Path(path_type=Path), help="Where to; default: OUT/gallery.")
@click.option("--quiet", is_flag=True, help="No progress; only the page's path.")
def command(out: Path, to: Path | None, quiet: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Make a page of the images of OUT: any two axes as rows and columns, marks, failures in their place.

    The same command again adds what is new; each thumbnail is made once.
    """
    from tqdm import tqdm

    from flux_batch.addons.gallery.gallery import build

    with complaining(), tqdm(unit=" images", desc="thumbnails", leave=False, disable=quiet or None) as bar:
        built = build(out, to or out / "gallery", lambda _: bar.update())
    say(plain(str(built.page)) if quiet else _told(built))


def _told(built: Built) -> str:
    counts = ", ".join(f"{count:,} {status}" for status, count in sorted(built.counts.items()))
    return f"{counts}\n\nnext: open {plain(str(built.page))}"
