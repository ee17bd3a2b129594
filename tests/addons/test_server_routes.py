"""The embedded server over real HTTP: one request in, pictures out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from server_probe import Probe, probing

from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.addons.server.serving import serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch
from flux_batch.errors import UsageError

SLOW = ServiceTime.parse("30")


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    """A server with every default."""
    async with probing() as running:
        yield running


async def test_a_request_yields_as_many_pictures_as_samples(probe: Probe) -> None:
    """Each link of a success is a whole PNG file of its own."""
    body = (await probe.post(samples="2", height=128)).json
    files = [(await probe.get(link)).body for link in body["output"]]

    assert body["status"] == "success"
    assert len(set(files)) == 2
    assert all(file.startswith(b"\x89PNG\r\n\x1a\n") and file.endswith(b"IEND\xaeB`\x82") for file in files)


async def test_the_same_request_gives_the_same_bytes(probe: Probe) -> None:
    """The seed decides; another seed is another picture."""
    first, again, other = await probe.picture(), await probe.picture(), await probe.picture(seed=8)

    assert first == again
    assert first != other


async def test_the_ledger_knows_what_was_billed(probe: Probe) -> None:
    """Each exchange is one entry, in order, with what it billed and never with the key."""
    await probe.post(samples=3, track_id="t1")
    await probe.post(prompt="")
    seen = [(e.event, e.n, e.billed, e.track_id, e.status) for e in probe.server.ledger.of("post")]

    assert seen == [("post", 1, 3, "t1", 200), ("post", 2, 0, None, 400)]
    assert "canary-key" not in repr(list(probe.server.ledger))


async def test_a_request_that_takes_long_is_processing_at_once() -> None:
    """Where the estimate is longer than the hold, nobody is kept waiting; links lead to a page until it is done."""
    async with probing(service_time=SLOW) as probe:
        body = (await probe.post()).json
        asked = (await probe.fetch(body["id"])).json
        early = await probe.get(body["future_links"][0])

    assert body["status"] == "processing"
    assert 29 <= body["eta"] <= 30
    assert body["fetch_result"] == f"{probe.server.base_url}/images/fetch/{body['id']}"
    assert (asked["status"], asked["output"]) == ("processing", [])
    assert (early.status, early.body[:15]) == (404, b"<!DOCTYPE html>")


async def test_a_request_is_held_until_it_is_done() -> None:
    """Within the hold the answer waits for the pictures and is the final one."""
    async with probing(service_time=ServiceTime.parse("0.1")) as probe:
        body = (await probe.post()).json

    assert body["status"] == "success"
    assert body["generationTime"] >= 0.1


async def test_the_hold_ends() -> None:
    """Whoever was held for nothing is told to ask again, and finds the pictures under the same id."""
    async with probing(service_time=ServiceTime.parse("0.2"), hold=0.2, eta_error=0.0) as patient:
        pending = (await patient.post(self_attention="yes")).json
        await patient.server.service.shelf.by_id(str(pending["id"])).ended.wait()  # type: ignore[union-attr]
        done = (await patient.fetch(pending["id"])).json

    assert pending["status"] == "processing"
    assert (done["status"], done["output"]) == ("success", pending["future_links"])
    assert "meta" not in done


async def test_instant_response_does_not_wait(probe: Probe) -> None:
    """``instant_response: yes`` is answered with ``processing`` however quick the service is."""
    assert (await probe.post(instant_response="yes")).json["status"] == "processing"


@pytest.mark.parametrize("path", ["/api/v6/images/fetch", "/api/v7/images/fetch", "/api/v3/fetch"])
async def test_a_request_is_found_by_its_id_in_every_form(probe: Probe, path: str) -> None:
    """The id may stand in the path or in the body, as a number or as text."""
    identity = (await probe.post()).json["id"]
    answers = [
        await probe.api(f"{path}/{identity}"),
        await probe.api(path, request_id=identity),
        await probe.api(path, request_id=str(identity)),
    ]

    assert {answer.json["status"] for answer in answers} == {"success"}


@pytest.mark.parametrize("identity", ["1", "no-number", "9" * 30, "\u0663"])
async def test_an_unknown_id_is_not_found(probe: Probe, identity: str) -> None:
    """The service's own words, with empty fields as empty text."""
    answer = await probe.fetch(identity)

    assert answer.status == 404
    assert answer.json == {"status": "failed", "id": "", "message": "Request not found", "output": ""}


async def test_a_full_queue_refuses_and_bills_nothing() -> None:
    """The documented 429 names the depth of the queue and the seconds to wait."""
    async with probing(service_time=SLOW, queue_limit=2, retry_after=12) as probe:
        taken = [(await probe.post()).status for _ in range(2)]
        refused = await probe.post()

    assert taken == [200, 200]
    assert refused.status == 429
    assert refused.json == {
        "status": "error",
        "message": "Rate limit exceeded. Maximum 2 queued requests allowed.",
        "retry_after": 12,
    }
    assert probe.billed() == 2


