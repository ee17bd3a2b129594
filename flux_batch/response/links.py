"""Where an image can be fetched: the links of an answer, the order to try them in, and what their HTTP status means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

from flux_batch.plan.job import JSON
from flux_batch.response.base64text import looks_like_base64

MOST_LINKS = 16
"""Links read of one list: four images are the most a request can ask for, and a journal line is at most 64 KiB."""

LONGEST_LINK = 2_000
"""Characters of a link; signed storage links have some hundred."""

GRACE = 120.0
"""Seconds after the answer in which a missing object may still appear. One live client waits 90 s for it."""

FETCH_TAIL = re.compile(r"/fetch/([^/?#]+)/?(?:[?#]|$)")
PLACE = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the three link fields of an answer hold.

    Attributes:
        output, proxy, future: ``output``, ``proxy_links`` and ``future_links``, http(s) links only, each once.
        inline: base64 texts and data URIs that stand in ``output`` itself.
    """

    output: tuple[str, ...] = ()
    proxy: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()

    @property
    def per_image(self) -> tuple[tuple[str, ...], ...]:
        """One tuple per image: its best link, then its substitutes on other hosts."""
        return per_image(self.output, self.proxy, self.future)

    @property
    def later(self) -> tuple[str, ...]:
        """One link per image, as an unfinished job gives them."""
        return self.future or self.proxy or self.output


def outputs(output: JSON, proxy: JSON, future: JSON) -> Outputs:
    """Sort what stands in an answer's link fields, each a list, an object, one text, an empty text or absent."""
    return Outputs(
        output=links_in(output),
        proxy=links_in(proxy),
        future=links_in(future),
        inline=tuple(
            _first_few(text for text in _texts(output) if looks_like_base64(text[:256].encode("utf-8", "replace")))
        ),
    )


def links_in(value: JSON) -> tuple[str, ...]:
    """Return the http(s) links in a list, in an object ``{"0": link}``, or in one text; each once, in order."""
    return tuple(_first_few(dict.fromkeys(text for text in map(str.strip, _texts(value)) if is_link(text))))


def is_link(text: str) -> bool:
    """Tell whether *text* is an http(s) URL with a host, not too long to be one and fit to be written down."""
    if len(text) > LONGEST_LINK or " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def per_image(*sources: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Group links by image: the first source that has any decides how many images there are.

    A later source adds a substitute where exactly one of its links has the same file name, else, where it is as long
    as the first, the link in the same place. A link that may show another image is left out.
    """
    first, *others = [source for source in sources if source] or [()]
    return tuple(
        tuple(dict.fromkeys([link, *(s for other in others for s in _substitute(link, place, first, other))]))
        for place, link in enumerate(first)
    )


def fetch_id(fetch_result: str) -> str | None:
    """Return the id at the end of a ``fetch_result`` URL, unchecked, or None.

    The rest of that URL is never used: the key goes to the configured host and no other.
    """
    found = FETCH_TAIL.search(fetch_result)
    return found.group(1) if found else None


def fetch_requests(generation_id: str) -> tuple[tuple[str, dict[str, JSON]], ...]:
    """Return path below the base URL and key-free body of each documented way to ask for an id, the usual one first."""
    return (
        (f"images/fetch/{quote(generation_id, safe='')}", {}),
        ("images/fetch", {"request_id": generation_id}),
    )


class LinkStep(StrEnum):
    """What to do after the HTTP status of a link."""

    READ = "read"
    """The body is there: read and check it."""
    FOLLOW = "follow"
    """A redirect: check the new address, then go there."""
    LATER = "later"
    """Not there yet, or the host has trouble: the same link again after a pause."""
    ASK = "ask"
    """This link is dead: try its substitutes, then ask the service for the id again."""


REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({204, 206, 408, 425, 429})
MAYBE_NOT_YET = frozenset({403, 404})
"""Object stores answer 404 for what is not there yet, and 403 to those who may not list what is there."""


def link_step(status: int, age: float) -> LinkStep:
    """Say what the *status* of a download means, *age* seconds after the answer that gave the link."""
    if status == 200:  # noqa: PLR2004 - HTTP 200
        return LinkStep.READ
    if status in REDIRECTS:
        return LinkStep.FOLLOW
    if status in PASSING or status >= 500 or (status in MAYBE_NOT_YET and age < GRACE):  # noqa: PLR2004 - HTTP 5xx
        return LinkStep.LATER
    return LinkStep.ASK


def _texts(value: JSON) -> Iterator[str]:
    """Yield the texts of a list, an object or a lone text; an object with number keys is read in their order."""
    if isinstance(value, dict):
        numbered = all(PLACE.fullmatch(name) for name in value)
        names = sorted(value, key=int) if numbered else list(value)
        value = [value[name] for name in names]
    items = value if isinstance(value, list) else [value]
    yield from (item for item in items if isinstance(item, str) and item)


def _first_few(texts: Iterable[str]) -> Iterator[str]:
    """Yield the first MOST_LINKS of *texts*."""
    for text, _ in zip(texts, range(MOST_LINKS), strict=False):
        yield text


def _substitute(link: str, place: int, first: tuple[str, ...], other: tuple[str, ...]) -> Iterator[str]:
    """Yield the link of *other* that shows the same image as *link*, the one at *place*, where that is certain."""
    name = _file_name(link)
    same_name = [candidate for candidate in other if _file_name(candidate) == name]
    if len(same_name) == 1:
        yield same_name[0]
    elif len(first) == len(other) and _file_name(other[place]) not in {_file_name(rival) for rival in first} - {name}:
        yield other[place]


def _file_name(link: str) -> str:
    return urlsplit(link).path.rpartition("/")[2]
