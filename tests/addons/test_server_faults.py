"""One row per fault: what a client meets on a real socket, and what the ledger says it cost."""

from __future__ import annotations

import base64
import json
import struct
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import aiohttp
import anyio
import pytest
from PIL import Image
from server_probe import Heard, Probe, probing

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.faults.table import FAULTS

PAGE = b"<!DOCTYPE html>"
Look = Callable[[Any], Any]


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    """A server with every default and no fault."""
    async with probing() as running:
        yield running


REFUSED: list[tuple[str, int, Look, Any]] = [
    ("bad_key", 401, lambda h: h.json["message"], "Invalid Api Key"),
    ("bad_key 200", 200, lambda h: h.json["messege"], "Invalid Api Key"),
    ("credits", 402, lambda h: "Insufficient credits" in h.json["message"], True),
    ("credits 403", 403, lambda h: "Insufficient credits" in h.json["message"], True),
    ("plan", 403, lambda h: "premium" in h.json["message"], True),
    ("model", 400, lambda h: h.json["message"], "Model not found: flux"),
    ("value", 400, lambda h: list(h.json["message"]), ["prompt"]),
    ("storm 7", 429, lambda h: h.json["retry_after"], 7),
    ("flaky", 500, lambda h: h.json["status"], "error"),
    ("dead", 503, lambda h: h.json["status"], "error"),
    ("failed", 200, lambda h: (h.json["status"], h.json["id"], h.json["output"]), ("failed", "", "")),
    ("empty_error", 200, lambda h: h.json["message"], ""),
    ("redirect_307 http://127.0.0.2:9/x", 307, lambda h: h.headers["Location"], "http://127.0.0.2:9/x"),
    ("ra_seconds 9", 429, lambda h: h.headers["Retry-After"], "9"),
    ("ra_date 40 -3600", 429, lambda h: ahead(h.headers), 40),
    ("ra_zero", 429, lambda h: h.headers["Retry-After"], "0"),
    ("ra_negative", 429, lambda h: h.headers["Retry-After"], "-5"),
    ("ra_word", 429, lambda h: h.headers["Retry-After"], "soon"),
    ("ra_huge", 429, lambda h: h.headers["Retry-After"], "1000000000"),
    ("ra_nan", 429, lambda h: h.headers["Retry-After"], "NaN"),
    ("ra_none", 429, lambda h: "Retry-After" in h.headers, False),
    ("418", 418, lambda h: h.json["status"], "error"),
]


def ahead(headers: dict[str, str]) -> float:
    """Seconds from the answer's own date to the one it asks to wait for."""
    return (parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])).total_seconds()


@pytest.mark.parametrize("fault, status, look, expected", REFUSED, ids=[row[0] for row in REFUSED])
async def test_a_refusal_bills_nothing(probe: Probe, fault: str, status: int, look: Look, expected: Any) -> None:
    """Faults in place of the work are answered at once, written down, and free; the next request is fine."""
    probe.play(post_1=fault)
    heard = await probe.post()
    entry = probe.last("post")

    assert (heard.status, look(heard)) == (status, expected)
    assert (entry.fault, entry.status, entry.billed) == (fault.partition(" ")[0], status, 0)
    assert (await probe.post()).json["status"] == "success"


ALTERED: list[tuple[str, Look, Any]] = [
    ("gateway_html", lambda h: (h.status, h.body[:15]), (502, PAGE)),
    ("gateway_html 524", lambda h: (h.status, h.body[:15]), (524, PAGE)),
    ("html_200", lambda h: (h.status, h.body[:15]), (200, PAGE)),
    ("half_json", lambda h: (h.body[:19], readable(h.body)), (b'{"status":"success"', False)),
    ("json_as_html", lambda h: (h.headers["Content-Type"], h.json["status"]), ("text/html", "success")),
    ("gzip_json 1", lambda h: (len(h.body) > 1_000_000, h.json["status"]), (True, "success")),
    ("echo_key", lambda h: (h.json["meta"]["key"], "canary-key" in h.json["message"]), ("canary-key", True)),
    ("ssrf", lambda h: h.json["output"], ["http://169.254.169.254/latest/meta-data/"]),
    ("ssrf nat64", lambda h: h.json["proxy_links"], ["http://[64:ff9b::a9fe:a9fe]/x.png"]),
    ("ssrf file", lambda h: h.json["output"], ["file:///etc/hostname"]),
]


