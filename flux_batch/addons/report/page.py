"""The report as one HTML page: no script, no outside host, nothing that is not in ``report.json`` as well."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from flux_batch.addons.report import charts
from flux_batch.addons.report.chart import draw
from flux_batch.addons.report.report import Report
from flux_batch.addons.report.tally import Tally
from flux_batch.addons.report.words import day, seconds, size, table, text
from flux_batch.store.survey import natural

ROWS = 20
"""Values of an axis that are shown; report.json has all."""

TIMES = {
    "slot": ("Time in a slot", "From a post until its images existed: how long a slot of the account was taken."),
    "service": ("Service time", "What the service says each generation took."),
    "delivery": ("Delivery", "From then until the image was checked and in the manifest."),
}
HEADS = {
    "kept": "kept",
    "billed": "billed",
    "cost": "USD",
    "posts": "posts",
    "refused": "refused",
    "possibly_twice": "possibly twice",
    "quarantined": "set aside",
    "lost": "paid, lost",
    "drifted": "drifted",
}


def render(report: Report) -> bytes:
    """Return the page; the same report gives the same bytes."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"{text(report.folder)}: report"
    body = "\n".join(_parts(report))
    page = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
<main>
{body}
</main>
</html>
"""
    return page.encode()


def _parts(report: Report) -> Iterator[str]:
    last = report.runs[-1]
    grids = ", ".join(dict.fromkeys(text(run.grid) for run in report.runs))
    yield f"<h1>{text(report.folder)}</h1>"
    runs = f"{_count(len(report.runs), 'run')}, the last ended {day(last.ended_at)}"
    yield f"<p class=lead>{grids} at {text(last.service)}; {runs}</p>"
    yield _tiles(report)
    yield draw(charts.slots(report))
    yield draw(charts.throughput(report))
    yield draw(charts.errors(report)) if report.series.errors else "<p class=note>No post failed.</p>"
    yield from _times(report)
    yield from _axes(report)
    yield from _drift(report)
    yield from _twins(report)
    yield from _problems(report)
    yield from _runs(report)


def _tiles(report: Report) -> str:
    total = report.total
    share = report.use.share
    minutes = report.seconds / 60
    tiles = {
        "images kept": f"{total.kept:,}",
        "planned": f"{report.planned:,}",
        "images billed": f"{total.billed:,}",
        "USD": None if report.cost is None else f"{report.cost:,.2f}",
        "possibly billed twice": f"{total.possibly_twice:,}",
        "paid but lost": f"{total.lost:,}",
        "set aside": f"{total.quarantined:,}" if total.quarantined else None,
        "of the slots allowed": None if share is None else f"{share:.1%}",
        "images a minute": f"{total.kept / minutes:,.1f}" if minutes else None,
        "running time": seconds(report.seconds),
        "of images": size(report.bytes),
    }
    shown = [f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles.items() if value is not None]
    return f"<dl class=tiles>{''.join(shown)}</dl>"


def _times(report: Report) -> Iterator[str]:
    known = [name for name in TIMES if report.times[name].count]
    if not known:
        return
    yield "<h2>How long it takes</h2>"
    yield f"<div class=row>{''.join(draw(charts.times(*TIMES[name], report.times[name])) for name in known)}</div>"
    rows = []
    for name in known:
        spread = report.times[name]
        figures = (spread.mean, spread.p50, spread.p90, spread.p99, spread.longest)
        rows.append([TIMES[name][0], f"{spread.count:,}", *(seconds(figure) for figure in figures)])
    yield table(["", "count", "mean", "half within", "90 % within", "99 % within", "longest"], rows)


def _axes(report: Report) -> Iterator[str]:
    for axis, tallies in report.axes.items():
        rows = sorted(tallies.items(), key=lambda row: (-row[1].billed, -row[1].kept, natural(row[0])))
        columns = _columns(tallies)
        most = max((tally.billed for tally in tallies.values()), default=0) or 1
        yield f"<h2>By {text(axis)}</h2>"
        yield table(
            [text(axis), "", *(HEADS[name] for name in columns)],
            [[text(value, 120), _bar(tally.billed / most), *_cells(tally, columns)] for value, tally in rows[:ROWS]],
        )
        if len(rows) > ROWS:
            yield f"<p class=note>{len(rows) - ROWS:,} more values are in report.json.</p>"


def _columns(tallies: Mapping[str, Tally]) -> list[str]:
    """Return the numbers that are not zero everywhere; money only where its price is known."""
    known = not any(tally.unpriced for tally in tallies.values())
    named = [name for name in HEADS if any(getattr(tally, name) for tally in tallies.values())]
    return [name for name in named if name != "cost" or known]


def _cells(tally: Tally, columns: list[str]) -> list[str]:
    values = asdict(tally)
    return [f"{values[name]:,.2f}" if name == "cost" else f"{values[name]:,}" for name in columns]


def _bar(share: float) -> str:
    """Return a bar as long as *share*, for the eye; the number stands beside it."""
    return (
        '<svg class=meter viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="kept" width="{100 * share:.1f}" height="10"/></svg>'
    )


def _drift(report: Report) -> Iterator[str]:
    yield "<h2>Asked and got</h2>"
    if not report.drift:
        yield "<p class=note>Every answer agrees with its request, as far as it says what was done.</p>"
        return
    rows = [
        [text(drift.field), f"{text(asked, 80)} → {text(got, 80)}", f"{count:,}"]
        for drift in report.drift
        for asked, got, count in drift.changes
    ]
    yield table(["field", "asked → got", "images"], rows, left=2)


def _twins(report: Report) -> Iterator[str]:
    twins = report.twins
    yield "<h2>Duplicates</h2>"
    if not twins.images:
        yield "<p class=note>No two images have the same bytes.</p>"
        return
    groups = _count(twins.groups, "group")
    yield f"<p>{_count(twins.images, 'image')} share their bytes with another, in {groups}; the biggest:</p>"
    yield table(["images of the same bytes"], [[", ".join(map(text, names))] for names in twins.examples])


def _problems(report: Report) -> Iterator[str]:
    if report.problems:
        yield "<h2>What went wrong</h2>"
        rows = [[text(each.kind), text(each.message), f"{each.count:,}"] for each in report.problems]
        yield table(["class", "message", "times"], rows, left=2)


def _runs(report: Report) -> Iterator[str]:
    yield "<h2>Runs</h2>"
    rows = [
        [
            day(run.started_at),
            text(run.grid, 60),
            "none" if run.exit_code is None else str(run.exit_code),
            seconds(run.seconds),
            f"{run.posts:,}",
            f"{run.billed:,}",
            f"{run.kept:,}",
        ]
        for run in reversed(report.runs[-ROWS:])
    ]
    yield table(["began", "grid", "exit code", "took", "posts", "billed", "kept"], rows, left=2)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
