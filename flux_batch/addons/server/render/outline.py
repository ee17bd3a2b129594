"""Outlines: every shape of a picture is a closed line of points, made here from curves, ovals and limbs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Outline: TypeAlias = Sequence[Point]


def smooth(points: Outline, steps: int = 6) -> list[Point]:
    """Closed Catmull-Rom curve through *points*, *steps* points for each of them."""
    return _curve([points[-1], *points, points[0], points[1]], steps)


def along(points: Outline, steps: int = 6) -> list[Point]:
    """Open Catmull-Rom curve from the first point to the last."""
    return [*_curve([points[0], *points, points[-1]], steps), points[-1]]


def _curve(padded: Outline, steps: int) -> list[Point]:
    """The spans between the second and the last but one of *padded*."""
    weights = _weights(steps)
    curve = []
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        curve += [(ax * a + bx * b + cx * c + dx * d, ay * a + by * b + cy * c + dy * d) for a, b, c, d in weights]
    return curve


@cache
def _weights(steps: int) -> tuple[tuple[float, float, float, float], ...]:
    """How much each of four neighbours counts, at *steps* places along a span (Catmull and Rom, 1974)."""
    places = (step / steps for step in range(steps))
    return tuple(
        (
            (2 * t * t - t - t**3) / 2,
            (2 - 5 * t * t + 3 * t**3) / 2,
            (t + 4 * t * t - 3 * t**3) / 2,
            (t**3 - t * t) / 2,
        )
        for t in places
    )


def oval(x: float, y: float, across: float, up: float, tilt: float = 0.0, points: int = 28) -> list[Point]:
    """Ellipse around (x, y) with the half axes *across* and *up*, turned by *tilt* degrees."""
    cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    ring = [(across * math.cos(a), up * math.sin(a)) for a in (math.tau * k / points for k in range(points))]
    return [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in ring]


def box(left: float, bottom: float, right: float, top: float) -> list[Point]:
    """Upright rectangle."""
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def limb(spine: Outline, widths: Sequence[float], steps: int = 5) -> list[Point]:
    """Tapered band along a curve through *spine*, with the full width *widths[i]* at each of its points.

    Arms, tails, trunks and branches are limbs; the far end is rounded by its own width.
    """
    centre = along(spine, steps)
    left, right = [], []
    for i, (x, y) in enumerate(centre):
        place = min(i / steps, len(widths) - 1.001)
        k = int(place)
        half = (widths[k] + (widths[k + 1] - widths[k]) * (place - k)) / 2
        ahead, behind = centre[min(i + 1, len(centre) - 1)], centre[max(i - 1, 0)]
        dx, dy = ahead[0] - behind[0], ahead[1] - behind[1]
        length = math.hypot(dx, dy) or 1.0
        left.append((x - dy / length * half, y + dx / length * half))
        right.append((x + dy / length * half, y - dx / length * half))
    return left + _cap(centre, widths[-1] / 2) + right[::-1]


def _cap(centre: Outline, radius: float) -> list[Point]:
    (x0, y0), (x1, y1) = centre[-2], centre[-1]
    heading = math.atan2(y1 - y0, x1 - x0)
    return [(x1 + radius * math.cos(heading + a), y1 + radius * math.sin(heading + a)) for a in (1.0, 0.0, -1.0)]


def placed(outline: Outline, x: float, y: float, size: float, *, flip: bool = False) -> list[Point]:
    """Local coordinates (y upwards, 1 = the figure's height) -> pixels, standing at (x, y)."""
    side = -size if flip else size
    return [(x + px * side, y - py * size) for px, py in outline]


def bounds(outlines: Iterable[Outline]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of all points; an empty box at the origin where there are none."""
    points = [point for outline in outlines for point in outline]
    if not points:
        return 0.0, 0.0, 0.0, 0.0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
