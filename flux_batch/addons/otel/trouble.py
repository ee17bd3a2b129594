"""What OpenTelemetry's own log says, as one sentence a run; a collector that is away must not bury the other words."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ANSWER = re.compile(r"code: (\d+), reason: ([\w ]{0,60})")
CAUSE = re.compile(r"Caused by (?:<?)(\w+)|: (\w*(?:Error|Timeout)\w*)\(")
HINT = "the run goes on; is it up, and is OTEL_EXPORTER_OTLP_ENDPOINT right?"


def reason(text: str) -> str:
    """Return why an export failed: status and phrase, or the error's name. No address: its path may be a secret."""
    answer = ANSWER.search(text)
    if answer is not None:
        return f"HTTP {answer[1]} {answer[2]}".rstrip()
    cause = CAUSE.search(text)
    return "no connection" if cause is None else cause[1] or cause[2]


class Trouble(logging.Handler):
    """Tells the first trouble, and none after it.

    Args:
        collector: its address, for words.
        tell: gets a sentence and a hint, from whatever thread has met the trouble.
    """

    def __init__(self, collector: str, tell: Callable[[str, str], None]) -> None:
        super().__init__(logging.WARNING)
        self.met = False
        self._collector = collector
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """See :class:`logging.Handler`."""
        text = record.getMessage()
        self._say("is too slow; some is left out" if "Queue full" in text else f"takes nothing: {reason(text)}")

    def give_up(self) -> None:
        """Tell that the time at the end was too short."""
        self._say("does not answer; what was not sent is left out")

    def _say(self, words: str) -> None:
        if not self.met:
            self.met = True
            self._tell(f"OpenTelemetry: the collector at {self._collector} {words}", HINT)


@contextmanager
def heard_by(trouble: Trouble) -> Iterator[None]:
    """Let *trouble* alone hear what OpenTelemetry's packages log."""
    log = logging.getLogger("opentelemetry")
    before = log.propagate
    log.addHandler(trouble)
    log.propagate = False
    try:
        yield
    finally:
        log.propagate = before
        log.removeHandler(trouble)
