"""The axes and the fixed parameters of a grid: one model each, made from the table of attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    create_model,
    field_validator,
    model_validator,
)

from flux_batch.grid.attributes import ATTRIBUTES, OURS, SECRETS
from flux_batch.grid.forms import AnyAxis, AnyItem, Axis
from flux_batch.grid.rule import FOR_REPORTS, RULES, Rule
from flux_batch.grid.strict import Fault, Strict, complain_all

ABOUT = {
    "size": "width and height together: 512x512",
    "style": "a documented style, none, or one of your own",
    **{name: attribute.about for name, attribute in ATTRIBUTES.items()},
}


def axis_of(rule: Rule) -> Any:
    """Return the type of an axis under *rule*."""
    return Annotated[AnyAxis, AfterValidator(rule.axis)]


def parameter_of(rule: Rule) -> Any:
    """Return the type of a single value under *rule*."""
    return Annotated[AnyItem, AfterValidator(rule.parameter)]


class AxesBase(Strict):
    """The axes in the order of the file: the last varies fastest.

    A name that is no attribute of the body is an axis of words for reports; it must step together with another axis
    (``zip``), for alone it would buy each picture several times.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[AnyAxis, AfterValidator(FOR_REPORTS.axis)]] = Field(init=False)

    _order: tuple[str, ...] = PrivateAttr(())

    @model_validator(mode="wrap")
    @classmethod
    def _keep_order(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(data)
        if isinstance(data, dict):
            made._order = tuple(data)  # noqa: SLF001 - of our own instance
        return made

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes in the order of the file."""
        return self._order

    def items(self) -> Iterator[tuple[str, Axis]]:
        """Yield (name, axis as written) in the order of the file."""
        for name in self._order:
            yield name, getattr(self, name)


class ParamsBase(Strict):
    """Attributes that are the same in every request."""

    extra: dict[str, Any] = Field(default_factory=dict, description="attributes that are not in the table, sent as is")

    @field_validator("extra")
    @classmethod
    def _is_no_way_around(cls, extra: dict[str, Any]) -> dict[str, Any]:
        """Known attributes have their checks, and a key has no business here."""
        faults = [Fault((name,), f"{name!r} cannot be set under extra", way) for name, way in _refused(extra)]
        return complain_all(faults) if faults else extra

    def values(self) -> dict[str, Any]:
        """Return what the grid sets, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


def _refused(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name.lower() in SECRETS:
            yield name, OURS["key"]
        elif name in OURS:
            yield name, OURS[name]
        elif name in RULES:
            yield name, f"it is known: params.{name}"


def _fields(type_of: Callable[[Rule], Any]) -> dict[str, Any]:
    return {name: (type_of(rule), Field(None, description=ABOUT[name])) for name, rule in RULES.items()}


if TYPE_CHECKING:
    Axes: TypeAlias = AxesBase
    Params: TypeAlias = ParamsBase
else:
    Axes = create_model("Axes", __base__=AxesBase, **_fields(axis_of))
    Params = create_model("Params", __base__=ParamsBase, **_fields(parameter_of))
