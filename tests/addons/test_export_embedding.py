"""Metadata embedded in exported images: read by the programs people have, true, and never at the cost of a pixel."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import sys
import tarfile
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import anyio
import pytest
import sd_parsers
from batch_runs import site
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from run_folder import BEGAN, cells, grow, line, note, picture

from flux_batch.addons.export.embedding import texts
from flux_batch.addons.export.png_text import with_text
from flux_batch.cli.export import command
from flux_batch.store.image.check import ImageCheck
from flux_batch.store.manifest import Line

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
ANSWERED = {"model_id": "flux-dev", "steps": 28, "scheduler": "DDPMScheduler", "guidance_scale": 3.5}
HARD = "a fox, \U0001f98a\nNegative prompt: <b>&amp;\r\nUnïcode \u2028"


def export(out: Path, form: str = "imagefolder", *words: str) -> Result:
    """``flux-batch export --embed-metadata``."""
    done = CliRunner().invoke(command, [str(out), "--format", form, "--embed-metadata", *words])
    assert done.exit_code == 0, done.output
    return done


def exported(out: Path, form: str = "imagefolder") -> list[tuple[dict[str, Any], bytes]]:
    """Row and image bytes of each image of an export in one part, in the manifest's order."""
    folder = out / "export" / form
    if form == "imagefolder":
        rows = [json.loads(text) for text in (folder / "metadata.jsonl").read_text().splitlines()]
        return [(row, (folder / row["file_name"]).read_bytes()) for row in rows]
    if form == "parquet":
        table = import_module("pyarrow.parquet").read_table(folder / "data").to_pylist()
        return [(row, row["image"]["bytes"]) for row in table]
    with tarfile.open(folder / "train-00000.tar") as tar:
        files = [file.read() for member in tar if (file := tar.extractfile(member))]
    return [(json.loads(text), content) for content, text, _ in zip(*[iter(files)] * 3, strict=True)]


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk, read without any code of ours; each CRC is right."""
    at = 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        data = png[at + 8 : at + 8 + length]
        assert struct.pack(">I", zlib.crc32(kind + data)) == png[at + 8 + length : at + 12 + length]
        yield kind, data
        at += length + 12


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """*png* with one more chunk, where its maker put it."""
    return png[:33] + struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) + png[33:]


def told(made: Line, *, stand_in: bool = False) -> dict[str, str]:
    """The texts of an image."""
    return texts(made.to_json(), stand_in=stand_in)


def properties(packet: str) -> dict[str, str]:
    """Name -> value of an XMP packet's properties."""
    root = ET.fromstring(packet)  # noqa: S314 - the packet is ours, and must be XML
    found = root.find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert found is not None
    return {each.tag: each.text or "" for each in found}


def carried(prompt: str) -> str:
    """*prompt* as PNG and XML can carry it, character by character."""
    return "".join(map(one_carried, prompt.replace("\r\n", "\n").replace("\r", "\n")))


def one_carried(character: str) -> str:
    """A lone surrogate as its escape, what XML 1.0 forbids as U+FFFD, anything else as it is."""
    if unicodedata.category(character) == "Cs":
        return f"\\u{ord(character):04x}"
    try:
        ET.fromstring(f"<a>{escape(character)}</a>")  # noqa: S314 - asks the parser what XML may hold
    except ET.ParseError:
        return "\ufffd"
    return character


PROMPTS = st.text(st.characters(), max_size=200) | st.text("a\0\r\n<&\ud83e\U0001f98a:,", max_size=40)


@given(PROMPTS, st.integers(0, 65535), st.sampled_from([1, 1, 1, 500]))
def test_any_prompt_arrives_and_no_pixel_changes(prompt: str, number: int, times: int) -> None:
    """Whatever its characters and length: a whole PNG, the same IDAT, the text as Pillow reads it."""
    before, made = picture(number), line(picture(number), {"prompt": prompt * times})

    after = with_text(before, told(made))

    check = ImageCheck()
    check.feed(after)
    assert check.finish().format == "png"
    kinds = [kind for kind, _ in chunks(after)]
    assert kinds == [b"IHDR", b"iTXt", b"iTXt", b"IDAT", b"IEND"]
    assert [each for each in chunks(before) if each[0] == b"IDAT"] == [e for e in chunks(after) if e[0] == b"IDAT"]
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(after)) as other:
        assert one.tobytes() == other.tobytes()
        assert other.info["parameters"].startswith(carried(prompt * times) + "\n")
        packet = properties(other.info["XML:com.adobe.xmp"])
    assert carried(prompt * times) == packet[f"{IPTC}AIPromptInformation"]


