"""Several accounts or APIs behind the transport seam: each lane has its own base URL and its own key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from flux_batch.plan.job import JSON
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.transport import GENERATE_WITHIN, Answer, Download, Sent, Transport


@dataclass(frozen=True, slots=True)
class Fleet:
    """A transport of several lanes. Used as one, it is its first lane: any lane can fetch a link.

    Attributes:
        lanes: name -> transport, in order of preference.
    """

    lanes: Mapping[str, Transport]

    @property
    def first(self) -> Transport:
        """The lane that stands for all."""
        return next(iter(self.lanes.values()))

    async def post(
        self, path: str, body: Mapping[str, JSON], *, sent: Sent | None = None, within: float = GENERATE_WITHIN
    ) -> Answer:
        """See :meth:`flux_batch.request.transport.Transport.post`."""
        return await self.first.post(path, body, sent=sent, within=within)

    def get(self, url: str) -> AbstractAsyncContextManager[Download]:
        """See :meth:`flux_batch.request.transport.Transport.get`."""
        return self.first.get(url)


def through(transport: Transport, lane: str) -> Transport:
    """Return the transport of *lane*; a lane that is no longer configured falls back to the first."""
    return transport.lanes.get(lane, transport.first) if isinstance(transport, Fleet) else transport


@asynccontextmanager
async def open_endpoints(endpoints: Sequence[Endpoint], *, links: int) -> AsyncIterator[Transport]:
    """Open the transports of all *endpoints*, with at most *links* downloads at a time each."""
    async with AsyncExitStack() as stack:
        lanes = {each.name: await stack.enter_async_context(each.open(links=links)) for each in endpoints}
        yield next(iter(lanes.values())) if len(lanes) == 1 else Fleet(lanes)
