"""The ways in which answers vary: each can be chosen, and each says the same thing in other words."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from server_probe import Heard, Probe, probing

from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.service_time import ServiceTime


def mannered(**manners: Any) -> Any:
    """A server with these manners."""
    return probing(manners=Manners(**manners))


async def success(**manners: Any) -> dict[str, Any]:
    """The body of a success under these manners."""
    async with mannered(**manners) as probe:
        body: dict[str, Any] = (await probe.post()).json
    return body


async def pending(probe: Probe) -> Heard:
    """An answer that comes before the pictures."""
    return await probe.post(instant_response="yes")


async def test_an_error_may_come_in_a_200() -> None:
    """The body says what the status does not."""
    async with mannered(status_codes="always-200") as probe:
        heard = await probe.post(prompt="")

    assert (heard.status, heard.json["status"]) == (200, "error")


async def test_words_may_be_misspelt() -> None:
    """``messege`` takes the place of ``message``."""
    async with mannered(spelling="messege") as probe:
        refused, waiting = (await probe.post(prompt="")).json, (await pending(probe)).json

    assert refused["messege"] == {"prompt": ["The prompt field is required."]}
    assert ("message" in refused, "message" in waiting, "messege" in waiting) == (False, False, True)


@pytest.mark.parametrize("ids, kind", [("int", int), ("str", str)])
async def test_ids_may_be_text(ids: str, kind: type) -> None:
    """The same number, as number or text."""
    assert isinstance((await success(ids=ids))["id"], kind)


@pytest.mark.parametrize(
    "shape, seen", [("list", ["http"]), ("object", {"0": "http"}), ("absent", None)], ids=["list", "object", "absent"]
)
async def test_proxy_links_have_three_shapes(shape: str, seen: Any) -> None:
    """A list, an object by index, or nothing."""
    links = (await success(proxy_links=shape)).get("proxy_links")
    short = {i: link[:4] for i, link in links.items()} if isinstance(links, dict) else links and [links[0][:4]]

    assert short == seen


@pytest.mark.parametrize(
    "output, names",
    [
        ("output", {"output", "proxy_links"}),
        ("proxy", {"proxy_links"}),
        ("future", {"future_links"}),
    ],
)
async def test_a_success_may_lack_output(output: str, names: set[str]) -> None:
    """Then the images are under another name."""
    body = await success(output=output)

    assert {name for name in ("output", "proxy_links", "future_links") if body.get(name)} == names


@pytest.mark.parametrize("shape, seen", [("list", []), ("string", ""), ("absent", None)])
async def test_pending_output_has_three_shapes(shape: str, seen: Any) -> None:
    """An empty list, empty text, or nothing."""
    async with mannered(pending_output=shape) as probe:
        assert (await pending(probe)).json.get("output") == seen


@pytest.mark.parametrize("eta, kind", [("int", int), ("float", float)])
async def test_an_estimate_may_be_a_float(eta: str, kind: type) -> None:
    """Whole seconds, or many digits."""
    async with probing(manners=Manners(eta=eta), service_time=ServiceTime.parse("99")) as probe:  # type: ignore[arg-type]
        assert isinstance((await probe.post()).json["eta"], kind)


async def test_a_fetch_may_be_answered_in_full() -> None:
    """With everything the first answer has."""
    async with mannered(fetched="full") as probe:
        first = (await probe.post()).json

        assert (await probe.fetch(first["id"])).json == first


@pytest.mark.parametrize(
    "busy, words",
    [("documented", "Maximum 1 queued"), ("live", "current_queue 1"), ("wait", "try again in 30 seconds")],
)
async def test_a_full_queue_has_three_wordings(busy: str, words: str) -> None:
    """Only the documented one has ``retry_after``."""
    async with probing(manners=Manners(busy=busy), queue_limit=1, service_time=ServiceTime.parse("99")) as probe:  # type: ignore[arg-type]
        await probe.post()
        body = (await probe.post()).json

    assert words in body["message"]
    assert ("retry_after" in body) == (busy == "documented")


@pytest.mark.parametrize("form", ["link", "inline", "data-uri", "link-data-uri"])
@pytest.mark.parametrize("padding", ["yes", "no"])
async def test_base64_has_four_forms(form: str, padding: str) -> None:
    """Behind a link or in the answer, bare or as a data URI, padded or not: it is always the same picture."""
    async with mannered(base64=form, padding=padding) as probe:
        picture = await probe.picture()
        text = (await probe.post(base64="yes")).json["output"][0]
        if form.startswith("link"):
            assert text.endswith(".base64")
            text = (await probe.get(text)).body.decode()

    assert text.startswith("data:image/png;base64,") == form.endswith("data-uri")
    bare = text.rpartition(",")[2]
    assert base64.b64decode(bare + "=" * (-len(bare) % 4)) == picture
    assert padding == "yes" or not text.endswith("=")


@pytest.mark.parametrize(
    "family, present, absent",
    [
        ("page", {"W", "H", "safetychecker"}, {"safety_checker", "width"}),
        ("live", {"W", "H", "safety_checker", "lora"}, {"safetychecker"}),
        ("realtime", {"width", "height", "safety_checker"}, {"W", "H"}),
    ],
)
async def test_meta_has_three_families_of_names(family: str, present: set[str], absent: set[str]) -> None:
    """The names drift from endpoint to endpoint."""
    meta = set((await success(meta=family))["meta"])

    assert present <= meta
    assert not absent & meta


async def test_the_live_service_adds_to_the_negative_prompt() -> None:
    """Words of its own stand behind what was sent."""
    assert (await success(meta="live"))["meta"]["negative_prompt"] == "blurry, low quality, watermark"
    assert (await success())["meta"]["negative_prompt"] == ""


async def test_file_names_have_two_orders() -> None:
    """Index behind or before the name; both lead to the picture."""
    async with mannered(file_name="index-first") as probe:
        link = (await probe.post(samples=2)).json["output"][1]
        status = (await probe.get(link)).status

    assert link.rpartition("/")[2].startswith("1-")
    assert status == 200


async def test_a_picture_may_be_called_text() -> None:
    """The content type is not reliable."""
    async with mannered(image_type="text/plain") as probe:
        heard = await probe.get((await probe.post()).json["output"][0])

    assert heard.headers["Content-Type"] == "text/plain"
    assert heard.body.startswith(b"\x89PNG")


@pytest.mark.parametrize("slashes, seen", [("escaped", True), ("plain", False)])
async def test_slashes_may_be_escaped(slashes: str, seen: bool) -> None:  # noqa: FBT001
    """As PHP encodes JSON; a parser sees no difference."""
    async with mannered(slashes=slashes) as probe:
        heard = await probe.post()

    assert (b"http:\\/\\/" in heard.body) == seen
    assert heard.json["output"][0].startswith("http://")
