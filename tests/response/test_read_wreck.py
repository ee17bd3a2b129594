"""Answers in which the API does not speak, or not to the end: pages of gateways, cut and broken JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from flux_batch.plan.job import JSON
from flux_batch.response.read import read_answer
from flux_batch.response.verdict import (
    Busy,
    Images,
    Pending,
    Refused,
    Stop,
    StopReason,
    Unknown,
    Verdict,
)

A, B = "https://store.example/generations/0-1ec6.png", "https://store.example/generations/1-1ec6.png"
A2, B2 = "https://cdn.example/generations/0-1ec6.png", "https://cdn.example/generations/1-1ec6.png"
PAGE = b"<!DOCTYPE html><html><head><title>api.example | 524: A timeout occurred</title></head><body>Ray</body></html>"


def answer(body: JSON, status: int = 200) -> Verdict:
    """Read *body* as the answer to a generate POST."""
    return read_answer(status, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    "status, kind",
    [
        (200, Unknown),
        (204, Unknown),
        (299, Unknown),
        (400, Refused),
        (403, Refused),
        (404, Refused),
        (408, Busy),
        (413, Refused),
        (425, Busy),
        (499, Refused),
        (429, Busy),
        (500, Unknown),
        (502, Unknown),
        (503, Unknown),
        (504, Unknown),
        (520, Unknown),
        (522, Unknown),
        (524, Unknown),
    ],
)
def test_a_page_of_a_gateway_is_read_by_its_status(status: int, kind: type) -> None:
    """Behind a 5xx page the job may have been accepted and billed; behind a 4xx page it was not."""
    verdict = read_answer(status, {"Content-Type": "text/html"}, PAGE)

    assert isinstance(verdict, Refused | Busy | Unknown)
    assert (kind, f"HTTP {status}: api.example | 524: A timeout occurred") == (type(verdict), verdict.message)


@pytest.mark.parametrize("content", [PAGE, b"", b"denied", b"[1, 2]", b'"text"', b"null", b'{"message": "Denied"}'])
@pytest.mark.parametrize("status, reason", [(401, StopReason.KEY), (402, StopReason.CREDIT)])
def test_key_and_credit_end_the_run_without_words(status: int, reason: StopReason, content: bytes) -> None:
    """401 and 402 need no body."""
    verdict = read_answer(status, {}, content)

    assert isinstance(verdict, Stop)
    assert reason is verdict.reason


def test_a_bare_403_is_about_the_plan_and_a_page_about_the_request() -> None:
    """The docs name 403 for the plan; a firewall's page turns on the words of one prompt."""
    assert Stop(StopReason.PLAN, "HTTP 403: an empty body") == read_answer(403, {}, b"")
    assert isinstance(read_answer(403, {}, PAGE), Refused)


def test_a_503_with_a_date_to_come_back_was_not_accepted() -> None:
    """A page that names the wait is a closed door, not a lost answer."""
    assert Busy("HTTP 503: closed", retry_after=120.0) == read_answer(503, {"retry-after": "120"}, b"closed")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
def test_a_redirect_stops_the_run_and_names_the_host(status: int) -> None:
    """The key is never sent after it, and the rest of the address is not shown."""
    headers = {"Location": "https://user:pw@evil.example/x?key=secret"}

    assert Stop(
        StopReason.REDIRECT,
        f"HTTP {status}: the API address redirects to evil.example, nothing was sent there",
    ) == read_answer(status, headers, b"")


def test_json_under_any_content_type_is_json() -> None:
    """The bytes are believed, not the header."""
    content = b'\xef\xbb\xbf {"status": "processing", "id": 3}'

    assert Pending("3") == read_answer(200, {"Content-Type": "text/html"}, content)


SUCCESS = json.dumps(
    {"status": "success", "id": 66752945, "output": [A, B], "proxy_links": [A2, B2], "meta": {"prompt": 'a "id": 9'}}
).replace("/", "\\/")


@pytest.mark.parametrize("cut", range(1, len(SUCCESS)))
def test_a_cut_answer_gives_what_is_whole_in_it(cut: int) -> None:
    """At every length: the id only with all its digits, links only to their last letter, and nothing invented."""
    verdict = read_answer(200, {}, SUCCESS[:cut].encode())

    assert isinstance(verdict, Unknown)
    assert ("66752945" if "66752945," in SUCCESS[:cut] else None) == verdict.id
    whole = tuple(link for link in (A, B) if f'"{link}"'.replace("/", "\\/") in SUCCESS[:cut])
    assert whole == verdict.links


def test_a_cut_processing_answer_gives_its_id() -> None:
    """Also from ``fetch_result``, before the id itself has come."""
    content = (
        b'{"status":"processing","eta":3,"fetch_result":"https:\\/\\/x.example\\/api\\/v6\\/images\\/fetch\\/88","id":8'
    )

    verdict = read_answer(200, {}, content)

    assert isinstance(verdict, Unknown)
    assert verdict.id == "88"


