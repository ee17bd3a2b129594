"""The seam to the network: two calls wide, so that a fake can stand behind it and pass the same contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from flux_batch.plan.job import JSON

ANSWER_CAP = 16 * 2**20
"""Bytes of an API answer; four inline base64 images of the largest size fit."""

GENERATE_WITHIN = 600.0
"""Seconds for a generate POST: waiting longer costs nothing, giving up costs an image."""

POLL_WITHIN = 30.0
"""Seconds for a poll, which may be repeated for free."""

Sent = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a POST, whole or cut: header names in lower case, the body undecoded."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """An image on its way.

    Attributes:
        status: HTTP status of the last hop.
        headers: names in lower case.
        chunks: the body; iterating raises ``DownloadFailed`` where the connection breaks or stalls.
    """

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Transport(Protocol):
    """Posts signed bodies to the API and fetches links from anywhere else."""

    async def post(
        self, path: str, body: Mapping[str, JSON], *, sent: Sent | None = None, within: float = GENERATE_WITHIN
    ) -> Answer:
        """POST *body*, signed, to *path* below the API's base URL; await *sent* just before the first byte leaves.

        *within* bounds the whole exchange, in seconds. No redirect is followed: the key is in the body.

        Raises:
            NeverSent: no byte left this machine.
            AnswerLost: it left, and no status line came back.
            Unreachable: the server's certificate cannot be trusted.
            Misdirected: the answer is a redirect.
        """
        ...

    def get(self, url: str) -> AbstractAsyncContextManager[Download]:
        """Fetch *url* without the key.

        Raises:
            DownloadFailed: no answer, a refused address, or too many redirects.
        """
        ...
