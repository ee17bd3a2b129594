"""Answers to a generate POST and to a poll, as they are known from the live service, become verdicts."""

from __future__ import annotations

import json

import pytest

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
    StopReason,
    Unknown,
    Verdict,
)

A, B = "https://store.example/generations/0-1ec6.png", "https://store.example/generations/1-1ec6.png"
A2, B2 = "https://cdn.example/generations/0-1ec6.png", "https://cdn.example/generations/1-1ec6.png"
INLINE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
PAGE = b"<!DOCTYPE html><html><head><title>api.example | 524: A timeout occurred</title></head><body>Ray</body></html>"


def answer(body: JSON, status: int = 200, **headers: str) -> Verdict:
    """Read *body* as the answer to a generate POST; ``Retry_After`` stands for ``Retry-After``."""
    return read_answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, json.dumps(body).encode())


def poll(body: JSON, status: int = 200) -> PollVerdict:
    """Read *body* as the answer to a poll for the job 7."""
    return read_poll(status, {}, json.dumps(body).encode(), "7")


def test_success_gives_the_images() -> None:
    """Links, id, meta, time and the nsfw flag of a success arrive in the verdict."""
    body: JSON = {
        "status": "success",
        "generationTime": 1.96,
        "id": 66752945,
        "output": [A],
        "proxy_links": [A2],
        "nsfw_content_detected": False,
        "webhook_status": "",
        "meta": {"W": 512, "seed": 3166507472, "steps": 20},
        "tip": "Get 20x faster image generation using enterprise plan. Click here : https://shop.example",
    }

    assert Images(
        id="66752945",
        links=((A, A2),),
        meta={"W": 512, "seed": 3166507472, "steps": 20},
        seconds=1.96,
        nsfw=False,
    ) == answer(body)


def test_escaped_slashes_are_slashes() -> None:
    r"""PHP writes ``\/`` on the wire."""
    content = b'{"status":"success","id":1,"output":["https:\\/\\/store.example\\/0-1ec6.png"]}'

    assert Images("1", (("https://store.example/0-1ec6.png",),)) == read_answer(200, {}, content)


@pytest.mark.parametrize("status", [200, 201, 302, 401, 429, 500, 503, 524])
def test_the_body_is_heard_before_the_status(status: int) -> None:
    """A body that says what happened is believed, whatever the HTTP status says."""
    assert Images("1", ((A,),)) == answer({"status": "success", "id": 1, "output": [A]}, status)
    assert Pending("1") == answer({"status": "processing", "id": 1}, status)
    assert Stop(StopReason.KEY, "Invalid Api Key") == answer({"status": "error", "message": "Invalid Api Key"}, status)


@pytest.mark.parametrize(
    "proxy",
    [[A2, B2], {"0": A2, "1": B2}, {"1": B2, "0": A2}],
    ids=["list", "object", "object out of order"],
)
def test_proxy_links_may_be_a_list_or_an_object(proxy: JSON) -> None:
    """Both shapes are documented; each link goes to its own image."""
    assert Images("1", ((A, A2), (B, B2))) == answer(
        {"status": "success", "id": 1, "output": [A, B], "proxy_links": proxy}
    )


@pytest.mark.parametrize("output", [[], "", None, "absent", [""], [None]])
def test_success_without_output_takes_the_other_links(output: JSON) -> None:
    """``proxy_links`` come first, ``future_links`` after them, and without any the id is polled."""
    body: dict[str, JSON] = {"status": "success", "id": 1942, "output": output}
    if output == "absent":
        del body["output"]

    assert Images("1942", ((A2, A),)) == answer({**body, "proxy_links": [A2], "future_links": [A]})
    assert Images("1942", ((A,),)) == answer({**body, "future_links": [A]})
    assert Pending("1942") == answer(body)


@pytest.mark.parametrize("word", ["success", "processing"])
def test_accepted_without_id_and_image_may_have_been_billed(word: str) -> None:
    """What was accepted and cannot be asked for again is unknown, not refused."""
    verdict = answer({"status": word, "message": "try again"})

    assert isinstance(verdict, Unknown)
    assert verdict.id is None


@pytest.mark.parametrize("text", [INLINE, f"data:image/png;base64,{INLINE}"])
def test_images_inside_the_answer_are_inline(text: str) -> None:
    """Base64 text or a data URI in ``output`` is the image itself, even when links stand elsewhere."""
    verdict = answer({"status": "success", "id": 1, "output": [text], "future_links": [A]})

    assert Images("1", (), inline=(text,)) == verdict


@pytest.mark.parametrize(
    "said, nsfw",
    [(True, True), (False, False), ([False, True], True), ([False], False), ("yes", None), (None, None), ([], None)],
)
def test_nsfw_is_what_the_answer_says(said: JSON, nsfw: bool | None) -> None:  # noqa: FBT001 - a value of the table
    """One flag, or one for each image; anything else says nothing."""
    verdict = answer({"status": "success", "id": 1, "output": [A], "nsfw_content_detected": said})

    assert isinstance(verdict, Images)
    assert nsfw == verdict.nsfw


