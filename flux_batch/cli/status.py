"""``flux-batch status``: what there is, what is not, and what it cost; also while a run goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from flux_batch.cli.complete import out_folders
from flux_batch.cli.retry import PAYS, price_of, retry_command
from flux_batch.cli.words import complaining, many, plain, say

if TYPE_CHECKING:
    from flux_batch.store.survey import AxisCount, Survey

WIDTH = 80
SHOWN_VALUES = 12
SHOWN_FAILURES = 10


@click.command("status", epilog="Example: flux-batch status runs/quickstart")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path), shell_complete=out_folders)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout and nothing else.")
@click.option("--watch", metavar="SECONDS", type=click.FloatRange(0.1), help="Say it again so often; Ctrl-C ends it.")
def command(out: Path, *, as_json: bool, watch: float | None) -> None:
    """Tell what is in OUT, from its files: done, pending, failed, money, each axis. Takes no lock."""
    from flux_batch.store.folder import Folder
    from flux_batch.store.survey import survey

    with complaining(as_json=as_json):
        while True:
            found = survey(Folder(out))
            say(json.dumps(facts(found, out), ensure_ascii=False) if as_json else "\n".join(lines(found, out)))
            if watch is None:
                return
            time.sleep(watch)


def facts(found: Survey, out: Path) -> dict[str, Any]:
    """Return one object for programs: each group of failures with the command that tries just these again."""
    told: dict[str, Any] = found.to_json()
    groups = zip(told["failures"], found.failures.most_common(), strict=True)
    told["failures"] = [
        {**each, "command": retry_command(found, out, group), "pays_again": group[0] in PAYS}
        for each, (group, _) in groups
    ]
    return told


def lines(found: Survey, out: Path) -> Iterator[str]:
    """Yield what a person reads, at most 80 columns wide but for commands, which must stay whole."""
    yield plain(f"{found.grid or out}: {_state(found)}", WIDTH)
    of = "" if found.planned is None else f" of {found.planned:,} planned"
    yield f"  {'kept':<12}{many(found.kept, 'image')}{of}"
    others = {"failed": found.failed, "held": found.held, "pending": found.pending, "set aside": found.quarantined}
    if found.under_way:
        yield f"  {'under way':<12}{many(found.under_way, 'image')} asked for and not answered yet"
    if any(others.values()):
        yield f"  {'without':<12}{', '.join(f'{count:,} {name}' for name, count in others.items() if count)}"
    if found.untraceable:
        yield f"  {'no file':<12}{found.untraceable:,}, and the journal does not say where from; to make them again:"
        yield f"  {'':<12}flux-batch verify {plain(quote(str(out)))} --repair --rebuy"
    for words, count in {"no file": found.missing - found.untraceable, "no line": found.strays}.items():
        if count:
            yield f"  {words:<12}{count:,}; the next run puts that right, see `flux-batch verify`"
    if found.drifted:
        yield f"  {'drift':<12}{many(found.drifted, 'image')} answered otherwise than asked"
    money = found.money
    cost = "" if found.cost is None else f" ({found.cost:.2f} USD)"
    yield f"  {'money':<12}{money.known_billed:,} known billed{cost}, {money.possibly_billed_twice:,} possibly twice,"
    yield f"  {'':<12}{money.paid_but_lost:,} paid but lost"
    for name, values in found.axes.items():
        yield from _axis(name, values)
    yield from _failures(found, out)


def _state(found: Survey) -> str:
    if found.running is not None:
        return f"a run goes on (process {found.running})"
    if found.exit_code is None:
        return "the last run died; the same command goes on where it stopped" if found.grid else "no run yet"
    return f"the last run ended with exit code {found.exit_code}"


def _axis(name: str, values: Mapping[str, AxisCount]) -> Iterator[str]:
    yield ""
    yield f"  {plain(name, 40):<42}{'kept':>8}{'failed':>10}{'set aside':>12}"
    from flux_batch.store.survey import natural

    shown = sorted(values.items(), key=lambda item: (-item[1].failed - item[1].quarantined, natural(item[0])))
    shown = shown[:SHOWN_VALUES]
    for value, count in shown:
        yield f"    {plain(value, 38):<40}{count.kept:>8,}{count.failed:>10,}{count.quarantined:>12,}"
    if len(values) > len(shown):
        yield f"    ... {many(len(values) - len(shown), 'value')} more"


def _failures(found: Survey, out: Path) -> Iterator[str]:
    if not found.failures:
        return
    yield ""
    yield "  jobs without an image, each kind with what tries just these again"
    for (kind, words), count in found.failures.most_common(SHOWN_FAILURES):
        yield plain(f"    {count:>6,}  {kind}: {words}", WIDTH)
        yield f"            {price_of(kind)}"
        yield f"            {plain(retry_command(found, out, (kind, words)))}"
    if found.source is None:
        yield "    GRID stands for the file of the grid"
    if len(found.failures) > SHOWN_FAILURES:
        yield f"    ... {many(len(found.failures) - SHOWN_FAILURES, 'kind')} more: see failures.jsonl"
