"""A run as a trace and its numbers as metrics, in a program that has OpenTelemetry set up itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from batch_runs import CANARY, Made, Site, site, to_the_end
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricsData
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from flux_batch.addons.metrics.instrument import PREFIX
from flux_batch.addons.metrics.metrics import Metrics
from flux_batch.addons.otel.instruments import observe
from flux_batch.addons.otel.spans import LONGEST_VALUE, Spans, attributes
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.batch import Batch
from flux_batch.engine.spans import Tracer
from flux_batch.errors import Interrupted


class Memory:
    """A provider that keeps what it is told."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("test")

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """All that have ended, in that order."""
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        """Those called *name*."""
        return [span for span in self.spans if span.name == name]

    def under(self, parent: ReadableSpan) -> list[str]:
        """The names of the children of *parent*, in the order in which they began."""
        found = [span for span in self.spans if span.parent and span.parent.span_id == number(parent)]
        return [span.name for span in sorted(found, key=lambda span: span.start_time or 0)]


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A provider of the test's own."""
    kept = Memory()
    yield kept
    kept.provider.shutdown()


def number(span: ReadableSpan) -> int:
    """The id of a span."""
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def told(span: ReadableSpan) -> dict[str, Any]:
    """The attributes of a span."""
    return dict(span.attributes or {})


def traced(at: Site, tracer: Tracer, **changes: Any) -> Batch:
    """A run that *tracer* hears."""
    return Batch(at.grid(**changes), endpoint=at.endpoint, tracer=tracer)


async def made(at: Site, tracer: Tracer, **changes: Any) -> Made:
    """Do such a run."""
    return await to_the_end(traced(at, tracer, **changes))


async def test_a_run_is_one_trace_with_a_span_for_each_job_and_each_of_its_steps(
    tmp_path: Path, memory: Memory
) -> None:
    """post, wait with its polls, download, keep: in this order, each inside the one it is part of."""
    async with site(tmp_path / "out", hold=0.0, service_time=ServiceTime("constant", (0.1,))) as at:
        run = await made(at, Spans(memory.tracer), prompts=1, seeds=3)

    (root,) = memory.named("run")
    jobs = memory.named("job")
    assert {line["job"] for line in at.lines} == {told(job)["flux_batch.job"] for job in jobs}
    assert [memory.under(job) for job in jobs] == [["post", "wait", "download", "keep"]] * 3
    assert {number(root)} == {job.parent.span_id for job in jobs if job.parent}
    assert len({span.context.trace_id for span in memory.spans if span.context}) == 1
    polls = sum(memory.under(wait).count("poll") for wait in memory.named("wait"))
    assert polls == len(memory.named("poll")) == run.report.polls > 0
    assert told(root)["flux_batch.kept"] == run.report.kept == 3


async def test_a_span_takes_as_long_as_its_step(tmp_path: Path, memory: Memory) -> None:
    """A wait is as long as the service took, and lies inside its job."""
    async with site(tmp_path / "out", hold=0.0, service_time=ServiceTime("constant", (0.4,))) as at:
        await made(at, Spans(memory.tracer), prompts=1, seeds=1)

    (job,), (wait,) = memory.named("job"), memory.named("wait")
    assert None not in (job.start_time, job.end_time, wait.start_time, wait.end_time)
    seconds = ((wait.end_time or 0) - (wait.start_time or 0)) / 1e9
    assert 0.3 < seconds < 20
    assert (job.start_time or 0) <= (wait.start_time or 0) <= (wait.end_time or 0) <= (job.end_time or 0)


async def test_what_goes_over_the_wire_is_a_client_span(tmp_path: Path, memory: Memory) -> None:
    """So that a backend counts them as calls to somebody else."""
    async with site(tmp_path / "out") as at:
        await made(at, Spans(memory.tracer), prompts=1, seeds=1)

    kinds = {span.name: span.kind for span in memory.spans}
    assert {name for name, kind in kinds.items() if kind is SpanKind.CLIENT} == {"post", "download"}


async def test_the_run_is_a_child_of_the_programs_own_span(tmp_path: Path, memory: Memory) -> None:
    """A night's job with a trace of its own finds the run in it."""
    async with site(tmp_path / "out") as at:
        with memory.tracer.start_as_current_span("night") as night:
            await made(at, Spans(memory.tracer), prompts=1, seeds=1)

    (root,) = memory.named("run")
    assert root.parent is not None
    assert root.parent.span_id == night.get_span_context().span_id


async def test_a_refused_job_is_an_error_with_its_class_and_the_services_words(tmp_path: Path, memory: Memory) -> None:
    """Its post too; the jobs beside it and the run are none."""
    async with site(tmp_path / "out", {"post#1": "value"}) as at:
        await made(at, Spans(memory.tracer), prompts=1, seeds=2, limits={"concurrency": 1})

    wrong = {span.name: span for span in memory.spans if span.status.status_code is StatusCode.ERROR}
    assert wrong.keys() == {"job", "post"}
    assert (told(wrong["job"])["error.type"], told(wrong["post"])["error.type"]) == ("refused", "Refused")
    (failure,) = at.failures
    assert wrong["job"].status.description == failure["message"]


