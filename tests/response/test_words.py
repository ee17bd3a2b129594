"""Each row of the table of words, by what the service or the docs say word for word."""

from __future__ import annotations

import json

import pytest

from flux_batch.response.read import read_answer
from flux_batch.response.verdict import Busy, Gone, Refused, Stop, StopReason, Verdict
from flux_batch.response.words import RULES, Meaning, find_rule, queue_limit

KEY, CREDIT, PLAN = StopReason.KEY, StopReason.CREDIT, StopReason.PLAN

EXAMPLES = [
    ("bad key", "Invalid Api Key"),
    ("bad key", "invalid API-key"),
    ("bad key", "Expired api key."),
    ("key is bad", "The API key you sent has been revoked"),
    ("key is bad", "API key not found"),
    ("key field", "key: The key field is required."),
    ("unauthenticated", "Unauthenticated."),
    ("unauthenticated", "Unauthorized"),
    ("suspended", "Your account has been suspended"),
    ("insufficient credits", "Insufficient credits. Please add more credits to continue."),
    ("insufficient credits", "You are out of credits"),
    ("insufficient credits", "not enough wallet balance"),
    ("credits exhausted", "Wallet balance exhausted"),
    ("credits exhausted", "Your credits have run out"),
    ("monthly limit", "Your monthly limit exceeded, upgrade subscription now on https://shop.example/pricing"),
    ("monthly limit", "quota exceeded"),
    ("spam filter", "spam filter is enabled"),
    ("spam filter", "you are sending same request multiple times"),
    ("rate limit", "Rate limit exceeded"),
    ("rate limit", "Too Many Attempts."),
    ("rate limit", "too many queued requests"),
    ("queue full", "The queue is full"),
    ("queue full", "current_queue: 16"),
    ("queue full", "Maximum 5 queued requests allowed."),
    ("needs a plan", "This feature requires a premium subscription"),
    ("needs a plan", "requires an enterprise plan"),
    ("subscription over", "Your subscription has expired"),
    ("subscription over", "You have no active subscription"),
    ("unknown id", "Request not found"),
    ("bad request", "Invalid API Request"),
    ("unknown model", "Model not found: invalid_model_name"),
    ("unknown model", "Model id not found"),
    ("bad value", "width must be between 256 and 1024"),
    ("bad value", "height must be divisible by 8"),
    ("bad value", "prompt must be a string"),
    ("bad value", "temp: The temp field must be true or false"),
    ("bad value", "prompt is required"),
    ("bad input image", "Unable to fetch image from provided URL"),
    ("server error", "Internal server error. Please try again."),
    ("failed, try again", "Failed, Try Again"),
    ("unavailable", "Service temporarily unavailable. Please try again later."),
    ("try again", "Cooling down, try again in 30 minutes"),
    ("try again", "Please wait a little and try again"),
]


@pytest.mark.parametrize("name, words", EXAMPLES)
def test_each_row_knows_its_words(name: str, words: str) -> None:
    """The words lead to this row and to no row before it, as message and as tip."""
    rules = [find_rule(words, ""), find_rule("", words)]

    assert [name, name] == [rule.name if rule else None for rule in rules]


def test_each_row_has_a_name_an_example_and_a_source() -> None:
    """No row is there without words that were seen or expected, and without saying where."""
    assert sorted({rule.name for rule in RULES}) == sorted({name for name, _ in EXAMPLES})
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)


@pytest.mark.parametrize(
    "names, meaning",
    [
        ({"bad key", "key is bad", "key field", "unauthenticated", "suspended"}, Stop(KEY, "")),
        ({"insufficient credits", "credits exhausted", "monthly limit"}, Stop(CREDIT, "")),
        ({"needs a plan", "subscription over"}, Stop(PLAN, "")),
        ({"rate limit", "queue full", "unavailable", "try again"}, Busy("")),
        ({"spam filter"}, Busy("", retry_after=30.0)),
        ({"server error", "failed, try again"}, Busy("", server=True)),
        ({"unknown id"}, Gone("")),
        ({"bad request", "unknown model", "bad value", "bad input image"}, Refused("")),
    ],
)
def test_each_row_has_one_meaning(names: set[str], meaning: Meaning) -> None:
    """What ends the run, what is only too early, what ends one job."""
    assert names == {rule.name for rule in RULES if rule.meaning == meaning}


@pytest.mark.parametrize(
    "words",
    [
        "Get 20x faster image generation using enterprise plan. Click here : https://shop.example/enterprise",
        "for faster speed, keep resolution upto 512x512",
        "Your image is processing in background",
        "Processing failed: Invalid input dimensions",
        "Prompt violates the content policy. Change it and try again",
        "Too many words in prompt",
        "Make sure you have valid API key.",
        "",
    ],
)
def test_advertisement_and_unknown_words_match_no_row(words: str) -> None:
    """Every answer of a small plan carries a tip to buy a larger one."""
    assert find_rule(words, words) is None


def test_the_message_is_heard_before_the_tips() -> None:
    """The tip of a malformed request speaks of the key, and that of a full queue of plans."""
    assert Refused("Invalid API Request") == answered("Invalid API Request", "4. Make sure the api key is not invalid.")
    assert isinstance(answered("Rate limit exceeded", "more queue requires a premium subscription"), Busy)
    assert Stop(KEY, "Denied") == answered("Denied", "Invalid api key")


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500, 503])
def test_known_words_count_under_any_status(status: int) -> None:
    """The service of 2023 said everything with a 200; today's says it with both."""
    assert Stop(CREDIT, "You are out of credits") == answered("You are out of credits", "", status)
    assert Refused("Model not found") == answered("Model not found", "", status)
    assert Busy("Rate limit exceeded") == answered("Rate limit exceeded", "", status)


@pytest.mark.parametrize(
    "words, limit",
    [
        ("Rate limit exceeded. Maximum 5 queued requests allowed.", 5),
        ("Maximum of 15 requests", 15),
        ("max 10 jobs", 10),
        ("Maximum 0 queued requests allowed.", None),
        ("current_queue: 16", None),
        ("Maximum size is 1024", None),
        ("", None),
    ],
)
def test_the_queue_limit_is_read_from_the_words(words: str, limit: int | None) -> None:
    """Only where a maximum of requests is named."""
    assert limit == queue_limit(words)


def test_a_full_queue_tells_its_limit_and_its_wait() -> None:
    """The documented 429."""
    message = "Rate limit exceeded. Maximum 5 queued requests allowed."
    content = json.dumps({"status": "error", "message": message, "retry_after": 30}).encode()

    assert Busy(message, retry_after=30.0, limit=5) == read_answer(429, {}, content)


def test_the_spam_filter_waits_thirty_seconds_or_as_told() -> None:
    """Its own text names the time; where the words lack it, the documented one holds."""
    assert Busy("spam filter is enabled", retry_after=30.0) == answered("spam filter is enabled", "")
    assert Busy("Rate limit exceeded", retry_after=45.0) == answered(
        "Rate limit exceeded", "spam filter is enabled, please wait for 45 seconds and try again"
    )


def answered(message: str, tip: str, status: int = 200) -> Verdict:
    """Read an error with *message* and *tip*."""
    return read_answer(status, {}, json.dumps({"status": "error", "message": message, "tips": tip}).encode())
