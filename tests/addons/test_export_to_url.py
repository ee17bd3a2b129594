"""Exports to a store: the same files as on a disk, each verified, replaced as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from run_folder import cells, grow
from s3_server import S3, Answer, Rule, damaging, refusing

from flux_batch.cli import main

pytest_plugins = ["s3_fixtures"]

FORMATS = ["imagefolder", "webdataset", "parquet"]
SIGN = ".flux-batch-export"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder with twelve images."""
    grow(tmp_path / "out", cells(["a fox", "an owl", "a hare"], 4))
    return tmp_path / "out"


def export(out: Path, form: str, to: object, *words: str) -> Result:
    """Type ``flux-batch export``."""
    return CliRunner().invoke(main, ["export", str(out), "--format", form, "--to", str(to), *words])


def files(folder: Path) -> dict[str, bytes]:
    """Name -> content of everything below *folder* but the sign."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != SIGN)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def at_store(s3: S3, url: str) -> dict[str, bytes]:
    """Name -> content of everything at *url* but the sign."""
    return {name: content for name, content in s3.objects(url).items() if name != SIGN}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_there_as_here(out: Path, tmp_path: Path, s3: S3, url: str, form: str) -> None:
    """Card and description included; nothing is left on this machine."""
    words = ["--hf", "--split", "0.5/0.5", "--by", "seed", "--embed-metadata"]
    export(out, form, tmp_path / "here", *words)
    before = set(out.rglob("*"))

    done = export(out, form, url, *words)

    assert (done.exit_code, done.stderr) == (0, "")
    assert at_store(s3, url) == files(tmp_path / "here")
    assert f"12 images exported to {url} (" in done.stdout
    assert set(out.rglob("*")) == before


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_command_again_sends_nothing(out: Path, s3: S3, url: str, form: str) -> None:
    """The store's digests prove what is there."""
    export(out, form, url)
    s3.forget()

    assert export(out, form, url).exit_code == 0

    assert s3.puts() == []


def test_the_sign_comes_first_and_last(out: Path, s3: S3, url: str) -> None:
    """Whoever reads it knows whether all is there, and metadata.jsonl leads nowhere in vain."""
    export(out, "imagefolder", url)

    sign = json.loads(s3.objects(url)[SIGN])
    assert (s3.puts()[0], s3.puts()[-2:]) == (SIGN, ["metadata.jsonl", SIGN])
    assert (sign["whole"], set(sign["files"])) == (True, set(at_store(s3, url)))


def test_a_grown_dataset_replaces_the_one_before(out: Path, tmp_path: Path, s3: S3, url: str) -> None:
    """What has gone from it goes there as well; what somebody else put beside it stays."""
    export(out, "webdataset", url, "--shard-size", "400")
    bucket, _, place = url.removeprefix("s3://").partition("/")
    s3.client().put_object(Bucket=bucket, Key=f"{place}/notes.txt", Body=b"mine")
    before = at_store(s3, url)
    export(out, "webdataset", tmp_path / "here")

    assert export(out, "webdataset", url).exit_code == 0

    assert len(before) > 2
    assert at_store(s3, url) == {**files(tmp_path / "here"), "notes.txt": b"mine"}


def test_a_place_that_holds_something_else_is_refused(out: Path, s3: S3, url: str) -> None:
    """An export replaces nothing but an export."""
    bucket, _, place = url.removeprefix("s3://").partition("/")
    s3.client().put_object(Bucket=bucket, Key=f"{place}/thesis.tex", Body=b"mine")
    s3.forget()

    done = export(out, "parquet", url)

    assert (done.exit_code, s3.puts()) == (2, [])
    assert f"{url} holds something that is no export" in done.stderr


def test_a_sign_from_elsewhere_removes_nothing_outside(out: Path, tmp_path: Path) -> None:
    """It may have been written by anybody, and name anything."""
    (tmp_path / "thesis.tex").write_text("mine")
    place = tmp_path / "there"
    place.mkdir()
    (place / SIGN).write_text(
        json.dumps({"v": 1, "whole": True, "files": ["../thesis.tex", str(tmp_path / "thesis.tex")]})
    )

    assert export(out, "parquet", f"file://{place}").exit_code == 0

    assert (tmp_path / "thesis.tex").exists()


def test_an_image_that_has_changed_sends_nothing(out: Path, s3: S3, url: str) -> None:
    """The dataset is whole here before any of it is sent."""
    image = next((out / "images").iterdir())
    image.write_bytes(image.read_bytes() + b"?")

    done = export(out, "imagefolder", url)

    assert (done.exit_code, s3.puts()) == (8, [])
    assert "has changed since it was kept" in done.stderr


@pytest.mark.parametrize(
    "rule", [refusing(Answer("403 Forbidden", "AccessDenied"), after=5), damaging()], ids=["denied", "damaged"]
)
def test_what_was_cut_off_goes_on_where_it_stopped(out: Path, tmp_path: Path, s3: S3, url: str, rule: Rule) -> None:
    """Exit code 8, and the same command sends the rest."""
    export(out, "imagefolder", tmp_path / "here")
    s3.rules.append(rule)
    cut = export(out, "imagefolder", url)
    sign = json.loads(s3.objects(url)[SIGN])
    arrived = set(at_store(s3, url))
    s3.forget()

    assert export(out, "imagefolder", url).exit_code == 0

    assert (cut.exit_code, sign["whole"]) == (8, False)
    assert not arrived & {f"images/{name}" for name in s3.puts()}
    assert at_store(s3, url) == files(tmp_path / "here")


@pytest.mark.parametrize("protocol", ["memory", "file"])
def test_any_store_will_do(out: Path, tmp_path: Path, protocol: str) -> None:
    """A disk by its URL, too."""
    url = f"file://{tmp_path / 'there'}" if protocol == "file" else f"memory://datasets-{tmp_path.name}"

    assert export(out, "parquet", url).exit_code == 0
    assert export(out, "parquet", url).exit_code == 0

    export(out, "parquet", tmp_path / "here")
    if protocol == "file":
        assert files(tmp_path / "there") == files(tmp_path / "here")


@pytest.mark.parametrize(
    "to, said",
    [
        ("s3://key:hunter2@bucket/x", "--to holds more than an address"),
        ("foo://x", "there is no protocol 'foo'"),
    ],
)
def test_a_wrong_url_is_wrong_usage(out: Path, to: str, said: str) -> None:
    """And a password in it is not repeated."""
    done = export(out, "parquet", to)

    assert done.exit_code == 2
    assert said in done.stderr
    assert "hunter2" not in done.stderr


def test_a_bucket_that_is_not_there_is_a_sentence(out: Path, s3: S3) -> None:
    """With its way out."""
    done = export(out, "parquet", "s3://no-such-bucket/x")

    assert (done.exit_code, s3.puts()) == (8, [])
    assert "cannot list s3://no-such-bucket/x: The specified bucket does not exist" in done.stderr
    assert "hint: make the bucket" in done.stderr
