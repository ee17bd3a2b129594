"""What the ``OTEL_*`` environment asks for, checked before anything is sent. Pure: the environment is an argument.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flux_batch.errors import UsageError

PROTOCOL = "http/protobuf"
DEFAULT = "http://localhost:4318"
ENDPOINTS = tuple(f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT" for signal in ("", "TRACES_", "METRICS_"))
CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The semantic conventions' switch for prompts: off unless it says ``true``."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What to send, and where to.

    Attributes:
        traces, metrics: whether these are sent.
        prompts: whether prompts are told.
        collector: scheme, host and port for words; path and user may hold a secret.
    """

    traces: bool
    metrics: bool
    prompts: bool
    collector: str


def read_setting(environment: Mapping[str, str]) -> Setting:
    """Read what *environment* asks for; all else that OpenTelemetry knows is read by its own library.

    Raises:
        UsageError: an exporter, a protocol or an address that is not spoken here.
    """
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    wanted = {signal: _exports(environment, signal) and not off for signal in ("TRACES", "METRICS")}
    for signal in (signal for signal, exported in wanted.items() if exported):
        _check_protocol(environment, signal)
    hosts = [_host(name, environment[name]) for name in ENDPOINTS if environment.get(name, "").strip()]
    prompts = environment.get(CAPTURE, "").strip().lower() == "true"
    return Setting(wanted["TRACES"], wanted["METRICS"], prompts, hosts[0] if hosts else DEFAULT)


def _exports(environment: Mapping[str, str], signal: str) -> bool:
    variable = f"OTEL_{signal}_EXPORTER"
    exporter = environment.get(variable, "").strip() or "otlp"
    if exporter not in {"otlp", "none"}:
        raise UsageError(f"{variable}={exporter}: only otlp and none are known here", hint=f"unset {variable}")
    return exporter == "otlp"


def _check_protocol(environment: Mapping[str, str], signal: str) -> None:
    for variable in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        protocol = environment.get(variable, "").strip()
        if protocol and protocol != PROTOCOL:
            raise UsageError(
                f"{variable}={protocol}: only {PROTOCOL} is spoken here",
                hint=f"set {variable}={PROTOCOL}, and the endpoint to the collector's HTTP port (4318)",
            )
        if protocol:
            return


def _host(variable: str, address: str) -> str:
    refusal = UsageError(f"{variable} is no http(s) URL", hint=f"{variable}={DEFAULT}")
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        raise refusal from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise refusal
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
