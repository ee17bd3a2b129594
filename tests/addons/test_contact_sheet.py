"""A contact sheet shows a run at a glance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from flux_batch.addons.gallery.contact_sheet import GAP, contact_sheet
from flux_batch.errors import UsageError

COLORS = {"a fox": (200, 40, 40), "a boat": (40, 40, 200)}


def made(out: Path) -> Path:
    """A folder with one plain picture for each of two prompts, two styles and two seeds."""
    (out / "images").mkdir()
    lines: list[str] = []
    for prompt, color in COLORS.items():
        for style in ("none", "wash"):
            for seed in (1, 2):
                name = f"images/{len(lines)}.png"
                Image.new("RGB", (64, 64), color).save(out / name)
                axes = {"prompt": prompt, "style": style, "seed": seed}
                lines.append(json.dumps({"axes": axes, "file_name": name}))
    (out / "manifest.jsonl").write_text("\n".join(lines) + "\n")
    return out


def test_rows_and_columns_are_axes(tmp_path: Path) -> None:
    """Each cell shows its first pictures side by side, thumbnails no larger than asked."""
    sheet = contact_sheet(made(tmp_path), rows="prompt", columns="style", side=32, per_cell=2)

    assert sheet.size == (4 * (32 + GAP) + GAP, 2 * (32 + GAP) + GAP)
    first_column = [sheet.getpixel((GAP + 16, GAP + 16 + row * (32 + GAP))) for row in range(2)]
    assert sorted(map(str, first_column)) == sorted(map(str, COLORS.values()))


def test_a_folder_without_such_axes_says_so(tmp_path: Path) -> None:
    """The message names the axes and the way out."""
    with pytest.raises(UsageError, match="no images with the axes prompt and size"):
        contact_sheet(made(tmp_path), rows="prompt", columns="size", side=32, per_cell=2)
