"""What all models of the grid file share: unknown keys are refused, nothing is converted, nothing changes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pydantic import BaseModel, ConfigDict, ValidationInfo
from pydantic_core import PydanticCustomError

from flux_batch.grid.attribute import DOCUMENTED
from flux_batch.grid.node import Place

PROBLEM = "problem"
"""Type of the errors whose words are already ours."""


@dataclass(frozen=True, slots=True)
class Context:
    """What validation needs from outside: passed as pydantic's ``context``.

    Attributes:
        profile: whose bounds hold.
        base: folder that relative file names start from.
    """

    profile: str = DOCUMENTED
    base: Path = Path()


class Strict(BaseModel):
    """Base of the models of the grid file."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, hide_input_in_errors=True, defer_build=True
    )


def context(info: ValidationInfo) -> Context:
    """Return the context of a validation, the plain one where none was given."""
    return info.context if isinstance(info.context, Context) else Context()


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake inside one value: where in it, in which words, and the way out.

    Attributes:
        at: steps from the value under validation to the place of the mistake.
        what: what was found and what is allowed.
        hint: the way out.
        where: another file's place, where the mistake is not in the grid itself.
    """

    at: tuple[int | str, ...]
    what: str
    hint: str | None = None
    where: Place | None = None


class Unfit(Exception):
    """One value that does not fit: raised by what looks at a single value, collected by what looks at many."""

    def __init__(self, what: str, hint: str | None = None, where: Place | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.where = where


def complain(what: str, hint: str | None = None) -> NoReturn:
    """Refuse the value under validation with words of our own."""
    complain_all([Fault((), what, hint)])


def complain_all(faults: Sequence[Fault]) -> NoReturn:
    """Refuse the value under validation for several mistakes at once."""
    raise PydanticCustomError(PROBLEM, "{what}", {"what": faults[0].what, "faults": tuple(faults)})
