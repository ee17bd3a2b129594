"""An answer's body, parsed once at the edge: made harmless, then read under every spelling the service uses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from flux_batch.plan.job import JSON
from flux_batch.response.links import Outputs, fetch_id, outputs

DEPTH = 32
"""Nesting kept of an answer; what lies deeper is dropped, so that whoever writes it down cannot recurse too far."""

WIDTH = 1_000
"""Items kept of each list and object: no field has more than some dozen, and an answer may hold millions."""

LONGEST_TEXT = 4_000
"""Characters of a message that are looked at."""

SHOWN_TEXT = 500
"""Characters of a message that are passed on."""

DONE = frozenset({"success", "ready"})
ACCEPTED = DONE | {"processing"}
"""What ``status`` says of a job that was taken, and is billed."""
REJECTED = frozenset({"error", "failed"})

MESSAGE_KEYS = ("message", "messege")
"""Both spellings are live, sometimes within one family of endpoints."""
FOREIGN_MESSAGE_KEYS = ("error", "errors", "detail")
TIP_KEYS = ("tip", "tips", "tip_1", "tip_2")

NUMBER = re.compile(r"\s*\d{1,40}(\.\d{0,40})?([eE]\+?\d{1,3})?\s*", re.ASCII)
GENERATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
"""Ids become part of a URL, so nothing that could lead elsewhere passes. Integers and ``abc123-def456`` are known."""


@dataclass(frozen=True, slots=True)
class Body:
    """The fields of an answer that mean something, whatever their spelling.

    Attributes:
        status: the ``status`` word in lower case, empty where it is absent or no text.
        message, tips: the service's words, each flattened to one line of printable characters.
        id: generation id, None where there is none.
        outputs: everything fetchable.
        eta, seconds: seconds; None where absent, negative or no number.
        nsfw: ``nsfw_content_detected``, None where the answer does not say.
        meta: the ``meta`` object, empty where there is none.
        retry_after: the field as it stands, good or bad.
    """

    status: str
    message: str
    tips: str
    id: str | None
    outputs: Outputs
    eta: float | None
    seconds: float | None
    nsfw: bool | None
    meta: Mapping[str, JSON]
    retry_after: JSON


def read_body(content: bytes) -> Body | None:
    """Read the bytes of an answer; None where they are no JSON object. Never raises."""
    fields = parse_object(content)
    if fields is None:
        return None
    status, meta = fields.get("status"), fields.get("meta")
    return Body(
        status=status.strip().lower() if isinstance(status, str) else "",
        message=_words(fields, MESSAGE_KEYS) or _words(fields, FOREIGN_MESSAGE_KEYS),
        tips=_words(fields, TIP_KEYS),
        id=generation_id(fields.get("id")) or generation_id(fields.get("request_id")) or _followed(fields),
        outputs=outputs(fields.get("output"), fields.get("proxy_links"), fields.get("future_links")),
        eta=number(fields.get("eta")),
        seconds=number(fields.get("generationTime")),
        nsfw=_flag(fields.get("nsfw_content_detected")),
        meta=meta if isinstance(meta, dict) else {},
        retry_after=fields.get("retry_after"),
    )


def parse_object(content: bytes) -> dict[str, JSON] | None:
    """Parse JSON that may be hostile; None where it is no object, is cut, or nests too deep for the parser.

    NaN, infinities and broken UTF-8 cost only the value they stand in: a paid image is not given up for them.
    """
    try:
        value = json.loads(content.decode("utf-8-sig", "replace"), parse_constant=_nothing, parse_float=_finite)
        harmless = _harmless(value, DEPTH)
    except (ValueError, RecursionError):
        return None
    return harmless if isinstance(harmless, dict) else None


def number(value: JSON) -> float | None:
    """Return a JSON number or numeric text as a float; None for what is negative, not finite or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def generation_id(value: JSON) -> str | None:
    """Return a generation id as text; None for booleans, empty text and what is not fit for a URL path."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip() if isinstance(value, int | str) else ""
    return text if GENERATION_ID.fullmatch(text) else None


def one_line(text: str, longest: int = SHOWN_TEXT) -> str:
    """Flatten *text* to one line of printable characters: no terminal codes, no tricks with text direction."""
    printable = "".join(char if char.isprintable() else " " for char in text[:LONGEST_TEXT])
    line = " ".join(printable.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _words(fields: Mapping[str, JSON], keys: tuple[str, ...]) -> str:
    """Join what stands under *keys*, each said once."""
    said = (one_line(" ".join(_pieces(fields.get(key))), LONGEST_TEXT) for key in keys)
    return " ".join(dict.fromkeys(text for text in said if text))


def _pieces(value: JSON) -> Iterator[str]:
    """Yield the texts in a message: it may be a string, a list, or lists of strings by field name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _pieces(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield f"{name}:"
            yield from _pieces(item)


def _followed(fields: Mapping[str, JSON]) -> str | None:
    """Take the id out of ``fetch_result``; of that URL nothing else is ever used."""
    url = fields.get("fetch_result")
    return generation_id(fetch_id(url)) if isinstance(url, str) else None


def _flag(value: JSON) -> bool | None:
    """Read a flag given once or once per image."""
    if isinstance(value, list) and value and all(isinstance(item, bool) for item in value):
        return any(value)
    return value if isinstance(value, bool) else None


def _nothing(_constant: str) -> None:
    """Read ``NaN`` and its kin, which are no JSON, as null."""


def _finite(text: str) -> float | None:
    """Read ``1e999`` as null: it would be written down again as ``Infinity``, which is no JSON."""
    value = float(text)
    return value if math.isfinite(value) else None


def _harmless(value: JSON, depth: int) -> JSON:
    """Copy *value* without lone surrogates, which no file takes, nor what lies deeper than *depth* or beyond WIDTH."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_harmless(item, depth - 1) for item in value[:WIDTH]] if depth else None
    if isinstance(value, dict):
        kept = islice(value.items(), WIDTH)
        return {str(_harmless(name, 0)): _harmless(item, depth - 1) for name, item in kept} if depth else None
    return value
