"""The events of a run as log records: a sentence for people, the job and the numbers as fields for machines."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict
from typing import TypeAlias

from flux_batch.addons.logs.formatter import FIELDS
from flux_batch.engine.events import BreakerOpened, LaneClosed, Paused
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Ended, Event, Failed, Kept, Quarantined, Refetched, Stopping, journal_line

Fields: TypeAlias = dict[str, object]
EVERY = 60.0
"""Seconds between two lines about the progress."""
LOUD = (Failed, Quarantined, Stopping, Paused, BreakerOpened, LaneClosed)
"""Events that are warnings."""


class LogShow:
    """Draws a run as log records of *log*.

    Args:
        log: gets them.
        started: monotonic seconds.
    """

    def __init__(self, log: logging.Logger, started: float) -> None:
        self._log = log
        self._told = started

    def take(self, event: Event) -> None:
        """Log one event."""
        name, message, fields = described(event)
        level = logging.WARNING if isinstance(event, LOUD) else logging.INFO
        self._log.log(level, "%s", message, extra={FIELDS: {"event": name, **fields}})

    def tick(self, now: float, state: State | None) -> None:
        """Log how far it is, once a minute."""
        if state is None or now - self._told < EVERY:
            return
        self._told = now
        words = f"{state.slots} of {state.limit} slots, {state.downloads} downloads, {state.billed} images billed"
        self._log.info("%s", words, extra={FIELDS: {"event": "progress", **asdict(state)}})

    def close(self) -> None:
        """Nothing is left open."""


SENTENCES = {
    "begun": "{planned} images planned, {kept} kept already, {owed} jobs paid for and not fetched",
    "kept": "kept {file_name}",
    "refetched": "fetched again {file_name}",
    "quarantined": "set aside {file_name}: {reason}",
    "failed": "{kind}: {reason}",
    "ended": "kept {kept} of {planned} images, exit code {exit_code}",
}
"""Event -> its sentence, from its fields; any other is told by its name and reason."""


def described(event: Event) -> tuple[str, str, Fields]:
    """Return the event's name, its sentence and its fields."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()
    fields = _fields(event)
    if name in SENTENCES:
        return name, SENTENCES[name].format_map(fields), fields
    words = name.replace("_", " ")
    return name, f"{words}: {fields['reason']}" if fields.get("reason") else words, fields


def _fields(event: Event) -> Fields:
    match event:
        case Kept(line=line):
            return {name: getattr(line, name) for name in KEPT}
        case Failed(job=job, kind=kind, message=message, prompt=prompt):
            return {"job": job, "kind": kind, "reason": message, "prompt": prompt}
        case Ended(report=report, changed=changed):
            facts = report.to_json()
            return {"reason": facts.pop("message"), **facts, "changed": changed}
        case Begun() | Refetched() | Quarantined() | Stopping():
            return asdict(event)
        case _:
            return {name: value for name, value in journal_line(event).items() if name != "e"}


KEPT = ("job", "sample", "file_name", "bytes", "sha256", "attempts", "generation_id", "generation_time", "axes")
"""What is logged of a manifest line."""
