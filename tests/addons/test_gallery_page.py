"""The gallery in a real browser, opened from the disk: it asks no host, shows what is there, and reads no markup."""

from __future__ import annotations

import json
import shlex
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from chromium import CHROMIUM, Page, chromium, tab
from click.testing import CliRunner
from run_folder import cells, grow, key, note, picture

from flux_batch.cli.export import command as export
from flux_batch.cli.gallery import command as gallery
from flux_batch.store.manifest import Line

HOSTILE = "a fox <img src=x onerror=\"document.title='taken'\"></script><script>document.title='taken'</script>"
PROMPTS = [HOSTILE, "a lighthouse", "a harbour"]
FAILED = "1" * 16
SET_ASIDE = "2" * 16

SET = """(name, value) => {
  const control = document.getElementById(name);
  const option = [...control.options ?? []].find(option => option.text.startsWith(value));
  control.value = option ? option.value : value;
  control.dispatchEvent(new Event(option ? "change" : "input", {bubbles: true}));
}"""
COLOURS = "(style => [style.color, style.backgroundColor])(getComputedStyle(document.body))"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for the module."""
    with chromium(tmp_path_factory.mktemp("profile")) as address:
        yield address


@pytest.fixture
def made(tmp_path: Path) -> list[Line]:
    """A run of 3 prompts, 2 styles and 4 seeds, one cell failed and one set aside, and its gallery."""
    lines = grow(tmp_path, cells(PROMPTS, 4, ["none", "wash"]))
    missing = [
        {"prompt": "a harbour", "style": "ink", "seed": 0},
        {"prompt": "a lighthouse", "style": "ink", "seed": 0},
    ]
    note(
        tmp_path / "failures.jsonl",
        {"job": FAILED, "axes": missing[0], "class": "refused", "message": "not <b>allowed</b>"},
        {"job": SET_ASIDE, "axes": missing[1], "class": "gate", "message": "blank"},
    )
    note(tmp_path / "quarantine/reasons.jsonl", {"file_name": f"quarantine/{SET_ASIDE}-0.png", "reason": "blank"})
    (tmp_path / f"quarantine/{SET_ASIDE}-0.png").write_bytes(picture(250))
    done = CliRunner().invoke(gallery, [str(tmp_path)])
    assert done.exit_code == 0, done.output
    return lines


@pytest.fixture
async def page(made: list[Line], door: str, tmp_path: Path) -> AsyncIterator[Page]:
    """The page, loaded; at the end nothing was complained of, nobody was asked, and no prompt was run."""
    assert made
    async with tab(door) as page:
        await page.open(f"file://{tmp_path}/gallery/index.html")
        await page.until("document.body.dataset.ready === 'yes'")
        yield page
        assert page.complaints == []
        assert {""} == page.hosts
        assert await page.run("document.title") != "taken"


async def choose(page: Page, **controls: str) -> None:
    """Set selects and inputs as a person does; a facet is chosen by its name."""
    for name, value in controls.items():
        await page.run(f"({SET})({name!r}, {value!r})")
    await page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def texts(page: Page, selector: str) -> list[str]:
    """The text of each element."""
    read: list[str] = await page.run(f"[...document.querySelectorAll({selector!r})].map(e => e.textContent)")
    return read


async def shown(page: Page) -> int:
    """How many pictures can be seen."""
    count: int = await page.run("document.querySelectorAll('.picture').length")
    return count


async def press(page: Page, *names: str) -> None:
    """Press keys."""
    for name in names:
        for kind in ("keyDown", "keyUp"):
            more: dict[str, Any] = {"text": name} if len(name) == 1 and kind == "keyDown" else {}
            await page.call("Input.dispatchKeyEvent", type=kind, key=name, **more)


async def test_it_opens_from_the_disk_with_two_axes_and_a_slider(page: Page) -> None:
    """Prompts down, styles across, one seed at a time, every thumbnail drawn."""
    await page.until("[...document.images].filter(i => i.src.includes('thumbs')).every(i => i.naturalWidth)")

    assert sorted(await texts(page, "#labels span")) == [HOSTILE, "a harbour", "a lighthouse"]
    assert await texts(page, "#heads span") == ["none", "ink", "wash"]
    assert await shown(page) == 3 * 2 + 2


async def test_any_axis_may_be_row_column_or_slider(page: Page) -> None:
    """An axis that is taken trades places with the one it replaces."""
    await choose(page, rows="seed")

    assert await texts(page, "#labels span") == ["0", "1", "2", "3"]
    assert await page.run("GALLERY.head.facets[view.slider].name") == "prompt"

    await choose(page, slider="none", columns="—")
    assert await shown(page) == 26


async def test_the_slider_shows_one_value_after_the_other(page: Page) -> None:
    """Seed 0 has the failed cells, seed 3 has not."""
    await choose(page, position="3")

    assert await page.run("document.getElementById('value').textContent") == "seed 3"
    assert await shown(page) == 6


async def test_text_finds_prompts_ids_and_reasons(page: Page, made: list[Line]) -> None:
    """Every word has to be there, wherever."""
    await choose(page, slider="none")
    counts = {}
    for words in ["light wash", made[5].job, "allowed", "no such thing"]:
        await choose(page, text=words)
        counts[words] = await page.run("grid.order().length")

    assert {"light wash": 4, made[5].job: 1, "allowed": 1, "no such thing": 0} == counts
    assert await page.run("!document.getElementById('empty').hidden")
    await page.run("document.getElementById('clear').click()")
    assert await page.run("grid.order().length") == 26


async def test_filters_and_statuses_narrow_it_down(page: Page) -> None:
    """Two of three values, and kept images only."""
    await choose(page, slider="none")
    await page.run("document.querySelectorAll('#facets details')[1].querySelectorAll('input')[2].click()")
    await page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert await page.run("grid.order().length") == 6

    await page.run("document.getElementById('clear').click()")
    await page.run("document.querySelector('#statuses [data-status=kept]').click()")
    assert await page.run("grid.order().length") == 2


async def test_what_failed_stands_in_its_place_with_its_reason(page: Page) -> None:
    """As text, whatever the service wrote."""
    await page.run("document.querySelector('.picture[data-status=failed]').click()")
    await page.until("document.querySelector('#facts .what')")

    assert await texts(page, "#facts .what") == ["failed: refused: not <b>allowed</b>"]
    assert await texts(page, "#instead") == ["refused: not <b>allowed</b>"]
    assert await page.run("document.getElementById('pick').disabled")


async def test_arrow_keys_go_through_the_grid_with_full_pictures(page: Page) -> None:
    """Right and left in order, down and up in the column; the metadata is that picture's."""
    await page.run("document.querySelector('.tile').click()")
    await press(page, "ArrowRight", "ArrowDown")
    await page.until("document.querySelector('#full').naturalWidth === 16 && document.querySelector('#facts dd')")

    # the first row has nothing in ink, so right of none is wash
    found = await texts(page, "#facts > section:nth-of-type(1) dd")
    assert found == ["a harbour", "0", "wash"]
    name = await page.run("GALLERY.key[viewer.id]")
    assert (await page.run("document.querySelector('#full').src")).endswith(f"/images/{name}.png")
    await press(page, "ArrowUp", "ArrowLeft")
    assert await page.run("grid.order()[0] === viewer.id")


