"""The listing is the data's way: imports point upstream, foreign libraries live in one place, the heart is pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "flux_batch"
LAYERS = ["errors", "engine", "grid", "plan", "request", "response", "store", "batch", "addons", "cli"]
DOORS = {"__init__.py", "__main__.py"}
"""Files that stand above all layers."""

ONLY_IN = {
    "aiohttp": ("request/http.py", "addons/"),
    "aiofiles": ("store/part.py",),
    "tqdm": ("cli/",),
    "click": ("cli/", "addons/"),
    "ruamel": ("grid/", "addons/server/"),
    "PIL": ("store/", "addons/"),
    "opentelemetry": ("addons/otel/",),
}
PURE = ["engine/retry.py", "grid", "plan", "response"]
"""No await and no clock here; files are read in the modules named in MAY_READ."""
MAY_READ = {"grid/file.py", "grid/sources.py", "grid/styles.py"}
IMPURE_CALLS = {"open", "print", "input"}
IMPURE_ATTRIBUTES = {"time.time", "time.monotonic", "random.random", "os.environ", "datetime.now", "time.sleep"}

MODULES = sorted(ROOT.rglob("*.py"))


def where(path: Path) -> str:
    """The module's path inside the package."""
    return path.relative_to(ROOT).as_posix()


def layer(inside: str) -> str:
    """The station a module belongs to."""
    return inside.split("/", maxsplit=1)[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module a file imports, at any depth, as a dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that they can be read"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upstream_breaks(inside: str, tree: ast.AST) -> list[str]:
    """The imports of *inside* that point downstream."""
    if inside in DOORS:
        return []
    mine = LAYERS.index(layer(inside))
    names = [name.split(".") for name in imports(tree) if name.startswith("flux_batch.")]
    return [".".join(n) for n in names if n[1] in LAYERS and LAYERS.index(n[1]) > mine]


def strangers(inside: str, tree: ast.AST) -> list[str]:
    """The foreign libraries *inside* imports though they live elsewhere."""
    roots = {name.split(".")[0] for name in imports(tree)}
    return [root for root in roots & ONLY_IN.keys() if not inside.startswith(ONLY_IN[root])]


def impurities(inside: str, tree: ast.AST) -> list[str]:
    """Everything in *inside* that waits, reads a clock or touches the world."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            found.append(f"line {node.lineno}: async")
        elif isinstance(node, ast.Call) and inside not in MAY_READ and ast.unparse(node.func) in IMPURE_CALLS:
            found.append(f"line {node.lineno}: {ast.unparse(node.func)}()")
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in IMPURE_ATTRIBUTES:
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_imports_point_upstream(path: Path) -> None:
    """A station knows those before it and none of those behind it."""
    assert upstream_breaks(where(path), ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_foreign_library_lives_in_one_place(path: Path) -> None:
    """Exchanging a library means changing the one place that knows it."""
    assert strangers(where(path), ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", [p for p in MODULES if where(p).startswith(tuple(PURE))], ids=where)
def test_the_heart_is_pure(path: Path) -> None:
    """What decides takes values and returns values."""
    assert impurities(where(path), ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", [p for p in MODULES if where(p).startswith("addons/server")], ids=where)
def test_the_server_shares_no_parser_with_the_client(path: Path) -> None:
    """A stand-in that shares the parser shares its mistakes."""
    assert not [n for n in imports(ast.parse(path.read_text())) if n.startswith("flux_batch.response")]


def test_one_broad_except_stands_at_the_job_boundary() -> None:
    """A bug fails its job loudly, in one place."""
    broad = [
        where(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]
    assert broad in ([], ["batch.py"])


def test_planted_breaks_are_seen() -> None:
    """The rules above can fail: each finds a break planted for it."""
    short_cut = ast.parse("from flux_batch.store.manifest import replay")
    stranger = ast.parse("import aiohttp")
    impure = ast.parse("async def f():\n    open('x')\n    time.time()")

    assert upstream_breaks("plan/resume.py", short_cut)
    assert strangers("response/read.py", stranger)
    assert len(impurities("plan/resume.py", impure)) == 3
