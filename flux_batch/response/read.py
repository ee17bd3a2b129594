"""An HTTP answer becomes a verdict. The body is heard first; the HTTP status counts where the body does not speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from flux_batch.response.body import ACCEPTED, DONE, REJECTED, Body, one_line, read_body
from flux_batch.response.salvage import gist, is_html, salvage
from flux_batch.response.verdict import (
    Busy,
    Gone,
    Images,
    Pending,
    PollVerdict,
    Refused,
    Stop,
    StopReason,
    Unknown,
    Verdict,
)
from flux_batch.response.wait import in_headers, told_wait
from flux_batch.response.words import (
    BROKEN,
    CREDIT,
    GONE,
    KEY,
    NO_ROOM,
    PLAN,
    REFUSED,
    WRONG_FORM,
    Meaning,
    find_rule,
    queue_limit,
    say,
)

BY_STATUS: Mapping[int, Meaning] = {401: KEY, 402: CREDIT, 404: GONE, 408: NO_ROOM, 425: NO_ROOM, 429: NO_ROOM}
"""What an HTTP status means where no words are known. 408 and 425: the request was not taken in."""

FIRST_REDIRECT, FIRST_CLIENT_ERROR, FIRST_SERVER_ERROR = 300, 400, 500
UNAVAILABLE, FORBIDDEN = 503, 403


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> Verdict:
    """Say what the answer to a generate POST means. Never raises, whatever the bytes.

    Args:
        status: HTTP status.
        headers: names in any case; ``Retry-After``, ``Date`` and ``Location`` are read.
        content: the body, whole or cut, not content-encoded.
    """
    body = read_body(content)
    verdict = _read(status, headers, content, body)
    if body is not None and isinstance(verdict, Refused | Busy) and _failed_later(verdict, status, body):
        return Unknown(verdict.message, body.id)
    return Refused(verdict.message) if isinstance(verdict, Gone) else verdict


def _failed_later(verdict: Refused | Busy, status: int, body: Body) -> bool:
    """Tell whether a post was taken in and failed then: what is turned away has no id, or words known for that."""
    turned_away = FIRST_CLIENT_ERROR <= status < FIRST_SERVER_ERROR or (
        not verdict.server if isinstance(verdict, Busy) else find_rule(body.message, body.tips) is not None
    )
    return body.status == "failed" and body.id is not None and not turned_away


def read_poll(status: int, headers: Mapping[str, str], content: bytes, generation_id: str) -> PollVerdict:
    """Say what the answer to a poll for *generation_id* means. Never raises.

    As :func:`read_answer`, but for a job that is already paid: ``failed ... try again`` means not yet, an unknown id
    is ``Gone`` where the API says so itself, what finds fault with the poll or comes from somebody on the way is no
    word about the job, and an answer about another id is not believed.
    """
    body = read_body(content)
    if body is not None and body.status in ACCEPTED:
        if body.id not in {None, generation_id}:
            return Unknown(f"asked for {generation_id}, answered about {body.id}", id=generation_id)
        return _accepted(replace(body, id=generation_id))
    verdict = _read(status, headers, content, body)
    match verdict:
        case Busy(retry_after=None) if body is not None and body.status == "failed":
            return Pending(generation_id, failing=True)
        case Refused() | Gone() | Stop() if not _is_a_word(verdict, status, body):
            return Unknown(verdict.message, id=generation_id)
        case Unknown():
            return replace(verdict, id=generation_id)
    return verdict


def _is_a_word(no: Refused | Gone | Stop, status: int, body: Body | None) -> bool:
    """Tell whether a "no" to a poll is a word about the job or the account, neither about the poll nor a stranger's."""
    spoken = body is not None and body.status in REJECTED
    match no:
        case Refused():
            return body is not None and _ends_the_job(status, body)
        case Gone() | Stop(StopReason.PLAN):  # a firewall says 403, and a wrong address 404
            return spoken
    return True


def _ends_the_job(status: int, body: Body) -> bool:
    """Tell whether a refusal of a poll is about the job: ``failed`` is, an ``error`` only in words known to be."""
    if body.status != "error":
        return body.status == "failed"
    rule = find_rule(body.message, body.tips)
    return status < FIRST_CLIENT_ERROR and rule is not None and rule.name not in WRONG_FORM