def test_processing_keeps_everything_the_first_reply_tells() -> None:
    """The estimate, the later links and the seed, which stands only here."""
    body: JSON = {
        "status": "processing",
        "tip": "Your image is processing in background, here is link for fetch api",
        "eta": 20.9379869184,
        "messege": "Try to fetch request after seconds estimated",
        "fetch_result": "https://elsewhere.example/api/v3/dreambooth/fetch/32798037",
        "id": 32798037,
        "output": [],
        "meta": {"seed": 1677778160},
        "future_links": [A],
    }

    assert Pending("32798037", eta=20.9379869184, links=(A,), meta={"seed": 1677778160}) == answer(body)


@pytest.mark.parametrize(
    "eta, seconds",
    [(10, 10.0), (20.5, 20.5), ("12", 12.0), (" 7.5 ", 7.5), (0, 0.0), (10**400, None), (-3, None), ("-3", None)]
    + [(None, None), (True, None), ("soon", None), ("", None), ([], None), ({}, None)],
)
def test_an_estimate_is_a_number_of_seconds_or_nothing(eta: JSON, seconds: float | None) -> None:
    """Integer, float or numeric text; what is negative or no number was not said."""
    assert Pending("1", eta=seconds) == answer({"status": "processing", "id": 1, "eta": eta})


@pytest.mark.parametrize(
    "given, read",
    [(66752945, "66752945"), ("66752945", "66752945"), ("abc123-def456", "abc123-def456"), (" 5 ", "5"), (5.0, "5")]
    + [(None, None), (True, None), (False, None), ("", None), (" ", None), (-5, None), (1.5, None), ([], None)]
    + [("../../x", None), ("a/b", None), ("a?b", None), ("x" * 129, None), ({}, None)],
)
def test_ids_are_text_that_fits_into_a_url(given: JSON, read: str | None) -> None:
    """Integers and text alike; booleans, empty text and what would lead to another path are no ids."""
    verdict = answer({"status": "success", "id": given, "output": [A]})

    assert isinstance(verdict, Images)
    assert read == verdict.id


@pytest.mark.parametrize("more", [{"request_id": 77}, {"fetch_result": "https://evil.example/api/v6/video/fetch/77"}])
def test_an_id_may_stand_elsewhere(more: dict[str, JSON]) -> None:
    """``request_id`` and the tail of ``fetch_result`` name the job too; nothing else of that URL is used."""
    assert Pending("77") == answer({"status": "processing", "id": "", **more})


@pytest.mark.parametrize("key", ["message", "messege"])
@pytest.mark.parametrize(
    "message, line",
    [
        ("width must be between 256 and 1024", "width must be between 256 and 1024"),
        ({"prompt": ["The prompt field is required."]}, "prompt: The prompt field is required."),
        ({"width": ["too big", "odd"], "seed": ["bad"]}, "width: too big odd seed: bad"),
        (["one", "two"], "one two"),
        ("two\nlines\x1b[31m", "two lines [31m"),
    ],
)
def test_messages_are_flattened_to_one_line(key: str, message: JSON, line: str) -> None:
    """Under both spellings, as text, list or dict of lists, and harmless to a terminal."""
    assert Refused(line) == answer({"status": "error", key: message})


def test_a_long_message_is_shortened() -> None:
    """Nobody reads, and no journal line holds, a megabyte."""
    verdict = answer({"status": "error", "message": "x" * 1_000_000})

    assert isinstance(verdict, Refused)
    assert len(verdict.message) == 500


@pytest.mark.parametrize("word", ["error", "failed"])
def test_a_rejection_without_words_is_trouble_of_the_server(word: str) -> None:
    """The load test met empty messages when the service was overloaded."""
    verdict = answer({"status": word, "id": "", "message": "", "output": ""})

    assert isinstance(verdict, Busy)
    assert verdict.server


@pytest.mark.parametrize(
    "status, verdict",
    [
        (200, Refused("odd")),
        (400, Refused("odd")),
        (401, Stop(StopReason.KEY, "odd")),
        (402, Stop(StopReason.CREDIT, "odd")),
        (403, Refused("odd")),
        (404, Refused("odd")),
        (422, Refused("odd")),
        (429, Busy("odd")),
        (500, Busy("odd", server=True)),
        (502, Busy("odd", server=True)),
        (503, Busy("odd")),
        (524, Busy("odd", server=True)),
    ],
)
def test_unknown_words_leave_it_to_the_status(status: int, verdict: Verdict) -> None:
    """An error in the API's own JSON was not accepted; how bad it is, its HTTP status says."""
    assert verdict == answer({"status": "error", "message": "odd"}, status)


