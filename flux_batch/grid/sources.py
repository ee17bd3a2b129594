"""Files of values beside the grid: lists, tables, wildcards. Reads files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from flux_batch.grid.lines import Lines
from flux_batch.grid.node import Place, Scalar
from flux_batch.grid.strict import Unfit

LARGEST_SOURCE = 256 * 1024 * 1024
"""Bytes of one file of values; what it holds is kept in memory."""
ONLY = ""
"""Name of the single column of a file without a header."""
PARQUET = "pip install 'flux-batch[parquet]'"
WILD = set("*?[")
OTHER = {".json": "one object per line: .jsonl", ".yaml": "a txt, csv or jsonl file", ".xlsx": "a csv file"}


@dataclass(frozen=True, slots=True)
class Table:
    """What one file holds, by column.

    Attributes:
        columns: name -> values, all of one length; one column named ``ONLY`` where the file has no header.
        lines: for each row the line it begins in, counted from 1.
        sha256: of the file's bytes, in hex.
    """

    file: Path
    columns: Mapping[str, Sequence[Scalar]]
    lines: Sequence[int]
    sha256: str

    def place(self, row: int) -> Place:
        """Return where the row at *row* stands."""
        return Place(str(self.file), self.lines[row])


def read_tables(base: Path, name: str) -> tuple[Table, ...]:
    """Return the tables of the files that *name*, a path or a pattern starting from *base*, means; sorted by name.

    Raises:
        Unfit: no such file, nothing in it, not readable, not what its suffix says.
    """
    tables = tuple(_table(path) for path in found(base, name))
    if not any(table.lines for table in tables):
        _refuse(f"no value in {base / name}", "write one value per line")
    return tables


def found(base: Path, name: str) -> list[Path]:
    """Return the files a path or a pattern names."""
    path = Path(name).expanduser()
    if not WILD & set(name) or (base / path).exists():
        return [base / path]
    root = Path(path.anchor) if path.is_absolute() else base
    matching = sorted(each for each in root.glob(str(path.relative_to(path.anchor))) if each.is_file())
    return matching or _refuse(f"no file matches {name}", f"the pattern starts from {base}")


def wildcards(folder: Path) -> Callable[[str], Sequence[str]]:
    """Return what looks up a wildcard: the lines of ``<folder>/<name>.txt``, or of all files a pattern names."""

    def lines(name: str) -> list[str]:
        if ".." in Path(name).parts or Path(name).is_absolute():
            _refuse(f"the wildcard __{name}__ leads out of its folder", "name a file below the folder of wildcards")
        texts = [_listed(path, _bytes(path)) for path in found(folder, f"{name}.txt")]
        return [str(value) for table in texts for value in table.columns[ONLY]]

    return lines


def _table(path: Path) -> Table:
    suffix = path.suffix.lower()
    if suffix in OTHER:
        _refuse(f"{path} cannot be read as a list of values", f"write {OTHER[suffix]}")
    if suffix == ".parquet":
        return _parquet(path)
    data = _bytes(path)
    match suffix:
        case ".csv":
            return _separated(path, data, ",")
        case ".tsv":
            return _separated(path, data, "\t")
        case ".jsonl" | ".ndjson":
            return _objects(path, data)
        case _:
            return _listed(path, data)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_SOURCE:
            _refuse(f"{path} is larger than {LARGEST_SOURCE >> 20} MiB", "split it, or use several grids")
        return path.read_bytes()
    except FileNotFoundError:
        _refuse(f"no such file: {path}", "a path starts from the folder of the grid file")
    except IsADirectoryError:
        _refuse(f"{path} is a folder", "add /*.txt to name the files in it")
    except OSError as error:
        _refuse(f"cannot read {path}: {error.strerror}")
    except UnicodeEncodeError:
        _refuse(f"no file can be called {path} in this locale", "export LC_ALL=C.UTF-8, or PYTHONUTF8=1")


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unfit("not UTF-8", "save it as UTF-8", _line(path, data, error.start)) from None


def _line(path: Path, data: bytes, at: int) -> Place:
    return Place(str(path), data.count(b"\n", 0, at) + 1)


def _made(path: Path, data: bytes, columns: Mapping[str, Sequence[Scalar]], lines: Sequence[int]) -> Table:
    return Table(path, columns, lines, hashlib.sha256(data).hexdigest())


def _listed(path: Path, data: bytes) -> Table:
    """One value per line; blank lines and lines that begin with ``#`` do not count."""
    try:
        lines = Lines(data)
    except UnicodeDecodeError as error:
        raise Unfit("not UTF-8", "save it as UTF-8", _line(path, data, error.start)) from None
    return _made(path, data, {ONLY: lines}, lines.numbers)


def _separated(path: Path, data: bytes, separator: str) -> Table:
    """A header, then rows; blank lines do not count."""
    reader = csv.reader(io.StringIO(_text(path, data), newline=""), delimiter=separator, strict=True)
    rows = _rows(path, reader)
    header = next(rows, None)
    if header is None:
        return _made(path, data, {ONLY: ()}, ())
    names = [name.strip() for name in header[1]]
    if len(set(names)) < len(names) or "" in names:
        raise Unfit("a column without a name, or two of one name", "name each column once", Place(str(path), 1))
    kept = list(rows)
    for line, row in kept:
        if len(row) != len(names):
            what = f"{len(row)} values in a row of {len(names)} columns"
            raise Unfit(what, f"put a value that holds {separator!r} in quotes", Place(str(path), line))
    columns = {name: tuple(row[at] for _, row in kept) for at, name in enumerate(names)}
    return _made(path, data, columns, tuple(line for line, _ in kept))


def _rows(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, row); a row may span lines, and the first of them is its place."""
    line = 1
    try:
        for row in reader:
            if any(value.strip() for value in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unfit(f"not CSV: {error}", "check the quotes", Place(str(path), reader.line_num)) from None


def _objects(path: Path, data: bytes) -> Table:
    """One JSON object per line, or one JSON text per line; what is nested travels as JSON text."""
    kept: list[tuple[int, Mapping[str, Scalar]]] = []
    for number, line in enumerate(_text(path, data).split("\n"), start=1):
        if line.strip():
            kept.append((number, _object(path, number, line)))
    names = list(dict.fromkeys(name for _, row in kept for name in row))
    columns = {name: tuple(row.get(name) for _, row in kept) for name in names} or {ONLY: ()}
    return _made(path, data, columns, tuple(number for number, _ in kept))


def _object(path: Path, number: int, line: str) -> Mapping[str, Scalar]:
    place = Place(str(path), number)
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"not JSON: {error}", "write one JSON object per line", place) from None
    if isinstance(value, str):
        return {ONLY: value}
    if not isinstance(value, dict):
        raise Unfit("neither a JSON object nor a JSON text", "write one JSON object per line", place)
    return {name: _scalar(item) for name, item in value.items()}


def _scalar(value: object) -> Scalar:
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _parquet(path: Path) -> Table:
    data = _bytes(path)
    try:
        pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        _refuse(f"{path.name} needs a package that is not installed", PARQUET)
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowInvalid, OSError) as error:
        _refuse(f"{path} is no Parquet file: {error}", "check how it was written")
    columns = {name: tuple(_scalar(value) for value in table.column(name).to_pylist()) for name in table.column_names}
    return _made(path, data, columns, range(1, table.num_rows + 1))


def _refuse(what: str, hint: str | None = None) -> NoReturn:
    raise Unfit(what, hint) from None