def test_a_cut_error_is_read_by_its_status() -> None:
    """A 429 that lost its end is still a 429."""
    assert isinstance(read_answer(429, {}, b'{"status":"error","message":"Rate lim'), Busy)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "queued", "id": 5, "message": "your job is queued, try again later"},
        {"id": 5, "message": "rate limit"},
        {"status": 200, "id": 5},
    ],
)
def test_an_unknown_shape_with_an_id_may_have_been_billed(body: JSON) -> None:
    """Where an id is given something was accepted, whatever words stand beside it."""
    verdict = answer(body)

    assert isinstance(verdict, Unknown)
    assert verdict.id == "5"
    assert verdict.message.startswith("HTTP 200, status '")


def test_json_of_a_gateway_is_not_the_api_speaking() -> None:
    """A gateway's JSON behind a 5xx tells nothing about the bill; a plain refusal without ``status`` is understood."""
    assert isinstance(answer({"message": "Internal server error"}, 500), Unknown)
    assert isinstance(answer({"message": "Internal server error"}, 502), Unknown)
    assert isinstance(answer({"message": "Internal server error"}, 499), Busy)
    assert isinstance(answer({"message": "Endpoint request timed out"}, 504), Unknown)
    assert Stop(StopReason.KEY, "Unauthenticated.") == answer({"message": "Unauthenticated."})
    assert Busy("Too Many Requests", retry_after=9.0) == read_answer(
        429, {"Retry-After": "9"}, b'{"message": "Too Many Requests"}'
    )


GATEWAY_ID = "d5f1a9c0e8b24f4a9a3e3c5f0a7f6b21"


@pytest.mark.parametrize("name", ["id", "request_id"])
@pytest.mark.parametrize(
    "status, message, verdict",
    [
        (429, "API rate limit exceeded", Busy("API rate limit exceeded", retry_after=30.0)),
        (429, "odd", Busy('HTTP 429: {"message": "odd", "%s": "%s"}', retry_after=30.0)),
        (401, "Unauthorized", Stop(StopReason.KEY, "Unauthorized")),
        (402, "odd", Stop(StopReason.CREDIT, 'HTTP 402: {"message": "odd", "%s": "%s"}')),
        (400, "odd", Refused('HTTP 400: {"message": "odd", "%s": "%s"}')),
        (502, "no upstream", Unknown('HTTP 502: {"message": "no upstream", "%s": "%s"}')),
        (503, "no upstream", Busy('HTTP 503: {"message": "no upstream", "%s": "%s"}', retry_after=30.0)),
    ],
)
def test_a_gateway_that_numbers_its_errors_accepted_nothing(
    status: int, message: str, verdict: Busy | Stop | Refused | Unknown, name: str
) -> None:
    """Its id is that of the exchange: read as a job's, nothing would ever be bought and all be called paid."""
    content = json.dumps({"message": message, name: GATEWAY_ID}).encode()

    read = read_answer(status, {"Retry-After": "30"}, content)

    assert replace(verdict, message=verdict.message.replace("%s", name, 1).replace("%s", GATEWAY_ID)) == read


@pytest.mark.parametrize("status, kind", [(200, Unknown), (429, Busy), (403, Refused), (502, Unknown)])
def test_an_id_in_a_page_is_none_of_ours(status: int, kind: type) -> None:
    """Pages hold the ids of trackers."""
    page = b'<html><head><script>var cfg={"id":"UA-1234-5"}</script><title>odd</title></head></html>'

    verdict = read_answer(status, {}, page)

    assert isinstance(verdict, kind)
    assert getattr(verdict, "id", None) is None


@pytest.mark.parametrize(
    "beside", ['"status":"processing"', f'"fetch_result":"{A}"', '"output":[]', '"future_links":[]']
)
@pytest.mark.parametrize("status", [200, 502])
def test_an_id_beside_what_only_the_api_says_is_that_of_a_job(status: int, beside: str) -> None:
    """Also where the answer is cut, or came through a gateway that put its own status on it."""
    verdict = read_answer(status, {}, f'{{{beside},"id":7,"meta":{{'.encode())

    assert isinstance(verdict, Unknown)
    assert verdict.id == "7"


def test_a_cut_answer_that_says_error_accepted_nothing() -> None:
    """Whatever id stands in it, it is not asked for."""
    verdict = read_answer(200, {}, b'{"status":"error","id":7,"output":[],"mess')

    assert isinstance(verdict, Unknown)
    assert verdict.id is None


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_costs_only_its_field(odd: str) -> None:
    """A paid image is not given up for a generation time nobody could write."""
    content = f'{{"status":"success","id":1,"output":["{A}"],"generationTime":{odd},"meta":{{"x":{odd}}}}}'.encode()

    assert Images("1", ((A,),), meta={"x": None}) == read_answer(200, {}, content)