def readable(body: bytes) -> bool:
    """Whether *body* is JSON."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("fault, look, expected", ALTERED, ids=[row[0] for row in ALTERED])
async def test_a_spoiled_answer_is_billed(probe: Probe, fault: str, look: Look, expected: Any) -> None:
    """The work was done and paid; only the answer is not what it should be."""
    probe.play(post_1=fault)

    assert look(await probe.post()) == expected
    assert (probe.last("post").fault, probe.billed()) == (fault.partition(" ")[0], 1)


async def test_hostile_links_lead_to_another_host(probe: Probe) -> None:
    """``fetch_result`` and ``future_links`` name a host that is not ours, with our path."""
    probe.play(post="hostile_fetch http://evil.invalid")
    body = (await probe.post(instant_response="yes")).json

    assert body["fetch_result"] == f"http://evil.invalid/api/v6/images/fetch/{body['id']}"
    assert body["future_links"][0].startswith("http://evil.invalid/generations/")


def verdict(png: bytes) -> str:
    """What is wrong with a PNG file, by the letter of its format."""
    at, pixels = 8, b""
    while at < len(png):
        size = struct.unpack_from(">I", png.ljust(at + 4, b"\0"), at)[0]
        kind, data, checksum = png[at + 4 : at + 8], png[at + 8 : at + 8 + size], png[at + 8 + size : at + 12 + size]
        if len(checksum) < 4:
            return "cut"
        if zlib.crc32(kind + data) != int.from_bytes(checksum, "big"):
            return "checksum"
        at += 12 + size
        pixels += data if kind == b"IDAT" else b""
        if kind == b"IEND":
            return "trailing" if at < len(png) else complete(png, pixels)
    return "no IEND"


def complete(png: bytes, pixels: bytes) -> str:
    """Whether a PNG file holds as many pixels as it says."""
    width, height, depth, colour = struct.unpack_from(">IIBB", png, 16)
    row = 1 + width * {0: 1, 2: 3, 3: 1}[colour] * depth // 8
    return "whole" if len(zlib.decompress(pixels)) == row * height else "pixels missing"


SPOILED: list[tuple[str, Look, Any]] = [
    ("truncated", lambda png: (png[:4], verdict(png)), (b"\x89PNG", "cut")),
    ("png_cut", lambda png: (png[-3:], verdict(png)), (b"\xaeB`", "cut")),
    ("png_no_iend", verdict, "no IEND"),
    ("png_crc", verdict, "checksum"),
    ("png_trailing", lambda png: (png[-9:], verdict(png)), (b"</script>", "trailing")),
    ("png_short_idat", verdict, "pixels missing"),
    ("wrong_size", lambda png: (verdict(png), Image.open(BytesIO(png)).size), ("whole", (32, 64))),
    ("wrong_size 128x96", lambda png: (verdict(png), Image.open(BytesIO(png)).size), ("whole", (128, 96))),
    ("blank", lambda png: (verdict(png), Image.open(BytesIO(png)).getextrema()), ("whole", ((255, 255),) * 3)),
    ("duplicate", verdict, "whole"),
    ("not_png html", lambda file: file[:15], PAGE),
    ("not_png jpeg", lambda file: file[:3], b"\xff\xd8\xff"),
    ("not_png webp", lambda file: (file[:4], file[8:12]), (b"RIFF", b"WEBP")),
    ("not_png svg", lambda file: file[:4], b"<svg"),
    ("not_png empty", lambda file: file, b""),
    ("not_png zeros", set, {0}),
]


@pytest.mark.parametrize("fault, look, expected", SPOILED, ids=[row[0] for row in SPOILED])
async def test_a_picture_arrives_spoiled(probe: Probe, fault: str, look: Look, expected: Any) -> None:
    """One fetch of the link is spoiled; the next one is whole."""
    probe.play(image_1=fault)
    link = (await probe.post()).json["output"][0]
    spoiled, whole = (await probe.get(link)).body, (await probe.get(link)).body

    assert look(spoiled) == expected
    assert verdict(whole) == "whole"
    assert [entry.fault for entry in probe.server.ledger.of("image")] == [fault.partition(" ")[0], None]


@pytest.mark.parametrize("fault, look, expected", SPOILED, ids=[row[0] for row in SPOILED])
async def test_a_request_may_be_spoiled_for_good(probe: Probe, fault: str, look: Look, expected: Any) -> None:
    """Played on the post, the picture is spoiled at every fetch, until another script is played."""
    probe.play(post_1=fault)
    link = (await probe.post()).json["output"][0]
    twice = [(await probe.get(link)).body for _ in range(2)]
    probe.play()

    assert [look(file) for file in twice] == [expected] * 2
    assert verdict((await probe.get(link)).body) == "whole"


async def test_a_duplicate_is_one_picture_for_all_seeds(probe: Probe) -> None:
    """Different requests get the same bytes."""
    probe.play(image="duplicate")

    assert await probe.picture(seed=1) == await probe.picture(seed=2)


async def test_a_picture_may_be_packed_unasked(probe: Probe) -> None:
    """``Content-Encoding: gzip`` stands on a picture nobody wanted packed."""
    probe.play(image="gz_png")
    heard = await probe.get((await probe.post()).json["output"][0])

    assert (heard.headers["Content-Encoding"], verdict(heard.body)) == ("gzip", "whole")


async def test_a_picture_may_redirect_into_a_network(probe: Probe) -> None:
    """A fetch of the link is sent to an address of somebody's network."""
    probe.play(image="ssrf private")
    heard = await probe.get((await probe.post()).json["output"][0])

    assert (heard.status, heard.headers["Location"]) == (302, "http://10.0.0.1/x.png")


