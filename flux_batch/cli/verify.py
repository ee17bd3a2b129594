"""``flux-batch verify``: every line against its file, every file against its line, the journal against both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from flux_batch.cli.complete import out_folders
from flux_batch.cli.words import complain, complaining, many, plain, say

if TYPE_CHECKING:
    from flux_batch.store.audit import Audit
    from flux_batch.store.folder import Folder
    from flux_batch.store.invariants import Violation

WIDTH = 120
SHOWN = 20


@click.command("verify", epilog="Example: flux-batch verify runs/quickstart --repair")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path), shell_complete=out_folders)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout and nothing else.")
@click.option("--repair", is_flag=True, help="Move damage aside, fetch again what is paid for; buys nothing.")
@click.option("--rebuy", is_flag=True, help="With --repair: let the next run buy what cannot be fetched any more.")
def command(out: Path, *, as_json: bool, repair: bool, rebuy: bool) -> None:
    """Check OUT: each image against its line, hash and structure; each file; the journal. Reads every byte."""
    from flux_batch.errors import UsageError
    from flux_batch.store.folder import Folder

    folder = Folder(out)
    with complaining(as_json=as_json):
        if not folder.manifest.is_file() and not folder.journal.is_file():
            raise UsageError(f"{out} is no output folder", hint="name the folder that `flux-batch run` wrote to")
        if rebuy and not repair:
            raise UsageError("--rebuy goes with --repair", hint="flux-batch verify OUT --repair --rebuy")
        audit, found = look(folder)
        done = put_right(folder, found, rebuy=rebuy) if repair and (found or rebuy or audit.running) else []
        if done:
            audit, found = look(folder)
        report(audit, found, done, as_json=as_json, repair=repair)
    raise click.exceptions.Exit(exit_code(found))


def look(folder: Folder) -> tuple[Audit, list[Violation]]:
    """Read the whole folder."""
    from flux_batch.store.audit import Audit
    from flux_batch.store.lock import holder_of

    audit = Audit(folder, holder_of(folder.lock))
    return audit, list(audit.violations())


def exit_code(found: list[Violation]) -> int:
    """0 where all holds, 10 where a line is damaged, else 3."""
    from flux_batch.store.invariants import Broken

    if any(each.broken in {Broken.LINE, Broken.TWICE} for each in found):
        return 10
    return 3 if found else 0


def put_right(folder: Folder, found: list[Violation], *, rebuy: bool) -> list[str]:
    """Repair what can be repaired; return what was done, in sentences. What could not be done is said at once."""
    import time

    import anyio

    from flux_batch.engine.clock import SystemClock
    from flux_batch.errors import FluxBatchError
    from flux_batch.store.lock import locked
    from flux_batch.store.refetch import refetch
    from flux_batch.store.repair import mend_lines, put_aside_changed
    from flux_batch.store.store import stamp

    with locked(folder.lock, stamp(time.time())):
        done = [*mend_lines(folder), *put_aside_changed(folder, found)]
    try:
        done += anyio.run(partial(refetch, folder, SystemClock(), rebuy=rebuy))
    except FluxBatchError as error:
        complain(error)
    return [*done, "looked for what is paid for and not here"]


def report(audit: Audit, found: list[Violation], done: list[str], *, as_json: bool, repair: bool) -> None:
    """Say what was found and what was done."""
    if as_json:
        say(json.dumps(facts(audit, found, done), indent=2))
    else:
        for line in lines(audit, found, done, repair=repair):
            say(line)


def facts(audit: Audit, found: list[Violation], done: list[str]) -> dict[str, object]:
    """Return one object for programs."""
    return {
        "v": 1,
        "exit_code": exit_code(found),
        "lines": audit.lines,
        "images": audit.images,
        "bytes": audit.bytes,
        "records": audit.records,
        "running": audit.running,
        "done": done,
        "violations": [each.to_json() for each in found],
    }


def lines(audit: Audit, found: list[Violation], done: list[str], *, repair: bool) -> Iterator[str]:
    """Yield what a person reads."""
    from flux_batch.store.invariants import PROMISES, Broken

    yield from (f"repaired: {plain(each, WIDTH)}" for each in done[:-1])
    read = f"{many(audit.images, 'file')} ({audit.bytes / 2**20:,.1f} MiB)"
    yield f"looked at {many(audit.lines, 'manifest line')}, {read} and {many(audit.records, 'journal record')}"
    if audit.running:
        yield f"a run goes on (process {audit.running}): what is on its way is not looked at"
    for broken, count in Counter(each.broken for each in found).most_common():
        yield f"  {count:>6,}  not so: {PROMISES[broken]}"
        places = [each for each in found if each.broken is broken]
        yield from (f"          {plain(f'{each.place}: {each.message}', WIDTH)}" for each in places[:SHOWN])
        if count > SHOWN:
            yield f"          ... {count - SHOWN:,} more: --json lists all"
    if not found:
        yield "all is as it should be"
    elif not repair:
        yield f"next: flux-batch verify {plain(quote(str(audit.folder.root)))} --repair"
    elif any(each.broken is Broken.GONE for each in found):
        yield "next: run the grid again; what nobody can fetch is bought again only after"
        yield f"      flux-batch verify {plain(quote(str(audit.folder.root)))} --repair --rebuy"
