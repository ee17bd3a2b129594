"""The service in memory: it bills, queues, delivers and keeps a ledger, over a wire that counts its own faults.

It is the transport's other side, not a mock: it decides from its own state alone and outlives any client.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from anyio.lowlevel import checkpoint
from faulty_disk import FaultyDisk

from flux_batch.errors import AnswerLost, DownloadFailed, NeverSent
from flux_batch.plan.job import JSON
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.key import Key
from flux_batch.request.transport import GENERATE_WITHIN, Answer, Download, Sent, Transport

CANARY = "canary-0123456789-abcdef"
ORIGIN = "https://service.test"


class Manner(StrEnum):
    """How the service answers a post."""

    AT_ONCE = "at once"
    QUEUED = "queued"
    INLINE = "inline"
    BLANK = "blank"
    REFUSED = "refused"
    BUSY = "busy"
    GATEWAY = "a gateway is busy"
    NO_CREDIT = "no credit"
    ECHO = "echo"
    FORGETS = "forgets"
    FAILS_LATER = "fails later"
    DAMAGED = "damaged"


@dataclass(slots=True)
class Work:
    """One accepted post.

    Attributes:
        job: its ``track_id``.
        body: as posted, with the key.
        polls: how often it was asked for.
        manner: how it was answered.
        visits: how often each of its images was downloaded.
    """

    job: str
    body: dict[str, JSON]
    manner: Manner
    polls: int = 0
    visits: Counter[int] = field(default_factory=Counter)

    @property
    def samples(self) -> int:
        """Images it makes."""
        return int(str(self.body.get("samples", 1)))


@dataclass(slots=True)
class MemoryService:
    """An account at the service.

    Attributes:
        manner: how the next posts are answered.
        works: what was accepted, by id.
        posts: track ids of all generate posts that were read, in order.
        requests: of any kind.
        penniless: posts, counted from 1, that are turned away for want of credit.
        withheld: images at the end of each job that no answer names.
        walled: whether a proxy answers all polls.
        links_live: whether links still work; by id they are given anew.
    """

    manner: Manner = Manner.AT_ONCE
    works: dict[int, Work] = field(default_factory=dict)
    posts: list[str] = field(default_factory=list)
    requests: int = 0
    walled: bool = False
    generation: int = 0
    penniless: frozenset[int] = frozenset()
    withheld: int = 0

    @property
    def billed(self) -> Counter[str]:
        """Job -> images billed for it."""
        total: Counter[str] = Counter()
        for work in self.works.values():
            total[work.job] += work.samples
        return total

    def generate(self, body: dict[str, JSON]) -> Answer:
        """Read one generate post."""
        self.requests += 1
        self.posts.append(str(body["track_id"]))
        if (refusal := self._refusal(body)) is not None:
            return refusal
        identity = 1000 + len(self.works)
        work = self.works[identity] = Work(str(body["track_id"]), body, self.manner)
        if work.manner in {Manner.QUEUED, Manner.FAILS_LATER}:
            return said(200, status="processing", id=identity, eta=1, future_links=self._links(identity))
        return self._success(identity)

    def _refusal(self, body: dict[str, JSON]) -> Answer | None:
        third = len(self.posts) % 3 == 2
        if len(self.posts) in self.penniless:
            return said(402, status="error", message="insufficient credits")
        match self.manner:
            case Manner.REFUSED if str(body["seed"]) == "2":
                return said(200, status="error", message="model not found")
            case Manner.BUSY if third:
                return said(429, status="error", message="Queue limit: maximum 5 requests", retry_after=1)
            case Manner.GATEWAY if third:
                return said(429, message="API rate limit exceeded", request_id=f"{len(self.posts):032x}")
            case Manner.NO_CREDIT if len(self.works) >= 2:
                return said(402, status="error", message="insufficient credits")
        return None

    def poll(self, path: str) -> Answer:
        """Read one fetch."""
        self.requests += 1
        if self.walled:
            return Answer(404, {}, b"<html><title>404 Not Found</title></html>")
        identity = int(path.rpartition("/")[2]) if path.rpartition("/")[2].isdecimal() else 0
        work = self.works.get(identity)
        if work is None or work.manner is Manner.FORGETS:
            return said(404, status="error", message="request not found")
        work.polls += 1
        if work.manner is Manner.FAILS_LATER:
            return said(200, status="failed", id=identity, message="the model could not make this picture")
        if work.manner is Manner.QUEUED and work.polls < 2:
            return said(200, status="processing", id=identity)
        return self._success(identity)

    def download(self, url: str) -> tuple[int, bytes]:
        """Read one GET of an image."""
        self.requests += 1
        generation, _, name = url.removeprefix(f"{ORIGIN}/").partition("/")
        identity, _, sample = name.removesuffix(".png").partition("-")
        work = self.works.get(int(identity))
        if work is None or work.manner is Manner.FORGETS or int(generation) < self.generation:
            return 410, b""
        work.visits[int(sample)] += 1
        damaged = work.manner is Manner.DAMAGED and work.visits[int(sample)] == 1
        return 200, flipped(picture(work, int(sample))) if damaged else picture(work, int(sample))

    def _links(self, identity: int) -> list[JSON]:
        samples = self.works[identity].samples - self.withheld
        return [f"{ORIGIN}/{self.generation}/{identity}-{sample}.png" for sample in range(samples)]

    def _success(self, identity: int) -> Answer:
        work = self.works[identity]
        output = self._links(identity)
        if work.manner is Manner.INLINE:
            output = [base64.b64encode(picture(work, sample)).decode() for sample in range(len(output))]
        echo = work.body["key"] if work.manner is Manner.ECHO else "none"
        meta: dict[str, JSON] = {"seed": work.body["seed"], "prompt": work.body["prompt"], "echo": echo}
        return said(200, status="success", id=identity, generationTime=1.5, output=output, meta=meta)


def said(code: int, /, **body: JSON) -> Answer:
    """Return an answer with a JSON body."""
    return Answer(code, {"content-type": "application/json"}, json.dumps(body).encode())


def picture(work: Work, sample: int) -> bytes:
    """Return the PNG file of one image: the same for the same request, and blank where that is the manner."""
    seed = zlib.crc32(f"{work.body['prompt']}{work.body['seed']}{sample}".encode())
    flat = work.manner is Manner.BLANK and str(work.body["seed"]) == "2"
    rows = b"".join(b"\0" + bytes([0 if flat else (seed >> row % 24) % 256]) * 16 for row in range(16))
    header = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def flipped(content: bytes) -> bytes:
    """Return a PNG with one bit wrong where nothing but a checksum tells: in the checksum of its pixels."""
    return content[:-14] + bytes([content[-14] ^ 1]) + content[-13:]


class Wire:
    """The way to the service; every step of an exchange is a point at which things may go wrong."""

    def __init__(self, service: MemoryService, disk: FaultyDisk, key: Key) -> None:
        self._service = service
        self._disk = disk
        self._key = key

    async def post(
        self,
        path: str,
        body: Mapping[str, JSON],
        *,
        sent: Sent | None = None,
        within: float = GENERATE_WITHIN,  # noqa: ARG002 - see Transport
    ) -> Answer:
        """See :class:`flux_batch.request.transport.Transport`."""
        self._step("connect", NeverSent)
        if sent is not None:
            await sent()
        self._step("request", AnswerLost)
        signed = json.loads(self._key.sign(body))
        answer = self._service.generate(signed) if path.endswith("text2img") else self._service.poll(path)
        await checkpoint()
        self._step("answer", AnswerLost)
        return Answer(answer.status, answer.headers, self._key.scrub_bytes(answer.content))

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        """See :class:`flux_batch.request.transport.Transport`."""
        self._step("get", DownloadFailed)
        status, content = self._service.download(url)
        yield Download(status, {}, self._chunks(content))

    async def _chunks(self, content: bytes) -> AsyncIterator[bytes]:
        half = len(content) // 2
        for chunk in (content[:half], content[half:]):
            self._step("chunk", DownloadFailed)
            await checkpoint()
            yield chunk

    def _step(self, name: str, error: type[NeverSent | AnswerLost | DownloadFailed]) -> None:
        try:
            self._disk.point(name)
        except OSError as failed:
            raise error(f"{name}: {failed}") from None


@dataclass(frozen=True, eq=False)
class MemoryEndpoint(Endpoint):
    """Where the posts of a torture run go."""

    service: MemoryService = field(default_factory=MemoryService)
    disk: FaultyDisk = field(default_factory=FaultyDisk)

    @asynccontextmanager
    async def open(self, *, links: int) -> AsyncIterator[Transport]:  # noqa: ARG002 - see Endpoint
        """See :class:`Endpoint`."""
        yield Wire(self.service, self.disk, self.key)


def endpoint(service: MemoryService, disk: FaultyDisk) -> MemoryEndpoint:
    """Return the way from a run to *service*."""
    return MemoryEndpoint(f"{ORIGIN}/api/v6", Key(CANARY), service=service, disk=disk)