@pytest.mark.parametrize(
    "status, kind",
    [
        (200, Unknown),
        (204, Unknown),
        (400, Refused),
        (403, Refused),
        (404, Refused),
        (408, Busy),
        (413, Refused),
        (425, Busy),
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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
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
    whole = tuple(link for link in (A, B, A2, B2) if f'"{link}"'.replace("/", "\\/") in SUCCESS[:cut])
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


def test_json_of_a_gateway_is_not_the_api_speaking() -> None:
    """A gateway's JSON behind a 5xx tells nothing about the bill; a plain refusal without ``status`` is understood."""
    assert isinstance(answer({"message": "Internal server error"}, 502), Unknown)
    assert isinstance(answer({"message": "Endpoint request timed out"}, 504), Unknown)
    assert Stop(StopReason.KEY, "Unauthenticated.") == answer({"message": "Unauthenticated."})
    assert Busy("Too Many Requests", retry_after=9.0) == answer({"message": "Too Many Requests"}, 429, Retry_After="9")


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


def test_numbers_too_long_to_parse_are_unknown() -> None:
    """A hundred thousand digits are no id."""
    assert isinstance(read_answer(200, {}, b'{"status":"success","id":' + b"9" * 100_000 + b"}"), Unknown)


def test_of_duplicate_keys_the_last_counts() -> None:
    """As every JSON parser has it."""
    assert Pending("2") == read_answer(200, {}, b'{"status":"error","status":"processing","id":1,"id":2}')


@pytest.mark.parametrize(
    "link", ["ftp://a.example/x.png", "file:///etc/passwd", "//a.example/x", "http://", "https://[::1/x", "a b"]
)
def test_what_is_no_link_is_left_out(link: str) -> None:
    """Only http(s) URLs with a host are fetched."""
    assert Pending("1") == answer({"status": "success", "id": 1, "output": [link]})


def test_no_more_links_are_read_than_can_be_asked_for() -> None:
    """A list of a million links is cut."""
    verdict = answer({"status": "success", "id": 1, "output": [f"https://a.example/{n}.png" for n in range(1000)]})

    assert isinstance(verdict, Images)
    assert len(verdict.links) == 16


# --- polls


def test_a_poll_gives_the_images_of_the_job_asked_for() -> None:
    """A fetched success lacks meta, time and sometimes the id; none is required."""
    assert Images("7", ((A, A2),)) == poll({"status": "success", "id": 7, "output": [A], "proxy_links": [A2]})
    assert Images("7", ((A,),)) == poll({"status": "success", "output": [A]})
    assert Pending("7") == poll({"status": "success", "output": []})


def test_a_poll_gives_a_fresh_estimate_where_there_is_one() -> None:
    """Some replies carry a new eta, most do not."""
    assert Pending("7", eta=4.0) == poll({"status": "processing", "messege": "Request processing", "eta": 4})
    assert Pending("7") == poll({"status": "processing"})


def test_an_answer_about_another_job_is_not_believed() -> None:
    """A wrong picture in a cell is worse than a late one."""
    assert Unknown("asked for 7, answered about 8", id="7") == poll({"status": "success", "id": 8, "output": [A]})


@pytest.mark.parametrize("message", ["Failed, Try Again", ""])
def test_failed_try_again_is_not_yet_while_polling(message: str) -> None:
    """Posting again would buy the image twice; a production client just polls on."""
    body: JSON = {"status": "failed", "id": "", "messege": message, "output": ""}

    assert Pending("7") == poll(body)
    assert isinstance(answer(body), Busy)


def test_an_id_the_service_does_not_know_is_gone() -> None:
    """By its words or by a 404 of any kind; as the answer to a POST the same words refuse the job."""
    body: JSON = {"status": "failed", "id": "", "message": "Request not found", "output": ""}

    assert Gone("Request not found") == poll(body)
    assert Refused("Request not found") == answer(body)
    assert Gone("nope") == poll({"status": "error", "message": "nope"}, 404)
    assert isinstance(read_poll(404, {}, PAGE, "7"), Gone)


def test_a_job_that_failed_for_good_is_refused() -> None:
    """The webhook page's own example."""
    message = "Processing failed: Invalid input dimensions"

    assert Refused(message) == poll({"status": "failed", "id": 7, "message": message})


@pytest.mark.parametrize("status", [200, 204, 400, 405, 413, 500, 502, 503, 524])
def test_a_page_of_a_gateway_refuses_no_paid_job(status: int) -> None:
    """It is asked again later, by the same id."""
    verdict = read_poll(status, {}, PAGE, "7")

    assert isinstance(verdict, Unknown)
    assert verdict.id == "7"


def test_polls_meet_the_same_limits_as_posts() -> None:
    """A busy service, a broken one and a revoked key are told apart while polling too."""
    assert Busy("Rate limit exceeded") == poll({"status": "error", "message": "Rate limit exceeded"}, 429)
    assert Busy("odd", server=True) == poll({"status": "error", "message": "odd"}, 500)
    assert Stop(StopReason.KEY, "Invalid Api Key") == poll({"status": "error", "message": "Invalid Api Key"})
    assert isinstance(read_poll(401, {}, b'{"message": "no"}', "7"), Stop)
    assert isinstance(read_poll(429, {}, b"slow down", "7"), Busy)
    assert isinstance(read_poll(307, {"Location": "//evil.example"}, b"", "7"), Stop)
