"""The forms in which a grid writes the values of an axis: a value with a label, a range, a draw, a file, a template.

Each form is a model of the file; once its rule has checked and filled it (:mod:`flux_batch.grid.rule`), ``choices``
gives its values as a lazy sequence.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from pydantic import ConfigDict, Discriminator, Field, PrivateAttr, Tag, model_validator
from typing_extensions import TypeAliasType

from flux_batch.grid.attribute import LARGEST_SEED
from flux_batch.grid.choices import Choice, Computed, Ranged, chained
from flux_batch.grid.permutation import permutation
from flux_batch.grid.slots import slots
from flux_batch.grid.strict import Strict, complain
from flux_batch.grid.styles import SLOT, Style
from flux_batch.grid.synonyms import nearest

MOST_DRAWN = 1_000_000
LONGEST = sys.maxsize
"""Values of a range at most: more cannot be numbered, and every length is a number."""
Syntax: TypeAlias = Literal["plain", "dynamic"]


class Labelled(Strict):
    """A value with a name for reports: ``{value: 3.5, label: loose}``."""

    value: Any
    label: str | None = Field(None, min_length=1, max_length=200, description="what reports call this value")
    description: str | None = Field(None, description="kept for reports")
    weight: float = Field(1.0, gt=0, description="how often a draw takes it, beside the others")

    def choices(self) -> Sequence[Choice]:
        """Return the one choice."""
        (inner,) = choices(self.value)
        return (Choice(inner.value, self.label or inner.label, inner.columns, self.description, self.weight),)


class Span(Strict):
    """A range: ``{start: 100, count: 8}``, or ``{start: 3, stop: 7, step: 0.5}``, which includes its stop."""

    FORM: ClassVar = "range"

    start: int | float
    stop: int | float | None = None
    count: int | None = Field(None, ge=1)
    step: int | float = 1

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.stop is None) == (self.count is None):
            complain("a range takes either stop or count", "{start: 100, count: 8} or {start: 3, stop: 7, step: 0.5}")
        if self.step == 0:
            complain("a range with step 0 never ends", "give another step")
        if self._length() > LONGEST:
            complain(f"a range of {self._length():,} values, more than can be numbered", "bring its ends together")
        if self._length() < 1:
            complain(f"a range from {self.start} to {self.stop} in steps of {self.step} is empty", "swap its ends")
        return self

    def __len__(self) -> int:
        return self._length()

    def _length(self) -> int:
        if self.count is not None:
            return self.count
        steps = (Decimal(str(self.stop)) - Decimal(str(self.start))) / Decimal(str(self.step))
        return int(steps) + 1 if steps >= 0 else 0

    def value(self, index: int) -> int | float:
        """Return the number at *index*, without rounding errors piling up."""
        if isinstance(self.start, int) and isinstance(self.step, int):
            return self.start + index * self.step
        exact = Decimal(str(self.start)) + index * Decimal(str(self.step))
        return int(exact) if exact == exact.to_integral_value() else float(exact)

    def choices(self) -> Sequence[Choice]:
        """Return the range, computed when asked."""
        return Ranged(len(self), self.value, Decimal(str(self.start)), Decimal(str(self.step)))


class Draw(Strict):
    """Seeds drawn once and the same for ever: ``{random: 8, from: 42}``; a longer draw begins with the shorter one."""

    FORM: ClassVar = "draw of seeds"

    random: int = Field(ge=1, le=LARGEST_SEED + 1, description="how many seeds")
    from_: int = Field(0, alias="from", description="which draw; another number gives other seeds")

    def choices(self) -> Sequence[Choice]:
        """Return the draw, computed when asked; no seed comes twice."""
        return Computed(self.random, permutation(LARGEST_SEED + 1, "seed", self.from_).__getitem__)


class Filling(Strict):
    """A form whose choices come from elsewhere: a rule fills it while the grid is checked."""

    _choices: Sequence[Choice] = PrivateAttr(())
    _digests: tuple[str, ...] = PrivateAttr(())

    def filled(self, choices: Sequence[Choice], digests: tuple[str, ...] = ()) -> Self:
        """Return the form with its choices, and the digests of the files they came from."""
        copy = self.model_copy()
        copy._choices = choices  # noqa: SLF001 - of our own copy
        copy._digests = digests  # noqa: SLF001
        return copy

    @property
    def digests(self) -> tuple[str, ...]:
        """SHA-256 of each file read, so that the digest of the grid changes when a file does."""
        return self._digests

    def choices(self) -> Sequence[Choice]:
        """Return what it was filled with."""
        return self._choices


class Drawn(Filling):
    """A form that may be drawn from instead of written out."""

    syntax: Syntax = Field("plain", description="dynamic: {a|b}, {2$$a|b|c}, __wildcard__")
    wildcards: str = Field("wildcards", description="folder of wildcard files; starts from the grid's folder")
    random: int | None = Field(None, ge=1, le=MOST_DRAWN, description="draw so many, by weight, instead of all")
    from_: int = Field(0, alias="from", description="which draw; another number gives another")


class FileList(Drawn):
    """Values from a file beside the grid: ``{file: prompts.txt}``, ``{file: people.csv, column: prompt}``.

    The path starts from the grid's folder and may be a pattern. txt: one value per line. csv, tsv, jsonl, parquet: one
    column gives the values, the others travel to the manifest's ``axes``.
    """

    FORM: ClassVar = "file"

    file: str = Field(min_length=1, description="txt, csv, tsv, jsonl or parquet; a pattern names several")
    column: str | None = Field(
        None, description="which column; the one of the axis' name, or the only one, if left out"
    )
    columns: Annotated[tuple[str, ...], Field(strict=False)] | None = Field(
        None, description="which columns travel to the manifest; all others if left out"
    )


class Template(Drawn):
    """A text with slots: ``{template: "a {animal} in {place}", animal: [fox, owl], place: {file: places.txt}}``."""

    FORM: ClassVar = "template"
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, AnyAxis] = Field(init=False)

    template: str = Field(min_length=1, description="the text; each {slot} is a key beside it")

    @property
    def slots(self) -> Mapping[str, Axis]:
        """What fills each slot, as written, in the order of the file."""
        return dict(self.__pydantic_extra__)

    @model_validator(mode="after")
    def _slots_match(self) -> Self:
        known = set() if self.syntax == "dynamic" else set(slots(self.template))
        for name in self.slots:
            if name not in known:
                complain(f"the template has no slot {{{name}}}", nearest(name, known) or "use it, or take it out")
        for name in sorted(known - set(self.slots)):
            hint = nearest(name, self.slots) or f"add `{name}: [...]` beside the template, or write {{{{ for a brace"
            complain(f"nothing fills the slot {{{name}}}", hint)
        return self


class OwnStyle(Strict):
    """A style of one's own: ``{name: wash, prompt: "{prompt}, loose ink wash"}``."""

    FORM: ClassVar = "style of your own"

    name: str = Field(min_length=1, max_length=100, description="what reports call it; no part of the job id")
    prompt: str | None = Field(None, description="wording around the prompt, which stands for {prompt}")
    negative_prompt: str | None = Field(None, min_length=1, description="added to the negative prompt")
    description: str | None = Field(None, description="kept for reports")

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.prompt is None and self.negative_prompt is None:
            complain(f"style {self.name!r} does nothing", 'give it a wording: prompt: "{prompt}, loose ink wash"')
        if self.prompt is not None and self.prompt.count(SLOT) != 1:
            complain(f"the prompt of style {self.name!r} needs {SLOT} once", 'prompt: "{prompt}, loose ink wash"')
        return self

    def choices(self) -> Sequence[Choice]:
        """Return the one choice."""
        return (Choice(Style(self.name, None, self.prompt, self.negative_prompt), about=self.description),)


