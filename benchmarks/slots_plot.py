"""Slots taken over time as an SVG file: one panel for each of the conditions, one line for each client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDE, HIGH = 460, 130
"""Pixels of one panel."""
COLORS = ("#0b6e4f", "#c1440e", "#6a6a86")
STYLE = "<style>text{font:12px sans-serif}path{fill:none;stroke-width:1.4}</style>"

Steps = Sequence[tuple[float, int]]


@dataclass(frozen=True)
class Panel:
    """What one panel shows: the limit as a dashed line, and client -> (seconds, slots taken from then on)."""

    words: str
    limit: int
    lines: Mapping[str, Steps]


def plot(panels: Sequence[Panel], seconds: float) -> str:
    """Draw *panels* two by two, each from 0 to so many *seconds*."""
    drawn = [
        f'<g transform="translate({24 + (n % 2) * (WIDE + 30)},{50 + n // 2 * (HIGH + 50)})">{draw(panel, seconds)}</g>'
        for n, panel in enumerate(panels)
    ]
    legend = [
        f'<text x="{24 + 110 * n}" y="20" fill="{color}">&#9632; {name}</text>'
        for n, (name, color) in enumerate(zip(panels[0].lines, COLORS, strict=True))
    ]
    rows = -(-len(panels) // 2)
    size = f'width="{2 * WIDE + 74}" height="{60 + rows * (HIGH + 50)}"'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{STYLE}{ground}{"".join(legend + drawn)}</svg>\n'


def draw(panel: Panel, seconds: float) -> str:
    """Draw one panel; the first client on top."""

    def y(taken: float) -> float:
        return HIGH * (1 - taken / (panel.limit * 1.1))

    marks = [
        f'<text x="0" y="-8">{panel.words}, {seconds:g} s</text>',
        f'<path d="M0 {HIGH}H{WIDE}" stroke="#999"/>',
        f'<text x="-4" y="{y(panel.limit) + 4:.1f}" text-anchor="end">{panel.limit}</text>',
        f'<path d="M0 {y(panel.limit):.1f}H{WIDE}" stroke="#000" stroke-dasharray="5 4"/>',
    ]
    for steps, color in reversed([*zip(panel.lines.values(), COLORS, strict=True)]):
        seen = [(at, taken) for at, taken in steps if 0 <= at <= seconds]
        path = "".join(f"H{at / seconds * WIDE:.1f}V{y(taken):.1f}" for at, taken in seen)
        marks.append(f'<path d="M0 {HIGH}{path}H{WIDE}" stroke="{color}"/>')
    return "".join(marks)
