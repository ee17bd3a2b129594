"""What a wrong request is told, in the service's own shapes: a name, and a list of sentences about it."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flux_batch.addons.server.attributes import TextToImage
from flux_batch.addons.server.reply import JSON, Body, Said

TYPES = {
    "bool": "must be true or false",
    "int": "must be an integer",
    "float": "must be a number",
    "string": "must be a string",
    "missing": "is required",
    "literal": "is not one of the allowed values",
    "string_pattern_mismatch": "is no URL",
    "json": "cannot be read",
}
"""First word of pydantic's error type -> the end of the sentence."""
BOUNDS = {"greater", "less", "multiple"}
KEY_TIP = (
    "1. Make sure you are passing Content-Type: application/json in header. 2. Make sure you are doing POST request "
    "with valid JSON. 3. Make sure your JSON does not have error, use jsonlint to validate json array. "
    "4. Make sure you have valid API key."
)


def error(message: JSON, status: int, **more: JSON) -> Said:
    """An error body: ``status`` and ``message``, then what else it carries."""
    return Said({"status": "error", "message": message, **more}, status)


def not_json() -> Said:
    """The body is no JSON object."""
    return error("Invalid API Request", 400, tip=KEY_TIP)


def bad_key() -> Said:
    """No key, or not the account's."""
    return error("Invalid Api Key", 401, tip=KEY_TIP)


def queue_full(limit: int, queued: int, retry_after: int, words: str) -> Said:
    """All slots of the account are taken; *words* chooses among the wordings seen."""
    text = {
        "live": f"Rate limit exceeded, queue is full: current_queue {queued}",
        "wait": f"Rate limit exceeded, please try again in {retry_after} seconds",
    }.get(words)
    if text is not None:
        return error(text, 429)
    return error(f"Rate limit exceeded. Maximum {limit} queued requests allowed.", 429, retry_after=retry_after)


def spam(seconds: float) -> Said:
    """The same body came twice within *seconds*."""
    tips = (
        "you are sending same request multiple times, spam filter is enabled, "
        f"please wait for {seconds:g} seconds and try again"
    )
    return error("Rate limit exceeded", 429, tips=tips)


def no_credit() -> Said:
    """The wallet does not cover the request."""
    return error("Insufficient credits. Please add more credits to continue.", 402)


def too_often(per_minute: int) -> Said:
    """An endpoint with a limit of its own was asked too often."""
    return error(f"Too many requests: this endpoint takes {per_minute} a minute", 429)


def not_found() -> Said:
    """The service does not know the id; empty fields are empty text here."""
    return Said({"status": "failed", "id": "", "message": "Request not found", "output": ""}, 404)


def failed() -> Said:
    """The generation failed; the id is empty text, as captured."""
    return Said({"status": "failed", "id": "", "message": "Failed, Try Again", "output": ""}, 200)


def invalid(problem: ValidationError, form: type[BaseModel] = TextToImage) -> Said:
    """Every wrong attribute with its sentences; a missing model has a sentence of its own."""
    problems = problem.errors(include_input=False, include_url=False)
    if any(item["loc"][:1] == ("model_id",) and item["type"] == "missing" for item in problems):
        return error("Model id not found", 400)
    told: dict[str, JSON] = {}
    for item in problems:
        name = str(item["loc"][0]) if item["loc"] else "body"
        told.setdefault(name, [_sentence(form, name, item)])
    return error(told, 400)


def unknown_model(model_id: str) -> Said:
    """The service has no such model."""
    return error(f"Model not found: {model_id}", 400)


def _sentence(form: type[BaseModel], name: str, item: ErrorDetails) -> str:
    first = item["type"].split("_", maxsplit=1)[0]
    if first == "multiple":
        return f"The {name} must be divisible by {item['ctx']['multiple_of']}."
    if first in BOUNDS:
        low, high = _bounds(form, name)
        return f"The {name} must be between {low:g} and {high:.10g}."
    return f"The {name} field {TYPES.get(item['type'], TYPES.get(first, 'is invalid'))}."


def _bounds(form: type[BaseModel], name: str) -> tuple[float, float]:
    """Both ends of an attribute's range, read from the model that checks it."""
    found = {"ge": float("-inf"), "le": float("inf")}
    for rule in form.model_fields[name].metadata:
        found |= {side: getattr(rule, side) for side in found if hasattr(rule, side)}
    return found["ge"], found["le"]


def body_of(said: Said) -> Body:
    """The JSON object of *said*; empty where it is a list."""
    return said.body if isinstance(said.body, dict) else {}
