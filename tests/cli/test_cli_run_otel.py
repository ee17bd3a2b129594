"""``--otel``: trace and numbers of a run reach a collector over OTLP, and a collector that is away changes nothing."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from aiohttp import web
from batch_runs import CANARY, Site, site
from cli_process import Done, flux_batch, grid_for
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

pytestmark = pytest.mark.process

KEY = {"MODELSLAB_API_KEY": CANARY}


@dataclass(slots=True)
class Collector:
    """What has arrived.

    Attributes:
        status: of every answer.
        bodies: path -> messages, undecoded.
        silent: it takes a request and does not answer before it is closed.
    """

    address: str = ""
    status: int = 200
    silent: bool = False
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    closed: anyio.Event = field(default_factory=anyio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """Take one message."""
        self.bodies.append((request.path, await request.read()))
        if self.silent:
            await self.closed.wait()
        return web.Response(status=self.status, content_type="application/x-protobuf")

    @property
    def traces(self) -> list[ExportTraceServiceRequest]:
        """The trace messages, read with the protocol's own classes."""
        return [ExportTraceServiceRequest.FromString(body) for path, body in self.bodies if path == "/v1/traces"]

    @property
    def spans(self) -> list[Span]:
        """All spans."""
        found = [each for message in self.traces for each in message.resource_spans]
        return [span for each in found for scope in each.scope_spans for span in scope.spans]

    @property
    def numbers(self) -> dict[str, float]:
        """Name -> its last value."""
        bodies = [body for path, body in self.bodies if path == "/v1/metrics"]
        sent = ExportMetricsServiceRequest.FromString(bodies[-1])
        metrics = [m for each in sent.resource_metrics for scope in each.scope_metrics for m in scope.metrics]
        points = {metric.name: (metric.gauge.data_points or metric.sum.data_points)[-1] for metric in metrics}
        return {name: point.as_double or float(point.as_int) for name, point in points.items()}


@asynccontextmanager
async def collecting(collector: Collector | None = None) -> AsyncIterator[Collector]:
    """Collect over HTTP on loopback inside the block."""
    found = collector or Collector()
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/{path:.*}", found.take)
    runner = web.AppRunner(app, shutdown_timeout=0.0)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    host, port = runner.addresses[0][:2]
    found.address = f"http://{host}:{port}"
    try:
        yield found
    finally:
        found.closed.set()
        await runner.cleanup()


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    """A server that refuses the second post."""
    async with site(tmp_path / "out", {"post#2": "value"}, hold=0.0) as running_site:
        yield running_site


async def run(at: Site, address: str, *words: str, **env: str) -> Done:
    """Run the grid with ``--otel`` against the collector at *address*."""
    others = {name: "" for name in os.environ if name.startswith("OTEL_")}
    env = {**others, "OTEL_EXPORTER_OTLP_ENDPOINT": address, **KEY, **env}
    return await flux_batch("run", grid_for(at), "--otel", *words, env=env)


def named(resource: Resource) -> dict[str, str]:
    """The attributes of a resource."""
    return {each.key: each.value.string_value for each in resource.attributes}


async def test_the_trace_reaches_the_collector(at: Site) -> None:
    """One trace: the run, a job for each job with its steps, and an error for the one that was refused."""
    async with collecting() as collector:
        done = await run(at, collector.address)

    names = [span.name for span in collector.spans]
    assert done.code == 3
    assert (names.count("run"), names.count("job"), names.count("keep")) == (1, 3, 2)
    assert len({span.trace_id for span in collector.spans}) == 1
    assert sum(span.status.code == Status.STATUS_CODE_ERROR for span in collector.spans if span.name == "job") == 1
    assert "warning" not in done.err


async def test_the_numbers_reach_the_collector_and_are_those_of_the_metrics_file(at: Site) -> None:
    """At the end of the run, whatever the interval; both are read from one count."""
    file = at.out.with_name("run.prom")
    async with collecting() as collector:
        await run(at, collector.address, "--metrics-file", str(file))

    lines = [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]
    found = {name.partition("{")[0]: float(value) for name, value in lines}
    assert found == pytest.approx(collector.numbers)
    assert collector.numbers["flux_batch_images_kept"] == 2