def test_viewers_of_generated_images_read_how_it_was_made() -> None:
    """As answered where the answer says so, as asked elsewhere: with the library such viewers use."""
    axes = {"prompt": "a fox, running", "seed": 7, "negative_prompt": "rain, text", "num_inference_steps": 20}
    made = line(picture(1), axes, meta=ANSWERED, style="wash")

    read = sd_parsers.ParserManager().parse(Image.open(io.BytesIO(with_text(picture(1), told(made)))))

    assert read is not None
    (sampler,) = read.samplers
    assert (
        [prompt.value for prompt in sampler.prompts],
        [prompt.value for prompt in sampler.negative_prompts],
    ) == (["a fox, running"], ["rain, text"])
    assert sampler.parameters == {"steps": "28", "cfg_scale": "3.5", "seed": "7"}
    assert sampler.model is not None
    assert (sampler.name, sampler.model.name) == ("DDPMScheduler", "flux-dev")
    assert read.metadata == {"Size": "16x16", "Style": "wash"}


@pytest.mark.parametrize(
    "changes, last",
    [
        ({}, "Size: 16x16, Model: flux"),
        ({"seed": 5, "style": "oil, thick"}, 'Seed: 5, Size: 16x16, Model: flux, Style: "oil, thick"'),
        ({"style": "torn\rline"}, 'Size: 16x16, Model: flux, Style: "torn\\rline"'),
        ({"samples": 4, "sample": 2}, "Size: 16x16, Model: flux, Batch size: 4, Batch pos: 2"),
        ({"meta": {"guidance_scale": None, "steps": []}}, "Steps: [], Size: 16x16, Model: flux"),
    ],
)
def test_the_last_line_has_what_is_known(changes: Mapping[str, Any], last: str) -> None:
    """Nothing is made up; a value that would end its pair is quoted."""
    made = line(picture(0), {"prompt": HARD}, **changes)

    assert last == told(made)["parameters"].splitlines()[-1]


def test_the_tag_says_that_a_model_made_it() -> None:
    """In the field by which search engines and platforms know generated images, with the model that answered."""
    made = line(picture(0), {"prompt": HARD}, meta=ANSWERED)

    read = properties(told(made)["XML:com.adobe.xmp"])

    assert {
        f"{IPTC}DigitalSourceType": f"{SOURCE_TYPE}trainedAlgorithmicMedia",
        f"{IPTC}AISystemUsed": "flux-dev",
        f"{IPTC}AIPromptInformation": carried(HARD),
    } == read


@pytest.mark.process
def test_pictures_of_the_embedded_server_are_not_said_to_be_a_models(tmp_path: Path) -> None:
    """Whatever model was asked for: the tag says algorithm, and the parameters say who painted it."""
    words = "endpoint: {base_url: embedded}\naxes: {prompt: [a fox]}\nparams: {size: 64x64}\nname: small\n"
    (tmp_path / "grid.yaml").write_text(words)
    run = [sys.executable, "-m", "flux_batch", "run", "grid.yaml", "--quiet", "--out", "out"]
    subprocess.run(run, cwd=tmp_path, check=True, timeout=50)

    export(tmp_path / "out")

    ((_, content),) = exported(tmp_path / "out")
    info = Image.open(io.BytesIO(content)).info
    packet = properties(info["XML:com.adobe.xmp"])
    assert f"{SOURCE_TYPE}algorithmicMedia" == packet.pop(f"{IPTC}DigitalSourceType")
    assert list(packet.values()) == ["flux-batch, embedded server"]
    assert info["parameters"].endswith("Painted by: the embedded server")


