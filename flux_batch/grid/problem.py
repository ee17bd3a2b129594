"""A mistake in a grid: its place, what was found, what to do. All of them together become one error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from flux_batch.errors import GridError
from flux_batch.grid.node import Place

LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    Attributes:
        where: its place.
        what: the value found and what is allowed, no full stop.
        hint: the way out, as an imperative or a question.
    """

    where: Place
    what: str
    hint: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"

    def block(self) -> str:
        """Return the text with its hint below it, for a list of problems."""
        return f"{self}\n  hint: {self.hint}" if self.hint else str(self)


class Refusal(Exception):
    """Carries problems from where they were seen to the door, which alone turns them into a GridError."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise one :class:`GridError` for *problems*: a single one keeps its hint apart, several carry theirs inside."""
    unique = sorted(dict.fromkeys(problems), key=lambda problem: (problem.where.line, problem.where.column))
    if len(unique) == 1:
        raise GridError((str(unique[0]),), hint=unique[0].hint)
    raise GridError(tuple(problem.block() for problem in unique))


def shown(value: object) -> str:
    """Return *value* for a message: texts in quotes, booleans and null as YAML writes them, long ones cut."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 2]}…{text[-1]}"
