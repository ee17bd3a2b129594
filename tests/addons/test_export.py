"""Exports: whole or not at all, the same bytes each time, no group in two parts."""

from __future__ import annotations

import hashlib
import json
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from run_folder import cells, grow, key, marks, picture

from flux_batch.cli.export import command

FORMATS = ["imagefolder", "webdataset", "parquet"]
PROMPTS = [f"picture {number}" for number in range(40)]


def run(out: Path, form: str, *words: str) -> Result:
    """``flux-batch export``."""
    return CliRunner().invoke(command, [str(out), "--format", form, *words])


def contents(folder: Path) -> dict[str, str]:
    """Name -> digest of every file below *folder*."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(out: Path, form: str = "imagefolder") -> dict[str, list[dict[str, object]]]:
    """Part -> rows of an ``imagefolder`` export with parts."""
    return {
        path.parent.name: [json.loads(text) for text in path.read_text().splitlines()]
        for path in (out / "export" / form).glob("*/metadata.jsonl")
    }


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A run of three prompts and four seeds."""
    grow(tmp_path / "run", cells(["a fox", "a <b>lighthouse</b>", 'a "quoted" harbour'], 4))
    return tmp_path / "run"


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_export_again_is_the_same_bytes(out: Path, form: str) -> None:
    """No time, no name of a machine, no order but the manifest's."""
    words = ["--hf", "--split", "0.5/0.5", "--shard-size", "400"]

    assert run(out, form, *words).exit_code == 0
    first = contents(out / "export" / form)
    assert run(out, form, *words).exit_code == 0

    assert first == contents(out / "export" / form)


@pytest.mark.parametrize("form", FORMATS)
def test_a_changed_image_stops_the_export_and_leaves_no_file(out: Path, form: str) -> None:
    """A dataset with another picture in it than its line says is never seen, not even in part; exit 8."""
    last = max((out / "images").iterdir())
    last.write_bytes(picture(99))

    done = run(out, form)

    assert done.exit_code == 8
    assert f"error: {last} has changed since it was kept" in done.stderr
    assert f"flux-batch verify {out} --repair" in done.stderr
    assert not list((out / "export").iterdir())


def test_a_failed_export_leaves_the_one_before(out: Path) -> None:
    """Yesterday's export stays until today's is whole."""
    run(out, "webdataset")
    before = contents(out / "export")
    next((out / "images").iterdir()).unlink()

    assert run(out, "webdataset").exit_code == 8

    assert before == contents(out / "export")


def test_a_folder_that_is_no_export_is_not_replaced(out: Path, tmp_path: Path) -> None:
    """``--to ~/pictures`` deletes nothing."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("years")

    done = run(out, "imagefolder", "--to", str(tmp_path / "mine"))

    assert done.exit_code == 2
    assert "exists and is no export" in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_images_are_linked_not_copied(out: Path) -> None:
    """An imagefolder export of a terabyte takes no terabyte."""
    run(out, "imagefolder")

    for image in (out / "export" / "imagefolder" / "images").iterdir():
        assert image.samefile(out / "images" / image.name)


def test_a_part_never_shares_a_prompt_with_another(tmp_path: Path) -> None:
    """Whatever the seed and style; case and spacing make no new prompt."""
    grow(tmp_path, cells([*PROMPTS, "PICTURE 1", "picture  2 "], 2, ["none", "wash"]))

    run(tmp_path, "imagefolder", "--split", "0.8/0.1/0.1")

    found = {
        part: {" ".join(str(row["axis_prompt"]).casefold().split()) for row in rows}
        for part, rows in rows_of(tmp_path).items()
    }
    assert {"train", "validation", "test"} == set(found)
    assert len(PROMPTS) == sum(len(prompts) for prompts in found.values()) == len(set.union(*found.values()))
    assert len(found["train"]) > len(found["test"])


def test_no_row_moves_when_the_dataset_grows(tmp_path: Path) -> None:
    """What was trained on last month is not tested on this month."""
    grow(tmp_path, cells(PROMPTS[:20], 2))
    run(tmp_path, "imagefolder", "--split", "0.5/0.5")
    before = {str(row["sha256"]): part for part, rows in rows_of(tmp_path).items() for row in rows}

    grow(tmp_path, cells(PROMPTS[20:], 2))
    run(tmp_path, "imagefolder", "--split", "0.5/0.5")
    after = {str(row["sha256"]): part for part, rows in rows_of(tmp_path).items() for row in rows}

    assert (len(before), len(after)) == (40, 80)
    assert before.items() <= after.items()


def test_finished_shards_stay_as_they_are_when_the_dataset_grows(tmp_path: Path) -> None:
    """Uploading a grown dataset uploads its new shards and the last one."""
    grow(tmp_path, cells(PROMPTS[:10], 1))
    size = len(picture(0)) * 3 + 50
    run(tmp_path, "webdataset", "--shard-size", str(size))
    before = contents(tmp_path / "export" / "webdataset")

    grow(tmp_path, cells(PROMPTS[10:], 1))
    run(tmp_path, "webdataset", "--shard-size", str(size))
    after = contents(tmp_path / "export" / "webdataset")

    finished = sorted(name for name in before if name.endswith(".tar"))[:-1]
    assert len(finished) >= 2
    assert {name: before[name] for name in finished} == {name: after[name] for name in finished}


def test_only_what_was_picked(out: Path) -> None:
    """The gallery's marks choose; the file is found in OUT, or named."""
    made = grow(out, cells(["chosen", "spurned", "unmarked"], 1))
    marks(out / "marks.json", picked=[made[0]], rejected=[made[1]])

    assert run(out, "imagefolder", "--only", "picked").exit_code == 0
    picked = (out / "export" / "imagefolder" / "metadata.jsonl").read_text().splitlines()
    assert run(out, "imagefolder", "--only", "not-rejected", "--marks", str(out / "marks.json")).exit_code == 0
    left = (out / "export" / "imagefolder" / "metadata.jsonl").read_text().splitlines()

    assert [json.loads(text)["prompt"] for text in picked] == ["chosen"]
    assert len(left) == 14
    assert "spurned" not in {json.loads(text)["prompt"] for text in left}


