"""Faults played instead of the service's work: nothing is accepted, nothing is billed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from flux_batch.addons.server import refusals
from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.reply import Reply, Said

PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{status} {words}</title></head><body><h1>{status} {words}</h1></body></html>\n"
)


def told(said: Said, status: int | None = None) -> Reply:
    """*said* as JSON, whatever the manners: a fault says exactly what it says."""
    return Reply(said.status if status is None else status, json.dumps(said.body).encode())


def phrase(status: int) -> str:
    """The words of *status*; a gateway's own number has its own words."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "A timeout occurred"


def page(status: int, words: str = "") -> Reply:
    """The HTML page of a gateway or a CDN."""
    return Reply(status, PAGE.format(status=status, words=words or phrase(status)).encode(), "text/html; charset=utf-8")


def plain_status(cue: Cue) -> Reply:
    """A bare status: HTML from a CDN for pictures, the service's JSON for the rest."""
    status = int(cue.name)
    if cue.event.kind == "image":
        return page(status)
    if cue.event.kind == "fetch" and status == HTTPStatus.NOT_FOUND:
        return told(refusals.not_found())
    return told(refusals.error(phrase(status), status))


def in_200(said: Said, cue: Cue) -> Reply:
    """*said* with its documented status; in a 200 and with the old spelling where the argument is ``200``."""
    if cue.argument != "200":
        return told(said, int(cue.argument) if cue.argument.isdecimal() else None)
    body = refusals.body_of(said)
    return told(Said({"messege" if name == "message" else name: value for name, value in body.items()}))


def storm(cue: Cue) -> Reply:
    """A full queue with a wait in its body."""
    return told(refusals.queue_full(5, 5, int(cue.number(30)), "documented"))


def busy(**headers: str) -> Reply:
    """A 429 whose wait stands in a header only."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(told(refusals.error("Too many requests", 429)), headers=names)


def after_date(cue: Cue) -> Reply:
    """A Retry-After date; a second number moves the server's own clock, which its Date header shows."""
    wait, skew = ([float(part) for part in cue.argument.split()] + [30.0, 0.0][len(cue.argument.split()) :])[:2]
    here = datetime.now(UTC) + timedelta(seconds=skew)
    moment = format_datetime(here + timedelta(seconds=wait), usegmt=True)
    return busy(Retry_After=moment, Date=format_datetime(here, usegmt=True))


def redirect(cue: Cue) -> Reply:
    """A redirect that keeps method and body: a client that follows it posts the key elsewhere."""
    target = cue.argument or cue.origin.replace("127.0.0.1", "localhost") + "/elsewhere"
    return Reply(307, headers={"Location": target})


REFUSALS: Mapping[str, tuple[str, Callable[[Cue], Reply]]] = {
    "bad_key": ("the key is not taken; argument 200: said inside a 200", lambda cue: in_200(refusals.bad_key(), cue)),
    "credits": ("no credit; argument 200 or 403: said with that", lambda cue: in_200(refusals.no_credit(), cue)),
    "plan": (
        "the plan lacks the feature",
        lambda cue: in_200(refusals.error("This feature requires a premium subscription", 403), cue),
    ),
    "model": ("the model is unknown", lambda cue: in_200(refusals.unknown_model("flux"), cue)),
    "value": (
        "a value is refused, always alike",
        lambda cue: in_200(refusals.error({"prompt": ["The prompt is not allowed."]}, 400), cue),
    ),
    "storm": ("429, `retry_after` in the body; argument: seconds", storm),
    "flaky": ("500 in JSON", lambda cue: in_200(refusals.error("Internal server error. Please try again.", 500), cue)),
    "dead": (
        "503 in JSON",
        lambda cue: in_200(refusals.error("Service temporarily unavailable. Please try again later.", 503), cue),
    ),
    "failed": ("status `failed` with empty id", lambda _: told(refusals.failed())),
    "empty_error": ("an error without words", lambda _: told(refusals.error("", 200))),
    "redirect_307": ("307 to another host; argument: where to", redirect),
    "ra_seconds": ("429, Retry-After in seconds", lambda cue: busy(Retry_After=f"{cue.number(30):g}")),
    "ra_date": ("429, Retry-After as a date; arguments: seconds ahead, clock error", after_date),
    "ra_zero": ("429, Retry-After: 0", lambda _: busy(Retry_After="0")),
    "ra_negative": ("429, Retry-After: -5", lambda _: busy(Retry_After="-5")),
    "ra_word": ("429, Retry-After: soon", lambda _: busy(Retry_After="soon")),
    "ra_huge": ("429, Retry-After: 1e9", lambda _: busy(Retry_After="1000000000")),
    "ra_nan": ("429, Retry-After: NaN", lambda _: busy(Retry_After="NaN")),
    "ra_none": ("429 that names no wait", lambda _: busy()),
    "cdn_lag": ("404 page: the file is not there yet", lambda _: page(404)),
}
