"""A grid file as a tree in which each key and each value knows its place. No YAML library beyond this point."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Scalar: TypeAlias = "bool | int | float | str | None"
Tree: TypeAlias = "Scalar | list[Tree] | dict[str, Tree]"
Location: TypeAlias = "Sequence[int | str]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written.

    Attributes:
        file: the path as the user gave it, or the words for another source (``--set``).
        line, column: counted from 1; 0 where the source has none.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping: where the key stands, and its value."""

    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place.

    Attributes:
        value: a scalar, a list of nodes, or a mapping of keys to entries.
        text: of a value that came from a variable, the text it may also be: ``${RUN}`` may be 42 or "42".
    """

    place: Place
    value: Scalar | list[Node] | dict[str, Entry]
    text: str | None = None


def plain(node: Node) -> Tree:
    """Return the values of *node* without their places."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def planted(value: object, place: Place) -> Node:
    """Return *value*, built in Python, as a tree in which everything stands at *place*."""
    if isinstance(value, dict):
        return Node(place, {str(key): Entry(place, planted(item, place)) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return Node(place, [planted(item, place) for item in value])
    return Node(place, value if isinstance(value, bool | int | float | str) or value is None else str(value))


def find(root: Node, location: Location) -> tuple[Place, Node]:
    """Follow *location* as far as it leads.

    Names that are no keys of the tree are passed over: pydantic puts the names of union branches between them.

    Returns:
        the place of the last key on the way (of the value, in a list), and the last node reached.
    """
    place, node = root.place, root
    for step in location:
        if isinstance(node.value, dict) and isinstance(step, str) and step in node.value:
            place, node = node.value[step].place, node.value[step].node
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            place = node.place
    return place, node


def replaced(root: Node, path: Sequence[str], new: Node) -> Node:
    """Return *root* with *new* at the dotted *path*; mappings that are missing on the way are made.

    Raises:
        KeyError: a step leads into a scalar, or to an item a list does not have; its text is that step.
    """
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(root.value, list):
        if not step.isdecimal() or int(step) >= len(root.value):
            raise KeyError(step)
        items = list(root.value)
        items[int(step)] = replaced(items[int(step)], rest, new)
        return Node(root.place, items)
    if not isinstance(root.value, dict):
        raise KeyError(step)
    old = root.value.get(step, Entry(new.place, Node(new.place, {})))
    return Node(root.place, {**root.value, step: Entry(new.place, replaced(old.node, rest, new))})


def texted(root: Node, location: Location) -> Node:
    """Return *root* with all values at or below *location* that may also be texts as texts."""
    if location and isinstance(root.value, dict) and location[0] in root.value:
        entry = root.value[str(location[0])]
        return Node(root.place, {**root.value, str(location[0]): Entry(entry.place, texted(entry.node, location[1:]))})
    if location and isinstance(root.value, list):
        return Node(
            root.place, [texted(n, location[1:]) if at == location[0] else n for at, n in enumerate(root.value)]
        )
    if isinstance(root.value, dict):
        return Node(root.place, {key: Entry(e.place, texted(e.node, ())) for key, e in root.value.items()})
    if isinstance(root.value, list):
        return Node(root.place, [texted(item, ()) for item in root.value])
    return root if root.text is None else Node(root.place, root.text)


def without(root: Node, location: Location) -> Node:
    """Return *root* without what stands at *location*, which must be there."""
    step, rest = location[0], location[1:]
    if isinstance(root.value, dict):
        entries = dict(root.value)
        entry = entries.pop(str(step))
        if rest:
            entries[str(step)] = Entry(entry.place, without(entry.node, rest))
        return Node(root.place, entries)
    if not isinstance(root.value, list) or not isinstance(step, int):
        return root
    items = list(root.value)
    item = items.pop(step)
    return Node(root.place, [*items[:step], without(item, rest), *items[step:]] if rest else items)


def spelled(value: object) -> str:
    """Return a value as a grid file spells it: null and true, not what Python calls them."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
