"""The numbers of a run as OpenTelemetry instruments: those of ``--metrics-file``, read from the same place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from flux_batch.addons.metrics.instrument import INSTRUMENTS, PREFIX, Instrument
from flux_batch.addons.metrics.metrics import Metrics


def observe(meter: Meter, metrics: Metrics, wall: Callable[[], float]) -> None:
    """Let *meter* read *metrics* whenever it collects.

    Args:
        meter: of a provider of the caller's.
        metrics: the numbers; whoever has them lets them take events and looks. Its labels become attributes.
        wall: seconds since 1970.
    """
    for number in INSTRUMENTS:
        create = meter.create_observable_counter if number.kind == "counter" else meter.create_observable_gauge
        create(f"{PREFIX}{number.name}", [_reader(number, metrics, wall)], unit=number.unit, description=number.help)


def _reader(
    number: Instrument, metrics: Metrics, wall: Callable[[], float]
) -> Callable[[CallbackOptions], Iterator[Observation]]:
    def read(_: CallbackOptions) -> Iterator[Observation]:
        values = (value for known, value in metrics.at(wall()) if known is number)
        return (Observation(value, dict(metrics.labels)) for value in values)

    return read
