"""The charts of a report: which numbers become which marks."""

from __future__ import annotations

import math

from flux_batch.addons.report.chart import Chart, Tick, area, bar, scale, steps, time_ticks, upright
from flux_batch.addons.report.report import Report
from flux_batch.addons.report.spread import Column, Spread
from flux_batch.addons.report.words import seconds

ERROR_WORDS = {
    "busy": "no room (429)",
    "transient": "broken service or no connection",
    "refused": "refused",
    "stop": "ended the run",
    "lost": "answer lost",
}
LABELLED = (1, 2, 5)


def slots(report: Report) -> Chart:
    """Slots taken against the limit, over running time."""
    series = report.series
    length = series.seconds or 1.0
    known = [limit for _, limit in series.limit if limit is not None]
    top, y = scale(max([1.0, *known, *series.in_flight]))
    points = [(at / length, None if limit is None else limit / top) for at, limit in series.limit]
    pauses = [
        bar("pause", (begin / length, end / length), (0.0, 1.0), f"{seconds(end - begin)}: {reason}")
        for begin, end, reason in series.pauses
    ]
    share = len(series.in_flight) * series.width / length
    words = f"Average over {seconds(series.width)} each, by running time: pauses between two runs are left out."
    legend = [("area", "slots taken"), ("limit", "slots allowed")]
    return Chart(
        title="Slots taken, against the limit",
        words=words,
        marks=[*pauses, area(series.in_flight, top, share), steps("limit", points, 1.0), *_runs(report)],
        x=time_ticks(series.seconds),
        y=y,
        legend=[*legend, *([("pause", "told to wait")] if pauses else [])],
    )


def throughput(report: Report) -> Chart:
    """Images that came home, over running time."""
    series = report.series
    top, y = scale(max(1, *series.kept))
    marks = [
        bar(
            "kept",
            _column(report, n),
            (0.0, count / top),
            f"{count} images in {seconds(series.count_width)}{_at(report, n)}",
        )
        for n, count in enumerate(series.kept)
    ]
    return Chart(
        title="Images that came home",
        words=f"Images written to the manifest, per {seconds(series.count_width)}.",
        marks=[*marks, *_runs(report)],
        x=time_ticks(series.seconds),
        y=y,
    )


def errors(report: Report) -> Chart:
    """Posts that did not bring an image, over running time, one kind on top of the other."""
    series = report.series
    heights = [sum(column) for column in zip(*series.errors.values(), strict=True)]
    top, y = scale(max(1, *heights, 0))
    marks, floor = [], [0] * len(heights)
    for kind, counts in series.errors.items():
        for n, count in enumerate(counts):
            place, height = _column(report, n), (floor[n] / top, (floor[n] + count) / top)
            marks.append(bar(kind, place, height, f"{count} {ERROR_WORDS[kind]}{_at(report, n)}"))
            floor[n] += count
    return Chart(
        title="Posts that brought no image",
        words=f"Per {seconds(series.count_width)}, by what became of them.",
        marks=[*marks, *_runs(report)],
        x=time_ticks(series.seconds),
        y=y,
        legend=[(kind, f"{ERROR_WORDS[kind]}: {sum(counts):,}") for kind, counts in series.errors.items()],
    )


def times(title: str, words: str, spread: Spread) -> Chart:
    """How long something took: a histogram whose columns grow by a quarter each."""
    columns = spread.columns
    top, y = scale(max(1, *(column.count for column in columns)))
    marks = [
        bar(
            "time",
            (n / len(columns), (n + 0.9) / len(columns)),
            (0.0, column.count / top),
            f"{column.count:,} from {seconds(column.begin)} to {seconds(column.end)}",
        )
        for n, column in enumerate(columns)
    ]
    return Chart(title=title, words=words, marks=marks, x=_edges(columns), y=y)


def _edges(columns: tuple[Column, ...]) -> list[Tick]:
    """Label 1, 2 and 5 of each power of ten; where that is too much, only its 1, and always the ends."""
    edges = [(n / len(columns), column.begin) for n, column in enumerate(columns)] + [(1.0, columns[-1].end)]
    for digits in (LABELLED, (1,)):
        ticks = [Tick(at, seconds(_rounded(edge))) for at, edge in edges if _first_digit(edge) in digits]
        if 1 < len(ticks) <= len(LABELLED) + 2:
            return ticks
    return [Tick(edges[0][0], seconds(edges[0][1])), Tick(1.0, seconds(edges[-1][1]))]


def _first_digit(edge: float) -> int | None:
    """Return 1, 2 or 5 where *edge* is that times a power of ten, as near as the columns come."""
    share = edge / 10 ** math.floor(math.log10(edge) + 1e-4)
    return next((digit for digit in LABELLED if abs(share / digit - 1) < 1 / 100), None)


def _rounded(edge: float) -> float:
    return float(f"{edge:.1g}")


def _runs(report: Report) -> list[str]:
    """Mark where one run ends and the next begins."""
    length = report.series.seconds or 1.0
    return [upright("run", run.begin / length) for run in report.runs[1:]]


def _column(report: Report, number: int) -> tuple[float, float]:
    width, length = report.series.count_width, report.series.seconds or 1.0
    return number * width / length, min(1.0, (number + 0.9) * width / length)


def _at(report: Report, number: int) -> str:
    return f", from {seconds(number * report.series.count_width)}"
