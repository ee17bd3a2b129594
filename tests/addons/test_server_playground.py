"""The playground in a real browser: it asks, shows, explains itself in four languages, and calls no other host."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from chromium import CHROMIUM, Page, chromium, tab
from server_probe import Probe, probing

from flux_batch.addons.server.pages import FILES, POLICY
from flux_batch.addons.server.service_time import ServiceTime

HOSTILE = "<img src=x onerror=\"document.title='taken'\"></script><script>document.title='taken'</script>"
FORM = "document.getElementById('form')"
DRAWN = "document.querySelectorAll('#stage img').length && [...document.images].every(i => i.complete || !i.src)"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    """A server with every default."""
    async with probing() as running:
        yield running


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for the module."""
    with chromium(tmp_path_factory.mktemp("profile")) as address:
        yield address


@pytest.fixture
async def page(probe: Probe, door: str) -> AsyncIterator[Page]:
    """The playground, loaded; at the end nothing was complained of and nobody else was asked."""
    async with tab(door) as page:
        await page.open(f"{probe.server.origin}/")
        yield page
        assert page.complaints == []
        assert page.hosts == {"127.0.0.1"}


async def fill(page: Page, **values: str) -> None:
    """Type into the form."""
    for name, value in values.items():
        await page.run(f"{FORM}.elements[{name!r}].value = {value!r}")
    await page.run(f"{FORM}.dispatchEvent(new Event('input', {{bubbles: true}}))")


async def generate(page: Page, until: str = DRAWN) -> None:
    """Press the button and wait for what should come of it."""
    await page.run("document.getElementById('go').click()")
    await page.until(f"!document.getElementById('go').disabled && {until}")


async def shown(page: Page, name: str) -> str:
    """What stands behind one of the tabs."""
    await page.run(f"document.querySelector('[data-tab={name}]').click()")
    text: str = await page.run("document.getElementById('code').textContent")
    return text


async def test_a_picture_appears(page: Page, probe: Probe) -> None:
    """As many as were asked for, in their true size, with the seed beside them."""
    await fill(page, prompt="a fox", seed="7", samples="3", size="768x512")
    await generate(page)
    sizes = await page.run("[...document.querySelectorAll('#stage img')].map(i => [i.naturalWidth, i.naturalHeight])")
    facts = await page.run("document.getElementById('facts').textContent")

    assert sizes == [[768, 512]] * 3
    assert "seed 7" in facts
    assert probe.billed() == 3


async def test_the_request_shown_is_the_request_sent(page: Page, probe: Probe) -> None:
    """Word for word, but for the key, which the ledger does not keep."""
    await fill(page, prompt="a fox in the snow", negative_prompt="people", seed="4294967295")
    await generate(page)
    displayed = await page.run("body()")

    assert displayed.pop("key") == "any"
    assert displayed == probe.last("post").body
    assert '"status": "success"' in await shown(page, "answer")


async def test_a_style_is_chosen_by_its_preview(page: Page) -> None:
    """The picker shows a picture for each, finds by words, and puts the name into the request."""
    await page.run("document.getElementById('style').click()")
    await page.until(
        "document.querySelectorAll('#cards img').length > 1 && document.querySelector('#cards img').complete"
    )
    await page.run(
        "(() => { const search = document.getElementById('search'); search.value = 'water';"
        " search.dispatchEvent(new Event('input')); })()"
    )
    await page.until("[...document.querySelectorAll('#cards img')].every(i => i.complete && i.naturalWidth)")
    names = await page.run("[...document.querySelectorAll('#cards span')].map(s => s.textContent)")
    await page.run("document.querySelector('#cards button').click()")

    assert names
    assert all("water" in name for name in names)
    assert (await page.run("body()"))["enhance_style"] == names[0]
    assert await page.run("document.getElementById('styles').open") is False


