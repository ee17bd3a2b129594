"""What an axis takes: its values by the table of attributes, and which special forms they may be written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

from pydantic import ValidationInfo

from flux_batch.grid.attributes import ATTRIBUTES, Attribute, BadValue, Kind, accept, nearest
from flux_batch.grid.node import Place, Scalar
from flux_batch.grid.problem import shown
from flux_batch.grid.sources import read_rows
from flux_batch.grid.strict import Context, Fault, Row, Unfit, complain, complain_all, context
from flux_batch.grid.styles import NO_STYLE, documented_styles
from flux_batch.grid.values import Axis, Draw, FileList, Labelled, OwnStyle, Span
from flux_batch.grid.yaml import scalar

Check: TypeAlias = Callable[[object, str], Scalar]
"""A value and a profile -> the canonical value; raises BadValue."""

SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


def size_of(text: str) -> tuple[int, int]:
    """Return (width, height) in pixels of ``512x768``."""
    width, height = text.split("x")
    return int(width), int(height)


def accept_size(value: object, profile: str) -> str:
    """Check ``512x768`` against the bounds of width and height."""
    found = SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadValue("a size like 512x768")
    for name, text in zip(("width", "height"), found.groups(), strict=True):
        try:
            accept(ATTRIBUTES[name], int(text), profile)
        except BadValue as bad:
            raise BadValue(f"a size whose {name} is {bad.allowed}") from None
    return "x".join(str(int(text)) for text in found.groups())


def accept_style(value: object, _profile: str) -> str:
    """Check the name of a documented style."""
    if not isinstance(value, str):
        raise BadValue("the name of a style, or {name: ..., prompt: ...}")
    if value != NO_STYLE and value not in documented_styles():
        raise BadValue(
            "a documented style", nearest(value, (*documented_styles(), NO_STYLE)) or "see `flux-batch styles`"
        )
    return value


def accept_label(value: object, _profile: str) -> Scalar:
    """Check a value of an axis that only goes to the reports."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    raise BadValue("a text or a number")


@dataclass(frozen=True, slots=True)
class Rule:
    """What the axis or parameter *name* takes.

    Attributes:
        check: for one value.
        forms: special forms its values may be written in, beside lists, labels and files.
    """

    name: str
    check: Check
    forms: tuple[type, ...] = ()

    def axis(self, written: Any, info: ValidationInfo) -> Axis:
        """Return an axis in canonical form, its files read; complain once, about every value that does not fit."""
        if not isinstance(written, tuple):
            return self.parameter(written, info)
        if not written:
            complain(f"axis {self.name} is empty", "give it at least one value, or take the axis out")
        here, done, faults = context(info), [], []
        for number, item in enumerate(written):
            try:
                done.append(self.item(item, here))
            except Unfit as unfit:
                faults.append(Fault((number,), unfit.what, unfit.hint, unfit.where))
        return complain_all(faults) if faults else tuple(done)

    def parameter(self, written: Any, info: ValidationInfo) -> Axis:
        """Return a single value in canonical form."""
        try:
            return self.item(written, context(info))
        except Unfit as unfit:
            complain_all([Fault((), unfit.what, unfit.hint, unfit.where)])

    def item(self, item: Any, here: Context) -> Axis:
        """Return one item of an axis in canonical form.

        Raises:
            Unfit: a value, a form or a file the axis does not take.
        """
        match item:
            case Labelled():
                return item.model_copy(update={"value": self.item(item.value, here)})
            case Span() | Draw() | OwnStyle() if type(item) not in self.forms:
                raise Unfit(f"{self.name} takes no {item.FORM}", "write its values as a list")
            case Span():
                _ = [self.value(item.value(end), here) for end in (0, len(item) - 1)]
            case FileList():
                rows = read_rows(here.base / item.file)
                return item.filled(tuple(replace(row, value=self.row(row, item.file, here)) for row in rows))
            case Draw() | OwnStyle():
                pass
            case _:
                return self.value(item, here)
        found: Axis = item
        return found

    def row(self, row: Row, file: str, here: Context) -> Scalar:
        """Return the canonical value of one row; where no text is wanted, it is read as YAML reads a scalar."""
        text = row.value
        value = scalar(text) if isinstance(text, str) and self.name not in TEXTS else text
        try:
            return self.value(value, here)
        except Unfit as unfit:
            raise Unfit(unfit.what, unfit.hint, Place(file, row.line)) from None

    def value(self, value: object, here: Context) -> Scalar:
        """Return one plain value in canonical form."""
        try:
            return self.check(value, here.profile)
        except BadValue as bad:
            hint = "put a text that holds ': ' in quotes" if isinstance(value, dict) else bad.hint
            raise Unfit(f"{self.name} must be {bad.allowed}, not {shown(value)}", hint) from None


def _rule(attribute: Attribute) -> Rule:
    forms: tuple[type, ...] = (Span,) if attribute.kind in {Kind.INTEGER, Kind.NUMBER} else ()
    return Rule(attribute.name, partial(accept, attribute), (*forms, Draw) if attribute.name == "seed" else forms)


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "style": Rule("style", accept_style, (OwnStyle,)),
        "size": Rule("size", accept_size),
        **{name: _rule(attribute) for name, attribute in ATTRIBUTES.items()},
    }
)
FOR_REPORTS = Rule("an axis for reports", accept_label, (Span,))
TEXTS = {"size", "style", *(name for name, a in ATTRIBUTES.items() if a.kind in {Kind.TEXT, Kind.CHOICE, Kind.FLAG})}
