"""A grid from a file or from Python: read, check all of it, and say everything that is wrong at once. Reads files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from flux_batch.grid.attribute import DOCUMENTED
from flux_batch.grid.check import mismatches
from flux_batch.grid.complaint import broken, problems, written
from flux_batch.grid.compose import displaced, distributed, expanded, merged, rebased
from flux_batch.grid.grid import Grid
from flux_batch.grid.node import Node, Place, Tree, find, plain, planted, replaced, texted, without
from flux_batch.grid.problem import Problem, Refusal, refuse
from flux_batch.grid.secret import written_keys
from flux_batch.grid.settings import Endpoint
from flux_batch.grid.strict import Context
from flux_batch.grid.yaml import LARGEST_FILE, parse

MOST_EXTENDED = 10


def load_grid(
    path: Path | str,
    *,
    overrides: Mapping[str, object] | None = None,
    environment: Callable[[str], str | None] = os.getenv,
) -> Grid:
    """Read and check the grid file at *path*.

    Args:
        path: the file; names of other files in it start from its folder.
        overrides: dotted keys and the values that replace those of the file: ``{"axes.seed.count": 2}``.
        environment: what ``${NAME}`` stands for; None where a variable is not set.

    Raises:
        GridError: with every problem found, each at its place.
    """
    file = Path(path)
    try:
        root = _overridden(_extended(file, str(path), ()), overrides or {})
        grid = _checked(root, base=file.parent, name=file.stem, environment=environment)
        return grid.sourced(file, overrides or {})
    except Refusal as refusal:
        refuse(refusal.problems)


def make_grid(data: Mapping[str, object], *, base: Path | str = ".") -> Grid:
    """Check a grid built in Python: the same keys, the same rules.

    Args:
        data: what the file would say, as dicts and lists.
        base: the folder that names of files start from.

    Raises:
        GridError: with every problem found.
    """
    try:
        root = planted(dict(data), Place("grid"))
        return _checked(root, base=Path(base), name="grid", environment=lambda _: None).sourced(None, {})
    except Refusal as refusal:
        refuse(refusal.problems)


def _extended(file: Path, name: str, heirs: tuple[Path, ...]) -> Node:
    """Return the tree of *file* over the trees of the files it extends."""
    root = parse(_text(file, name), name)
    if not isinstance(root.value, dict) or "extends" not in root.value:
        return root
    own = {key: entry for key, entry in root.value.items() if key != "extends"}
    node = root.value["extends"].node
    tree = Node(root.place, {})
    for item in node.value if isinstance(node.value, list) else [node]:
        if not isinstance(item.value, str):
            raise Refusal(Problem(item.place, "extends takes the path of a grid file", "extends: base.yaml"))
        base = file.parent / item.value
        if base.resolve() in (*heirs, file.resolve()) or len(heirs) > MOST_EXTENDED:
            raise Refusal(Problem(item.place, f"{item.value} extends itself", "take one `extends` out"))
        inherited = _extended(base, str(base), (*heirs, file.resolve()))
        tree = merged(tree, rebased(inherited, Path(item.value).parent))
    return merged(displaced(tree, own), Node(root.place, own))


def _text(file: Path, name: str) -> str:
    place = Place(name)
    try:
        if file.is_dir():
            raise Refusal(Problem(place, "a folder, not a grid file", "name the YAML file in it"))
        if file.stat().st_size > LARGEST_FILE:
            what = f"larger than {LARGEST_FILE >> 20} MiB"
            raise Refusal(Problem(place, what, "move long lists to a file: {file: prompts.txt}"))
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Refusal(Problem(place, "no such file", "`flux-batch init` writes a grid to start from")) from None
    except UnicodeDecodeError as error:
        raise Refusal(Problem(place, f"not UTF-8 (byte {error.start})", "save it as UTF-8")) from None
    except OSError as error:
        raise Refusal(Problem(place, f"cannot be read: {error.strerror}")) from None


def _overridden(root: Node, overrides: Mapping[str, object]) -> Node:
    root = displaced(root, {path.split(".")[0] for path in overrides})
    for path, value in overrides.items():
        place = Place(f"--set {path}")
        try:
            root = replaced(root, path.split("."), planted(value, place))
        except KeyError as error:
            step = error.args[0]
            raise Refusal(Problem(place, f"there is nothing at {step!r}", "name a key of the grid")) from None
    return root


def _checked(root: Node, *, base: Path, name: str, environment: Callable[[str], str | None]) -> Grid:
    if not isinstance(root.value, dict):
        raise Refusal(Problem(root.place, "a grid is a mapping of keys", "begin with `name:` and `axes:`"))
    found: list[Problem] = []
    root = distributed(expanded(root, environment, found))
    profile = root.value["profile"].node.value if isinstance(root.value, dict) and "profile" in root.value else None
    context = Context(profile if isinstance(profile, str) else DOCUMENTED, base)
    grid, refused = _validated(root, context, safe_name(name), found)
    accounts = (Endpoint(),) if grid is None else grid.accounts
    if leaks := written_keys(root, base, accounts, os.getenv):
        raise Refusal(*leaks)  # alone: the words of another mistake may show the value
    if grid is not None:
        found += _together(grid, root, refused)
    if found or grid is None:
        raise Refusal(*found)
    return grid


def _validated(root: Node, context: Context, name: str, found: list[Problem]) -> tuple[Grid | None, frozenset[str]]:
    """Return the grid and the keys that were refused; what is wrong with them is added to *found*.

    What was refused is taken out and the rest validated again, so that mistakes between keys are found in the same run.
    """
    grid, error = _attempt(root, context, name)
    if error is not None:
        for place in broken(error, root):
            root = texted(root, place)
        grid, error = _attempt(root, context, name)
    if error is None:
        return grid, frozenset()
    found += problems(error, root, Grid)
    places = broken(error, root)
    for place in reversed(places):  # from the end, so that numbers in a list stay right
        root = without(root, place)
    grid, _ = _attempt(root, context, name)
    return grid, frozenset(str(place[-1]) for place in places)


def _attempt(root: Node, context: Context, name: str) -> tuple[Grid | None, ValidationError | None]:
    try:
        return Grid.model_validate({"name": name, **_mapping(plain(root))}, context=context), None
    except ValidationError as error:
        return None, error


def _mapping(tree: Tree) -> dict[str, Tree]:
    return tree if isinstance(tree, dict) else {}


def _together(grid: Grid, root: Node, refused: frozenset[str]) -> list[Problem]:
    """Return what does not fit together in *grid*, each at its place in *root*."""
    found = mismatches(grid, refused)
    return [Problem(find(root, written(at.location, root))[0], at.what, at.hint) for at in found]


def safe_name(stem: str) -> str:
    """Return a file's stem as a grid's name."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in stem)
    return kept.lstrip("._-")[:100] or "grid"
