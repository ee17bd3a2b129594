"""Exports, read back with the libraries people train with: every row, every hash, every value."""

from __future__ import annotations

import gc
import glob
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from run_folder import cells, grow, key, picture

from flux_batch.cli.export import command
from flux_batch.store.manifest import Line

HARD = ["a fox", "a <script>alert(1)</script>", "Ünïcode 🦊 \u2028 line", "torn \ud83e surrogate"]
TOLD = ["prompt", "seed", "sha256", "width", "job", "axis_strength", "axis_mood", "drift"]


@pytest.fixture
def made(tmp_path: Path) -> list[Line]:
    """A run with prompts that are hard to carry, an axis of mixed types, and one kept after drift."""
    axes = [{**each, "strength": [1, 2.5][each["seed"] % 2]} for each in cells(HARD, 3)]
    axes.append({"prompt": "a fox", "seed": 9, "style": "wash", "strength": 3, "mood": "calm"})
    return grow(tmp_path / "run", axes, drift=[{"field": "steps", "asked": 20, "got": 30}])


@pytest.fixture
def out(tmp_path: Path, made: list[Line]) -> Path:
    """Its folder."""
    assert made
    return tmp_path / "run"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``datasets.load_dataset``: nothing is left in the home folder and no host is asked."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    return partial(import_module("datasets").load_dataset, cache_dir=str(tmp_path / "hf"))


def export(out: Path, form: str, *words: str) -> Path:
    """Export and return the folder."""
    done = CliRunner().invoke(command, [str(out), "--format", form, "--hf", *words])
    assert done.exit_code == 0, done.output
    return out / "export" / form


def told(line: Line, missing: str | None = "") -> dict[str, Any]:
    """What a row must say about an image, whatever the format; JSON says an empty text where nothing is known."""
    prompt = line.prompt.encode("utf-8", "backslashreplace").decode()
    return {
        "prompt": prompt,
        "seed": line.seed,
        "sha256": line.sha256,
        "width": 16,
        "job": line.job,
        "axis_strength": float(str(line.axes["strength"])),
        "axis_mood": line.axes.get("mood", missing),
        "drift": json.dumps(line.drift, sort_keys=True),
    }


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a row that was read."""
    return {name: row[name] for name in TOLD}


def told_by_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns: a row's own, or the JSON of a webdataset sample."""
    columns: Mapping[str, Any] = row.get("json", row)
    return columns


def test_parquet_rows_and_hashes_are_equal(out: Path, made: list[Line]) -> None:
    """With pyarrow: typed columns, the very bytes of each image."""
    parquet = import_module("pyarrow.parquet")

    rows = parquet.read_table(export(out, "parquet") / "data").to_pylist()

    assert len(made) == len(rows)
    for line, row in zip(made, rows, strict=True):
        assert told(line, missing=None) == said(row)
        assert line.sha256 == hashlib.sha256(row["image"]["bytes"]).hexdigest()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_parquet_opens_in_datasets_with_images_as_images(out: Path, made: list[Line], load: Callable[..., Any]) -> None:
    """No cast_column: the file says what the column is. Split and card agree with the files."""
    loaded = load(str(export(out, "parquet", "--split", "0.5/0.5")))

    rows = [row for part in loaded.values() for row in part]
    assert {line.sha256 for line in made} == {row["sha256"] for row in rows}
    assert all(row["image"].size == (16, 16) for row in rows)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_imagefolder_opens_in_datasets(out: Path, made: list[Line], load: Callable[..., Any]) -> None:
    """The row beside each image is its own."""
    folder = export(out, "imagefolder")

    loaded = load("imagefolder", data_dir=str(folder), split="train")

    assert len(made) == len(loaded)
    raw = loaded.cast_column("image", import_module("datasets").Image(decode=False))
    for line, row in zip(sorted(made, key=lambda line: line.job), sorted(raw, key=lambda row: row["job"]), strict=True):
        assert told(line) == said(row)
        content = row["image"]["bytes"] or Path(row["image"]["path"]).read_bytes()
        assert line.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("form", ["imagefolder", "webdataset", "parquet"])
def test_the_card_leads_datasets_to_every_row_of_every_part(
    out: Path, made: list[Line], load: Callable[..., Any], form: str
) -> None:
    """``load_dataset(folder)`` needs no other word, and every hash is right."""
    folder = export(out, form, "--split", "0.5/0.5")
    image = "png" if form == "webdataset" else "image"

    loaded = load(str(folder))

    assert {"train", "test"} == set(loaded)
    raw = loaded.cast_column(image, import_module("datasets").Image(decode=False))
    found = [(told_by_row(row)["sha256"], row[image]) for part in raw.values() for row in part]
    assert {line.sha256 for line in made} == {sha256 for sha256, _ in found}
    assert len(made) == len(found)
    for sha256, file in found:
        assert sha256 == hashlib.sha256(file["bytes"] or Path(file["path"]).read_bytes()).hexdigest()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_webdataset_samples_and_hashes_are_equal(out: Path, made: list[Line]) -> None:
    """With webdataset: the key, the bytes, the JSON and the words of each sample, over shards."""
    webdataset = import_module("webdataset")
    folder = export(out, "webdataset", "--shard-size", str(len(picture(0)) * 4 + 50))
    shards = sorted(str(path) for path in folder.glob("train-*.tar"))

    samples = list(webdataset.WebDataset(shards, shardshuffle=False))
    gc.collect()  # it leaves its files to the collector

    assert len(shards) > 2
    assert [key(line) for line in made] == [sample["__key__"] for sample in samples]
    for line, sample in zip(made, samples, strict=True):
        assert told(line) == said(json.loads(sample["json"]))
        assert told(line)["prompt"] == sample["txt"].decode()
        assert line.sha256 == hashlib.sha256(sample["png"]).hexdigest()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("form", ["imagefolder", "webdataset", "parquet"])
def test_the_line_an_export_ends_with_opens_all_of_it(
    out: Path, made: list[Line], load: Callable[..., Any], form: str
) -> None:
    """It can be copied into a program as it stands, also where there are several shards."""
    words = [str(out), "--format", form, "--shard-size", str(len(picture(0)) * 4 + 50)]

    last = CliRunner().invoke(command, words).stdout.splitlines()[-1]

    names = {"load_dataset": load, "webdataset": import_module("webdataset"), "glob": glob}
    opened = eval(last.removeprefix("next: "), names)  # noqa: S307 - the sentence under test
    rows = list(opened) if form == "webdataset" else opened["train"]
    gc.collect()  # webdataset leaves its files to the collector
    assert len(made) == len(rows)


def test_croissant_names_each_file_with_its_size_and_hash(out: Path) -> None:
    """A reader can check what it downloaded."""
    folder = export(out, "webdataset")

    described = json.loads((folder / "croissant.json").read_text())

    shard = described["distribution"][0]
    content = (folder / shard["contentUrl"]).read_bytes()
    assert (f"{len(content)} B", hashlib.sha256(content).hexdigest()) == (shard["contentSize"], shard["sha256"])


def test_the_card_header_is_yaml(out: Path) -> None:
    """What the Hub reads first."""
    from ruamel.yaml import YAML

    header = (export(out, "imagefolder", "--split", "0.5/0.5") / "README.md").read_text().split("---\n")[1]

    read = YAML(typ="safe").load(header)
    assert read["pretty_name"] == "run"
    assert [part["split"] for part in read["configs"][0]["data_files"]] == ["train", "test"]
