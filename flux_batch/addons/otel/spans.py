"""Steps of a run as OpenTelemetry spans: run > job > post, wait > poll, download, keep.

What a span may say is bounded here: no key ever reaches it, no link (a signed one lets anybody in), a prompt only where
it was asked for, and no text of any length.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self, TypeAlias

from opentelemetry import context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from flux_batch.engine.spans import Fact

LONGEST_WORDS = 300
LONGEST_VALUE = 2000
INT64 = range(-(2**63), 2**63)

Attribute: TypeAlias = str | int | float | bool
OVER_THE_WIRE = frozenset({"post", "poll", "download"})
STANDARD = {"model_id": "gen_ai.request.model", "seed": "gen_ai.request.seed"}
"""Facts that the semantic conventions have a name for (opentelemetry.io/docs/specs/semconv/gen-ai/)."""


class Spans:
    """Hears the steps of a run; satisfies :class:`flux_batch.engine.spans.Tracer`.

    Args:
        tracer: of a provider of the caller's. The run becomes a child of whatever span is current.
        prompts: whether a job's span holds its prompt.
    """

    def __init__(self, tracer: Tracer, *, prompts: bool = False) -> None:
        self._tracer = tracer
        self._hidden = frozenset() if prompts else frozenset({"prompt"})

    def span(self, name: str, facts: Mapping[str, Fact]) -> Step:
        """See :class:`flux_batch.engine.spans.Tracer`."""
        told = {fact: value for fact, value in facts.items() if fact not in self._hidden}
        return Step(self._tracer, name, told)


class Step:
    """One span: begins on entering, and is the parent of what begins inside."""

    def __init__(self, tracer: Tracer, name: str, facts: Mapping[str, Fact]) -> None:
        self._tracer = tracer
        self._name = name
        self._facts = facts

    def __enter__(self) -> Self:
        kind = SpanKind.CLIENT if self._name in OVER_THE_WIRE else SpanKind.INTERNAL
        self._span: Span = self._tracer.start_span(self._name, kind=kind, attributes=attributes(self._facts))
        self._before = context.attach(set_span_in_context(self._span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            self.fail(type(error).__name__, str(error))
        elif error is not None:
            self.tell(cancelled=True)
        context.detach(self._before)
        self._span.end()

    def tell(self, **facts: Fact) -> None:
        """See :class:`flux_batch.engine.spans.Span`."""
        self._span.set_attributes(attributes(facts))

    def fail(self, kind: str, message: str = "") -> None:
        """See :class:`flux_batch.engine.spans.Span`."""
        self._span.set_attribute("error.type", kind)
        self._span.set_status(Status(StatusCode.ERROR, bounded(message, LONGEST_WORDS) or None))


def attributes(facts: Mapping[str, Fact]) -> dict[str, Attribute]:
    """Return *facts* as attributes; those that are not known are left out."""
    named = ((STANDARD.get(fact, f"flux_batch.{fact}"), value) for fact, value in facts.items())
    return {name: _attribute(value) for name, value in named if value is not None}


def _attribute(value: Attribute) -> Attribute:
    """Return *value* as the protocol can carry it: text without lone surrogates, integers of 64 bits."""
    match value:
        case str():
            return bounded(value, LONGEST_VALUE)
        case int() if value not in INT64:
            return str(value)
        case _:
            return value


def bounded(text: str, longest: int) -> str:
    """Return *text* in at most so many characters, valid as UTF-8."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return valid if len(valid) <= longest else f"{valid[: longest - 1]}…"
