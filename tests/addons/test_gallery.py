"""The gallery's files: thumbnails made once, failures in their place, nothing overwritten, prompts that stay text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from run_folder import cells, grow, key, line, marks, note, picture

from flux_batch.addons.gallery import data
from flux_batch.cli.gallery import command


def run(out: Path, *words: str) -> Result:
    """``flux-batch gallery``."""
    return CliRunner().invoke(command, [str(out), *words])


def told(script: Path) -> list[Any]:
    """The arguments of the call in a data script."""
    call = re.fullmatch(r"GALLERY\.\w+\((.*)\);\n", script.read_text("ascii"), re.DOTALL)
    assert call is not None
    read: list[Any] = json.loads(f"[{call[1]}]")
    return read


def head(out: Path) -> dict[str, Any]:
    """What the page reads first."""
    read: dict[str, Any] = told(out / "gallery/data/index.js")[0]
    return read


def statuses(out: Path) -> dict[str, str]:
    """Key -> status of every cell."""
    names = head(out)["statuses"]
    columns = [told(script)[1] for script in sorted((out / "gallery/data").glob("cells-*.js"))]
    return {key: names[status] for each in columns for key, status in zip(each["key"], each["status"], strict=True)}


def notes(out: Path) -> str:
    """The reasons of the first chunk."""
    return json.dumps(told(out / "gallery/data/cells-0.js")[1]["note"])


def thumbs(out: Path) -> dict[str, int]:
    """Thumbnail -> time it was written."""
    return {path.name: path.stat().st_mtime_ns for path in (out / "gallery/thumbs").rglob("*.webp")}


def test_each_image_has_its_thumbnail_and_it_is_made_once(tmp_path: Path) -> None:
    """A second gallery of a grown run makes the thumbnails of what is new."""
    grow(tmp_path, cells(["a fox"], 5))
    assert run(tmp_path).exit_code == 0
    before = thumbs(tmp_path)

    grow(tmp_path, cells(["an owl"], 3))
    assert run(tmp_path).exit_code == 0

    after = thumbs(tmp_path)
    assert (len(before), len(after)) == (5, 8)
    assert before.items() <= after.items()


def test_images_with_the_same_bytes_share_a_thumbnail(tmp_path: Path) -> None:
    """Also while several of them are looked at at once."""
    lines = [line(picture(n // 4), axes) for n, axes in enumerate(cells(["a fox"], 800))]
    (tmp_path / "images").mkdir()
    for n, made in enumerate(lines):
        (tmp_path / made.file_name).write_bytes(picture(n // 4))
    note(tmp_path / "manifest.jsonl", *(made.to_json() for made in lines))

    done = run(tmp_path)

    assert done.exit_code == 0, done.output
    assert "800 kept" in done.stdout
    assert len(thumbs(tmp_path)) == 200


def test_a_thumbnail_is_small_and_in_proportion(tmp_path: Path) -> None:
    """256 pixels at most, as wide against high as the image."""
    (made,) = grow(tmp_path, cells(["a fox"], 1))
    Image.new("RGB", (1024, 768), (200, 30, 30)).save(tmp_path / made.file_name)
    manifest = (tmp_path / "manifest.jsonl").read_text()
    content = (tmp_path / made.file_name).read_bytes()
    import hashlib

    line = {**json.loads(manifest), "sha256": hashlib.sha256(content).hexdigest()}
    del line["crc"]
    (tmp_path / "manifest.jsonl").write_text(json.dumps(line) + "\n")

    run(tmp_path)

    with Image.open(next((tmp_path / "gallery/thumbs").rglob("*.webp"))) as small:
        assert (small.size, small.format) == ((256, 192), "WEBP")


def test_a_changed_or_lost_file_is_shown_as_missing(tmp_path: Path) -> None:
    """Nothing is shown under a name that is not its own."""
    made = grow(tmp_path, cells(["a fox"], 3))
    (tmp_path / made[0].file_name).write_bytes(picture(99))
    (tmp_path / made[1].file_name).unlink()

    run(tmp_path)

    assert {key(made[0]): "missing", key(made[1]): "missing", key(made[2]): "kept"} == statuses(tmp_path)
    assert "the file has changed since it was kept" in notes(tmp_path)


def test_what_failed_is_set_aside_or_drifted_has_its_place(tmp_path: Path) -> None:
    """Each with its axes, its status and its reason."""
    drifted = grow(tmp_path, cells(["drifted"], 1), drift=[{"field": "steps", "asked": 20, "got": 30}])
    flagged = grow(tmp_path, cells(["flagged"], 1), flags=["size"])
    classes = {"1" * 16: "refused", "2" * 16: "gate", "3" * 16: "held", "4" * 16: "pending", "5" * 16: "gate"}
    note(
        tmp_path / "failures.jsonl",
        *({"job": job, "axes": {"prompt": job}, "class": why, "message": "no"} for job, why in classes.items()),
    )
    note(tmp_path / "quarantine/reasons.jsonl", {"file_name": f"quarantine/2-{'2' * 16}-0.png", "reason": "blank"})
    (tmp_path / f"quarantine/2-{'2' * 16}-0.png").write_bytes(picture(7))

    assert run(tmp_path).exit_code == 0

    expected = {
        key(drifted[0]): "drifted",
        key(flagged[0]): "flagged",
        "1" * 16: "failed",
        f"{'2' * 16}-0": "quarantined",
        "3" * 16: "held",
        "4" * 16: "pending",
        "5" * 16: "quarantined",
    }
    assert expected == statuses(tmp_path)
    assert "steps: asked 20, got 30" in notes(tmp_path)
    assert "blank" in notes(tmp_path)
    assert len(thumbs(tmp_path)) == 3


def test_a_job_that_was_made_after_it_failed_is_shown_once(tmp_path: Path) -> None:
    """While a run goes on, the failures of the one before are still written there."""
    (made,) = grow(tmp_path, cells(["a fox"], 1))
    note(tmp_path / "failures.jsonl", {"job": made.job, "axes": made.axes, "class": "transient", "message": ""})

    run(tmp_path)

    assert {key(made): "kept"} == statuses(tmp_path)


def test_values_are_in_the_order_people_expect(tmp_path: Path) -> None:
    """None first, numbers by size, words with numbers by those, what is missing last."""
    axes: list[dict[str, Any]] = [{"prompt": p, "cfg": c} for p in ["img10", "none", "Img2"] for c in [10, 3.5, 7]]
    grow(tmp_path, [*axes, {"prompt": "img2"}])

    run(tmp_path)

    found = {facet["name"]: facet["labels"] for facet in head(tmp_path)["facets"]}
    assert sorted(found["prompt"], key=found["prompt"].index) == ["none", "Img2", "img2", "img10"]
    assert found["cfg"] == ["3.5", "7", "10", "\N{EM DASH}"]


def test_markup_in_a_prompt_is_no_markup_in_any_file(tmp_path: Path) -> None:
    """Data is ASCII without angle brackets; the page forbids scripts of other origins and inline ones."""
    grow(tmp_path, cells(["</script><script>alert(1)</script>", "\ud83e \u2028"], 1))

    run(tmp_path)

    for script in (tmp_path / "gallery/data").iterdir():
        assert not re.search(rb"[<>&\x80-\xff]", script.read_bytes())
    page = (tmp_path / "gallery/index.html").read_text()
    assert "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'" in page
    assert not re.search(r"<script>|style=|onclick=|https?://", page)


def test_many_cells_come_in_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file grows with the run; every cell is in one of them, in order."""
    monkeypatch.setattr(data, "CHUNK", 4)
    monkeypatch.setattr(data, "DETAILS", 2)
    made = grow(tmp_path, cells(["a fox"], 11))

    run(tmp_path)

    folder = tmp_path / "gallery/data"
    assert {"cells-0.js", "cells-1.js", "cells-2.js"} == {path.name for path in folder.glob("cells-*")}
    assert [key(line) for line in made] == list(statuses(tmp_path))
    details = [told(folder / f"details-{page}.js")[1] for page in range(6)]
    assert [line.job for line in made] == [record["job"] for page in details for record in page]


