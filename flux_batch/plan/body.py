"""The canonical body of one cell: fixed parameters, then what each axis chooses, then what the style does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flux_batch.grid.attribute import Kind
from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.cells import Cells, StyleMode
from flux_batch.grid.choices import Choice, Computed
from flux_batch.grid.dimension import Dimension
from flux_batch.grid.forms import OwnStyle, choices
from flux_batch.grid.lattice import Digits
from flux_batch.grid.node import Scalar
from flux_batch.grid.rule import size_of
from flux_batch.grid.styles import NO_STYLE, SLOT, Style, documented_styles
from flux_batch.plan.job import JSON

Body: TypeAlias = dict[str, JSON]

ALWAYS = {name: attribute.default for name, attribute in ATTRIBUTES.items() if attribute.sent and name != "prompt"}
"""What every body says aloud. The service's own defaults differ from page to page and some cost money or change the
picture (`enhance_prompt` left out means yes), and a default that changes one day must not change what a grid means.
All other attributes stay away unless the grid names them, so that a new one never changes an id."""

EMPTY = {name for name, attribute in ATTRIBUTES.items() if attribute.kind is Kind.TEXT and not attribute.sent}
"""Attributes that stay away when their text is empty: an empty negative prompt is none."""

MOST_KEPT = 20_000
"""Effects kept per dimension; what is beyond is worked out again whenever it comes round."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one digit of one dimension does to a job.

    Attributes:
        body: attributes it sets.
        style: the style it chooses, None where it chooses none.
        axes: what reports call the choices.
        columns: what travels beside them.
    """

    body: Body
    style: Style | None
    axes: Body
    columns: Body


class Bodies:
    """The bodies of the cells of *part*, and what reports know of them."""

    def __init__(self, part: Cells) -> None:
        self._mode: StyleMode = part.style_mode
        self._dimensions: Sequence[Dimension] = part.dimensions
        self._kept: list[dict[int, Effect]] = [{} for _ in self._dimensions]
        params = part.params.values()
        extra = params.pop("extra", {})
        effect = self._effect([(name, _alone(value)) for name, value in params.items()])
        self.fixed: Body = {**ALWAYS, **extra, **effect.body}
        self.style = effect.style

    def body(self, digits: Digits) -> tuple[Body, Style | None]:
        """Return the canonical body of a cell, and the style that acted on it."""
        body, style = dict(self.fixed), self.style
        for level, digit in enumerate(digits):
            effect = self.effect(level, digit)
            body.update(effect.body)
            style = effect.style or style
        if style is not None:
            act(style, body)
        for name in EMPTY & body.keys():
            if body[name] == "":
                del body[name]
        return body, style

    def axes(self, digits: Digits) -> Body:
        """Return the names of a cell's choices by axis, and the columns beside them; an axis wins over a column."""
        axes: Body = {}
        columns: Body = {}
        for level, digit in enumerate(digits):
            effect = self.effect(level, digit)
            axes.update(effect.axes)
            if effect.columns:
                columns.update(effect.columns)
        return {**axes, **{name: value for name, value in columns.items() if name not in axes}} if columns else axes

    def effect(self, level: int, digit: int) -> Effect:
        """Return what *digit* of the dimension *level* does."""
        dimension, kept = self._dimensions[level], self._kept[level]
        if len(dimension.names) == 1 and isinstance(dimension.values[0], Computed):
            # Long and each value met once: cheaper to make than to keep.
            return self._plain(dimension.names[0], dimension.values[0].value(digit))
        if digit not in kept:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[digit] = self._effect(dimension.at(digit))
        return kept[digit]

    def styles(self) -> list[Style]:
        """Return every style a cell may have."""
        found = [self.style] if self.style else []
        for level, dimension in enumerate(self._dimensions):
            if "style" in dimension.names:
                effects = (self.effect(level, digit) for digit in range(len(dimension)))
                found += [effect.style for effect in effects if effect.style]
        return found

    def _plain(self, name: str, value: Scalar) -> Effect:
        return Effect({name: value} if name in ATTRIBUTES else {}, None, {name: value}, {})

    def _effect(self, picks: Sequence[tuple[str, Choice]]) -> Effect:
        found = Effect({}, None, {}, {})
        style = None
        for name, choice in picks:
            found.axes[name] = choice.name
            found.columns.update(choice.columns)
            if name == "size":
                found.body["width"], found.body["height"] = size_of(str(choice.value))
            elif name == "style":
                style = resolved(choice.value, self._mode)
            elif name in ATTRIBUTES and not isinstance(choice.value, Style):
                found.body[name] = choice.value
        return Effect(found.body, style, found.axes, found.columns)


def _alone(value: Scalar | OwnStyle) -> Choice:
    """Return a parameter as the one choice it is."""
    (choice,) = choices(value)
    return choice


def resolved(value: Scalar | Style, mode: StyleMode) -> Style:
    """Return the style *value* names, as *mode* asks for it."""
    if isinstance(value, Style):
        return value
    return Style(NO_STYLE) if value == NO_STYLE else documented_styles()[str(value)].act(mode)


def act(style: Style, body: Body) -> None:
    """Let *style* act on *body*: on the parameter, around the prompt, behind the negative prompt."""
    if style.parameter is not None:
        body["enhance_style"] = style.parameter
    if style.prompt is not None:
        body["prompt"] = style.prompt.replace(SLOT, str(body["prompt"]))
    if style.negative_prompt is not None:
        before = body.get("negative_prompt")
        body["negative_prompt"] = f"{before}, {style.negative_prompt}" if before else style.negative_prompt
