"""A contact sheet: the images of a run side by side in one small picture.

``python -m flux_batch.addons.gallery.contact_sheet OUT sheet.jpg --rows prompt --columns style``
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from PIL import Image

from flux_batch.errors import UsageError
from flux_batch.store.folder import Folder
from flux_batch.store.lines import read_lines

GAP = 6
PAPER = (250, 249, 246)


def contact_sheet(out: Path, *, rows: str, columns: str, side: int, per_cell: int) -> Image.Image:
    """Paint the sheet of output folder *out*.

    Args:
        out: a run's output folder.
        rows, columns: names of axes.
        side: pixels of the longer edge of each picture.
        per_cell: pictures shown of each row and column.

    Raises:
        UsageError: the folder has no images, or no such axis.
    """
    cells = _cells(read_lines(Folder(out).manifest), rows, columns)
    if not cells:
        raise UsageError(
            f"no images with the axes {rows} and {columns} in {out}", hint="make some: flux-batch run GRID"
        )
    across, down = (list(dict.fromkeys(cell[axis] for cell in cells)) for axis in (1, 0))
    step = side + GAP
    sheet = Image.new("RGB", (len(across) * per_cell * step + GAP, len(down) * step + GAP), PAPER)
    for (row, column), names in cells.items():
        for place, name in enumerate(names[:per_cell]):
            left = (across.index(column) * per_cell + place) * step + GAP
            sheet.paste(_thumbnail(out / name, side), (left, down.index(row) * step + GAP))
    return sheet


def _cells(lines: Iterable[Mapping[str, object]], rows: str, columns: str) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for line in sorted(lines, key=lambda line: json.dumps(line["axes"], sort_keys=True)):
        axes = line["axes"]
        if isinstance(axes, dict) and rows in axes and columns in axes:
            found.setdefault((str(axes[rows]), str(axes[columns])), []).append(str(line["file_name"]))
    return found


def _thumbnail(path: Path, side: int) -> Image.Image:
    with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as image:
        small = image.convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    return small


@click.command()
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--rows", default="prompt", show_default=True)
@click.option("--columns", default="style", show_default=True)
@click.option("--side", default=150, show_default=True)
@click.option("--per-cell", default=2, show_default=True)
def main(out: Path, target: Path, rows: str, columns: str, side: int, per_cell: int) -> None:
    """Paint the contact sheet of OUT into TARGET."""
    contact_sheet(out, rows=rows, columns=columns, side=side, per_cell=per_cell).save(target, quality=82, optimize=True)


if __name__ == "__main__":
    main()
