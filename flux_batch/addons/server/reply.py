"""A reply as a value: what the server means to say, before anything happens to it on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from flux_batch.addons.server.manners import Manners

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Body: TypeAlias = dict[str, JSON]


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer.

    Attributes:
        status: HTTP status code.
        body: the bytes after the headers.
        content_type: MIME type, with its charset where it has one.
        headers: further headers.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """A JSON body and the HTTP status the documentation gives it."""

    body: Body | list[JSON]
    status: int = 200


def encode(said: Said, manners: Manners) -> Reply:
    """Spell *said* the way *manners* has it."""
    body = said.body
    if isinstance(body, dict) and manners.spelling == "messege" and "message" in body:
        body = {"messege" if name == "message" else name: value for name, value in body.items()}
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    if manners.slashes == "escaped":
        text = text.replace("/", "\\/")
    status = 200 if manners.status_codes == "always-200" else said.status
    return Reply(status, text.encode(), "application/json")