async def test_marks_last_and_are_what_export_reads(page: Page, made: list[Line], tmp_path: Path) -> None:
    """P and X mark; a reload keeps them; the saved file chooses the images of an export."""
    await page.run("document.querySelector('.tile').click()")
    await press(page, "p", "ArrowRight", "x")
    picked = await page.run("GALLERY.key[grid.order()[0]]")
    await page.run("window.before = true")
    await page.call("Page.reload")
    await page.until("!window.before && document.body?.dataset.ready === 'yes'")
    assert await page.run("document.querySelector('.picture').dataset.mark") == "picked"

    await page.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "got"))
    await page.run("document.getElementById('save').click()")
    saved = anyio.Path(tmp_path / "got/marks.json")
    with anyio.fail_after(10):
        while not await saved.exists():
            await page.run("new Promise(done => requestAnimationFrame(done))")
    done = await anyio.to_thread.run_sync(
        CliRunner().invoke,
        export,
        [str(tmp_path), "--format", "imagefolder", "--only", "picked", "--marks", str(saved)],
    )

    assert done.exit_code == 0, done.output
    metadata = await anyio.Path(tmp_path / "export/imagefolder/metadata.jsonl").read_text()
    assert [picked] == [f"{row['job']}-{row['sample']}" for row in map(json.loads, metadata.splitlines())]
    assert picked in {key(line) for line in made}


