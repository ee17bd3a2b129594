"""Several accounts behind one seam: each request goes through the lane it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping

from memory_transport import MemoryTransport, Whole

from flux_batch.plan.job import JSON
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.fleet import Fleet, open_endpoints, through
from flux_batch.request.key import Key

BODY: Mapping[str, JSON] = {"prompt": "a lighthouse"}


def lane(key: str) -> MemoryTransport:
    """An account that answers everything."""
    return MemoryTransport(lambda _: Whole(b"image"), Key(key))


async def test_a_post_through_a_lane_carries_the_key_of_that_lane() -> None:
    """And no other account hears of it."""
    first, second = lane("key-of-the-first"), lane("key-of-the-second")
    fleet = Fleet({"a": first, "b": second})

    await through(fleet, "b").post("images/text2img", BODY)

    assert first.seen == []
    assert [json.loads(seen.body)["key"] for seen in second.seen] == ["key-of-the-second"]


async def test_a_lane_that_is_gone_from_the_grid_falls_back_to_the_first() -> None:
    """What it accepted last night is asked for there; the links need no account at all."""
    first, second = lane("key-of-the-first"), lane("key-of-the-second")
    fleet = Fleet({"a": first, "b": second})

    await through(fleet, "gone").post("images/fetch/1", BODY)
    async with fleet.get("http://127.0.0.1/1-0.png") as download:
        assert download.status == 200

    assert [seen.target for seen in first.seen] == ["images/fetch/1", "http://127.0.0.1/1-0.png"]
    assert second.seen == []


async def test_one_endpoint_is_no_fleet() -> None:
    """Nothing is put between a run and its only account."""
    only = Endpoint("http://127.0.0.1:9/api/v6", Key("key-of-the-only-one"))
    two = [Endpoint("http://127.0.0.1:9/api/v6", Key("some-key"), name) for name in "ab"]

    async with open_endpoints([only], links=1) as one, open_endpoints(two, links=1) as several:
        assert not isinstance(one, Fleet)
        assert isinstance(several, Fleet)
        assert list(several.lanes) == ["a", "b"]
        assert through(one, "any") is one