def _read(status: int, headers: Mapping[str, str], content: bytes, body: Body | None) -> PollVerdict:
    """Hear the body where it speaks as the API does, else look at what is left."""
    if body is None:
        return _wreck(status, headers, content)
    if body.status in ACCEPTED:
        return _accepted(body)
    if body.status in REJECTED:
        return _rejected(status, headers, body)
    return _stranger(status, headers, content, body)


def _accepted(body: Body) -> Images | Pending | Unknown:
    """Read ``success`` and ``processing``: it is paid from here on."""
    found = body.outputs
    inline = () if found.output else found.inline
    links = () if inline else found.per_image
    if body.status in DONE and (links or inline):
        return Images(body.id, links, inline=inline, meta=body.meta, seconds=body.seconds, nsfw=body.nsfw)
    if body.id is not None:
        return Pending(body.id, eta=body.eta, links=found.later, meta=body.meta)
    return Unknown(f"status {body.status!r} without an id or an image", links=found.later)


def _rejected(status: int, headers: Mapping[str, str], body: Body) -> Meaning:
    """Read ``error`` and ``failed``: the words decide, then the HTTP status."""
    rule = find_rule(body.message, body.tips)
    meaning = rule.meaning if rule else _without_words(status, body)
    return _told(meaning, body.message or body.tips or f"HTTP {status}, {body.status} without a word", headers, body)


def _without_words(status: int, body: Body) -> Meaning:
    """Read a rejection whose words are not known, or that has none: the load test met empty ones when overloaded."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status == UNAVAILABLE:
        return NO_ROOM
    return BROKEN if status >= FIRST_SERVER_ERROR or not body.message else REFUSED


def _stranger(status: int, headers: Mapping[str, str], content: bytes, body: Body) -> PollVerdict:
    """Read JSON that is not the API's own: a gateway's, the framework's, or a shape nobody has seen yet."""
    if status < FIRST_REDIRECT and (body.id is not None or body.outputs.later):
        return Unknown(f"HTTP {status}, status {body.status!r}: {gist(content)}", body.id, body.outputs.later)
    rule = None if body.status or status >= FIRST_SERVER_ERROR else find_rule(body.message, body.tips)
    return _told(rule.meaning, body.message or body.tips, headers, body) if rule else _wreck(status, headers, content)


def _wreck(status: int, headers: Mapping[str, str], content: bytes) -> PollVerdict:
    """Read what is no JSON of the API. Behind a server error the request may have been accepted and billed."""
    message = f"HTTP {status}: {gist(content)}"
    turned_away = FIRST_REDIRECT <= status < FIRST_SERVER_ERROR
    if not turned_away and (found := salvage(content)):
        return Unknown(message, found.id, found.links)
    if FIRST_REDIRECT <= status < FIRST_CLIENT_ERROR:
        return Stop(StopReason.REDIRECT, _redirected(status, headers))
    if status in BY_STATUS:
        return _told(BY_STATUS[status], message, headers)
    if status == UNAVAILABLE and in_headers(headers) is not None:
        return _told(NO_ROOM, message, headers)
    if status == FORBIDDEN and not is_html(content):
        return say(PLAN, message)
    return Refused(message) if FIRST_CLIENT_ERROR <= status < FIRST_SERVER_ERROR else Unknown(message)


def _told(meaning: Meaning, message: str, headers: Mapping[str, str], body: Body | None = None) -> Meaning:
    """Put the service's words into *meaning*, and the wait and the limit they name."""
    said = say(meaning, one_line(message))
    if not isinstance(said, Busy):
        return said
    words = f"{body.message} {body.tips}" if body else ""
    wait = told_wait(body.retry_after if body else None, headers, words)
    return replace(said, retry_after=said.retry_after if wait is None else wait, limit=queue_limit(words))


def _redirected(status: int, headers: Mapping[str, str]) -> str:
    """Say where the address leads, by host alone: the rest of it may repeat what was sent."""
    location = next((value for name, value in headers.items() if name.lower() == "location"), "")
    try:
        host = urlsplit(location).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return one_line(f"HTTP {status}: the API address redirects to {host or 'another path'}, nothing was sent there")