@pytest.mark.parametrize("fault, status", [("cdn_lag", 404), ("403", 403), ("503", 503)])
async def test_a_link_fails_a_few_times(probe: Probe, fault: str, status: int) -> None:
    """A page in place of the picture, as often as the script says."""
    probe.play(**{"image_1-2": fault})
    link = (await probe.post()).json["output"][0]
    heard = [await probe.get(link) for _ in range(3)]

    assert [h.status for h in heard] == [status, status, 200]
    assert heard[0].body.startswith(PAGE)


async def test_an_expired_link_is_replaced_by_a_fetch(probe: Probe) -> None:
    """The old link is dead for good; asking by id gives one that lives."""
    probe.play(image_1="expired")
    body = (await probe.post()).json
    old = [(await probe.get(body["output"][0])).status for _ in range(2)]
    fresh = (await probe.fetch(body["id"])).json["output"][0]

    assert old == [410, 410]
    assert fresh != body["output"][0]
    assert verdict((await probe.get(fresh)).body) == "whole"


TEXTS: list[tuple[str, Look, Any]] = [
    ("b64_alphabet", lambda text: "!" in text, True),
    ("b64_unpadded", lambda text: "=" in text, False),
    ("b64_prefixed", lambda text: text[:22], "data:image/png;base64,"),
    ("b64_wrapped", lambda text: len(text.split("\r\n")[0]), 76),
    ("b64_huge 2", lambda text: len(text) > 2_000_000, True),
    ("b64_truncated", lambda text: verdict(base64.b64decode(text + "==")), "cut"),
]


@pytest.mark.parametrize("fault, look, expected", TEXTS, ids=[row[0] for row in TEXTS])
async def test_base64_text_arrives_spoiled(probe: Probe, fault: str, look: Look, expected: Any) -> None:
    """The text behind a ``.base64`` link is not what a strict decoder wants."""
    probe.play(image=fault)
    link = (await probe.post(base64="yes")).json["output"][0]

    assert link.endswith(".base64")
    assert look((await probe.get(link)).body.decode()) == expected


async def heard_or_error(exchange: Any) -> Heard | str:
    """What came back, or the name of the error in its place."""
    try:
        heard: Heard = await exchange
    except (aiohttp.ClientError, TimeoutError) as problem:
        return type(problem).__name__
    return heard


CUT: list[tuple[str, Any]] = [
    ("drop_after_read", "ServerDisconnectedError"),
    ("drop_after_read rst", "ClientOSError"),
    ("gateway_cut 0.05", "ServerDisconnectedError"),
    ("cut_cl", "ClientPayloadError"),
    ("cut_chunked", "ClientPayloadError"),
    ("body_stall 0.05", "ClientPayloadError"),
    ("garbage line", "ClientResponseError"),
    ("garbage header", "ClientResponseError"),
    ("garbage headers", "ClientResponseError"),
    ("garbage overrun", "ClientResponseError"),
]


@pytest.mark.parametrize("fault, error", CUT, ids=[row[0] for row in CUT])
async def test_a_broken_exchange_is_billed_once(probe: Probe, fault: str, error: str) -> None:
    """The request was read, accepted and billed; the client is left with an error."""
    probe.play(post_1=fault)
    heard = await heard_or_error(probe.post())
    posts = probe.server.ledger.of("post")

    assert heard == error
    assert [(entry.fault, entry.billed, entry.status) for entry in posts] == [(fault.partition(" ")[0], 1, None)]


WHOLE: list[str] = ["stall 0.05", "drip 0", "drip_header 0", "body_slow 0", "close_after"]


@pytest.mark.parametrize("fault", WHOLE)
async def test_a_slow_answer_is_whole_in_the_end(probe: Probe, fault: str) -> None:
    """Whoever waits gets the right answer."""
    probe.play(post_1=fault)

    assert (await probe.post()).json["status"] == "success"


async def test_a_cut_without_a_length_looks_whole(probe: Probe) -> None:
    """Half a picture, and HTTP has nothing to complain of: only the bytes can tell."""
    probe.play(image="cut_no_cl 50")
    heard = await probe.get((await probe.post()).json["output"][0])

    assert (heard.status, verdict(heard.body)) == (200, "cut")