async def test_the_service_is_named_as_the_environment_says(at: Site) -> None:
    """``flux-batch`` where it says nothing; every run is an instance of its own."""
    async with collecting() as collector:
        await run(at, collector.address)
        first = named(collector.traces[0].resource_spans[0].resource)
        collector.bodies.clear()
        await run(at, collector.address, OTEL_SERVICE_NAME="nightly", OTEL_RESOURCE_ATTRIBUTES="team=faces")
        second = named(collector.traces[0].resource_spans[0].resource)

    assert (first["service.name"], second["service.name"], second["team"]) == ("flux-batch", "nightly", "faces")
    assert first["service.instance.id"] != second["service.instance.id"]


async def test_the_key_reaches_no_collector_and_a_prompt_only_when_asked_for(at: Site) -> None:
    """In no byte of what is sent."""
    capture = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
    async with collecting() as collector:
        await run(at, collector.address)
        plain = b"".join(body for _, body in collector.bodies)
        await run(at, collector.address, **capture)
        asked = b"".join(body for _, body in collector.bodies)

    assert CANARY.encode() not in asked
    assert (b"a lighthouse" in plain, b"a lighthouse" in asked) == (False, True)


async def test_one_of_both_may_be_left_out(at: Site) -> None:
    """As for every program that OpenTelemetry configures."""
    async with collecting() as collector:
        await run(at, collector.address, OTEL_TRACES_EXPORTER="none")

    assert {"/v1/metrics"} == {path for path, _ in collector.bodies}


def nobody() -> str:
    """An address on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


async def test_a_collector_that_is_away_costs_one_sentence_and_a_second(at: Site) -> None:
    """The images, the exit code and the other words are the same; no traceback, and the address without its secrets."""
    began = time.monotonic()
    done = await run(at, nobody().replace("http://", "http://me:secret@") + "/token")
    took = time.monotonic() - began

    assert (done.code, len(at.lines)) == (3, 2)
    assert done.err.count("warning: OpenTelemetry: the collector at http://127.0.0.1:") == 1
    assert "Traceback" not in done.err
    assert "secret" not in done.err + done.out
    assert "token" not in done.err + done.out
    assert took < 15


async def test_a_collector_that_never_answers_is_given_up_at_the_end(at: Site) -> None:
    """Within five seconds, with a word about it."""
    async with collecting(Collector(silent=True)) as collector:
        done = await run(at, collector.address)

    assert done.code == 3
    assert "does not answer; what was not sent is left out" in done.err


async def test_a_collector_that_refuses_is_told_with_its_status(at: Site) -> None:
    """Which is how a wrong token looks."""
    async with collecting(Collector(status=401)) as collector:
        done = await run(at, collector.address)

    assert done.err.count("takes nothing: HTTP 401 Unauthorized") == 1
    assert done.code == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
        {"OTEL_TRACES_EXPORTER": "zipkin"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"},
        {"OTEL_METRIC_EXPORT_INTERVAL": "-5"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_what_is_not_spoken_here_is_told_before_anything_is_sent(at: Site, wrong: dict[str, str]) -> None:
    """With the variable and the way out."""
    done = await run(at, **{"address": "http://127.0.0.1:4318", **wrong})

    assert done.code == 2
    assert "hint: " in done.err
    assert "Traceback" not in done.err
    assert at.requests == 0


async def test_without_the_extra_it_says_how_to_get_it(at: Site, tmp_path: Path) -> None:
    """Before anything is sent, and not as a traceback."""
    missing = tmp_path / "nothing" / "opentelemetry.py"
    missing.parent.mkdir()
    missing.write_text("raise ImportError('not installed')\n")

    done = await run(at, "http://127.0.0.1:4318", PYTHONPATH=str(missing.parent))

    assert (done.code, at.requests) == (2, 0)
    assert "error: --otel needs OpenTelemetry" in done.err
    assert "hint: pip install 'flux-batch[otel]'" in done.err


async def test_it_can_be_written_into_the_grid(at: Site) -> None:
    """A timer then needs no option."""
    async with collecting() as collector:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, **KEY}
        await flux_batch("run", grid_for(at, more="run: {otel: true}\n"), env=env)

    assert collector.spans


async def test_without_the_option_nothing_is_sent(at: Site) -> None:
    """Whatever the environment says for others."""
    async with collecting() as collector:
        await flux_batch("run", grid_for(at), env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, **KEY})

    assert collector.bodies == []