FORMS: dict[str, Any] = {
    "value": Labelled,
    "template": Template,
    "file": FileList,
    "start": Span,
    "random": Draw,
    "name": OwnStyle,
}
"""The forms a mapping may have, by the key that gives them away."""


def form(value: object) -> str:
    """Say in which form an item of an axis is written: what the union is told apart by.

    pydantic puts the tag into the place of an error; with its sign it is never taken for a key of the file.
    """
    if isinstance(value, dict):
        return next((f"~{key}" for key in FORMS if key in value), "~plain")
    return next((f"~{key}" for key, model in FORMS.items() if isinstance(value, model)), "~plain")


def _many(value: object) -> str:
    return "~list" if isinstance(value, list | tuple) else "~item"


# By form alone; what an axis takes is checked afterwards, by its rule. One named schema serves all axes: a union of
# its own for each of fifty attributes would take 200 ms to build at every start.
AnyItem = TypeAliasType(
    "AnyItem",
    Annotated[
        Annotated[Any, Tag("~plain")]
        | Annotated[Labelled, Tag("~value")]
        | Annotated[Template, Tag("~template")]
        | Annotated[FileList, Tag("~file")]
        | Annotated[Span, Tag("~start")]
        | Annotated[Draw, Tag("~random")]
        | Annotated[OwnStyle, Tag("~name")],
        Discriminator(form),
    ],
)
AnyAxis = TypeAliasType(
    "AnyAxis",
    Annotated[
        Annotated[tuple[AnyItem, ...], Field(strict=False), Tag("~list")] | Annotated[AnyItem, Tag("~item")],
        Discriminator(_many),
    ],
)

Axis: TypeAlias = "bool | int | float | str | Labelled | Span | Draw | Filling | OwnStyle | tuple[Axis, ...] | None"
"""An axis or an item of one, checked."""


def choices(axis: Any) -> Sequence[Choice]:
    """Return the values of a checked axis."""
    if isinstance(axis, tuple):
        return chained([choices(item) for item in axis])
    if isinstance(axis, bool | int | float | str) or axis is None:
        return (Choice(axis),)
    found: Sequence[Choice] = axis.choices()
    return found
