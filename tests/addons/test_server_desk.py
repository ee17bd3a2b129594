"""The account's smaller endpoints, and what tests may do to the account while it runs."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from server_probe import Probe, probing

from flux_batch.addons.server.desk import DESK
from flux_batch.addons.server.service_time import ServiceTime


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    """A server on which requests take long, so that they stay in the queue."""
    async with probing(service_time=ServiceTime.parse("50"), workers=1) as running:
        yield running


@pytest.mark.parametrize("path", DESK)
async def test_without_a_key_nothing_is_told(probe: Probe, path: str) -> None:
    """Every endpoint asks for the key, and none of them is billed."""
    heard = await probe.ask("POST", probe.server.origin + path, json={})

    assert (heard.status, heard.json["message"]) == (401, "Invalid Api Key")


async def test_the_queue_is_counted(probe: Probe) -> None:
    """Requests still processing are in it; its length is told in requests and in seconds."""
    for seed in range(3):
        await probe.post(seed=seed)
    count = (await probe.api("/api/v6/processing/request_count")).json
    load = (await probe.api("/api/v3/system_load")).json

    assert (count["status"], count["processing_count"]) == ("success", 3)
    assert (load["queue_num"], round(load["queue_time"], -1), load["status"]) == (3, 150, "ok")


async def test_counting_is_throttled(probe: Probe) -> None:
    """The thirty-first time within a minute is refused."""
    statuses = [(await probe.api("/api/v6/processing/request_count")).status for _ in range(31)]

    assert statuses == [200] * 30 + [429]


async def test_the_wallet_is_told(probe: Probe) -> None:
    """What was billed is gone."""
    await probe.post(samples=4)

    assert (await probe.api("/api/wallet_balance")).json["data"] == {"balance": 999_999.9812, "currency": "USD"}


async def test_what_was_made_is_listed() -> None:
    """Newest first, in pages, with links that lead to the pictures."""
    async with probing() as probe:
        ids = [(await probe.post(seed=seed)).json["id"] for seed in range(5)]
        page = (await probe.api("/api/v6/assets_generated", type="image", per_page="2", page=2)).json
        status = (await probe.get(page["data"][0]["output"][0])).status

    assert [item["id"] for item in page["data"]] == [ids[2], ids[1]]
    assert status == 200


async def test_pages_have_a_size(probe: Probe) -> None:
    """More than thirty on a page is refused in the service's words."""
    heard = await probe.api("/api/v6/assets_generated", per_page=31)

    assert heard.json["message"] == {"per_page": ["The per_page must be between 1 and 30."]}


async def test_models_are_a_bare_list(probe: Probe) -> None:
    """No object around it, unlike everywhere else."""
    models = (await probe.api("/api/v4/dreambooth/model_list")).json

    assert isinstance(models, list)
    assert "flux" in {model["model_id"] for model in models}


@pytest.mark.parametrize("body, status", [({"model_id": "flux"}, 200), ({"model_id": "x"}, 400), ({}, 400)])
async def test_a_model_can_be_reloaded(probe: Probe, body: dict[str, str], status: int) -> None:
    """If it is there."""
    assert (await probe.api("/api/v6/images/model_reload", **body)).status == status


async def test_a_picture_can_be_uploaded(probe: Probe) -> None:
    """Text in, link out, the same bytes behind it."""
    text = "data:image/png;base64," + base64.b64encode(b"picture").decode().rstrip("=")
    link = (await probe.api("/api/v6/base64_to_url", base64_string=text)).json["output"][0]

    assert (await probe.get(link)).body == b"picture"


@pytest.mark.parametrize("text", ["", "no base64!", "A" * 7_200_000])
async def test_an_upload_that_is_none_is_refused(probe: Probe, text: str) -> None:
    """Empty, not base64, or more than five megabytes."""
    body = BytesIO(json.dumps({"key": "k", "base64_string": text}).encode())

    assert (await probe.ask("POST", f"{probe.server.base_url}/base64_to_url", data=body)).status == 400


async def test_uploads_do_not_pile_up(probe: Probe) -> None:
    """Only the latest are kept."""
    links = []
    for number in range(20):
        text = base64.b64encode(str(number).encode()).decode()
        links.append((await probe.api("/api/v6/base64_to_url", base64_string=text)).json["output"][0])
    statuses = [(await probe.get(link)).status for link in links]

    assert statuses == [404] * 4 + [200] * 16


async def test_the_ledger_can_be_read(probe: Probe) -> None:
    """As JSON, from this machine, also only what is new."""
    await probe.post(track_id="a")
    await probe.post(track_id="b")
    everything = (await probe.get(f"{probe.server.origin}/_ledger")).json
    newer = (await probe.get(f"{probe.server.origin}/_ledger?after=1")).json

    assert [entry["track_id"] for entry in everything["entries"]] == ["a", "b"]
    assert (everything["billed"], [entry["track_id"] for entry in newer["entries"]]) == (2, ["b"])


async def test_the_account_can_be_changed_while_it_runs(probe: Probe) -> None:
    """Slots, money, key and faults."""
    change: dict[str, Any] = {"queue_limit": 1, "balance": 2.5, "faults": {"post#2": "dead"}}
    changed = await probe.ask("POST", f"{probe.server.origin}/_control", json=change)
    statuses = [(await probe.post(seed=seed)).status for seed in range(3)]

    assert changed.status == 200
    assert statuses == [200, 503, 429]
    assert probe.server.service.account.balance == pytest.approx(2.5 - 0.0047)


@pytest.mark.parametrize(
    "change", [{"balance": -1}, {"money": 3}, {"faults": {"post#1": "nonsense"}, "balance": 7}, [], "x"]
)
async def test_a_wrong_change_changes_nothing(probe: Probe, change: Any) -> None:
    """All of it or none of it."""
    heard = await probe.ask("POST", f"{probe.server.origin}/_control", json=change)

    assert heard.status == 400
    assert probe.server.service.account.balance == 1_000_000


async def test_strangers_are_written_down(probe: Probe) -> None:
    """Who asks for what is not there gets the service's 404 and a line in the ledger."""
    heard = await probe.api("/api/v9/nothing", secret="x")

    assert (heard.status, heard.json["status"]) == (404, "error")
    assert probe.last("other").status == 404