async def test_images_of_a_service_are_said_to_be_a_models(tmp_path: Path) -> None:
    """A whole run over HTTP; the service says which model it was."""
    async with site(tmp_path / "out") as at:
        await at.make(prompts=1, seeds=1)
    await anyio.to_thread.run_sync(export, at.out)

    ((_, content),) = await anyio.to_thread.run_sync(exported, at.out)
    packet = properties(Image.open(io.BytesIO(content)).info["XML:com.adobe.xmp"])
    assert f"{SOURCE_TYPE}trainedAlgorithmicMedia" == packet[f"{IPTC}DigitalSourceType"]
    assert packet[f"{IPTC}AISystemUsed"] == "flux"


def test_an_image_bought_after_a_trial_is_a_models(tmp_path: Path) -> None:
    """The same cell painted by the embedded server first, then made by the real API: the last one counts."""
    (made,) = grow(tmp_path, cells(["a fox"], 1))
    accepted = {"v": 1, "e": "accepted", "job": made.job, "at": BEGAN}
    runs = [{"v": 1, "e": "run", "service": name} for name in ("embedded", "https://modelslab.com/api/v6")]
    note(tmp_path / ".flux-batch" / "journal.jsonl", runs[0], accepted, runs[1], accepted)

    export(tmp_path)

    ((_, content),) = exported(tmp_path)
    assert b"trainedAlgorithmicMedia" in content


@pytest.mark.parametrize("form", ["imagefolder", "webdataset", "parquet"])
def test_each_export_knows_the_hash_of_its_file_and_of_the_one_delivered(tmp_path: Path, form: str) -> None:
    """Both hashes are columns; the run's own images and manifest stay as they are."""
    made = grow(tmp_path, cells(["a fox", "a boat"], 2))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    export(tmp_path, form, "--hf")

    rows = exported(tmp_path, form)
    assert [each.sha256 for each in made] == [row["source_sha256"] for row, _ in rows]
    for row, content in rows:
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (row["sha256"], row["bytes"])
        assert row["sha256"] != row["source_sha256"]
    assert before == {path: path.read_bytes() for path in before}
    folder = tmp_path / "export" / form
    assert "column `source_sha256`".casefold() in (folder / "README.md").read_text().casefold()
    assert ("rows-0/source_sha256" in (folder / "croissant.json").read_text()) == (form != "webdataset")


def test_the_same_export_again_is_the_same_bytes(tmp_path: Path) -> None:
    """No time and no version in the metadata."""
    grow(tmp_path, cells(["a fox"], 3))

    first = (export(tmp_path), exported(tmp_path))[1]

    assert first == (export(tmp_path), exported(tmp_path))[1]


def test_jpeg_and_webp_are_left_as_delivered_and_that_is_said(tmp_path: Path) -> None:
    """Linked as ever, both hashes equal."""
    grow(tmp_path, cells(["a fox"], 1))
    content = picture(5, "JPEG")
    made = line(content, {"prompt": "a boat"}, ending="jpg")
    (tmp_path / made.file_name).write_bytes(content)
    with (tmp_path / "manifest.jsonl").open("a") as manifest:
        manifest.write(json.dumps(made.to_json()) + "\n")

    done = export(tmp_path)

    assert "metadata embedded in 1 PNG file\n1 image left as delivered: no PNG" in done.stdout
    row, after = exported(tmp_path)[1]
    assert (content, row["sha256"]) == (after, row["source_sha256"])
    assert (tmp_path / made.file_name).samefile(tmp_path / "export/imagefolder" / made.file_name)


def test_what_its_maker_wrote_stays() -> None:
    """A text of the same keyword is not written twice; XMP may be in a PNG once only."""
    mine = with_chunk(picture(0), b"tEXt", b"parameters\0as its maker had it")
    made = line(mine, {"prompt": "a fox"})

    after = with_text(mine, told(made))

    assert Image.open(io.BytesIO(after)).info["parameters"] == "as its maker had it"
    assert sum(kind in {b"tEXt", b"iTXt"} for kind, _ in chunks(after)) == 2
    assert after == with_text(after, told(made))


def test_a_signed_image_stays_as_it_is() -> None:
    """A C2PA signature covers the whole file: one more chunk would make it false."""
    signed = with_chunk(picture(0), b"caBX", b"jumb")

    assert signed == with_text(signed, told(line(signed, {"prompt": "a fox"})))
