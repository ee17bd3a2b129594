"""The transport on aiohttp: the only module of the client that knows the HTTP library."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp
import anyio
from yarl import URL

from flux_batch.errors import (
    AnswerLost,
    DownloadFailed,
    LinkRefused,
    Misdirected,
    NeverSent,
    TransportError,
    Unreachable,
)
from flux_batch.plan.job import JSON
from flux_batch.request.address import PRIVATE, guarded_socket, is_private_host, next_hop, open_socket
from flux_batch.request.key import Key
from flux_batch.request.transport import ANSWER_CAP, GENERATE_WITHIN, Answer, Download, Sent

CONNECT_WITHIN = 10.0
ANSWER_READ_WITHIN = 300.0
IMAGE_READ_WITHIN = 30.0
LEAST = 30 * 1024
"""Bytes of an image that must come within those seconds; a slower one would hold its place for hours."""
CHUNK = 64 * 1024
MOST_HOPS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PLAIN = {"Accept-Encoding": "identity"}
"""A compressed answer could unpack to any size; the service sends none when not asked."""


@dataclass(slots=True)
class _Exchange:
    """How far one POST has come; aiohttp hands it to the trace hook."""

    sent: Sent | None
    left: bool = field(default=False)


class HttpTransport:
    """Posts to one API with the key in the body, over a connection of its own; fetches links without it.

    Made by :func:`open_transport`.
    """

    def __init__(
        self, base_url: str, key: Key, api: aiohttp.ClientSession, cdn: aiohttp.ClientSession, idle: float
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._api = api
        self._cdn = cdn
        self._idle = idle

    async def post(
        self, path: str, body: Mapping[str, JSON], *, sent: Sent | None = None, within: float = GENERATE_WITHIN
    ) -> Answer:
        """See :meth:`flux_batch.request.transport.Transport.post`."""
        exchange = _Exchange(sent)
        timeout = _timeout(total=within, read=min(within, ANSWER_READ_WITHIN))
        with _mapped(exchange, self._key):
            async with self._api.post(
                f"{self._base_url}/{path}",
                data=self._key.sign(body),
                timeout=timeout,
                allow_redirects=False,
                trace_request_ctx=exchange,
            ) as response:
                if response.status in REDIRECTS:
                    raise _misdirected(response, self._key)
                return self._scrubbed(Answer(response.status, _lower(response), await _read(response)))

    def _scrubbed(self, answer: Answer) -> Answer:
        """Let nobody behind this seam see a key that the service echoes."""
        headers = {name: self._key.scrub(value) for name, value in answer.headers.items()}
        return Answer(answer.status, headers, self._key.scrub_bytes(answer.content))

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        """See :meth:`flux_batch.request.transport.Transport.get`."""
        here = next_hop(None, url)
        for _ in range(MOST_HOPS + 1):
            with _mapped(None, self._key):
                response = await self._cdn.get(_as_written(here), allow_redirects=False)
            try:
                target = response.headers.get("Location")
                if response.status not in REDIRECTS or target is None:
                    yield Download(response.status, _lower(response), self._chunks(response))
                    return
                here = next_hop(here, target)
            finally:
                _let_go(response)
        raise DownloadFailed(f"more than {MOST_HOPS} redirects, the last to {here[:200]!r}")

    async def _chunks(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        with _mapped(None, self._key):
            while stretch := await _stretch(response.content, self._idle):
                yield stretch


@asynccontextmanager
async def open_transport(
    base_url: str, key: Key, *, links: int, idle: float = IMAGE_READ_WITHIN
) -> AsyncIterator[HttpTransport]:
    """Open the two sessions: one for the API, one for *links* downloads at a time.

    A download that stands still for *idle* seconds, or gets less than 30 KiB in them, breaks off.

    The API's connections are never reused: a keep-alive connection that the server closes just as a
    POST is written loses an answer, and an answer costs an image.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_headers_leave)
    private = await is_private_host(base_url)
    api = aiohttp.TCPConnector(limit=0, force_close=True, socket_factory=open_socket)
    cdn = aiohttp.TCPConnector(limit=links, socket_factory=open_socket if private else guarded_socket)
    json_headers = {**PLAIN, "Content-Type": "application/json", "Accept": "application/json"}
    async with (
        _session(api, headers=json_headers, trace_configs=[trace]) as api_session,
        _session(cdn, headers=PLAIN, timeout=_timeout(total=None, read=idle)) as cdn_session,
    ):
        yield HttpTransport(base_url, key, api_session, cdn_session, idle)


