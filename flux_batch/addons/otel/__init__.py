"""OpenTelemetry: a run as a trace, its numbers as metrics.

In a program with providers of its own: ``Batch(grid, tracer=Spans(tracer))``, ``observe(meter, metrics, time.time)``.
``flux-batch run --otel`` sends both by OTLP, as the ``OTEL_*`` environment says (extra ``otel``).
"""
