"""Errors of the models -> problems with a place, in words a person can act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from flux_batch.grid.attributes import OURS, SECRETS
from flux_batch.grid.node import Location, Node, Place, find
from flux_batch.grid.problem import Problem, shown
from flux_batch.grid.settings import CALLED, LANE, LISTEN, NAME
from flux_batch.grid.strict import PROBLEM, Fault
from flux_batch.grid.synonyms import nearest

EXPECTED = {
    "string_type": "a text",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_short": "a text with something in it",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text like {pattern}",
    "literal_error": "{expected}",
    "union_tag_invalid": "written in another way",
}

PATTERNS = {
    NAME: "letters, digits, . _ and -, a letter or digit first",
    LANE: "letters, digits, . _ and -",
    LISTEN: "HOST:PORT",
    CALLED: "an http(s) URL",
}


def problems(error: ValidationError, root: Node, model: type[BaseModel]) -> Iterator[Problem]:
    """Yield one problem per mistake of *error*, at its place in *root*."""
    for fault in error.errors(include_url=False):
        if fault["type"] == PROBLEM:
            yield from (_told(part, tuple(fault["loc"]), root) for part in fault["ctx"]["faults"])
        else:
            yield _problem(fault, root, model)


def broken(error: ValidationError, root: Node) -> list[tuple[int | str, ...]]:
    """Return the places to take out so that the rest may be right: a key of the grid, or of one of its sections."""
    places: dict[tuple[int | str, ...], None] = {}
    for fault in error.errors(include_url=False, include_input=False):
        path = written(tuple(fault["loc"]), root)
        deep = 4 if path[:1] == ("grids",) else 2
        places[path[:deep]] = None
    return [place for place in places if place and not any(place[:n] in places for n in range(1, len(place)))]


def _told(fault: Fault, location: Location, root: Node) -> Problem:
    """Return a fault whose words are already ours."""
    _, node = find(root, written((*location, *fault.at), root))
    return Problem(fault.where or node.place, fault.what, fault.hint)


def written(location: Location, root: Node) -> tuple[int | str, ...]:
    """Return *location* without the names of union branches, which no file holds."""
    path: list[int | str] = []
    for step in location:
        _, node = find(root, path)
        here = node.value
        if (isinstance(here, dict) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        ):
            path.append(step)
    return tuple(path)


def _problem(fault: Mapping[str, Any], root: Node, model: type[BaseModel]) -> Problem:
    location = tuple(fault["loc"])
    path = written(location, root)
    key_place, node = find(root, path)
    match fault["type"]:
        case "extra_forbidden":
            return _unknown(str(location[-1]), path, key_place, model)
        case "missing":
            return Problem(node.place, f"no {location[-1]!r} in {_named(path)}", "add it")
        case _:
            return Problem(node.place, _mismatch(fault, path), _hint(fault))


def _unknown(key: str, path: Location, where: Place, model: type[BaseModel]) -> Problem:
    if key.lower() in SECRETS:
        return Problem(
            where, f"an API key does not belong in a grid: {key!r}", "take it out and export MODELSLAB_API_KEY"
        )
    parent = path[:-1]
    if key in OURS:
        return Problem(where, f"{key!r} cannot be set in {_named(parent)}", OURS[key])
    known = sorted(known_keys(_schema(model), parent))
    listed = f"the keys here are {', '.join(known)}" if 0 < len(known) <= 12 else None  # noqa: PLR2004 - a line's worth
    return Problem(where, f"unknown key {key!r} in {_named(parent)}", nearest(key, known) or listed)


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _mismatch(fault: Mapping[str, Any], path: tuple[int | str, ...]) -> str:
    known = fault.get("ctx", {})
    words = PATTERNS.get(known.get("pattern"), EXPECTED.get(fault["type"], fault["msg"])).format(**known)
    hidden = path[:1] in {("endpoint",), ("endpoints",)} and isinstance(fault["input"], str)  # perhaps a key
    found = "" if hidden else f", not {shown(fault['input'])}"
    return f"{_named(path)} must be {words}{found}"


def _hint(fault: Mapping[str, Any]) -> str | None:
    if fault["type"] == "literal_error" and isinstance(fault["input"], str):
        return nearest(fault["input"], fault["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", "))
    if fault["type"].startswith("int_") and isinstance(fault["input"], float) and fault["input"].is_integer():
        return f"write {int(fault['input'])}"
    return None


def _named(path: Location) -> str:
    return ".".join(str(step) for step in path) or "the grid"


def known_keys(schema: Mapping[str, Any], path: Location) -> set[str]:
    """Return the keys a JSON Schema allows at *path*, over all branches."""
    nodes = _branches([schema], schema)
    for step in path:
        below = []
        for node in nodes:
            if isinstance(step, str) and step in node.get("properties", {}):
                below.append(node["properties"][step])
            elif isinstance(node.get("additionalProperties"), dict) and isinstance(step, str):
                below.append(node["additionalProperties"])
            elif isinstance(step, int) and isinstance(node.get("items"), dict):
                below.append(node["items"])
        nodes = _branches(below, schema)
    return {name for node in nodes for name in node.get("properties", {})}


def _branches(nodes: list[Any], schema: Mapping[str, Any]) -> list[Any]:
    """Follow references and alternatives."""
    found: list[Any] = []
    for node in nodes:
        if "$ref" in node:
            found += _branches([schema["$defs"][node["$ref"].rsplit("/", 1)[1]]], schema)
        found += _branches([*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())], schema)
        found.append(node)
    return found