async def test_a_post_the_service_failed_is_told_apart_from_the_one_it_took(tmp_path: Path, memory: Memory) -> None:
    """Each attempt has its span."""
    async with site(tmp_path / "out", {"post#1": "flaky"}) as at:
        await made(at, Spans(memory.tracer), prompts=1, seeds=1)

    assert [told(post)["flux_batch.outcome"] for post in memory.named("post")] == ["ServerError", "Accepted"]
    (job,) = memory.named("job")
    assert job.status.status_code is StatusCode.UNSET


async def test_a_picture_set_aside_is_an_error_of_its_keep(tmp_path: Path, memory: Memory) -> None:
    """With the gate's words, and its job has no image."""
    async with site(tmp_path / "out", {"image#1": "blank"}) as at:
        await made(at, Spans(memory.tracer), prompts=1, seeds=1)

    (keep,), (job,) = memory.named("keep"), memory.named("job")
    assert (told(keep)["error.type"], told(job)["error.type"]) == ("gate", "gate")
    assert "single_color" in str(keep.status.description)


async def test_a_cut_run_ends_all_its_spans(tmp_path: Path, memory: Memory) -> None:
    """Those that were under way say so and are no errors."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (60.0,))) as at:
        with anyio.CancelScope() as scope:
            async with traced(at, Spans(memory.tracer), prompts=1, seeds=2) as batch:
                async for _ in batch:
                    while not at.posts:
                        await anyio.lowlevel.checkpoint()
                    scope.cancel()

    cut = [span for span in memory.spans if told(span).get("flux_batch.cancelled")]
    assert {"run", "job", "post"} <= {span.name for span in cut}
    assert not [span for span in cut if span.status.status_code is StatusCode.ERROR]


async def test_a_run_that_could_not_go_on_is_an_error_with_its_reason(tmp_path: Path, memory: Memory) -> None:
    """Which is what a person has to be told."""
    async with site(tmp_path / "out", service_time=ServiceTime("constant", (0.05,))) as at:
        batch = traced(at, Spans(memory.tracer), prompts=1, seeds=9)
        batch.stop(Interrupted("interrupted by SIGTERM", code=143))
        await to_the_end(batch)

    (root,) = memory.named("run")
    assert (told(root)["error.type"], told(root)["flux_batch.exit_code"]) == ("Interrupted", 143)


@pytest.mark.parametrize("prompts", [False, True])
async def test_neither_key_nor_link_nor_unasked_prompt_is_in_any_span(
    tmp_path: Path, memory: Memory, *, prompts: bool
) -> None:
    """Whatever goes wrong; a prompt only where it was asked for."""
    faults = {"post#1": "value", "post#2": "flaky", "post#3": "echo_key", "image#1": "404"}
    async with site(tmp_path / "out", faults) as at:
        await made(at, Spans(memory.tracer, prompts=prompts), prompts=2, seeds=2)

    everything = "".join(span.to_json() for span in memory.spans)
    assert CANARY not in everything
    assert "http://" not in everything
    assert prompts == ("picture 1" in everything)


async def test_without_a_tracer_nothing_is_traced(tmp_path: Path, memory: Memory) -> None:
    """A run takes no provider that it was not given."""
    async with site(tmp_path / "out") as at:
        await at.make()

    assert memory.spans == ()


@given(text=st.text(st.characters(categories=["Cs", "Lu", "Cc", "So"]), max_size=50) | st.just("x" * 10_000))
def test_any_text_fits_the_protocol(text: str) -> None:
    """Bounded, and without what UTF-8 cannot say: one such span would take a whole batch of others with it."""
    value = attributes({"prompt": text})["flux_batch.prompt"]

    assert isinstance(value, str)
    assert len(value) <= LONGEST_VALUE
    assert len(value.encode()) >= len(value)


@given(seed=st.integers(-(2**70), 2**70))
def test_any_number_fits_the_protocol(seed: int) -> None:
    """One of more than 64 bits is told as text."""
    memory = Memory()
    with Spans(memory.tracer).span("job", {"seed": seed}):
        pass

    (written,) = encode_spans(list(memory.spans)).resource_spans[0].scope_spans[0].spans
    value = written.attributes[0].value
    assert str(seed) in {str(value.int_value), value.string_value}


def points(found: MetricsData | None) -> dict[str, Sequence[Any]]:
    """Name -> data points."""
    assert found is not None
    metrics = [metric for each in found.resource_metrics for scope in each.scope_metrics for metric in scope.metrics]
    return {metric.name: metric.data.data_points for metric in metrics}


async def test_the_numbers_are_those_of_the_metrics_file(tmp_path: Path) -> None:
    """One count, two readers: names, values, labels; what nobody knows yet has no point."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    metrics = Metrics({"grid": "night"}, 100.0)
    observe(provider.get_meter("test"), metrics, lambda: 130.0)
    before = points(reader.get_metrics_data())

    async with site(tmp_path / "out", {"post#3": "value"}) as at:
        run = await at.make()
    for event in run.events:
        metrics.take(event)
    metrics.end(run.report.exit_code, 160.0)
    after = points(reader.get_metrics_data())
    provider.shutdown()

    assert {f"{PREFIX}run_{name}" for name in ("running", "start_timestamp_seconds", "duration_seconds")} == set(before)
    expected = {f"{PREFIX}{number.name}": value for number, value in metrics.at(999.0)}
    assert expected == {name: point.value for name, (point,) in after.items()}
    assert {(("grid", "night"),)} == {tuple(point.attributes.items()) for (point,) in after.values()}
