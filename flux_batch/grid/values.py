"""How a grid writes the values of an axis: a list, one value, a range, a draw, a file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self, TypeAlias

from pydantic import Field, PrivateAttr, computed_field, model_validator

from flux_batch.grid.attributes import LARGEST_SEED
from flux_batch.grid.choices import Choice, Computed, chained
from flux_batch.grid.permutation import permutation
from flux_batch.grid.strict import Row, Strict, complain
from flux_batch.grid.styles import SLOT, Style


class Labelled(Strict):
    """A value with a name for reports: ``{value: 3.5, label: loose}``."""

    value: Any
    label: str | None = Field(None, min_length=1, description="what reports call this value")
    description: str | None = Field(None, description="kept for reports")

    def choices(self) -> Sequence[Choice]:
        """Return the one choice."""
        (inner,) = choices(self.value)
        return (Choice(inner.value, self.label or inner.label, inner.columns, self.description),)


class Span(Strict):
    """A range: ``{start: 100, count: 8}``, or ``{start: 3, stop: 7, step: 0.5}``, which includes its stop."""

    FORM: ClassVar = "range"

    start: int | float
    stop: int | float | None = None
    count: int | None = Field(None, ge=1)
    step: int | float = 1

    @model_validator(mode="after")
    def _one_end(self) -> Span:
        if (self.stop is None) == (self.count is None):
            complain(
                "a range takes either `stop` or `count`", "{start: 100, count: 8} or {start: 3, stop: 7, step: 0.5}"
            )
        if self.step == 0:
            complain("a range with step 0 never ends", "give another step")
        if len(self) < 1:
            complain(f"a range from {self.start} to {self.stop} in steps of {self.step} is empty", "swap its ends")
        return self

    def __len__(self) -> int:
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
        return Computed(len(self), self.value)


class Draw(Strict):
    """Seeds drawn once and the same for ever: ``{random: 8, from: 42}``; a longer draw begins with the shorter one."""

    FORM: ClassVar = "draw of seeds"

    random: int = Field(ge=1, le=2**32, description="how many seeds")
    from_: int = Field(0, alias="from", description="which draw; another number gives other seeds")

    def choices(self) -> Sequence[Choice]:
        """Return the draw, computed when asked; no seed comes twice."""
        return Computed(self.random, permutation(LARGEST_SEED + 1, "seed", self.from_).__getitem__)


class FileList(Strict):
    """The lines of a text file: ``{file: prompts.txt}``; the path starts from the grid's folder."""

    file: str = Field(min_length=1)

    _rows: tuple[Row, ...] = PrivateAttr(())

    def filled(self, rows: tuple[Row, ...]) -> Self:
        """Return the list with what its file holds."""
        copy = self.model_copy()
        copy._rows = rows  # noqa: SLF001 - of our own copy
        return copy

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sha256(self) -> str:
        """Of the rows, so that the digest of the grid changes when the file does."""
        return hashlib.sha256(
            repr([(row.value, *sorted(row.columns.items())) for row in self._rows]).encode()
        ).hexdigest()

    def choices(self) -> Sequence[Choice]:
        """Return one choice per row."""
        return tuple(Choice(row.value, None, row.columns) for row in self._rows)


class OwnStyle(Strict):
    """A style of one's own: ``{name: wash, prompt: "{prompt}, loose ink wash"}``."""

    FORM: ClassVar = "style of your own"

    name: str = Field(min_length=1, max_length=100, description="what reports call it; no part of the job id")
    prompt: str | None = Field(None, description="wording around the prompt, which stands for {prompt}")
    negative_prompt: str | None = Field(None, min_length=1, description="added to the negative prompt")

    @model_validator(mode="after")
    def _does_something(self) -> OwnStyle:
        if self.prompt is None and self.negative_prompt is None:
            complain(f"style {self.name!r} does nothing", 'give it a wording: prompt: "{prompt}, loose ink wash"')
        if self.prompt is not None and self.prompt.count(SLOT) != 1:
            complain(
                f"the prompt of style {self.name!r} needs {SLOT} exactly once", 'prompt: "{prompt}, loose ink wash"'
            )
        return self

    def choices(self) -> Sequence[Choice]:
        """Return the one choice."""
        return (Choice(Style(self.name, None, self.prompt, self.negative_prompt)),)


Axis: TypeAlias = "bool | int | float | str | OwnStyle | Labelled | Span | Draw | FileList | tuple[Axis, ...] | None"


def choices(axis: Any) -> Sequence[Choice]:
    """Return the values of an axis as written in the grid."""
    if isinstance(axis, tuple):
        return chained([choices(item) for item in axis])
    if isinstance(axis, bool | int | float | str) or axis is None:
        return (Choice(axis),)
    found: Sequence[Choice] = axis.choices()
    return found