def test_saved_marks_come_back(tmp_path: Path) -> None:
    """What was picked on another machine is picked here."""
    made = grow(tmp_path, cells(["a fox"], 2))
    marks(tmp_path / "marks.json", picked=made[:1], rejected=made[1:])

    run(tmp_path)

    assert [key(made[0])] == head(tmp_path)["marks"]["picked"]


def test_a_gallery_elsewhere_finds_the_images(tmp_path: Path) -> None:
    """``--to`` leads back to the run by a relative path."""
    grow(tmp_path / "my run", cells(["a fox"], 1))

    assert run(tmp_path / "my run", "--to", str(tmp_path / "page")).exit_code == 0

    assert told(tmp_path / "page/data/index.js")[0]["root"] == "../my%20run"


def test_the_run_itself_is_left_alone(tmp_path: Path) -> None:
    """Only ``gallery/`` is written."""
    grow(tmp_path, cells(["a fox"], 2))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}

    run(tmp_path)

    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert before == {path: when for path, when in after.items() if "gallery" not in path.parts}


@pytest.mark.parametrize("lines, said", [(None, "no manifest.jsonl in"), ("", "nothing to show in")])
def test_a_folder_with_nothing_to_show_is_exit_2(tmp_path: Path, lines: str | None, said: str) -> None:
    """With the way out."""
    if lines is not None:
        (tmp_path / "manifest.jsonl").write_text(lines)

    done = run(tmp_path)

    assert done.exit_code == 2
    assert said in done.stderr
    assert "flux-batch run GRID" in done.stderr


def test_a_folder_that_is_no_gallery_is_left_alone(tmp_path: Path) -> None:
    """``--to ~/pictures`` overwrites no index.html."""
    grow(tmp_path / "run", cells(["a fox"], 1))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("mine")

    done = run(tmp_path / "run", "--to", str(tmp_path / "site"))

    assert done.exit_code == 2
    assert (tmp_path / "site" / "index.html").read_text() == "mine"