async def test_a_prompt_with_markup_stays_text(page: Page) -> None:
    """Neither the form, nor the answer, nor a refusal lets a prompt become a script."""
    await fill(page, prompt=HOSTILE.replace("'", "`"), size="9999x9999")
    await page.run(f"{FORM}.elements.size[0].value = '8x8', {FORM}.elements.size[0].checked = true")
    await generate(page, "document.getElementById('stage').className === 'refused'")
    await page.run(f"{FORM}.elements.size[0].value = '512x512'")
    await generate(page)

    assert "<img src=x" in await shown(page, "answer")
    assert await page.run("document.title") == "flux-batch playground"
    assert await page.run("document.querySelectorAll('img[src=x]').length") == 0
    page.complaints.clear()  # Chromium itself notes the 400 as an error


async def test_a_refusal_is_shown_in_words(page: Page, probe: Probe) -> None:
    """What the service said stands where the picture would."""
    probe.play(post="storm")
    await generate(page, "document.getElementById('stage').className === 'refused'")

    assert "Maximum 5 queued" in await page.run("document.getElementById('stage').textContent")
    page.complaints.clear()  # Chromium itself notes the 429 as an error


async def test_a_slow_request_is_followed(door: str) -> None:
    """While it is processing the page says so, and asks until the picture is there."""
    async with probing(hold=0.0, service_time=ServiceTime.parse("0.3")) as probe, tab(door) as page:
        await page.open(f"{probe.server.origin}/")
        await page.run("document.getElementById('go').click()")
        await page.until("document.getElementById('stage').textContent.includes('processing')")
        await page.until(DRAWN)

        assert page.complaints == []
    assert len(probe.server.ledger.of("fetch")) >= 1


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_fits(probe: Probe, door: str, width: int, scheme: str) -> None:
    """Nothing sticks out at the side, and both colour schemes have readable contrast."""
    async with tab(door) as page:
        await page.open(f"{probe.server.origin}/", width=width, scheme=scheme)
        await generate(page)
        overflow = await page.run("document.documentElement.scrollWidth - innerWidth")
        lightness = await page.run(
            "[document.body, document.querySelector('form')].map(e => getComputedStyle(e))"
            ".map((s, i) => (i ? s.backgroundColor : s.color).match(/\\d+/g).map(Number).reduce((a, b) => a + b) / 765)"
        )

    assert overflow <= 0
    assert abs(lightness[0] - lightness[1]) > 0.6


SPOKEN = [
    ("curl", "curl", ["sh", "-c"]),
    ("python", sys.executable, [sys.executable, "-c"]),
    ("javascript", "node", ["node", "--input-type=module", "-e"]),
]


@pytest.mark.process
@pytest.mark.parametrize("language, tool, command", SPOKEN, ids=[row[0] for row in SPOKEN])
async def test_a_sample_runs_as_it_stands(
    page: Page, probe: Probe, tmp_path: Path, language: str, tool: str, command: list[str]
) -> None:
    """Copied from the page, with a prompt full of quotes, it makes the request the page would make."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} on this machine")
    if language == "python":
        pytest.importorskip("requests")
    await fill(page, prompt='it\'s a "fox" \\ $HOME `ls` {x}', seed="5")
    script = await shown(page, language)
    done = await anyio.run_process([*command, script], cwd=tmp_path, check=False)

    assert (done.returncode, done.stderr if language != "curl" else b"") == (0, b"")
    assert probe.last("post").body == {k: v for k, v in (await page.run("body()")).items() if k != "key"}
    assert probe.last("post").billed == 1


@pytest.mark.parametrize("path", [*FILES, "/playground/styles.json", "/openapi.json"])
async def test_no_page_trusts_anybody_else(probe: Probe, path: str) -> None:
    """The policy forbids every other host and every script that is not ours; no file names one."""
    heard = await probe.get(probe.server.origin + path)
    names = re.findall(rb"//[a-z0-9]+[.:]", heard.body)

    assert heard.headers["Content-Security-Policy"] == POLICY
    assert names == []


async def test_an_unknown_preview_is_not_painted(probe: Probe) -> None:
    """A name that is no style costs nothing."""
    answers: list[Any] = [
        await probe.get(f"{probe.server.origin}/playground/styles/{n}.png") for n in ("none", "no-such")
    ]

    assert [answer.status for answer in answers] == [200, 404]
