"""What can be saved from an answer that is no JSON: a cut one still holds the id it was billed under."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flux_batch.plan.job import JSON
from flux_batch.response.body import ACCEPTED, REJECTED, generation_id, one_line
from flux_batch.response.links import fetch_id, outputs

LOOKED_AT = 2**20
"""Bytes searched. The id stands before or right after the links, and those in the first kilobytes."""

ID = re.compile(r'(?<!\\)"(?:id|request_id)"\s*:\s*(?:"([^"\\]+)"|(\d+)(?=[\s,}]))')
"""A number counts only with what follows it: ``"id": 667`` may be the beginning of 66752945."""
FETCH_RESULT = re.compile(r'(?<!\\)"fetch_result"\s*:\s*"([^"]+)"')
STATUS = re.compile(r'(?<!\\)"status"\s*:\s*"\s*(\w+)')
LINK_FIELD = re.compile(r'(?<!\\)"(output|proxy_links|future_links)"\s*:\s*[\[{]([^\]}]*)')
WHOLE_STRING = re.compile(r'"https?:[^"]+"')
TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
TAG = re.compile(r"<[^>]{0,500}>")


@dataclass(frozen=True, slots=True)
class Salvage:
    """A generation id and the best link of each image found in a wreck; None and empty where nothing was."""

    id: str | None = None
    links: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.id is not None or bool(self.links)


def salvage(content: bytes) -> Salvage:
    """Search the bytes of an unreadable answer for a generation id and for links that are complete.

    Gateways number their own errors, so an id counts only beside what the API alone says of a job it took.
    """
    text = content[:LOOKED_AT].decode("utf-8", "replace")
    fields: dict[str, JSON] = {name: list(_links(field)) for name, field in LINK_FIELD.findall(text)}
    if not _tells_of_a_job(text, fields):
        return Salvage()
    found = outputs(fields.get("output"), fields.get("proxy_links"), fields.get("future_links"))
    return Salvage(id=next(_ids(text), None), links=tuple(best for best, *_ in found.per_image))


def is_html(content: bytes) -> bool:
    """Tell whether an answer is a page for people, as gateways send it."""
    return (
        content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))
    )


def gist(content: bytes) -> str:
    """Return the title of a page, or the beginning of any other text, on one short line."""
    text = content[:8192].decode("utf-8", "replace")
    if text.count("\ufffd") > len(text) // 10:
        return f"{len(content)} bytes that are no text"
    title = TITLE.search(text)
    return one_line(title.group(1) if title else TAG.sub(" ", text), 200) or "an empty body"


def _tells_of_a_job(text: str, fields: Mapping[str, JSON]) -> bool:
    """Tell whether the API took a job: by its status word, else by a field that only such an answer has."""
    status = STATUS.search(text)
    word = status.group(1).lower() if status else ""
    if word in REJECTED:
        return False
    return word in ACCEPTED or bool(fields) or FETCH_RESULT.search(text) is not None


def _ids(text: str) -> Iterator[str]:
    """Yield the ids that may go into a URL."""
    found = [quoted or digits for quoted, digits in ID.findall(text)]
    found += [fetch_id(url.replace("\\/", "/")) or "" for url in FETCH_RESULT.findall(text)]
    yield from (checked for checked in map(generation_id, found) if checked)


def _links(field: str) -> Iterator[str]:
    """Yield the complete strings of a link field, unescaped."""
    for quoted in WHOLE_STRING.findall(field):
        try:
            yield json.loads(quoted)
        except ValueError:
            continue
