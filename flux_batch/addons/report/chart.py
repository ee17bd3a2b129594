"""Charts as plain SVG: marks in a box that stretches, words beside it that do not: readable at any width.

There is no script and no style inside: the page's style sheet colours the marks by their class, in light and in dark.
Places are shares: 0 to 1, from the left and from the bottom.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flux_batch.addons.report.words import seconds, text

BOX = 1000
"""Units of the box in both directions."""
NICE = (1, 2, 5, 10)
TIMES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
"""Seconds between two marks of a time axis."""
TICKS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at a place of an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw.

    Attributes:
        title, words: what it is, and how to read it; both plain text.
        marks: markup, in the order of drawing.
        x, y: the axes; each tick of *y* gets a line across.
        legend: (class, words) of each kind of mark.
    """

    title: str
    words: str
    marks: Sequence[str]
    x: Sequence[Tick]
    y: Sequence[Tick]
    legend: Sequence[tuple[str, str]] = field(default=())


def draw(chart: Chart) -> str:
    """Return *chart* as a figure."""
    legend = "".join(f'<span class="key {kind}">{text(words)}</span>' for kind, words in chart.legend)
    grid = "".join(_path("grid", f"M0 {_y(tick.at)}H{BOX}") for tick in chart.y)
    x = "".join(f'<text x="{tick.at:.2%}" y="14">{text(tick.words)}</text>' for tick in chart.x)
    y = "".join(f'<text x="100%" dx="-6" y="{1 - tick.at:.2%}" dy="4">{text(tick.words)}</text>' for tick in chart.y)
    return (
        f"<figure><figcaption><h3>{text(chart.title)}</h3><p>{text(chart.words, 600)}</p>{legend}</figcaption>"
        f'<div class=plot><svg class=y aria-hidden="true">{y}</svg>'
        f'<svg class=box viewBox="0 0 {BOX} {BOX}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(chart.title)}">{grid}{"".join(chart.marks)}</svg>'
        f'<svg class=x aria-hidden="true">{x}</svg></div></figure>'
    )


def scale(most: float) -> tuple[float, list[Tick]]:
    """Return the top of an axis that holds *most*, and its ticks from 0 in steps of 1, 2 or 5."""
    rough = max(most, 1e-9) / (TICKS - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in NICE if nice * power >= rough * (1 - 1e-9))
    step = max(step, 1.0) if most >= 1 else step
    count = max(1, math.ceil(most / step - 1e-9))
    top = step * count
    return top, [Tick(n / count, f"{n * step:,.6g}") for n in range(count + 1)]


def time_ticks(length: float) -> list[Tick]:
    """Return ticks for a time axis of *length* seconds, few enough for a narrow screen."""
    step = next((each for each in TIMES if length / each <= TICKS), 86_400.0)
    step *= max(1, math.ceil(length / step / TICKS))
    count = math.floor(length / step + 1e-9) if length else 0
    return [Tick(n * step / length, seconds(n * step)) for n in range(count + 1)] if length else [Tick(0, "0")]


def area(values: Sequence[float], top: float, share: float) -> str:
    """Fill below *values*, a step for each; all of them together are *share* of the width."""
    each = BOX * share / max(1, len(values))
    path = "".join(f"V{_y(value / top)}H{_x(min(1.0, (n + 1) * each / BOX))}" for n, value in enumerate(values))
    return _path("area", f"M0 {BOX}{path}V{BOX}Z")


def steps(kind: str, points: Iterable[tuple[float, float | None]], end: float) -> str:
    """Draw a line in steps through (place, height) until *end*; a height of None leaves a gap."""
    path, down = [], False
    for at, height in points:
        if down:
            path.append(f"H{_x(at)}")
        if height is not None:
            path.append(f"V{_y(height)}" if down else f"M{_x(at)} {_y(height)}")
        down = height is not None
    return _path(kind, "".join([*path, f"H{_x(end)}"] if down else path)) if path else ""


def bar(kind: str, place: tuple[float, float], height: tuple[float, float], words: str) -> str:
    """Fill from *place* to *place* and from *height* to *height*; *words* appear where a pointer rests."""
    (left, right), (low, high) = place, height
    rectangle = f'x="{_x(left)}" y="{_y(high)}" width="{_x(right - left)}" height="{_x(high - low)}"'
    return f'<rect class="{kind}" {rectangle}><title>{text(words)}</title></rect>' if high > low else ""


def upright(kind: str, at: float) -> str:
    """Draw a line from bottom to top."""
    return _path(kind, f"M{_x(at)} 0V{BOX}")


def _path(kind: str, path: str) -> str:
    return f'<path class="{kind}" d="{path}"/>'


def _x(share: float) -> str:
    return f"{BOX * share:.1f}"


def _y(share: float) -> str:
    return f"{BOX * (1 - share):.1f}"
