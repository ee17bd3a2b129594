"""YAML text -> a tree with places. The only module that knows the YAML library.

YAML 1.2, so ``no`` and ``12:30`` stay text. The library composes; keys, merges, aliases and scalars are read here,
because a grid must not be larger than it looks, must not say one thing twice, and must not mean two things at once.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from flux_batch.grid.node import Entry, Node, Place, Scalar
from flux_batch.grid.problem import Problem, Refusal

if TYPE_CHECKING:
    from ruamel.yaml.error import StreamMark
    from ruamel.yaml.nodes import Node as YAMLNode

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes. Long lists of prompts belong in text files beside the grid, which read a hundred times faster."""
MOST_NODES = 100_000
"""Counted after aliases are followed, so that a few lines cannot unfold to millions of values."""
DEEPEST = 32

CORE = "tag:yaml.org,2002:"
KINDS = {"str", "null", "bool", "int", "float", "timestamp"}
HINTS = (
    (re.compile(r"'\\t'"), "indent with spaces, YAML takes no tabs"),
    (re.compile(r"mapping values are not allowed"), "put a text that holds ': ' in quotes"),
    (re.compile(r"'[%@`]'"), "put a text that begins with %, @ or ` in quotes"),
    (re.compile(r"undefined alias|found undefined"), "put a text that begins with * in quotes"),
    (re.compile(r"single document"), "keep one grid per file; several grids go under `grids:`"),
    (re.compile(r"but got '\{'"), "put a ${NAME} inside brackets in quotes"),
    (re.compile(r"expected <block end>|expected ',' or"), "check the indentation and the brackets above this line"),
)


def parse(text: str, file: str) -> Node:
    """Return the tree of the grid *text*; *file* names it in places.

    Raises:
        Refusal: no YAML, empty, no mapping, a key twice, a tag, a number with two readings, too large or too deep.
    """
    try:
        root = _yaml().compose(text)
    except RecursionError:
        raise Refusal(_too_deep(Place(file))) from None
    except MarkedYAMLError as error:
        raise Refusal(_broken(error, file)) from None
    except YAMLError as error:
        raise Refusal(
            Problem(Place(file), f"not YAML: {' '.join(str(error).split())}", "save the file as plain text")
        ) from None
    if root is None:
        raise Refusal(Problem(Place(file), "the file is empty", "`flux-batch init` writes a grid to start from"))
    return _Reader(file).tree(root, DEEPEST)


def scalar(text: str) -> Scalar:
    """Read *text* as one plain YAML scalar, as the command line's ``--set`` and ``${NAME}`` do."""
    tag = _resolver().resolve(ScalarNode, text, (True, False))
    try:
        return _scalar(str(tag).removeprefix(CORE), text)
    except ValueError:
        return text


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    # The scanner's time grows with the square of the brackets that are open; releases before 0.19 know no bound.
    yaml.max_depth = DEEPEST + 1
    yaml.composer.warn_double_anchors = False
    return yaml


@cache
def _resolver() -> Any:
    return _yaml().resolver


class _Reader:
    """Turns composed nodes into ours, collecting nothing it has already refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left = MOST_NODES

    def place(self, mark: StreamMark) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1)

    def tree(self, node: YAMLNode, depth: int) -> Node:
        place = self.place(node.start_mark)
        self.left -= 1
        if self.left < 0:
            raise Refusal(
                Problem(place, f"more than {MOST_NODES:,} values", "move long lists to a file: {file: prompts.txt}")
            )
        if depth < 0:
            raise Refusal(_too_deep(place))
        match node:
            case MappingNode():
                return Node(place, self.mapping(node, depth))
            case SequenceNode():
                return Node(place, [self.tree(item, depth - 1) for item in node.value])
            case ScalarNode():
                return self.scalar(node, place)
            case _:
                raise Refusal(Problem(place, "a value of an unknown kind", "a grid holds plain values only"))

    def mapping(self, node: MappingNode, depth: int) -> dict[str, Entry]:
        merged: dict[str, Entry] = {}
        own: dict[str, Entry] = {}
        for key, value in node.value:
            place = self.place(key.start_mark)
            if key.tag == f"{CORE}merge":
                merged |= self.merge(value, depth)
                continue
            name = self.key(key, place)
            if name in own:
                what = f"key {name!r} for the second time, first in line {own[name].place.line}"
                raise Refusal(Problem(place, what, "keep one of the two"))
            own[name] = Entry(place, self.tree(value, depth - 1))
        return merged | own

    def key(self, node: YAMLNode, place: Place) -> str:
        if not isinstance(node, ScalarNode):
            raise Refusal(Problem(place, "a key that is no text", "put the text in quotes"))
        return str(node.value)

    def merge(self, node: YAMLNode, depth: int) -> dict[str, Entry]:
        """Follow ``<<``: earlier sources win over later ones, the mapping's own keys over all."""
        sources = node.value if isinstance(node, SequenceNode) else [node]
        found: dict[str, Entry] = {}
        for source in sources:
            value = self.tree(source, depth - 1).value
            if not isinstance(value, dict):
                place = self.place(source.start_mark)
                raise Refusal(Problem(place, "`<<` takes a mapping", "name an anchor that stands on a mapping"))
            found = value | found
        return found

    def scalar(self, node: ScalarNode, place: Place) -> Node:
        if str(node.tag).removeprefix(CORE) not in KINDS:
            raise Refusal(Problem(place, f"the tag {node.tag}", "a grid holds plain values only"))
        try:
            value = _scalar(str(node.tag).removeprefix(CORE), str(node.value))
        except ValueError as error:
            raise Refusal(Problem(place, *error.args)) from None
        return Node(place, value)


def _scalar(kind: str, text: str) -> Scalar:
    """Return the value of a scalar.

    Raises:
        ValueError: what was found and what to write instead.
    """
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _integer(text)
        case "float":
            return _number(text)
        case _:
            # Dates among them: a grid has no use for dates, and a prompt may well begin with a year.
            return text


def _integer(text: str) -> int:
    digits = text.lstrip("+-").replace("_", "")
    if digits.isdecimal() and len(digits) > 1 and digits.startswith("0"):
        what = f"{text} reads as {int(digits)} in YAML 1.2 and as an octal number in YAML 1.1"
        raise ValueError(what, f"write {int(digits)}, or {text!r} in quotes for a text")
    return int(text.replace("_", ""), 0 if digits[:1] == "0" else 10)


def _number(text: str) -> float:
    lowered = text.replace("_", "").lower()
    value = float(lowered.replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number", "write a number")
    return value


def _too_deep(place: Place) -> Problem:
    return Problem(place, f"nested deeper than {DEEPEST} levels", "flatten the grid")


def _broken(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    said = " ".join(f"{error.problem or ''} {error.context or ''}".split())
    if said.startswith("maximum depth"):
        return _too_deep(place)
    hint = next((hint for pattern, hint in HINTS if pattern.search(said)), None)
    return Problem(place, f"not YAML: {said}", hint)