def test_keys_are_the_image_and_have_no_dot(out: Path) -> None:
    """Webdataset ends a key at the first dot."""
    made = grow(out, cells(["one more"], 1))
    run(out, "webdataset")

    with tarfile.open(out / "export" / "webdataset" / "train-00000.tar") as tar:
        names = tar.getnames()

    assert names[-3:] == [f"{key(made[0])}.{ending}" for ending in ("png", "json", "txt")]
    assert all(name.count(".") == 1 for name in names)


@pytest.mark.parametrize(
    "words, said",
    [
        (["--split", "0.9/0.2"], "the shares of --split 0.9/0.2 add up to 1.1"),
        (["--split", "most/rest"], "--split most/rest is no list of shares"),
        (["--split", "a=0.5/a=0.5"], "is no list of shares"),
        (["--split", "0.5/0.5", "--by", "mood"], "has no such axis or field"),
        (["--only", "picked"], "no marks.json in"),
        (["--shard-size", "big"], "big is no size"),
    ],
)
def test_wrong_words_are_exit_2_with_a_way_out(out: Path, words: list[str], said: str) -> None:
    """Nothing is written."""
    done = run(out, "imagefolder", *words)

    assert done.exit_code == 2
    assert said in done.stderr
    assert not (out / "export" / "imagefolder").exists()


def test_a_folder_without_a_run_is_exit_2(tmp_path: Path) -> None:
    """A typing error is no empty dataset."""
    done = run(tmp_path / "runz", "imagefolder")

    assert done.exit_code == 2
    assert "no manifest.jsonl in" in done.stderr


def test_a_run_without_images_is_exit_2(tmp_path: Path) -> None:
    """An empty export would fail in the training job instead."""
    (tmp_path / "manifest.jsonl").touch()

    done = run(tmp_path, "imagefolder")

    assert done.exit_code == 2
    assert "make some: flux-batch run GRID" in done.stderr


def test_parquet_without_its_package_says_how_to_install_it(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is exit 2, not a traceback."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    done = run(out, "parquet")

    assert done.exit_code == 2
    assert "hint: pip install 'flux-batch[parquet]'" in done.stderr


def test_a_file_name_that_leads_elsewhere_is_refused(out: Path) -> None:
    """A manifest from somebody else cannot make the export read or write outside."""
    grow(out, cells(["evil"], 1))
    manifest = out / "manifest.jsonl"
    lines = manifest.read_text().splitlines()
    last = json.loads(lines[-1])
    del last["crc"]
    manifest.write_text("\n".join([*lines[:-1], json.dumps({**last, "file_name": "images/../../etc/passwd"})]) + "\n")

    done = run(out, "imagefolder")

    assert done.exit_code == 10
    assert "this is no manifest line" in done.stderr
