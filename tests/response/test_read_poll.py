"""The answers to a poll: the job is paid, so nothing here may lead to another post."""

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

A = "https://store.example/generations/0-1ec6.png"
A2 = "https://cdn.example/generations/0-1ec6.png"
PAGE = b"<!DOCTYPE html><html><head><title>api.example | 524: A timeout occurred</title></head><body>Ray</body></html>"


def answer(body: JSON, status: int = 200) -> Verdict:
    """Read *body* as the answer to a generate POST."""
    return read_answer(status, {}, json.dumps(body).encode())


def poll(body: JSON, status: int = 200) -> PollVerdict:
    """Read *body* as the answer to a poll for the job 7."""
    return read_poll(status, {}, json.dumps(body).encode(), "7")


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

    assert Pending("7", failing=True) == poll(body)
    assert isinstance(answer(body), Busy)


def test_an_id_the_service_does_not_know_is_gone() -> None:
    """By its words or by a 404 of its own; as the answer to a POST the same words refuse the job."""
    body: JSON = {"status": "failed", "id": "", "message": "Request not found", "output": ""}

    assert Gone("Request not found") == poll(body)
    assert Refused("Request not found") == answer(body)
    assert Gone("nope") == poll({"status": "error", "message": "nope"}, 404)


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    "content", [PAGE, b"", b"Forbidden", b'{"message": "Request not found"}', b'{"message": "needs a premium plan"}']
)
def test_somebody_on_the_way_knows_nothing_of_the_job(status: int, content: bytes) -> None:
    """A wall between us and the service says 403 or 404 to everything, in its own words."""
    verdict = read_poll(status, {}, content, "7")

    assert isinstance(verdict, Unknown)
    assert verdict.id == "7"


def test_a_plan_ends_the_account_where_the_api_says_so() -> None:
    """In its own JSON."""
    message = "This feature requires a premium subscription"

    assert Stop(StopReason.PLAN, message) == poll({"status": "error", "message": message}, 403)


def test_a_job_that_failed_for_good_is_refused() -> None:
    """The webhook page's own example."""
    message = "Processing failed: Invalid input dimensions"

    assert Refused(message) == poll({"status": "failed", "id": 7, "message": message})


@pytest.mark.parametrize(
    "status, message",
    [
        (200, "Invalid API Request"),
        (200, "Database connection failed"),
        (200, {"request_id": ["The request id field is required."]}),
        (400, "odd"),
        (405, "The GET method is not supported for this route."),
        (422, {"id": ["The selected id is invalid."]}),
        (500, "Model not found"),
    ],
)
def test_an_error_about_the_poll_itself_is_no_word_about_the_job(status: int, message: JSON) -> None:
    """The service has two ways to ask for an id, and bad moments; being told off for one loses no paid image."""
    verdict = poll({"status": "error", "message": message}, status)

    assert isinstance(verdict, Unknown)
    assert verdict.id == "7"


def test_an_error_about_the_job_ends_it() -> None:
    """With the words of the service, whichever of its two words for failure it takes."""
    assert Refused("Model not found") == poll({"status": "error", "message": "Model not found"})
    assert Refused("odd") == poll({"status": "failed", "message": "odd"}, 400)
    assert Refused("seed must be an integer") == poll({"status": "failed", "message": "seed must be an integer"})


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
