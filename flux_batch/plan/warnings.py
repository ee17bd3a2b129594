"""What will not turn out as a grid may hope, known before anything is paid for. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from flux_batch.grid.attributes import ATTRIBUTES, NOT_FLUX, STEPS_DONE
from flux_batch.grid.grid import Grid
from flux_batch.grid.settings import EMBEDDED
from flux_batch.plan.job import JSON
from flux_batch.plan.part import PlanPart

LOOKED_AT = 1000
"""Values of an axis looked at; a longer one is a range, whose first values tell enough."""
MULTIPLE = 8
MANY = 3
SAID_OTHERWISE = "leave it out, or say it in the prompt"
NOTATION = re.compile(r"\{[A-Za-z_]\w*\}|\{[^{}|]+\|[^{}]*\}|__[a-z0-9_/-]+__")
"""What looks like a slot, a choice or a wildcard."""


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """One warning.

    Attributes:
        about: the axis or parameter.
        text: what will happen, one sentence, no full stop.
        hint: what to do instead.
    """

    about: str
    text: str
    hint: str | None = None


def warnings(grid: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    """Yield what is worth knowing about *part* of *grid* before it is bought."""
    for look in LOOKS:
        yield from look(grid, part)


def _ignored(grid: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    """What the model does nothing with; an axis over it buys the same pictures again."""
    if "flux" not in _values(part, "model_id"):
        return
    names = [name for name in ATTRIBUTES if ATTRIBUTES[name].ignored and _values(part, name)]
    fixed = [name for name in names if _multiplies(part, name) == 1]
    if fixed:
        text = f"flux may ignore {' and '.join(fixed) if len(fixed) < MANY else 'these'}: {NOT_FLUX}"
        yield PlanWarning(", ".join(fixed), text, SAID_OTHERWISE)
    for name in names:
        if name not in fixed:
            yield _useless(grid, part, name, name, SAID_OTHERWISE)
    if any(style.parameter for style in part.bodies.styles()) and grid.accounts[0].base_url != EMBEDDED:
        yield _useless(grid, part, "style", "enhance_style", "style_mode: prompt says each style in words")


def _useless(grid: Grid, part: PlanPart, name: str, attribute: str, hint: str) -> PlanWarning:
    text = f"flux may ignore {attribute}: {NOT_FLUX}"
    values = _multiplies(part, name)
    if values > 1:
        again = part.images - part.images // values
        money = f", {again * grid.price:,.2f} USD" if grid.price is not None else ""
        text += f"; {again:,} of {part.images:,} images could be the same pictures again{money}"
    return PlanWarning(name, text, hint)


def _braces(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    """A plain prompt is printed as it stands, also where somebody meant a template."""
    for name in ("prompt", "negative_prompt"):
        for value in _values(part, name):
            if found := NOTATION.search(str(value)):
                text = f"{found[0]} is sent as it stands; a plain text has no slots and no choices"
                yield PlanWarning(name, text, "{template: ...} has slots, with `syntax: dynamic` choices as well")
                break


def _steps(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    name = "num_inference_steps"
    capped = [value for value in _values(part, name) if isinstance(value, int) and value > STEPS_DONE]
    if not capped:
        return
    text = f"the service does at most {STEPS_DONE} steps; asked for are {', '.join(str(value) for value in capped)}"
    same = sum(1 for value in _values(part, name) if isinstance(value, int) and value >= STEPS_DONE)
    if same > 1:
        text += f"; {same} values of the axis make the same pictures"
    yield PlanWarning(name, text, f"{name}: {STEPS_DONE}")


def _samples(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    if any(isinstance(value, int) and value > 1 for value in _values(part, "samples")):
        text = "the images of one request share one seed, so a single one of them cannot be made again"
        yield PlanWarning("samples", text, "samples: 1 and a longer seed axis")


def _rewritten(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    if "yes" in _values(part, "enhance_prompt"):
        text = "the service rewrites the prompts; the pictures then show another text than the one recorded as asked"
        yield PlanWarning("enhance_prompt", text, "enhance_prompt: no")


def _unseeded(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    if None in _values(part, "seed"):
        yield PlanWarning("seed", "null lets the service draw the seed; the pictures cannot be made again", "seed: 1")


def _sizes(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    odd = [value for name in ("width", "height") for value in _values(part, name) if isinstance(value, int)]
    odd = [value for value in dict.fromkeys(odd) if value % MULTIPLE]
    if odd:
        text = f"{', '.join(str(value) for value in odd)} is no multiple of {MULTIPLE}; the size may come out otherwise"
        yield PlanWarning("size", text, f"take multiples of {MULTIPLE}")


def _doubles(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    for dimension in part.grid.dimensions:
        if dimension.doubles:
            text = f"{dimension.doubles:,} values were there before; each picture is planned once"
            yield PlanWarning(", ".join(dimension.names), text, "`replicates: 2` buys everything twice")


def _sample(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    sample, cells = part.grid.sample, part.lattice.count
    if sample is not None and sample.count is not None and sample.count > cells:
        yield PlanWarning("sample", f"{sample.count:,} cells wanted, there are {cells:,}; all are taken")


def _replicates(_: Grid, part: PlanPart) -> Iterator[PlanWarning]:
    if part.grid.replicates > 1 and None not in _values(part, "seed"):
        text = "copies of a cell have one seed: they cost again and show the same picture"
        yield PlanWarning("replicates", text, "a longer seed axis, or `seed: null`")


LOOKS: Sequence[Callable[[Grid, PlanPart], Iterator[PlanWarning]]] = (
    _ignored,
    _braces,
    _steps,
    _samples,
    _rewritten,
    _unseeded,
    _sizes,
    _doubles,
    _sample,
    _replicates,
)


def _multiplies(part: PlanPart, name: str) -> int:
    """Return by how much an axis multiplies the cells: its values, 1 where it is none or steps with others."""
    return next((len(each) for each in part.grid.dimensions if each.names == (name,)), 1)


def _values(part: PlanPart, name: str) -> list[JSON]:
    """Return the values the attribute *name* takes in *part*, the first of a long axis; empty where it is unset."""
    found = [part.bodies.fixed[name]] if name in part.bodies.fixed else []
    axes = {name, "size"} if name in {"width", "height"} else {name}
    for level, dimension in enumerate(part.grid.dimensions):
        if axes.isdisjoint(dimension.names):
            continue
        effects = (part.bodies.effect(level, digit) for digit in islice(range(len(dimension)), LOOKED_AT))
        axis = [effect.body[name] for effect in effects if name in effect.body]
        found = axis or found
    return list(dict.fromkeys(found))
