"""Where the posts of a run go: a real API with the user's key, or the embedded server without one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flux_batch.grid.settings import Endpoint as Account
from flux_batch.request.embedded import Attended, embedded_server
from flux_batch.request.http import open_transport
from flux_batch.request.key import Key, find_key
from flux_batch.request.transport import Transport

EMBEDDED = "embedded"
EMBEDDED_KEY = "embedded-server-needs-no-key"
NO_KEY = "the-transport-has-its-own-key"
ELSEWHERE = "http://transport.invalid"
"""A name that no machine can have (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An API and the key for it.

    Attributes:
        base_url: ``https://.../api/v6``, or ``embedded``.
        key: signs each body.
        name: of its lane; empty where there is only one.
    """

    base_url: str
    key: Key
    name: str = ""

    @property
    def forgets(self) -> bool:
        """Whether what this service accepted dies with the run, unbilled: true of the embedded server only."""
        return self.base_url == EMBEDDED

    @asynccontextmanager
    async def open(self, *, links: int) -> AsyncIterator[Transport]:
        """Open the transport, with at most *links* downloads at a time; start the embedded server where it is one."""
        if not self.forgets:
            async with open_transport(self.base_url, self.key, links=links) as transport:
                yield transport
            return
        async with embedded_server() as child, open_transport(child.base_url, self.key, links=links) as transport:
            yield Attended(transport, child)


def keyless(base_url: str) -> Endpoint:
    """Return the endpoint of a transport that somebody else opens and signs for.

    Args:
        base_url: what the journal calls it. ``embedded`` does not stay: it would say that the service forgets what it
            accepted, which nobody knows.
    """
    return Endpoint(ELSEWHERE if base_url == EMBEDDED else base_url, Key(NO_KEY))


def find_endpoints(accounts: Sequence[Account]) -> tuple[Endpoint, ...]:
    """Pair each account of a grid with its key.

    Raises: as :func:`find_endpoint`.
    """
    found = [find_endpoint(each.base_url, each.key_env, each.key_file) for each in accounts]
    return tuple(replace(one, name=each.name or "") for one, each in zip(found, accounts, strict=True))


def find_endpoint(base_url: str, key_env: str, key_file: Path | None) -> Endpoint:
    """Pair *base_url* with its key; the user's key never goes to the embedded server.

    Raises:
        KeyMissing: a real endpoint and no key.
        UsageError: the key is unusable.
    """
    if base_url == EMBEDDED:
        return Endpoint(base_url, Key(EMBEDDED_KEY))
    return Endpoint(base_url, find_key(key_env, key_file))
