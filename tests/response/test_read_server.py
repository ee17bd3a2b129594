"""Over real HTTP: whatever manners the embedded server has and whatever fault it plays, no bill is ever denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from itertools import chain
from typing import Any, get_args, get_type_hints

import pytest

from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.faults.table import FAULTS
from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.serving import serving
from flux_batch.addons.server.settings import Settings
from flux_batch.addons.server.swatch import Swatch
from flux_batch.errors import Misdirected
from flux_batch.plan.job import JSON
from flux_batch.request.http import open_transport
from flux_batch.request.key import Key
from flux_batch.request.transport import Transport
from flux_batch.response.drift import drift
from flux_batch.response.links import fetch_requests
from flux_batch.response.read import read_answer, read_poll
from flux_batch.response.verdict import Busy, Images, Pending, Refused, Stop, Unknown, Verdict

BODY: Mapping[str, JSON] = {
    "model_id": "flux",
    "prompt": "a fox",
    "width": 64,
    "height": 64,
    "samples": 2,
    "seed": 7,
    "enhance_prompt": "no",
    "safety_checker": "no",
}
CHOICES = [
    (choice.name, value) for choice in fields(Manners) for value in get_args(get_type_hints(Manners)[choice.name])
]


async def bought(transport: Transport, **changes: JSON) -> Verdict:
    """Post BODY with *changes* and read the answer."""
    answer = await transport.post("images/text2img", {**BODY, **changes})
    return read_answer(answer.status, answer.headers, answer.content)


@pytest.mark.parametrize("name, value", CHOICES)
async def test_every_manner_of_the_server_is_read(name: str, value: Any) -> None:
    """Success, refusal, base64, processing and both ways to fetch mean the same, however they are spelled."""
    settings = Settings(port=0, manners=replace(Manners(), **{name: value}))
    async with (
        serving(settings, Swatch()) as server,
        open_transport(server.base_url, Key("any-key"), links=1) as transport,
    ):
        done, text = await bought(transport), await bought(transport, base64="yes")
        wrong, pending = await bought(transport, width=63), await bought(transport, instant_response="yes")
        assert isinstance(pending, Pending)
        polls = [await transport.post(path, body) for path, body in fetch_requests(pending.id)]

    assert isinstance(done, Images)
    assert len(done.links) == 2
    assert [d.field for d in drift(BODY, done.meta)] in ([], ["prompt"])
    assert isinstance(text, Images)
    assert len(text.links or text.inline) == 2
    assert isinstance(wrong, Refused)
    for poll in polls:
        fetched = read_poll(poll.status, poll.headers, poll.content, pending.id)
        assert isinstance(fetched, Images | Pending)
        assert fetched.id == pending.id


@pytest.mark.parametrize(
    "fault", [name for name, fault in FAULTS.items() if "post" in fault.on and (fault.refuse or fault.alter)]
)
async def test_what_the_service_billed_is_never_read_as_refused(fault: str) -> None:
    """The server's ledger is the truth: a billed post is images, pending or unknown, and no other post is accepted."""
    settings = Settings(port=0, faults=Script.of({"post#1": fault}))
    async with (
        serving(settings, Swatch()) as server,
        open_transport(server.base_url, Key("any-key"), links=1) as transport,
    ):
        try:
            verdict: Verdict | None = await bought(transport)
        except Misdirected:
            verdict = None
        billed = server.ledger.billed

    if billed:
        assert isinstance(verdict, Images | Pending | Unknown)
    else:
        assert verdict is None or isinstance(verdict, Busy | Refused | Stop)


def test_the_choices_above_are_all_there_are() -> None:
    """No manner is left out because its choices could not be listed."""
    assert {choice.name for choice in fields(Manners)} == set(chain(name for name, _ in CHOICES))
