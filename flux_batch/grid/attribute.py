"""One attribute of the request body: what it takes, and a value brought to its canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flux_batch.grid.node import Scalar
from flux_batch.grid.synonyms import nearest

DOCUMENTED = "documented"
STRICT = "strict-types"
PROFILES = (DOCUMENTED, STRICT)

LARGEST_SEED = 2**32 - 1
MOST_LISTED = 20
"""Choices a message lists; beyond, it says what they are."""


class Kind(StrEnum):
    """What a value may be."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "yes or no"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Both ends belong to the range; *step* is what an integer must be a multiple of."""

    low: float
    high: float
    step: int = 1

    def __str__(self) -> str:
        step = f", a multiple of {self.step}" if self.step > 1 else ""
        return (
            f"{self.low:,g} to {self.high:,g}{step}" if self.high < LARGEST_SEED else f"{self.low:g} to {self.high:.0f}"
        )

    def hold(self, value: float) -> bool:
        """Return whether *value* lies inside."""
        return self.low <= value <= self.high and (self.step == 1 or value % self.step == 0)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the request body.

    Attributes:
        name: its key in the body.
        kind: what its values may be.
        about: what it does, for people.
        bounds: per profile; a profile not named takes the documented ones.
        choices: the words a CHOICE may be.
        nullable: whether null may be sent.
        default: what is sent where the grid says nothing; None with *sent* false: the attribute stays away.
        sent: whether it is part of every body.
        ignored: why ``flux`` does nothing with it; empty where it counts.
        boolean: a flag the service knows as a boolean only, in every profile.
    """

    name: str
    kind: Kind
    about: str
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    nullable: bool = False
    default: Scalar = None
    sent: bool = False
    ignored: str = ""
    boolean: bool = False

    def limits(self, profile: str) -> Bounds | None:
        """Return the bounds of *profile*, None where there are none."""
        return self.bounds.get(profile, self.bounds.get(DOCUMENTED))

    def allowed(self, profile: str) -> str:
        """Say in a few words what a value may be."""
        words = {
            Kind.TEXT: "a text",
            Kind.FLAG: "yes or no",
            Kind.CHOICE: self.about if len(self.choices) > MOST_LISTED else "one of " + ", ".join(self.choices),
            Kind.INTEGER: "an integer",
            Kind.NUMBER: "a number",
        }[self.kind]
        bounds = self.limits(profile)
        words += f", {bounds}" if bounds else ""
        return words + (", or null" if self.nullable else "")


class BadValue(ValueError):
    """A value an attribute does not take: what is allowed, and a hint."""

    def __init__(self, allowed: str, hint: str | None = None) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.hint = hint


def accept(attribute: Attribute, value: object, profile: str = DOCUMENTED) -> Scalar:
    """Return *value* in canonical form: numbers as numbers (7.0 is 7), flags as ``yes``/``no``.

    Raises:
        BadValue: the attribute does not take it.
    """
    if value is None and attribute.nullable:
        return None
    match attribute.kind:
        case Kind.FLAG:
            return _flag(attribute, value, profile)
        case Kind.TEXT | Kind.CHOICE:
            return _text(attribute, value, profile)
        case _:
            return _number(attribute, value, profile)


def _flag(attribute: Attribute, value: object, profile: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value in {"yes", "no"}:
        return value
    raise BadValue(attribute.allowed(profile))


def _text(attribute: Attribute, value: object, profile: str) -> str:
    if not isinstance(value, str):
        scalar = isinstance(value, bool | int | float)
        raise BadValue(attribute.allowed(profile), "put it in quotes to make it a text" if scalar else None)
    if attribute.choices and value not in attribute.choices:
        raise BadValue(attribute.allowed(profile), nearest(value, attribute.choices))
    if not value.strip() and attribute.name == "prompt":
        raise BadValue("a text with something in it")
    return value


def _number(attribute: Attribute, value: object, profile: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        quoted = isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal()
        raise BadValue(attribute.allowed(profile), f"write {str(value).strip()} without quotes" if quoted else None)
    if attribute.kind is Kind.INTEGER and isinstance(value, float):
        hint = f"write {int(value)}" if value.is_integer() else None
        raise BadValue(attribute.allowed(profile), hint)
    bounds = attribute.limits(profile)
    if bounds is not None and not bounds.hold(value):
        raise BadValue(attribute.allowed(profile))
    return int(value) if float(value).is_integer() else value
