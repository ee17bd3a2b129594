"""The answers to a generate POST, as they are known from the live service, become verdicts."""

from __future__ import annotations

import json

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
INLINE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


def answer(body: JSON, status: int = 200) -> Verdict:
    """Read *body* as the answer to a generate POST."""
    return read_answer(status, {}, json.dumps(body).encode())


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


@pytest.mark.parametrize("word", ["success", "Success ", "ready"])
def test_the_status_word_is_read_in_any_case(word: str) -> None:
    """``ready`` is what one client of the live service expects beside ``success``."""
    assert Images("1", ((A,),)) == answer({"status": word, "id": 1, "output": [A]})


@pytest.mark.parametrize("word", ["success", "processing"])
def test_accepted_without_id_and_image_may_have_been_billed(word: str) -> None:
    """What was accepted and cannot be asked for again is unknown, not refused."""
    verdict = answer({"status": word, "message": "try again"})

    assert Unknown(f"status '{word}' without an id or an image") == verdict


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


@pytest.mark.parametrize("eta, seconds", [(10, 10.0), (20.5, 20.5), ("12", 12.0), (" 7.5 ", 7.5), (0, 0.0)])
def test_an_estimate_is_a_number_of_seconds(eta: JSON, seconds: float) -> None:
    """Integer, float or numeric text."""
    assert Pending("1", eta=seconds) == answer({"status": "processing", "id": 1, "eta": eta})


@pytest.mark.parametrize("eta", [None, True, "soon", "", -3, "-3", "1_0", [], {}, 10**400], ids=repr)
def test_an_odd_estimate_was_not_said(eta: JSON) -> None:
    """What is negative, no number or larger than any number is as good as absent."""
    assert Pending("1") == answer({"status": "processing", "id": 1, "eta": eta})


@pytest.mark.parametrize(
    "given, read",
    [(66752945, "66752945"), ("66752945", "66752945"), ("abc1-def4", "abc1-def4"), (" 5 ", "5"), (5.0, "5")],
)
def test_ids_are_integers_or_text(given: JSON, read: str) -> None:
    """The captures have integers, the newer docs have text; both become text."""
    assert Images(read, ((A,),)) == answer({"status": "success", "id": given, "output": [A]})


@pytest.mark.parametrize("given", [None, True, False, "", " ", "../../x", "a/b", "a?b", -5, 1.5, [], {}, "x" * 129])
def test_what_may_not_stand_in_a_url_is_no_id(given: JSON) -> None:
    """Booleans and empty text mean none; an id that would lead to another path is not used."""
    assert Images(None, ((A,),)) == answer({"status": "success", "id": given, "output": [A]})


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


@pytest.mark.parametrize("key", ["error", "errors", "detail"])
def test_words_of_a_framework_are_heard_where_the_api_has_none(key: str) -> None:
    """The service and what stands before it are written in several."""
    assert Refused("odd") == answer({"status": "error", key: "odd"})
    assert Refused("mine") == answer({"status": "error", "message": "mine", key: "odd"})


@pytest.mark.parametrize("key", ["tip", "tips", "tip_1", "tip_2"])
def test_tips_are_heard_after_the_message(key: str) -> None:
    """Under each of their names; alone they are the message."""
    assert Stop(StopReason.KEY, "odd") == answer({"status": "error", "message": "odd", key: "Invalid Api Key"})
    assert Refused("Model not found") == answer({"status": "error", key: "Model not found"})


def test_both_spellings_at_once_are_both_heard() -> None:
    """Each thing said is said once."""
    assert Refused("one two") == answer({"status": "error", "message": "one", "messege": "two"})
    assert Refused("one") == answer({"status": "error", "message": "one", "messege": "one"})


def test_a_long_message_is_shortened() -> None:
    """Nobody reads, and no journal line holds, a megabyte."""
    assert Refused("x" * 499 + "…") == answer({"status": "error", "message": "x" * 1_000_000})
    assert Refused("x" * 500) == answer({"status": "error", "message": "x" * 500})


@pytest.mark.parametrize("status", [200, 500])
def test_a_failure_with_an_id_was_taken_in_and_may_be_billed(status: int) -> None:
    """It is asked about by that id, and not posted again in every run; what was turned away has none."""
    said: dict[str, JSON] = {"status": "failed", "id": 5, "message": "Processing failed"}

    assert Unknown("Processing failed", "5") == answer(said, status)
    assert Unknown("Failed, Try Again", "5") == answer({**said, "message": "Failed, Try Again"}, status)
    assert Stop(StopReason.KEY, "Invalid API Key") == answer({**said, "message": "Invalid API Key"}, status)
    assert Refused("Model not found") == answer({**said, "message": "Model not found"}, status)
    assert isinstance(answer(said, 429), Busy)
    assert Refused("Processing failed") == answer({"status": "failed", "id": "", "message": "Processing failed"})


@pytest.mark.parametrize("word", ["error", "failed"])
def test_a_rejection_without_words_is_trouble_of_the_server(word: str) -> None:
    """The load test met empty messages when the service was overloaded."""
    assert Busy(f"HTTP 200, {word} without a word", server=True) == answer(
        {"status": word, "id": "", "message": "", "output": ""}
    )


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