def test_broken_text_costs_only_its_letters() -> None:
    """Bytes that are no UTF-8 and lone surrogates are replaced, so that the answer can be written down."""
    content = b'{"status":"success","id":1,"output":["%s"],"meta":{"prompt":"\xff\\ud800"}}' % A.encode()

    assert Images("1", ((A,),), meta={"prompt": "\ufffd?"}) == read_answer(200, {}, content)


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"a":' * 200_000, b'{"status":"error","message":' + b"[" * 9000])
def test_endless_nesting_is_unknown(content: bytes) -> None:
    """No parser's stack is at the mercy of an answer."""
    assert isinstance(read_answer(200, {}, content), Unknown)


def test_deep_meta_is_cut_and_the_image_kept() -> None:
    """What nests deeper than anybody needs is dropped, not the answer."""
    content = b'{"status":"success","id":1,"output":["%s"],"meta":{"x":%s1%s}}' % (A.encode(), b"[" * 300, b"]" * 300)

    verdict = read_answer(200, {}, content)

    assert isinstance(verdict, Images)
    assert json.dumps(verdict.meta).count("[") < 32


def test_endless_lists_are_cut_and_the_image_kept() -> None:
    """A million items where some dozen are usual are not all carried along."""
    meta: JSON = {"list": [0] * 5000, "object": {str(n): n for n in range(5000)}}

    verdict = answer({"status": "success", "id": 1, "output": [A], "meta": meta})

    assert Images("1", ((A,),), meta={"list": [0] * 1000, "object": {str(n): n for n in range(1000)}}) == verdict


def test_numbers_too_long_to_parse_are_unknown() -> None:
    """A hundred thousand digits are no id."""
    assert isinstance(read_answer(200, {}, b'{"status":"success","id":' + b"9" * 100_000 + b"}"), Unknown)


def test_of_duplicate_keys_the_last_counts() -> None:
    """As every JSON parser has it."""
    assert Pending("2") == read_answer(200, {}, b'{"status":"error","status":"processing","id":1,"id":2}')


def test_each_image_of_a_wreck_has_one_link() -> None:
    """The best it has; what cannot be unescaped is left out, and no link is invented for another image."""
    content = b'{"output":[],"proxy_links":{"0":"%s","1":"https:\\x"},"future_links":["%s"],"meta":{"prompt":"' % (
        A2.encode(),
        B.encode(),
    )

    verdict = read_answer(200, {}, content)

    assert isinstance(verdict, Unknown)
    assert verdict.links == (A2,)


def test_future_links_of_a_wreck_are_salvaged() -> None:
    """An answer cut before its id still says where the images will be."""
    content = f'{{"status":"processing","output":[],"future_links":["{A}","{B}"],"i'.encode()

    assert Unknown(f"HTTP 200: {content.decode()}", links=(A, B)) == read_answer(200, {}, content)


@pytest.mark.parametrize(
    "content, gist",
    [
        (PAGE, "api.example | 524: A timeout occurred"),
        (b"\xef\xbb\xbf \r\n<html><body><b>No</b> way,<br>out</body></html>", "No way, out"),
        (b"<HEAD><TITLE lang=en> Two\nlines </TITLE>", "Two lines"),
        (b'<?xml version="1.0"?><Error><Code>Denied</Code></Error>', "Denied"),
        (b"plain \x1b[31mwords\x00", "plain [31mwords"),
        (b"x" * 300, "x" * 199 + "…"),
        (b"\x1f\x8b\x08\xff", "4 bytes that are no text"),
        (b"one bad \xff byte", "one bad \ufffd byte"),
        (b" \n", "an empty body"),
        (b"<p></p>", "an empty body"),
    ],
)
def test_a_message_tells_what_was_seen(content: bytes, gist: str) -> None:
    """The title of a page, or the beginning of its words, on one line."""
    assert Unknown(f"HTTP 502: {gist}") == read_answer(502, {}, content)


@pytest.mark.parametrize("start", [b"<!DOCTYPE html>", b"\xef\xbb\xbf<html>", b" \n<head>", b"<?xml version='1.0'?>"])
def test_a_page_is_a_page_however_it_begins(start: bytes) -> None:
    """A firewall's 403 ends one job, not the run."""
    assert isinstance(read_answer(403, {}, start), Refused)


def test_a_redirect_to_nowhere_stops_the_run_too() -> None:
    """An address that cannot be read is not shown."""
    for headers in ({"location": "https://[evil"}, {"location": "/login"}, {}):
        verdict = read_answer(302, headers, b"")

        assert (
            Stop(StopReason.REDIRECT, "HTTP 302: the API address redirects to another path, nothing was sent there")
            == verdict
        )
