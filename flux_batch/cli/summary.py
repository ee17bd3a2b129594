"""The last words of a run: what is there, what is not, what it cost, what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from shlex import quote

from flux_batch.cli.words import duration, many, plain
from flux_batch.store.report import Report


def summary(report: Report, out: Path, grid: str, *, changed: bool, copy: str | None = None) -> Iterator[str]:
    """Yield the lines of the summary; where the run was stopped, its error says what to do next.

    *copy* is the URL of a complete copy of the folder.
    """
    yield _here(report, changed=changed)
    yield from (f"  {line}" for line in _missing(report))
    yield f"  {'images':<10} {plain(str(out / 'images'))}"
    yield f"  {'manifest':<10} {plain(str(out / 'manifest.jsonl'))}"
    if copy is not None:
        yield f"  {'mirror':<10} {plain(copy)}"
    yield from (f"  {line}" for line in _money(report))
    if report.message is None:
        yield ""
        yield f"next: {_next(report, out, grid)}"


def _here(report: Report, *, changed: bool) -> str:
    """Say what is there; a folder that has grown over several grids holds more than this one asks for."""
    took = f" in {duration(_seconds(report))}" if changed else ""
    if report.kept > report.planned:
        return f"{many(report.kept, 'image')} here, where this grid asks for {report.planned:,}{took and ';' + took}"
    if changed:
        return f"kept {report.kept:,} of {many(report.planned, 'image')}{took}"
    return f"nothing to do: {many(report.kept, 'image')} of {report.planned:,} are here"


def _seconds(report: Report) -> float:
    began, ended = (datetime.fromisoformat(time) for time in (report.started_at, report.ended_at))
    return (ended - began).total_seconds()


def _missing(report: Report) -> Iterator[str]:
    names = {"failed": report.failed, "held": report.held, "pending": report.pending, "set aside": report.quarantined}
    names["not begun"] = max(0, report.planned - report.kept - sum(names.values()))
    if any(names.values()):
        yield f"{'without':<10} {', '.join(f'{count} {name}' for name, count in names.items() if count)}"


def _money(report: Report) -> Iterator[str]:
    cost = "" if report.cost is None else f", {report.cost:.2f} USD"
    yield (
        f"{'money':<10} {report.kept:,} kept, {report.known_billed:,} known billed{cost}, "
        f"{report.possibly_billed_twice:,} possibly billed twice, {report.paid_but_lost:,} paid but lost"
    )
    if report.drifted:
        yield f"{'drift':<10} {report.drifted:,} of this run's images were answered otherwise than asked: see `drift`"
    requests = many(report.posts, "post"), many(report.polls, "poll"), many(report.downloads, "download")
    yield f"{'requests':<10} {', '.join(requests)}"


def _next(report: Report, out: Path, grid: str) -> str:
    if report.exit_code == 0:
        left = report.planned - report.kept
        if left > 0:
            return f"{many(left, 'image')} of this grid still to be made: run it without --limit, --shard or --only"
        return f"open {plain(str(out / 'images'))}, or add seeds to {plain(grid)} and run it again"
    again = "all" if not (report.held or report.quarantined) else "all but what is held or set aside: only --rebuy does"
    return (
        f"`flux-batch status {plain(quote(str(out)))}` says what tries each kind again; the same command tries {again}"
    )
