"""Traces and metrics of one run by OTLP over HTTP. Threads of their own send them: a run waits for no collector."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Thread

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from flux_batch.addons.metrics.metrics import Metrics
from flux_batch.addons.otel.instruments import observe
from flux_batch.addons.otel.setting import Setting
from flux_batch.addons.otel.spans import Spans
from flux_batch.addons.otel.trouble import Trouble, heard_by
from flux_batch.errors import UsageError

SCOPE = "flux_batch"
WAITS = (1.0, 4.0)
"""Seconds at the end for what is not sent yet: so many, and so many more where nothing has gone wrong so far."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends: name and version of the service, id of the run. ``OTEL_SERVICE_NAME`` and the like win."""

    version: str
    run: str

    def resource(self) -> Resource:
        """Return it as OpenTelemetry has it."""
        told = {"service.name": "flux-batch", "service.version": self.version, "service.instance.id": self.run}
        return Resource.create().merge(Resource(told)).merge(OTELResourceDetector().detect())


class Telemetry:
    """Sends until it is closed.

    Args:
        setting: what to send.
        identity: who sends.
        metrics: the numbers; somebody else lets them take events and looks.
        tell: hears the first trouble, from another thread.

    Attributes:
        tracer: for the batch.

    Raises:
        UsageError: an ``OTEL_*`` variable has a value that the library cannot use.
    """

    def __init__(
        self, setting: Setting, identity: Identity, metrics: Metrics, tell: Callable[[str, str], None]
    ) -> None:
        self._trouble = Trouble(setting.collector, tell)
        self._stack = ExitStack()
        self._stack.enter_context(heard_by(self._trouble))
        try:
            self._open(setting, identity.resource())
        except ValueError as error:
            self._stack.close()
            raise UsageError(f"OpenTelemetry: {error}", hint="look at the OTEL_* variables") from None
        self.tracer = Spans(self._traces.get_tracer(SCOPE, identity.version), prompts=setting.prompts)
        observe(self._numbers.get_meter(SCOPE, identity.version), metrics, time.time)

    def _open(self, setting: Setting, resource: Resource) -> None:
        self._traces = TracerProvider(resource=resource, shutdown_on_exit=False)
        if setting.traces:
            self._traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        readers: list[MetricReader] = [PeriodicExportingMetricReader(OTLPMetricExporter())] if setting.metrics else []
        self._numbers = MeterProvider(readers, resource=resource, shutdown_on_exit=False)

    def close(self) -> None:
        """Send what is left, for a bounded time; blocks."""
        threads = [Thread(target=each.shutdown, daemon=True) for each in (self._traces, self._numbers)]
        for thread in threads:
            thread.start()
        for wait in WAITS:
            end = time.monotonic() + wait
            for thread in threads:
                thread.join(max(0.0, end - time.monotonic()))
            if not any(thread.is_alive() for thread in threads):
                self._stack.close()
                return
            if self._trouble.met:
                return
        self._trouble.give_up()
