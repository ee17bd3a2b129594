"""Numbers over running time, in columns of equal width."""

from __future__ import annotations

from collections.abc import Iterable

from flux_batch.addons.report.measures import Steps


def column_width(seconds: float, most: int) -> float:
    """Return the shortest handy width in seconds that needs at most *most* columns for so many *seconds*."""
    width = next((width for width in HANDY if width * most >= seconds), HANDY[-1])
    while width * most < seconds:
        width *= 2
    return width


HANDY = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
"""Seconds."""


def counted(times: Iterable[float], width: float, columns: int) -> list[int]:
    """Count how many *times* (seconds, in any order) fall into each column, the end itself into the last."""
    counts = [0] * columns
    for time in times:
        counts[min(int(time / width), columns - 1)] += 1
    return counts


def averaged(steps: Steps, seconds: float, width: float, columns: int) -> list[float]:
    """Return the average of *steps* over each column, weighted by time; unknown counts as zero, up to *seconds*."""
    areas = [0.0] * columns
    ends = [*steps.at, seconds][1:]
    for begin, end, value in zip(steps.at, ends, steps.value, strict=True):
        if value:
            _spread(areas, begin, min(end, seconds), value, width)
    widths = [min(width, seconds - n * width) for n in range(columns)]
    return [round(area / each, 3) if each > 0 else 0.0 for area, each in zip(areas, widths, strict=True)]


def _spread(areas: list[float], begin: float, end: float, value: float, width: float) -> None:
    """Add *value* x time to the columns between *begin* and *end*."""
    column = int(begin / width)
    while begin < end and column < len(areas):
        edge = min(end, (column + 1) * width)
        areas[column] += value * max(0.0, edge - begin)
        begin, column = edge, column + 1