async def test_two_in_a_place_lie_side_by_side_and_leave_no_room(page: Page) -> None:
    """Rows are then half as high as their columns are wide; a third one makes them square again."""
    sizes = "(box => [box.width, box.height])(document.querySelector('.tile').getBoundingClientRect())"
    assert await page.run(sizes) == [256, 256]

    await choose(page, slider="none")
    assert await page.run(sizes) == [256, 256]
    await page.run("document.querySelectorAll('#facets details')[1].querySelectorAll('input')[0].click()")
    await page.run("document.querySelectorAll('#facets details')[1].querySelectorAll('input')[1].click()")
    await page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert await page.run(sizes) == [256, 128]
    assert await shown(page) == 3 * 2 * 2 + 2


@pytest.mark.parametrize(
    "folder, word", [("runs/night 1", "'runs/night 1'"), ("runs/it's", "'runs/it'\\''s'"), ("runs/a-1", "runs/a-1")]
)
async def test_the_command_for_saved_marks_can_be_typed_as_it_stands(page: Page, folder: str, word: str) -> None:
    """A folder with a space or a quote is one word for the shell."""
    await page.run(f"GALLERY.head.folder = {json.dumps(folder)}; document.getElementById('save').disabled = false")
    await page.run("document.getElementById('save').click()")

    (told,) = await texts(page, "#command")
    assert word == told.removeprefix("flux-batch export ").partition(" --format ")[0]
    assert [folder, "--format"] == shlex.split(told)[2:4]


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_sticks_out_at_either_width(page: Page, tmp_path: Path, width: int, scheme: str) -> None:
    """No sideways scrolling of the page, the whole toolbar on it, words readable in both schemes."""
    await page.open(f"file://{tmp_path}/gallery/index.html", width, 800, scheme)
    await page.until("document.body.dataset.ready === 'yes'")

    assert width == await page.run("document.documentElement.scrollWidth")
    outside = (
        "[...document.querySelectorAll('header select, header input:not([hidden]), #filters > summary')]"
        f".filter(e => e.checkVisibility() && e.getBoundingClientRect().right > {width} + 1).length"
    )
    assert await page.run(outside) == 0
    await page.run("document.getElementById('filters').open = true")
    box = await page.run("(box => [box.left, box.right])(document.getElementById('facets').getBoundingClientRect())")
    assert 0 <= box[0] < box[1] <= width
    colours: list[str] = await page.run(COLOURS)
    ink, paper = (sum(int(part) for part in colour[4:-1].split(",")) for colour in colours)
    assert (ink < paper) == (scheme == "light")


async def test_only_what_can_be_seen_is_in_the_document(made: list[Line], door: str, tmp_path: Path) -> None:
    """Two thousand cells, some dozens of elements; the end is a scroll away."""
    assert made
    many = tmp_path / "many"
    lines = grow(many, cells([f"prompt {n:04}" for n in range(1000)], 2))
    await anyio.to_thread.run_sync(CliRunner().invoke, gallery, [str(many)])
    async with tab(door) as page:
        await page.open(f"file://{many}/gallery/index.html", 1280, 900)
        await page.until("document.body.dataset.ready === 'yes'")
        await choose(page, slider="none", columns="seed")
        count = await page.run("document.querySelectorAll('.tile').length")
        await page.run("document.getElementById('scroll').scrollTo(0, 1e9)")
        await page.until("[...document.querySelectorAll('#labels span')].some(e => e.textContent === 'prompt 0999')")

    assert len(lines) == 2000
    assert 4 <= count < 60