async def test_an_endless_body_goes_on(probe: Probe) -> None:
    """More and more bytes follow the picture, up to the bound of the script."""
    probe.play(image="body_endless 3")

    assert len(await probe.picture()) > 3_000_000


async def test_a_client_that_leaves_ends_the_stall(probe: Probe) -> None:
    """The server does not keep waiting for somebody who is gone."""
    probe.play(post="stall 3600")
    timeout = aiohttp.ClientTimeout(total=0.1)
    error = await heard_or_error(
        probe.ask("POST", f"{probe.server.base_url}/images/text2img", json={"key": "k"}, timeout=timeout)
    )

    assert error == "TimeoutError"


KILLED = """
import json, sys, urllib.request
body = json.dumps({"key": "k", "model_id": "flux", "prompt": "a fox", "width": 64, "height": 64}).encode()
request = urllib.request.Request(sys.argv[1], body, {"Content-Type": "application/json"})
print(len(urllib.request.urlopen(request).read()))
"""


@pytest.mark.process
@pytest.mark.parametrize("argument", ["", " half"])
async def test_the_client_is_killed_on_its_nth_event(probe: Probe, argument: str) -> None:
    """The process at the other end gets SIGKILL after its request was billed; nobody has to name it."""
    probe.play(post_1="kill_client" + argument)
    url = f"{probe.server.base_url}/images/text2img"
    done = await anyio.run_process([sys.executable, "-c", KILLED, url], check=False)

    assert (done.returncode, done.stdout) == (-9, b"")
    assert (probe.last("post").fault, probe.billed()) == ("kill_client", 1)


FATES: list[tuple[str, list[str]]] = [
    ("proc_forever", ["processing", "processing", "processing"]),
    ("proc_failed", ["failed", "failed", "failed"]),
    ("proc_error", ["error", "error", "error"]),
    ("proc_404 2", ["failed", "failed", "success"]),
]


@pytest.mark.parametrize("fault, statuses", FATES, ids=[row[0] for row in FATES])
async def test_a_request_ends_other_than_well(probe: Probe, fault: str, statuses: list[str]) -> None:
    """It is accepted, billed and processing; then it takes the way the script says, until the script changes."""
    probe.play(post_1=fault)
    body = (await probe.post()).json
    seen = [(await probe.fetch(body["id"])).json["status"] for _ in statuses]
    probe.play()

    assert body["status"] == "processing"
    assert seen == statuses
    assert (await probe.fetch(body["id"])).json["status"] == "success"


async def test_a_request_that_becomes_known_has_pictures(probe: Probe) -> None:
    """Its links are dead as long as nobody knows it, and no longer."""
    probe.play(post_1="proc_404 2")
    accepted = (await probe.post()).json
    heard: list[tuple[str, int]] = []
    for _ in range(3):
        status = (await probe.fetch(accepted["id"])).json["status"]
        heard.append((status, (await probe.ask("GET", accepted["future_links"][0])).status))

    assert heard == [("failed", 404), ("failed", 404), ("success", 200)]


@pytest.mark.parametrize("fault, status", [("revoke", 401), ("broke", 402)])
async def test_some_blows_last(probe: Probe, fault: str, status: int) -> None:
    """From the named event on every post is refused, until the account is set right."""
    probe.play(post_2=fault)
    statuses = [(await probe.post()).status for _ in range(4)]
    await probe.ask("POST", f"{probe.server.origin}/_control", json={"revoked": False, "balance": 5.0, "faults": {}})

    assert statuses == [200, status, status, status]
    assert (await probe.post()).status == 200


OWN_TEST = {"hostile_fetch", "gz_png", "cdn_lag", "expired", "cut_no_cl", "body_endless", "kill_client"}
STICKY = {"revoke", "broke"}


def test_every_fault_has_a_row() -> None:
    """No fault is offered that nobody has seen on a socket; those on webhooks have a module of their own."""
    tables: list[list[Any]] = [REFUSED, ALTERED, SPOILED, TEXTS, CUT, FATES]
    lines = [row[0] for table in tables for row in table] + WHOLE
    named = {line.partition(" ")[0] for line in lines} | OWN_TEST | STICKY

    assert set(FAULTS) - named == {name for name in FAULTS if name.startswith("hook_")}


async def test_events_are_numbered_in_one_sequence(probe: Probe) -> None:
    """Posts, fetches and pictures share one count, which a script can address too."""
    probe.server.service.script = Script.of({"*#3": "404"})
    body = (await probe.post()).json
    statuses = [(await probe.fetch(body["id"])).status, (await probe.get(body["output"][0])).status]
    seen = [(entry.seq, entry.event) for entry in probe.server.ledger if entry.event != "done"]

    assert statuses == [200, 404]
    assert seen == [(1, "post"), (2, "fetch"), (3, "image")]
