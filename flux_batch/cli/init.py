"""``flux-batch init``: a grid to start from, or one made of requests that are there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from flux_batch.cli.words import complaining, plain, say
from flux_batch.errors import StorageFailed, UsageError

if TYPE_CHECKING:
    from flux_batch.grid.imported import Imported

STARTER = "grid.yaml"


@click.command("init", epilog="Example: flux-batch init --from prompts.csv nightly.yaml")
@click.argument("grid", metavar="[GRID]", required=False, type=click.Path(dir_okay=False))
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(),
    help="Requests to take over: a batch of JSON lines, a list of prompts with options, a csv, tsv or parquet table.",
)
def command(grid: str | None, source: str | None) -> None:
    """Write a grid to GRID (grid.yaml, or the name of FILE), which must not exist yet."""
    with complaining():
        if source is None:
            path = Path(grid or STARTER)
            _write({path: _starter(path)})
        else:
            path = Path(grid) if grid else Path(source).with_suffix(".yaml")
            _write(_imported(Path(source), path))
    say(f"wrote {plain(str(path))}; see what it makes:\n\n  flux-batch plan {plain(str(path))}", err=True)


def _starter(path: Path) -> str:
    from flux_batch.grid.file import safe_name
    from flux_batch.grid.starter import starter

    return starter(safe_name(path.stem), str(path))


def _imported(source: Path, path: Path) -> dict[Path, str]:
    """Return the files to write: the grid, and the table its axes read."""
    from flux_batch.grid.file import safe_name
    from flux_batch.grid.starter import written

    table = path.with_suffix(".csv")
    if table.resolve() == source.resolve():
        table = path.with_name(f"{path.stem}.rows.csv")
    made = written(_read(source), safe_name(path.stem), table.name, source.name)
    return {path: made.grid} | ({table: made.table} if made.table is not None else {})


def _read(source: Path) -> Imported:
    from flux_batch.grid.imported import read_prompts, read_requests, read_rows
    from flux_batch.grid.sources import read_tables
    from flux_batch.grid.strict import Unfit

    try:
        if source.suffix.lower() in {".csv", ".tsv", ".parquet"}:
            (table,) = read_tables(Path(), str(source))
            return read_rows({name or "prompt": values for name, values in table.columns.items()}, str(source))
        if source.suffix.lower() in {".jsonl", ".ndjson"}:
            return read_requests(_text(source), str(source))
        return read_prompts(_text(source), str(source))
    except Unfit as unfit:
        raise UsageError(f"{unfit.where or source}: {unfit.what}", hint=unfit.hint) from None


def _text(source: Path) -> str:
    try:
        return source.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{source}: not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}", hint="name a file that can be read") from None


def _write(files: dict[Path, str]) -> None:
    """Write the files, none of which may be there."""
    for path in files:
        if path.exists():
            _taken(path)
    for path, text in files.items():
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            _taken(path)
        except OSError as error:
            raise StorageFailed(f"cannot write {path}: {error.strerror}", hint="name another folder") from None


def _taken(path: Path) -> NoReturn:
    raise UsageError(f"{path} exists and is left alone", hint="name another file: flux-batch init my-grid.yaml")
