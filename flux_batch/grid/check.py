"""What no single key of a grid can know: whether the keys fit together. Pure; yields every mistake it finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flux_batch.grid.attributes import ATTRIBUTES, OURS, nearest
from flux_batch.grid.axes import Axes
from flux_batch.grid.grid import Grid
from flux_batch.grid.values import choices

PRETENDERS = {"size": ("width", "height"), "style": ("enhance_style",)}
"""Axes that stand for attributes of the body."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A mistake and the key it stands at."""

    location: tuple[int | str, ...]
    what: str
    hint: str | None = None


def mismatches(grid: Grid) -> Iterator[Mismatch]:
    """Yield what does not fit together in *grid*."""
    yield from _without_prompt(grid)
    yield from _strangers(grid)
    yield from _set_twice(grid)
    yield from _zips(grid)


def _without_prompt(grid: Grid) -> Iterator[Mismatch]:
    if "prompt" not in grid.axes.names and "prompt" not in grid.params.values():
        yield Mismatch((), "no prompt", "add an axis: `axes: {prompt: [a lighthouse at dusk]}`")


def _strangers(grid: Grid) -> Iterator[Mismatch]:
    zipped = {name for group in grid.zip for name in group}
    known = (*ATTRIBUTES, *PRETENDERS)
    for name in grid.axes.names:
        if name in OURS:
            yield Mismatch(("axes", name), f"{name} cannot be an axis", OURS[name])
        elif name not in known and name not in zipped:
            hint = nearest(name, known) or f"an axis for reports steps together with another: `zip: [[prompt, {name}]]`"
            yield Mismatch(("axes", name), f"unknown axis {name!r}", hint)


def _set_twice(grid: Grid) -> Iterator[Mismatch]:
    places = [("axes", name) for name in grid.axes.names] + [("params", name) for name in grid.params.values()]
    seen: dict[str, tuple[str, str]] = {}
    for section, name in places:
        for target in PRETENDERS.get(name, (name,)):
            if target in seen:
                first = ".".join(seen[target])
                yield Mismatch(
                    (section, name), f"{section}.{name} sets {target}, and so does {first}", "keep one of the two"
                )
            seen.setdefault(target, (section, name))


def _zips(grid: Grid) -> Iterator[Mismatch]:
    axes = dict(grid.axes.items())
    taken: Counter[str] = Counter(name for group in grid.zip for name in group)
    for number, group in enumerate(grid.zip):
        missing = [name for name in group if name not in axes]
        for name in missing:
            yield Mismatch(("zip", number), f"zip names {name!r}, which is no axis", nearest(name, axes))
        if len(group) < 2:  # noqa: PLR2004 - together takes two
            yield Mismatch(("zip", number), "a zip takes two axes or more", "zip: [[prompt, title]]")
        if any(taken[name] > 1 for name in group):
            yield Mismatch(("zip", number), "an axis stands in two zips", "put all that step together into one")
        if not missing:
            yield from _lengths(grid.axes, number, group)


def _lengths(axes: Axes, number: int, group: tuple[str, ...]) -> Iterator[Mismatch]:
    lengths = {name: len(choices(getattr(axes, name))) for name in group}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        yield Mismatch(
            ("zip", number), f"axes that step together differ in length: {found}", "give each the same number"
        )
