"""The seam to the network without a network: plays what a test says and passes the same contract as real HTTP.

What can happen at the other end is a *play*; ``tests/request`` plays the same ones over a real connection.
"""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never
from urllib.parse import urlsplit

import anyio

from flux_batch.errors import AnswerLost, DownloadFailed, LinkRefused, Misdirected, NeverSent
from flux_batch.plan.job import JSON
from flux_batch.request.address import next_hop
from flux_batch.request.key import Key
from flux_batch.request.transport import ANSWER_CAP, GENERATE_WITHIN, Answer, Download, Sent

REDIRECTS = range(301, 309)
MOST_HOPS = 3


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer, all of it."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer that promises more than *body* and breaks off there."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HangUp:
    """The request is read and the connection closed without a word."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The request is read and nothing follows."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no HTTP."""

    data: bytes = b"SSH-2.0-OpenSSH_9.9\r\n\r\n"


@dataclass(frozen=True, slots=True)
class NobodyThere:
    """The connection is refused."""


Play: TypeAlias = Whole | Cut | HangUp | Silence | Garbage | NobodyThere


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the other end saw it.

    Attributes:
        method: ``POST`` or ``GET``.
        target: path on the server; for the memory transport the path given or the whole link.
        body: bytes, the key in it.
        head: request line and headers as they came, empty in memory.
    """

    method: str
    target: str
    body: bytes = b""
    head: bytes = b""


def one_after_another(plays: Iterable[Play]) -> Callable[[Seen], Play]:
    """Play each of *plays* once, in order."""
    left = iter(plays)
    return lambda _: next(left)


class MemoryTransport:
    """Satisfies :class:`flux_batch.request.transport.Transport`.

    Args:
        play: decides what each request meets; it is asked once for each.
        key: signs the bodies.
        private: whether the API is on a private network, so that links may lead there too.

    Attributes:
        seen: every request that reached the other end.
    """

    def __init__(self, play: Callable[[Seen], Play], key: Key, *, private: bool = True) -> None:
        self.seen: list[Seen] = []
        self._play = play
        self._key = key
        self._private = private

    async def post(
        self, path: str, body: Mapping[str, JSON], *, sent: Sent | None = None, within: float = GENERATE_WITHIN
    ) -> Answer:
        """See the protocol."""
        request = Seen("POST", path, self._key.sign(body))
        play = self._play(request)
        if isinstance(play, NobodyThere):
            raise NeverSent("cannot reach the API: refused")
        if sent is not None:
            await sent()
        self.seen.append(request)
        return await self._answer(play, within)

    async def _answer(self, play: Play, within: float) -> Answer:
        match play:
            case Whole(status=status, headers=headers) if status in REDIRECTS:
                target = self._key.scrub(headers.get("Location", "nowhere"))
                raise Misdirected(f"the API address redirects to {target!r}")
            case Whole(body=body) if len(body) > ANSWER_CAP:
                raise AnswerLost("the API's answer is too large")
            case Whole(body, status, headers) | Cut(bytes(body), status, headers) if body or isinstance(play, Whole):
                names = {name.lower(): self._key.scrub(value) for name, value in headers.items()}
                return Answer(status, names, self._key.scrub_bytes(body))
            case Silence():
                with anyio.move_on_after(within):
                    await anyio.sleep_forever()
        raise AnswerLost(f"no answer after the request was sent: {play}")

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        """See the protocol."""
        here = next_hop(None, url)
        for _ in range(MOST_HOPS + 1):
            self._check(here)
            request = Seen("GET", here)
            play = self._play(request)
            if not isinstance(play, NobodyThere):
                self.seen.append(request)
            if not isinstance(play, Whole | Cut):
                raise DownloadFailed(f"no answer: {play}")
            if play.status not in REDIRECTS:
                yield Download(play.status, {name.lower(): v for name, v in play.headers.items()}, _chunks(play))
                return
            here = next_hop(here, play.headers["Location"])
        raise DownloadFailed(f"more than {MOST_HOPS} redirects")

    def _check(self, url: str) -> None:
        if not self._private and not _is_global(urlsplit(url).hostname or ""):
            raise LinkRefused(f"a private address: {url!r}")


def _is_global(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return True


async def _chunks(play: Whole | Cut) -> AsyncIterator[bytes]:
    for start in range(0, len(play.body), 64 * 1024):
        yield play.body[start : start + 64 * 1024]
    match play:
        case Whole():
            return
        case Cut():
            raise DownloadFailed("the body broke off")
    assert_never(play)
