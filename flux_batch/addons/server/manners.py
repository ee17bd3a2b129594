"""How the server spells its answers: every way the real service has been seen to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeVar

Choice = TypeVar("Choice")


def choice(default: Choice, words: str) -> Choice:
    """Return a dataclass field with its *default*; *words* tell people what is chosen."""
    chosen: Choice = field(default=default, metadata={"words": words})
    return chosen


@dataclass(frozen=True, slots=True)
class Manners:
    """One choice per way in which answers vary; each default is what is documented or seen most today."""

    status_codes: Literal["documented", "always-200"] = choice("documented", "HTTP status of an error")
    spelling: Literal["message", "messege"] = choice("message", "key of the words in an answer")
    ids: Literal["int", "str"] = choice("int", "generation ids as numbers or as text")
    output: Literal["output", "proxy", "future"] = choice("output", "where a success names its images")
    proxy_links: Literal["list", "object", "absent"] = choice("list", "shape of proxy_links")
    pending_output: Literal["list", "string", "absent"] = choice("list", "shape of output while processing")
    eta: Literal["int", "float"] = choice("int", "whole seconds or a float")
    fetched: Literal["short", "full"] = choice("short", "a fetch's success: id and links, or everything")
    busy: Literal["documented", "live", "wait"] = choice("documented", "words of a full queue")
    base64: Literal["link", "inline", "data-uri", "link-data-uri"] = choice("link", "what `base64: yes` yields")
    padding: Literal["yes", "no"] = choice("yes", "whether base64 text keeps its `=`")
    meta: Literal["page", "live", "realtime"] = choice("page", "names in meta: documented, captured, realtime family")
    file_name: Literal["uuid-first", "index-first"] = choice("uuid-first", "how files are named")
    image_type: Literal["image/png", "text/plain"] = choice("image/png", "content type of a picture")
    slashes: Literal["escaped", "plain"] = choice("escaped", "`\\/`, as PHP writes JSON, or `/`")