async def test_an_answer_frees_its_slot_first() -> None:
    """Who posts as soon as the last answer is there is never refused."""
    async with probing(queue_limit=1) as probe:
        assert [(await probe.post(seed=seed)).status for seed in range(20)] == [200] * 20


async def test_requests_are_served_first_in_first_out() -> None:
    """With one worker each request waits for those before it."""
    async with probing(service_time=SLOW, workers=1) as probe:
        etas = [(await probe.post()).json["eta"] for _ in range(3)]

    assert [round(eta, -1) for eta in etas] == [30, 60, 90]


async def test_estimates_may_be_wrong() -> None:
    """By as much as the settings allow and no more, for one request always by the same share."""
    async with probing(service_time=SLOW, eta_error=0.2, queue_limit=50, seed=1) as probe:
        bodies = [(await probe.post()).json for _ in range(50)]
        etas = [body["eta"] for body in bodies]
        again = (await probe.fetch(bodies[0]["id"])).json["eta"]

    assert 24 <= min(etas) < 27
    assert 33 < max(etas) <= 36
    assert again == pytest.approx(etas[0], abs=1)


async def test_a_temp_link_expires() -> None:
    """A link of a ``temp`` request is dead after its time, others live on."""
    async with probing(temp_seconds=0.0) as probe:
        temp, lasting = await probe.post(temp="yes"), await probe.post(temp="no")
        statuses = [(await probe.get(answer.json["output"][0])).status for answer in (temp, lasting)]

    assert "/temp/" in temp.json["output"][0]
    assert statuses == [404, 200]


async def test_a_link_may_lag_behind_its_success() -> None:
    """With a lag the link of a success is a page for a while, as a CDN has it."""
    async with probing(link_lag=60.0) as probe:
        assert (await probe.get((await probe.post()).json["output"][0])).status == 404


async def test_only_the_right_key_opens_the_account() -> None:
    """With a key set, every other one is refused, in posts and in fetches."""
    async with probing(key="right") as probe:
        right, wrong = await probe.post(key="right"), await probe.post(key="wrong")
        fetched = await probe.fetch(right.json["id"])

    assert (right.status, wrong.status, fetched.status) == (200, 401, 401)
    assert wrong.json["message"] == "Invalid Api Key"


async def test_the_wallet_runs_out() -> None:
    """Each image has its price; what the wallet does not cover is refused and not billed."""
    async with probing(balance=0.01, price=0.0047) as probe:
        statuses = [(await probe.post()).status for _ in range(3)]
        balance = (await probe.api("/api/wallet_balance")).json["data"]["balance"]

    assert statuses == [200, 200, 402]
    assert balance == 0.0006
    assert probe.billed() == 2


async def test_the_same_body_twice_is_spam() -> None:
    """With the filter on, an identical request is refused for a while; another one is not."""
    async with probing(spam_seconds=30.0) as probe:
        statuses = [(await probe.post(seed=seed)).status for seed in (1, 1, 2)]
        told = (await probe.post(seed=1)).json

    assert statuses == [200, 429, 200]
    assert "wait for 30 seconds" in told["tips"]


async def test_a_restarted_server_remembers_its_ledger(tmp_path: Path) -> None:
    """What was accepted and billed can be fetched from the next server on the same ledger, seed null or not."""
    ledger = tmp_path / "ledger.jsonl"
    async with probing(ledger=ledger, balance=1.0) as first:
        body = (await first.post(seed=None, samples=2)).json
        file = (await first.get(body["output"][1])).body
    async with probing(ledger=ledger, balance=1.0) as second:
        again = (await second.fetch(body["id"])).json
        same = (await second.get(again["output"][1])).body
        fresh = (await second.post()).json

    assert file == same
    assert fresh["id"] > body["id"]
    assert second.server.service.account.balance == pytest.approx(1.0 - 3 * 0.0047)
    assert second.last("post").seq > first.last("post").seq


async def test_a_ledger_that_is_none_is_refused(tmp_path: Path) -> None:
    """A file of something else is left alone and named."""
    wrong = tmp_path / "notes.txt"
    await anyio.Path(wrong).write_text("buy milk\n")

    with pytest.raises(UsageError, match=r"notes\.txt"):
        async with probing(ledger=wrong):
            pass


async def test_a_busy_address_is_told(probe: Probe) -> None:
    """A port somebody else listens on is an error with a way out, not a traceback."""
    with pytest.raises(UsageError, match="cannot listen on"):
        async with serving(Settings(port=int(probe.server.origin.rpartition(":")[2])), Swatch()):
            pass
