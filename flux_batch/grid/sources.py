"""Files of values beside the grid -> rows. Reads files."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from flux_batch.grid.strict import Row, Unfit

LARGEST_SOURCE = 256 * 1024 * 1024
"""Bytes of one file of values; its lines are held in memory."""


def read_rows(path: Path) -> tuple[Row, ...]:
    """Return the rows of a text file: one value per line; blank lines and lines that begin with ``#`` do not count.

    Raises:
        Unfit: no such file, not readable, not UTF-8, nothing in it.
    """
    lines = enumerate((line.strip() for line in _text(path).split("\n")), start=1)
    rows = tuple(Row(line, {}, number) for number, line in lines if line and not line.startswith("#"))
    if not rows:
        _refuse(f"no value in {path}", "write one value per line")
    return rows


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_SOURCE:
            _refuse(f"{path} is larger than {LARGEST_SOURCE >> 20} MiB", "split it, or use several grids")
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        _refuse(f"no such file: {path}", "a path starts from the folder of the grid file")
    except IsADirectoryError:
        _refuse(f"{path} is a folder", "name a file in it")
    except UnicodeDecodeError as error:
        _refuse(f"{path} is not UTF-8 (byte {error.start})", "save it as UTF-8")
    except OSError as error:
        _refuse(f"cannot read {path}: {error.strerror}")


def _refuse(what: str, hint: str | None = None) -> NoReturn:
    raise Unfit(what, hint) from None
