"""What everybody behind the seam relies on when posting, held by the real transport and by the fake alike."""

from __future__ import annotations

import json
from collections.abc import Mapping

import anyio
import pytest
from memory_transport import Cut, Garbage, HangUp, Play, Silence, Whole
from scripted_server import CANARY, Peer

from flux_batch.errors import AnswerLost, Misdirected, NeverSent, StorageFailed
from flux_batch.plan.job import JSON
from flux_batch.request.mask import MASK
from flux_batch.request.transport import ANSWER_CAP

BODY: Mapping[str, JSON] = {"prompt": "a lighthouse at dusk", "seed": 7}
SHORT = 0.05
"""Seconds a test waits for a peer that says nothing."""


async def test_a_whole_answer_comes_back_as_it_is(peer: Peer) -> None:
    """Status, headers by their names in lower case, and the very bytes."""
    peer.plays(Whole(b'{"status": "success"}\n', 200, {"X-RateLimit-Left": "3"}))

    answer = await peer.transport.post("images/text2img", BODY)

    assert (answer.status, answer.content) == (200, b'{"status": "success"}\n')
    assert answer.headers["x-ratelimit-left"] == "3"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429, 500, 502, 503, 504])
async def test_a_refusal_is_an_answer_too(peer: Peer, status: int) -> None:
    """What an answer means is decided elsewhere; here it only has to arrive."""
    peer.plays(Whole(b'{"status": "error"}', status))

    answer = await peer.transport.post("images/text2img", BODY)

    assert (status, b'{"status": "error"}') == (answer.status, answer.content)


async def test_the_body_is_posted_with_the_key_below_the_base_url(peer: Peer) -> None:
    """The other end gets the very body, signed."""
    peer.plays(Whole())

    await peer.transport.post("images/fetch/42", BODY)

    assert peer.targets == ["images/fetch/42"]
    assert json.loads(peer.seen[0].body) == {"key": CANARY, **BODY}


async def test_half_an_answer_comes_back_as_far_as_it_came(peer: Peer) -> None:
    """The id in it may save the image that was just paid for."""
    peer.plays(Cut(b'{"status": "success", "id": 4711, "outp'))

    answer = await peer.transport.post("images/text2img", BODY)

    assert answer.content == b'{"status": "success", "id": 4711, "outp'


@pytest.mark.parametrize(
    "play", [Cut(), HangUp(), Garbage(), Whole(b" " * (ANSWER_CAP + 1))], ids=lambda p: type(p).__name__
)
async def test_an_answer_that_cannot_be_read_is_lost_and_nothing_is_posted_again(peer: Peer, play: Play) -> None:
    """The request left, so it may have been billed: who posts again must decide that, not the transport."""
    peer.plays(play)

    with pytest.raises(AnswerLost):
        await peer.transport.post("images/text2img", BODY)

    assert len(peer.seen) == 1


async def test_an_answer_that_does_not_come_in_time_is_lost(peer: Peer) -> None:
    """*within* bounds the whole exchange."""
    peer.plays(Silence())

    with pytest.raises(AnswerLost):
        await peer.transport.post("images/text2img", BODY, within=SHORT)

    assert len(peer.seen) == 1


async def test_where_nobody_listens_nothing_was_sent(peer: Peer) -> None:
    """A refused connection costs nothing, and nobody is told that something left."""
    told = []

    async def sent() -> None:
        told.append("sent")

    with pytest.raises(NeverSent):
        await peer.nobody.post("images/text2img", BODY, sent=sent)

    assert told == []


async def test_sent_is_awaited_before_the_first_byte_leaves(peer: Peer) -> None:
    """The journal knows of a request before the service can."""
    peer.plays(Whole())
    arrived_when_told = []

    async def sent() -> None:
        await anyio.wait_all_tasks_blocked()
        arrived_when_told.append(len(peer.seen))

    await peer.transport.post("images/text2img", BODY, sent=sent)

    assert arrived_when_told == [0]
    assert len(peer.seen) == 1


async def test_what_cannot_be_written_down_is_not_sent(peer: Peer) -> None:
    """A full disk at the last moment: the error comes through and no byte has left."""
    peer.plays(Whole())

    async def sent() -> None:
        raise StorageFailed("the disk is full")

    with pytest.raises(StorageFailed):
        await peer.transport.post("images/text2img", BODY, sent=sent)
    await anyio.wait_all_tasks_blocked()

    assert peer.seen == []


async def test_cancelling_a_post_cancels_it(peer: Peer) -> None:
    """The caller gets its cancellation and no other error; the request had left."""
    peer.plays(Silence())

    with anyio.move_on_after(SHORT) as scope:
        await peer.transport.post("images/text2img", BODY)

    assert scope.cancelled_caught
    assert len(peer.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirected_post_is_not_followed(peer: Peer, status: int) -> None:
    """The key is in the body, and a 307 or 308 would carry it to any host."""
    peer.plays(Whole(b"", status, {"Location": f"{peer.origin}/elsewhere"}))

    with pytest.raises(Misdirected, match="/elsewhere"):
        await peer.transport.post("images/text2img", BODY)

    assert len(peer.seen) == 1


async def test_an_echoed_key_comes_back_masked(peer: Peer) -> None:
    """In the body and in the headers: nobody behind the seam can write down what it never sees."""
    echo = json.dumps({"meta": {"key": CANARY}}).encode()
    peer.plays(Whole(echo, 200, {"X-Echo": CANARY}))

    answer = await peer.transport.post("images/text2img", BODY)

    assert json.loads(answer.content) == {"meta": {"key": MASK}}
    assert answer.headers["x-echo"] == MASK


async def test_an_echoed_key_in_a_redirect_is_masked(peer: Peer) -> None:
    """Error messages end up in logs and on the screen."""
    peer.plays(Whole(b"", 307, {"Location": f"{peer.origin}/?key={CANARY}&again=1"}))

    with pytest.raises(Misdirected) as stopped:
        await peer.transport.post("images/text2img", BODY)

    assert CANARY not in str(stopped.value)
    assert MASK in str(stopped.value)


@pytest.mark.parametrize("length", [6, 12, len(CANARY) - 1])
async def test_an_echo_cut_within_the_key_is_masked(peer: Peer, length: int) -> None:
    """A connection that breaks at the wrong moment does not leak the half that came."""
    peer.plays(Cut(b'{"message": "invalid key ' + CANARY.encode()[:length]))

    answer = await peer.transport.post("images/text2img", BODY)

    assert b'{"message": "invalid key ' + MASK.encode() == answer.content
