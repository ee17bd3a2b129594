"""``flux-batch verify``: what is wrong is named, what can be put right is, and nothing is bought for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from batch_runs import CANARY, Site, site, tree
from click.testing import CliRunner, Result

from flux_batch.cli import main
from flux_batch.store.lock import locked


async def verify(out: Path, *options: str) -> Result:
    """Type the command, with the key in the environment."""
    environment = {"MODELSLAB_API_KEY": CANARY}
    return await to_thread.run_sync(lambda: CliRunner(env=environment).invoke(main, ["verify", str(out), *options]))


async def told(out: Path, *options: str) -> dict[str, Any]:
    """Return what it says to programs."""
    result = await verify(out, "--json", *options)
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["exit_code"] == result.exit_code
    return found


def link(image: Path, to: Path) -> None:
    """Move an image elsewhere and leave a link."""
    image.rename(to)
    image.symlink_to(to)


def spoil(out: Path, what: str) -> None:
    """Do one kind of damage to a folder."""
    image = min((out / "images").iterdir())
    manifest, journal = out / "manifest.jsonl", out / ".flux-batch" / "journal.jsonl"
    damage: dict[str, Callable[[], object]] = {
        "deleted": image.unlink,
        "flipped": lambda: image.write_bytes(image.read_bytes()[:-20] + b"?" + image.read_bytes()[-19:]),
        "cut": lambda: image.write_bytes(image.read_bytes()[:-1]),
        "replaced": lambda: image.write_bytes(max((out / "images").iterdir()).read_bytes()),
        "linked": lambda: link(image, out / "moved.png"),
        "stray": lambda: (out / "images" / "holiday.png").write_bytes(b"sun"),
        "edited line": lambda: manifest.write_bytes(manifest.read_bytes().replace(b"picture 0", b"picture O", 1)),
        "damaged line": lambda: manifest.write_bytes(manifest.read_bytes().replace(b'"sha256":"', b'"sha256";"', 1)),
        "doubled line": lambda: manifest.write_bytes(manifest.read_bytes() + manifest.read_bytes().splitlines(True)[0]),
        "damaged record": lambda: journal.write_bytes(journal.read_bytes().replace(b'"e":"sent"', b'"e":"sant"', 1)),
        "readable": lambda: journal.chmod(0o644),
    }
    damage[what]()


KINDS = {
    "deleted": ("gone", 3),
    "flipped": ("changed", 3),
    "cut": ("changed", 3),
    "replaced": ("changed", 3),
    "linked": ("changed", 3),
    "stray": ("stray", 3),
    "edited line": ("line", 10),
    "damaged line": ("line", 10),
    "doubled line": ("twice", 10),
    "damaged record": ("line", 10),
    "readable": ("open_to_others", 3),
}


async def made(at: Site) -> None:
    """Run the grid; all is well."""
    assert (await at.make()).report.exit_code == 0


async def test_a_folder_in_order_is_said_to_be(tmp_path: Path) -> None:
    """Every line, file and record was looked at; nothing was written."""
    async with site(tmp_path / "out") as at:
        await made(at)
        before = tree(at.out)

        found = await told(at.out)
        spoken = await verify(at.out)

        assert (found["lines"], found["images"], found["violations"], found["exit_code"]) == (8, 8, [], 0)
        assert found["bytes"] == sum(line["bytes"] for line in at.lines)
        assert found["records"] > 24
        assert "all is as it should be" in spoken.stdout
        assert tree(at.out) == before


@pytest.mark.parametrize("what", KINDS)
async def test_each_kind_of_damage_is_named_and_put_right(tmp_path: Path, what: str) -> None:
    """Found, told apart, repaired: the images are the same as before, and nothing was bought."""
    async with site(tmp_path / "out") as at:
        await made(at)
        before = {name: entry[2] for name, entry in tree(at.out).items() if name.startswith("images/")}
        await to_thread.run_sync(spoil, at.out, what)

        found = await told(at.out)
        assert [(each["broken"], found["exit_code"]) for each in found["violations"]] == [KINDS[what]]
        repaired = await told(at.out, "--repair")

        assert (repaired["violations"], repaired["exit_code"]) == ([], 0)
        assert {n: e[2] for n, e in tree(at.out).items() if n.startswith("images/")} == before
        assert len(at.posts) == 8
        assert (await at.make()).report.exit_code == 0
        assert len(at.posts) == 8


@pytest.mark.parametrize("what", ["flipped", "linked", "stray", "damaged line", "doubled line", "damaged record"])
async def test_nothing_that_is_taken_out_is_thrown_away(tmp_path: Path, what: str) -> None:
    """It lies in ``quarantine/`` with its reason, or as it was beside the torn lines."""
    async with site(tmp_path / "out") as at:
        await made(at)
        manifest = await to_thread.run_sync((at.out / "manifest.jsonl").read_bytes)
        await to_thread.run_sync(spoil, at.out, what)

        await verify(at.out, "--repair")

    aside = [*(at.out / "quarantine").glob("*"), *(at.out / ".flux-batch" / "torn").glob("*")]
    names = {"damaged record": "journal.jsonl.before-repair.1", "stray": "holiday.png"}
    wanted = names.get(what, "manifest.jsonl.before-repair.1" if "line" in what else "reasons.jsonl")
    assert wanted in [path.name for path in aside]
    if what != "damaged line":
        assert await to_thread.run_sync((at.out / "manifest.jsonl").read_bytes) == manifest


async def test_what_nobody_can_fetch_is_left_and_told_until_somebody_decides(tmp_path: Path) -> None:
    """Links dead, id forgotten: exit 3; with ``--rebuy`` the next run buys that one image again, and no other."""
    async with site(tmp_path / "out", {"image#9-11": "410", "fetch#*": "404"}) as at:
        await made(at)
        await to_thread.run_sync(spoil, at.out, "deleted")

        found = await told(at.out, "--repair")
        assert [each["broken"] for each in found["violations"]] == ["gone"]
        again = await told(at.out, "--repair", "--rebuy")
        assert again["violations"] == []
        assert "1 job will be bought again by the next run" in again["done"]
        assert len(at.posts) == 8

        ran = await at.make()
        assert (ran.report.exit_code, ran.report.kept, len(at.posts)) == (0, 8, 9)
        assert (await told(at.out))["violations"] == []


async def test_an_image_that_came_from_nowhere_is_made_again_by_the_command_that_is_named(tmp_path: Path) -> None:
    """Its file and the journal are gone: run, status and verify all lead to the same way out."""
    async with site(tmp_path / "an out") as at:
        await made(at)
        await to_thread.run_sync(spoil, at.out, "deleted")
        await to_thread.run_sync((at.out / ".flux-batch" / "journal.jsonl").unlink)
        assert (await at.make()).report.exit_code == 3
        status = await to_thread.run_sync(lambda: CliRunner().invoke(main, ["status", str(at.out)]))
        found = await verify(at.out, "--repair")

        way_out = f"flux-batch verify '{at.out}' --repair --rebuy"
        assert way_out in status.stdout
        assert way_out in found.stdout
        assert "1 job will be bought again by the next run" in (await verify(at.out, "--repair", "--rebuy")).stdout

        assert (await at.make()).report.exit_code == 0
        assert len(at.posts) == 9


async def test_a_folder_in_use_is_not_repaired(tmp_path: Path) -> None:
    """Code 9, and who holds it; plain verify looks on."""
    async with site(tmp_path / "out") as at:
        await made(at)
        await to_thread.run_sync(spoil, at.out, "stray")
        with ExitStack() as held:
            await to_thread.run_sync(held.enter_context, locked(at.out / ".flux-batch" / "lock", "now"))
            assert (await verify(at.out, "--repair")).exit_code == 9
            assert (await told(at.out))["running"] is not None


async def test_without_a_key_what_needs_none_is_done(tmp_path: Path) -> None:
    """And the rest is said."""
    async with site(tmp_path / "out") as at:
        await made(at)
        await to_thread.run_sync(spoil, at.out, "flipped")
        result = await to_thread.run_sync(
            lambda: CliRunner(env={"MODELSLAB_API_KEY": ""}).invoke(main, ["verify", str(at.out), "--repair"])
        )

    assert result.exit_code == 3
    assert "was moved to quarantine/" in result.stdout
    assert "API key" in result.stderr


@pytest.mark.parametrize("options", [[], ["--repair"], ["--json"]])
async def test_what_is_no_output_folder_is_refused(tmp_path: Path, options: list[str]) -> None:
    """Nothing is made there."""
    result = await verify(tmp_path, *options)
    left = await to_thread.run_sync(lambda: list(tmp_path.iterdir()))

    assert result.exit_code == 2
    assert "is no output folder" in result.stderr
    assert left == []


async def test_rebuy_goes_with_repair(tmp_path: Path) -> None:
    """Alone it would do nothing."""
    async with site(tmp_path / "out") as at:
        await made(at)
        assert (await verify(at.out, "--rebuy")).exit_code == 2


EDITS = {
    "prompt": ("picture 0", "picture O"),
    "seed": (r'"seed":\d', '"seed":9'),
    "sha256": (r'"sha256":"[0-9a-f]{8}', '"sha256":"deadbeef'),
    "width": (r'"width":64,"height":64,"format"', '"width":65,"height":64,"format"'),
    "billed": ('"billed":"once"', '"billed":"possibly_twice"'),
    "a field of one's own": (r'"flags":\[\]', '"rating":5,"flags":[]'),
}


def edit(out: Path, pattern: str, new: str) -> None:
    """Change the first *pattern* in the manifest, and leave the seal of its line alone."""
    text, count = re.subn(pattern, new, (out / "manifest.jsonl").read_text(), count=1)
    assert count == 1
    (out / "manifest.jsonl").write_text(text)


FROM_THE_FILE = {"sha256", "width"}
"""What only the file tells: where that is gone as well, the line cannot be put back."""


@pytest.mark.parametrize(
    "field, gone", [(field, gone) for field in EDITS for gone in (False, True) if not (gone and field in FROM_THE_FILE)]
)
async def test_an_edited_line_is_put_back_as_it_was_written(tmp_path: Path, field: str, *, gone: bool) -> None:
    """The journal and the file say what stood there, and the seal, which is a sum of it, says that they are right."""
    async with site(tmp_path / "out") as at:
        await made(at)
        manifest = await to_thread.run_sync((at.out / "manifest.jsonl").read_bytes)
        await to_thread.run_sync(edit, at.out, *EDITS[field])
        if gone:
            await to_thread.run_sync((at.out / at.lines[0]["file_name"]).unlink)

        repaired = await told(at.out, "--repair")

        assert (repaired["violations"], len(at.posts)) == ([], 8)
        assert "manifest.jsonl: edited lines put back as they were written: 1" in repaired["done"]
        assert await to_thread.run_sync((at.out / "manifest.jsonl").read_bytes) == manifest


@pytest.mark.parametrize("state", ["file there", "file changed", "file gone"])
async def test_an_edited_line_that_cannot_be_put_back_is_written_anew(tmp_path: Path, state: str) -> None:
    """What only the line itself told, here its time, is not believed; the image is fetched again if need be."""
    async with site(tmp_path / "out") as at:
        await made(at)
        before = at.lines
        image = at.out / before[0]["file_name"]
        await to_thread.run_sync(edit, at.out, "picture 0", "picture O")
        await to_thread.run_sync(edit, at.out, '"created_at":"2', '"created_at":"1')
        if state == "file changed":
            await to_thread.run_sync(
                image.write_bytes, await to_thread.run_sync((at.out / before[1]["file_name"]).read_bytes)
            )
        elif state == "file gone":
            await to_thread.run_sync(image.unlink)

        repaired = await told(at.out, "--repair")

        assert (repaired["violations"], len(at.posts)) == ([], 8)
        told_anew = {"created_at", "url"}
        after = {line["job"]: {k: v for k, v in line.items() if k not in told_anew | {"crc"}} for line in at.lines}
        assert after == {
            line["job"]: {k: v for k, v in line.items() if k not in told_anew | {"crc"}} for line in before
        }
        assert all(line["created_at"].startswith("2") for line in at.lines)


async def test_a_damaged_line_whose_file_is_gone_too_is_fetched_and_not_bought(tmp_path: Path) -> None:
    """Only somebody who takes out both means "make it again"."""
    async with site(tmp_path / "out") as at:
        await made(at)
        await to_thread.run_sync((at.out / at.lines[0]["file_name"]).unlink)
        await to_thread.run_sync(spoil, at.out, "damaged line")

        repaired = await told(at.out, "--repair")

        assert (repaired["violations"], len(at.lines)) == ([], 8)
        assert (await at.make()).report.exit_code == 0
        assert len(at.posts) == 8


async def test_an_edited_line_the_journal_knows_nothing_of_is_left_and_told(tmp_path: Path) -> None:
    """There is nothing to hold it against; nobody but its owner can say what is right."""
    async with site(tmp_path / "out") as at:
        await made(at)
        await to_thread.run_sync(edit, at.out, "picture 0", "picture O")
        await to_thread.run_sync((at.out / ".flux-batch" / "journal.jsonl").unlink)
        before = await to_thread.run_sync((at.out / "manifest.jsonl").read_bytes)

        repaired = await verify(at.out, "--repair")

        assert repaired.exit_code == 10
        assert "manifest.jsonl:1: somebody edited this line, and the journal does not know its image" in repaired.stdout
        assert await to_thread.run_sync((at.out / "manifest.jsonl").read_bytes) == before


async def test_a_request_for_several_images_is_bought_again_whole_and_its_kept_ones_stay(tmp_path: Path) -> None:
    """The API makes all images of a request or none; how many are paid for is said, and only the lost is new."""
    async with site(tmp_path / "out", {"image#3-5": "410", "fetch#*": "404"}) as at:
        pair: dict[str, Any] = {"prompts": 1, "seeds": 1, "params": {"samples": 2}}
        assert (await at.make(**pair)).report.kept == 2
        first, second = sorted(at.lines, key=lambda line: int(line["sample"]))
        await to_thread.run_sync((at.out / second["file_name"]).unlink)

        again = await told(at.out, "--repair", "--rebuy")
        assert "1 job will be bought again by the next run: 2 images, for a request is bought whole" in again["done"]
        assert (at.lines, len(at.posts)) == ([first], 1)

        ran = await at.make(**pair)
        assert (ran.report.exit_code, ran.report.kept, len(at.posts), ran.report.known_billed) == (0, 2, 2, 4)
        assert at.lines[0] == first
        assert at.lines[1]["generation_id"] != first["generation_id"]
