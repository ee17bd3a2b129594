"""A grid from a file or from Python: read, check all of it, and say everything that is wrong at once. Reads files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from flux_batch.grid.attributes import DOCUMENTED
from flux_batch.grid.check import mismatches
from flux_batch.grid.complaint import problems, written
from flux_batch.grid.grid import Grid
from flux_batch.grid.node import Node, Place, find, plain, planted, replaced
from flux_batch.grid.problem import Problem, Refusal, refuse
from flux_batch.grid.strict import Context
from flux_batch.grid.yaml import LARGEST_FILE, parse


def load_grid(path: Path | str, *, overrides: Mapping[str, object] | None = None) -> Grid:
    """Read and check the grid file at *path*.

    Args:
        path: the file; names of other files in it start from its folder.
        overrides: dotted keys and the values that replace those of the file: ``{"axes.seed.count": 2}``.

    Raises:
        GridError: with every problem found, each at its place.
    """
    file = Path(path)
    try:
        root = parse(_text(file), str(path))
        root = _overridden(root, overrides or {})
        return _checked(root, base=file.parent, name=file.stem, source=file)
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
        return _checked(planted(dict(data), Place("grid")), base=Path(base), name="grid", source=None)
    except Refusal as refusal:
        refuse(refusal.problems)


def _text(file: Path) -> str:
    name = Place(str(file))
    try:
        if file.is_dir():
            raise Refusal(Problem(name, "a folder, not a grid file", "name the YAML file in it"))
        if file.stat().st_size > LARGEST_FILE:
            what = f"larger than {LARGEST_FILE >> 20} MiB"
            raise Refusal(Problem(name, what, "move long lists to a file: {file: prompts.txt}"))
        return file.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Refusal(Problem(name, "no such file", "`flux-batch init` writes a grid to start from")) from None
    except UnicodeDecodeError as error:
        raise Refusal(Problem(name, f"not UTF-8 (byte {error.start})", "save it as UTF-8")) from None
    except OSError as error:
        raise Refusal(Problem(name, f"cannot be read: {error.strerror}")) from None


def _overridden(root: Node, overrides: Mapping[str, object]) -> Node:
    for path, value in overrides.items():
        place = Place(f"--set {path}")
        try:
            root = replaced(root, path.split("."), planted(value, place))
        except KeyError as error:
            raise Refusal(Problem(place, f"there is nothing at {error.args[0]!r}", "name a key of the grid")) from None
    return root


def _checked(root: Node, *, base: Path, name: str, source: Path | None) -> Grid:
    data = plain(root)
    if not isinstance(data, dict):
        raise Refusal(Problem(root.place, "a grid is a mapping of keys", "begin with `name:` and `axes:`"))
    data.setdefault("name", _safe(name))
    profile = data.get("profile", DOCUMENTED)
    try:
        grid = Grid.model_validate(data, context=Context(str(profile), base))
    except ValidationError as error:
        raise Refusal(*problems(error, root, Grid)) from None
    found = [Problem(find(root, written(at.location, root))[0], at.what, at.hint) for at in mismatches(grid)]
    if found:
        raise Refusal(*found)
    return grid.sourced(source)


def _safe(stem: str) -> str:
    """Return a file's stem as a grid's name."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in stem)
    return kept.lstrip("._-")[:100] or "grid"
