"""One tree from several: what a grid extends, what its parts inherit, what the environment fills in. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from flux_batch.grid.cells import Cells
from flux_batch.grid.node import Entry, Node
from flux_batch.grid.problem import Problem
from flux_batch.grid.yaml import scalar

PATHS = frozenset({"file", "wildcards", "key_file"})
"""Keys whose value is a path from the folder of the grid file."""
ACCOUNTS = frozenset({"endpoint", "endpoints"})
"""Keys that stand one instead of the other."""
BY_NAME = frozenset({"axes", "params"})
"""Sections in which a key replaces the other's key as a whole: half of a range is no range."""
VARIABLE = re.compile(r"\$(\$?)\{([A-Z_][A-Z0-9_]*)(?::-([^}]*))?\}")
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")


def merged(base: Node, own: Node) -> Node:
    """Return *own* over *base*: sections key by key, axes and parameters by name, lists and values as a whole."""
    if not isinstance(base.value, dict) or not isinstance(own.value, dict):
        return own
    found = dict(base.value)
    for key, entry in own.value.items():
        found[key] = Entry(entry.place, _over(found[key].node, entry.node, key)) if key in found else entry
    return Node(own.place, found)


def displaced(root: Node, said: Iterable[str]) -> Node:
    """Return *root* without the accounts that one of the keys *said* later, in an heir or by the user, stands for."""
    named = ACCOUNTS & set(said)
    if len(named) != 1 or not isinstance(root.value, dict):
        return root
    return Node(root.place, {key: entry for key, entry in root.value.items() if key not in ACCOUNTS - named})


def _over(base: Node, own: Node, section: str) -> Node:
    if section in BY_NAME and isinstance(base.value, dict) and isinstance(own.value, dict):
        return Node(own.place, base.value | own.value)
    return merged(base, own)


def rebased(node: Node, folder: PurePath) -> Node:
    """Return *node*, written for a file in *folder*, with its paths as its heir would write them."""
    if isinstance(node.value, list):
        return Node(node.place, [rebased(item, folder) for item in node.value])
    if not isinstance(node.value, dict):
        return node
    return Node(node.place, {key: Entry(e.place, _moved(key, e.node, folder)) for key, e in node.value.items()})


def _moved(key: str, node: Node, folder: PurePath) -> Node:
    if key in PATHS and isinstance(node.value, str):
        return Node(node.place, str(folder / node.value))
    return rebased(node, folder)


def distributed(root: Node) -> Node:
    """Return *root* with each part of ``grids`` over what the top level says about cells."""
    parts = root.value.get("grids") if isinstance(root.value, dict) else None
    if parts is None or not isinstance(parts.node.value, list) or not isinstance(root.value, dict):
        return root
    shared = {key: entry for key, entry in root.value.items() if key in Cells.model_fields}
    heirs = [merged(Node(part.place, shared), part) for part in parts.node.value]
    rest = {key: entry for key, entry in root.value.items() if key not in shared}
    return Node(root.place, rest | {"grids": Entry(parts.place, Node(parts.node.place, list(heirs)))})


def expanded(node: Node, environment: Callable[[str], str | None], problems: list[Problem]) -> Node:
    """Return *node* with ``${NAME}`` and ``${NAME:-default}`` filled in; ``$${NAME}`` stands for itself.

    Args:
        environment: the value of a variable, None where it is not set.
        problems: what could not be filled in is added here.
    """
    if isinstance(node.value, dict):
        return Node(
            node.place,
            {key: Entry(e.place, expanded(e.node, environment, problems)) for key, e in node.value.items()},
        )
    if isinstance(node.value, list):
        return Node(node.place, [expanded(item, environment, problems) for item in node.value])
    if not isinstance(node.value, str) or "${" not in node.value:
        return node
    problems += _unfit(node)
    text = VARIABLE.sub(lambda found: _value(found, node, environment, problems), node.value)
    # A variable that is all of a value has the type it reads as, as in `max_cost: ${BUDGET}`, or else is a text.
    return Node(node.place, scalar(text), text) if VARIABLE.fullmatch(node.value) else Node(node.place, text)


def _unfit(node: Node) -> Iterator[Problem]:
    for found in VARIABLE.finditer(str(node.value)):
        if SECRET.search(found[2]) and not found[1]:
            what = f"${{{found[2]}}} looks like a secret, and a grid is no place for one"
            yield Problem(node.place, what, "name the variable in endpoint.key_env")


def _value(found: re.Match[str], node: Node, environment: Callable[[str], str | None], problems: list[Problem]) -> str:
    escaped, name, default = found.groups()
    if escaped:
        return found[0][1:]
    if SECRET.search(name):
        return ""
    value = environment(name)
    if value is not None:
        return value
    if default is None:
        hint = f"export {name}, or give a default: ${{{name}:-...}}"
        problems.append(Problem(node.place, f"the environment has no {name}", hint))
    return default or ""