def _as_written(link: str) -> URL:
    """Keep the spelling of a link: respelt, it may no longer match the signature in it."""
    try:
        return URL(link, encoded=link.isascii() and link.isprintable() and " " not in link)
    except ValueError:
        raise DownloadFailed(f"the link {link[:200]!r} is no address") from None


def _let_go(response: aiohttp.ClientResponse) -> None:
    """Keep the connection of a body read to its end; close one that was left in the middle."""
    if response.content.at_eof():
        response.release()
    else:
        response.close()


def _session(connector: aiohttp.TCPConnector, **options: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        raise_for_status=False,
        **options,
    )


def _timeout(*, total: float | None, read: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=total, sock_connect=CONNECT_WITHIN, sock_read=read)


async def _headers_leave(
    session: aiohttp.ClientSession,  # noqa: ARG001 - aiohttp's signature
    context: SimpleNamespace,
    params: aiohttp.TraceRequestHeadersSentParams,  # noqa: ARG001
) -> None:
    """Run before the first byte is written (aiohttp's ``StreamWriter.write_headers``)."""
    exchange: _Exchange = context.trace_request_ctx
    if exchange.sent is not None:
        await exchange.sent()
    exchange.left = True


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Read a body up to the cap; one that breaks off is returned as far as it came, for what can be salvaged."""
    content = bytearray()
    try:
        async for chunk in response.content.iter_chunked(CHUNK):
            content += chunk
            if len(content) > ANSWER_CAP:
                raise AnswerLost(f"the API's answer is larger than {ANSWER_CAP} bytes")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if not content:
            raise AnswerLost(f"the API's answer broke off after its headers: {_words(error)}") from None
    return bytes(content)


async def _stretch(content: aiohttp.StreamReader, within: float) -> bytes:
    """Read the next stretch of an image, empty at its end."""
    stretch = bytearray()
    with anyio.move_on_after(within) as time:
        while len(stretch) < LEAST and not content.at_eof():
            stretch += await content.read(CHUNK)
    if time.cancelled_caught:
        raise DownloadFailed(f"only {len(stretch)} bytes came in {within:g} s")
    return bytes(stretch)


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _misdirected(response: aiohttp.ClientResponse, key: Key) -> Misdirected:
    target = key.scrub(response.headers.get("Location", "nowhere"))[:200]
    return Misdirected(
        f"the API address {response.url} redirects to {target!r}; nothing was sent there",
        hint="put the API's final address into endpoint.base_url",
    )


@contextmanager
def _mapped(exchange: _Exchange | None, key: Key) -> Iterator[None]:
    """Turn aiohttp's errors into ours. What decides is whether bytes had left, not the exception's class.

    ``ClientResponseError.status`` is never read: aiohttp makes it up (400) for answers it cannot parse.
    """
    try:
        yield
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError) as error:
        if exchange is None:
            raise DownloadFailed(key.scrub(_words(error))) from None
        raise Unreachable(
            f"the API's certificate cannot be trusted: {key.scrub(_words(error))}",
            hint="check endpoint.base_url and this machine's clock and CA certificates",
        ) from None
    except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:  # the last: names DNS cannot spell
        raise _transport_error(exchange, key.scrub(_words(error))) from None


def _transport_error(exchange: _Exchange | None, words: str) -> TransportError:
    if exchange is None:
        return LinkRefused(words) if PRIVATE in words else DownloadFailed(words)
    if exchange.left:
        return AnswerLost(f"no answer after the request was sent: {words}")
    return NeverSent(f"cannot reach the API: {words}")


def _words(error: Exception) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
