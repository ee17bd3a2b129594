"""Whatever comes back, it becomes a verdict: no bytes, no JSON and no header raise anything."""

from __future__ import annotations

import json
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from flux_batch.plan.job import JSON
from flux_batch.response.read import read_answer, read_poll
from flux_batch.response.verdict import (
    Busy,
    Gone,
    Images,
    Pending,
    PollVerdict,
    Refused,
    Stop,
    Unknown,
)
from flux_batch.response.wait import LONGEST

STATUSES = st.integers(100, 599) | st.sampled_from([200, 302, 400, 401, 402, 403, 404, 429, 500, 503, 524])
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Date", "Location", "location", "Content-Type"]) | st.text(max_size=8),
    st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(format_datetime),
    max_size=4,
)
LEAVES: st.SearchStrategy[JSON] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["https://a.example/0.png", "https://[", "data:image/png;base64,QUJD", "Failed, Try Again"])
)
ANY_JSON: st.SearchStrategy[JSON] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
FIELDS = [
    *("status", "message", "messege", "tip", "tips", "id", "request_id", "fetch_result", "output", "proxy_links"),
    *("future_links", "eta", "generationTime", "nsfw_content_detected", "meta", "retry_after", "error"),
]
BODIES = st.fixed_dictionaries(
    {"status": st.sampled_from(["success", "processing", "error", "failed", "ready", "odd", "", None]) | ANY_JSON},
    optional={name: ANY_JSON for name in FIELDS if name != "status"},
)


def sound(verdict: PollVerdict) -> bool:
    """Tell whether a verdict keeps what its fields promise, and can be written down."""
    return keeps_its_promise(verdict) and not unwritable(verdict)


def keeps_its_promise(verdict: PollVerdict) -> bool:
    """Tell whether the fields are within what their docstrings say."""
    match verdict:
        case Images(links=links, inline=inline):
            return bool(links) != bool(inline) and all(links)
        case Pending(id=known, eta=eta):
            return bool(known) and (eta is None or 0 <= eta < float("inf"))
        case Busy(retry_after=wait, limit=limit):
            return (wait is None or 1 <= wait <= LONGEST) and (limit is None or limit >= 1)
        case Refused(message) | Stop(message=message) | Unknown(message) | Gone(message):
            return len(message) <= 500 and message.isprintable()


def unwritable(verdict: PollVerdict) -> bool:
    """Tell whether a verdict holds anything that JSON in UTF-8 cannot say."""
    meta = dict(verdict.meta) if isinstance(verdict, Images | Pending) else {}
    try:
        json.dumps([meta, repr(verdict)], allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return True
    return False


@given(status=STATUSES, headers=HEADERS, content=st.binary(max_size=200))
def test_any_bytes_are_a_verdict(status: int, headers: dict[str, str], content: bytes) -> None:
    """Noise never raises."""
    assert sound(read_answer(status, headers, content))
    assert sound(read_poll(status, headers, content, "7"))


@given(status=STATUSES, headers=HEADERS, body=ANY_JSON | BODIES)
def test_any_json_is_a_verdict(status: int, headers: dict[str, str], body: JSON) -> None:
    """Any value in any field of an answer never raises, NaN and infinities included."""
    content = json.dumps(body).encode()

    assert sound(read_answer(status, headers, content))
    assert sound(read_poll(status, headers, content, "7"))


@given(status=STATUSES, body=BODIES, cut=st.integers(0, 400), noise=st.binary(max_size=8))
def test_any_cut_or_spoilt_answer_is_a_verdict(status: int, body: JSON, cut: int, noise: bytes) -> None:
    """Any prefix of any answer, with anything after it, never raises."""
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")[:cut] + noise

    assert sound(read_answer(status, {}, content))
    assert sound(read_poll(status, {}, content, "7"))


@given(status=STATUSES, headers=HEADERS, body=ANY_JSON | BODIES)
def test_a_poll_never_forgets_its_id(status: int, headers: dict[str, str], body: JSON) -> None:
    """Whatever a poll answers, a job that is still to be asked for is asked for by the same id."""
    verdict = read_poll(status, headers, json.dumps(body).encode(), "7")

    assert not isinstance(verdict, Images | Pending | Unknown) or verdict.id == "7"
