"""The JSON Schema of the grid file, for editors: made from the models and the table of attributes.

The models check forms first and values afterwards, by rule, so that fifty attributes share one schema at run time. An
editor wants the opposite, each axis with its own values, so axes and parameters are written out here. The schema
refuses nothing a grid may say; what it cannot see (files, unequal zips, a range that leaves its bounds) it lets pass.
"""

from __future__ import annotations

from typing import Any

from flux_batch.grid.attribute import PROFILES, Attribute, Kind
from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.axes import ABOUT
from flux_batch.grid.forms import Draw, OwnStyle, Span, Template
from flux_batch.grid.grid import Grid
from flux_batch.grid.rule import RULES
from flux_batch.grid.styles import DOCUMENTED_STYLES, NO_STYLE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VARIABLE = {
    "type": "string",
    "pattern": r"^\$\{[A-Z_][A-Z0-9_]*(:-[^}]*)?\}$",
    "description": "filled in from the environment",
}
PIXELS = "(6[4-9]|[7-9][0-9]|[1-9][0-9]{2}|10[01][0-9]|102[0-4])"
FORMS: dict[type, str] = {Span: "Span", Draw: "Draw", OwnStyle: "OwnStyle", Template: "Template"}
SCALAR = {"type": ["string", "number", "boolean", "null"]}
TYPED = frozenset({"integer", "number", "boolean"})


def grid_schema() -> dict[str, Any]:
    """Return the schema of a grid file, JSON Schema 2020-12."""
    schema = Grid.model_json_schema()
    definitions = schema["$defs"]
    for name, rule in RULES.items():
        definitions |= _definitions(name, _value(name), [FORMS[form] for form in rule.forms])
    definitions |= _definitions("words", SCALAR, ["Span", "Template"])
    definitions["AnyAxis"] = _axis("words")
    definitions["Axes"] = _section("what varies; the last axis varies fastest", _axes(), _ref("AnyAxis"))
    definitions["Params"] = _section("the same in every request", _params(), False)
    definitions["Variable"] = VARIABLE
    del definitions["AnyItem"]
    schema["properties"] |= {
        "extends": {
            "description": "grid files this one builds upon; what it says itself wins",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        }
    }
    about = {"$schema": DIALECT, "title": "flux-batch grid", "description": "what to make, and how to run it"}
    return {**_tidied(schema), **about}


def _definitions(name: str, value: dict[str, Any], forms: list[str]) -> dict[str, Any]:
    """Return what a value of an axis may be, and what an item of its list may be."""
    labelled = {
        "type": "object",
        "description": "a value with a name for reports",
        "properties": {
            "value": _ref(f"value.{name}"),
            "label": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
            "description": {"type": ["string", "null"]},
            "weight": {"type": "number", "exclusiveMinimum": 0},
        },
        "required": ["value"],
        "additionalProperties": False,
    }
    items = [_ref(f"value.{name}"), labelled, _ref("FileList"), *(_ref(form) for form in forms)]
    return {f"value.{name}": value, f"item.{name}": {"anyOf": items}}


def _axis(name: str) -> dict[str, Any]:
    """Return the schema of an axis: one item, or a list of them."""
    item = _ref(f"item.{name}")
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


def _axes() -> dict[str, Any]:
    return {name: {"description": ABOUT[name], **_axis(name)} for name in RULES}


def _params() -> dict[str, Any]:
    values = {name: {"description": ABOUT[name], **_ref(f"value.{name}")} for name in RULES}
    style = {"description": ABOUT["style"], "anyOf": [_ref("value.style"), _ref("OwnStyle")]}
    extra = {"type": "object", "description": "attributes that are not in the table, sent as they are"}
    return {**values, "style": style, "extra": extra}


def _section(about: str, properties: dict[str, Any], more: object) -> dict[str, Any]:
    return {"type": "object", "description": about, "properties": properties, "additionalProperties": more}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _value(name: str) -> dict[str, Any]:
    """Return the schema of one value of an axis or parameter."""
    if name == "size":
        return {"type": "string", "pattern": f"^{PIXELS}x{PIXELS}$|^\\$\\{{"}
    if name == "style":
        return {"anyOf": [{"enum": [NO_STYLE, *DOCUMENTED_STYLES]}, _ref("Variable")]}
    attribute = ATTRIBUTES[name]
    schema = _kind(attribute)
    return {"anyOf": [schema, {"type": "null"}]} if attribute.nullable else schema


def _kind(attribute: Attribute) -> dict[str, Any]:
    match attribute.kind:
        case Kind.FLAG:
            return {"anyOf": [{"enum": ["yes", "no", True, False]}, _ref("Variable")]}
        case Kind.CHOICE:
            return {"anyOf": [{"enum": list(attribute.choices)}, _ref("Variable")]}
        case Kind.TEXT:
            return {"type": "string"} | ({"pattern": r"\S"} if attribute.name == "prompt" else {})
        case _:
            bounds = [limits for profile in PROFILES if (limits := attribute.limits(profile)) is not None]
            low, high = min(each.low for each in bounds), max(each.high for each in bounds)
            kind = "integer" if attribute.kind is Kind.INTEGER else "number"
            return {"type": kind, "minimum": low, "maximum": high}


def _tidied(node: Any) -> Any:
    """Return *node* without the titles pydantic gives, and with a variable allowed wherever no text is."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _tidied(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    if isinstance(kept.get("type"), str) and kept["type"] in TYPED:
        about = {key: kept.pop(key) for key in ("description", "default") if key in kept}
        return {**about, "anyOf": [kept, _ref("Variable")]}
    return kept
