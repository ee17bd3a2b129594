"""What an axis takes: its values by the table of attributes, and which special forms they may be written in."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

from pydantic import ValidationInfo

from flux_batch.grid.attribute import Attribute, BadValue, Kind, accept
from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.choices import Choice, chained
from flux_batch.grid.filling import filled_file, filled_template
from flux_batch.grid.forms import FORMS, Axis, Draw, FileList, Filling, Labelled, OwnStyle, Span, Template, choices
from flux_batch.grid.node import Scalar
from flux_batch.grid.problem import shown
from flux_batch.grid.strict import Context, Fault, Strict, Unfit, complain, complain_all, context
from flux_batch.grid.styles import DOCUMENTED_STYLES, NO_STYLE
from flux_batch.grid.synonyms import nearest
from flux_batch.grid.yaml import scalar

Check: TypeAlias = Callable[[object, str], Scalar]
"""A value and a profile -> the canonical value; raises BadValue."""

SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")


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
    return found[0]


def accept_style(value: object, _profile: str) -> str:
    """Check the name of a documented style."""
    if not isinstance(value, str):
        raise BadValue("the name of a style, or {name: ..., prompt: ...}")
    if value != NO_STYLE and value not in DOCUMENTED_STYLES:
        raise BadValue(
            "a documented style", nearest(value, (*DOCUMENTED_STYLES, NO_STYLE)) or "see `flux-batch styles`"
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
            return self.alone(written, info)
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
        if isinstance(written, Strict) and not (isinstance(written, OwnStyle) and OwnStyle in self.forms):
            complain(f"{self.name} takes one value here", "a value that varies is an axis: put it under `axes`")
        return self.alone(written, info)

    def alone(self, written: Any, info: ValidationInfo) -> Axis:
        """Return an item that stands alone, in canonical form."""
        try:
            return self.item(written, context(info))
        except Unfit as unfit:
            complain_all([Fault((), unfit.what, unfit.hint, unfit.where)])

    def item(self, item: Any, here: Context) -> Axis:
        """Return one item of an axis in canonical form, its files read.

        Raises:
            Unfit: a value, a form or a file the axis does not take.
        """
        match item:
            case Span() | Draw() | OwnStyle() | Template() if type(item) not in self.forms:
                raise Unfit(f"{self.name} takes no {item.FORM}", "write its values as a list")
            case Labelled():
                return item.model_copy(update={"value": self.labelled(item.value, here)})
            case Span():
                self.value(item.value(0), here)
                self.value(item.value(len(item) - 1), here)
                return item
            case FileList():
                return filled_file(item, self.name, here, partial(self.read, here=here))
            case Template():
                return self.template(item, here)
            case Draw() | OwnStyle():
                return item
            case _:
                return self.value(item, here)

    def labelled(self, value: Any, here: Context) -> Axis:
        """Return the value under a label, which may be a style of one's own."""
        if OwnStyle in self.forms and isinstance(value, dict):
            raise Unfit("a style of your own needs no label: its name is one", "take the `value:` away")
        return self.value(value, here)

    def template(self, template: Template, here: Context) -> Template:
        """Return a template with each of its slots checked and all of it filled."""
        slots: dict[str, Sequence[Choice]] = {}
        digests: list[str] = []
        for name, written in template.slots.items():
            try:
                items = [Rule(name, accept_label, IN_SLOTS).item(item, here) for item in _items(written)]
            except Unfit as unfit:
                raise Unfit(f"slot {{{name}}}: {unfit.what}", unfit.hint, unfit.where) from None
            slots[name] = chained([choices(item) for item in items])
            digests += [digest for item in items if isinstance(item, Filling) for digest in item.digests]
        return filled_template(template, slots, here, tuple(digests))

    def read(self, value: Scalar, here: Context) -> Scalar:
        """Return the canonical value of a file's text; where no text is wanted, it is read as YAML reads a scalar."""
        return self.value(scalar(value) if isinstance(value, str) and self.name in NUMBERS else value, here)

    def value(self, value: object, here: Context) -> Scalar:
        """Return one plain value in canonical form."""
        try:
            return self.check(value, here.profile)
        except BadValue as bad:
            raise Unfit(f"{self.name} must be {bad.allowed}, not {shown(value)}", _hint(value, bad.hint)) from None


def _items(written: Axis) -> tuple[Axis, ...]:
    items = written if isinstance(written, tuple) else (written,)
    if not items:
        raise Unfit("no value", "give it at least one")
    return items


def _hint(value: object, hint: str | None) -> str | None:
    if isinstance(value, list | tuple):
        return "one list is enough: its items are the values"
    if not isinstance(value, dict):
        return hint
    forms = difflib.get_close_matches(next(iter(value), ""), (*FORMS, "values", "range", "label"), n=1, cutoff=0.75)
    return f"did you mean '{forms[0]}'?" if forms else "put a text that holds ': ' in quotes"


def _rule(attribute: Attribute) -> Rule:
    forms: dict[Kind, tuple[type, ...]] = {Kind.INTEGER: (Span,), Kind.NUMBER: (Span,), Kind.TEXT: (Template,)}
    more = (Draw,) if attribute.name == "seed" else ()
    return Rule(attribute.name, partial(accept, attribute), (*forms.get(attribute.kind, ()), *more))


IN_SLOTS = (Span, Template)
NUMBERS = {name for name, attribute in ATTRIBUTES.items() if attribute.kind in {Kind.INTEGER, Kind.NUMBER}}
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "style": Rule("style", accept_style, (OwnStyle,)),
        "size": Rule("size", accept_size),
        **{name: _rule(attribute) for name, attribute in ATTRIBUTES.items()},
    }
)
FOR_REPORTS = Rule("an axis for reports", accept_label, (Span,))
