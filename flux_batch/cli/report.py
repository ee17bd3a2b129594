"""``flux-batch report``: what the runs of an output folder did, as ``report.json`` and one page to look at."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flux_batch.cli.complete import out_folders
from flux_batch.cli.words import complaining, plain, say


@click.command("report", epilog="Example: flux-batch report runs/quickstart")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path), shell_complete=out_folders)
@click.option("--to", metavar="DIR", type=click.Path(path_type=Path), help="Folder for both files, if not OUT.")
@click.option("--json", "as_json", is_flag=True, help="report.json on stdout as well.")
def command(out: Path, to: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Write OUT/report.html and OUT/report.json: slots, times, errors, money per axis, drift, duplicates.

    Everything comes from the journal and the manifest. A run may be going on; no network is needed to read the page.
    """
    from flux_batch.addons.report.page import render
    from flux_batch.addons.report.report import read_report
    from flux_batch.store.folder import Folder, storage
    from flux_batch.store.report import replace_whole

    with complaining(as_json=as_json):
        report = read_report(out)
        folder = Folder(to or out)
        with storage(f"cannot make {folder.root}"):
            folder.root.mkdir(parents=True, exist_ok=True)
        facts = json.dumps(report.to_json(), indent=1)
        page = folder.root / "report.html"
        replace_whole(folder, folder.root / "report.json", facts.encode() + b"\n")
        replace_whole(folder, page, render(report))
        if as_json:
            say(facts)
        say(f"open {plain(str(page))}", err=as_json)
