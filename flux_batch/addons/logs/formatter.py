"""Log records as JSON, one object a line: time, level, logger, run, job, message, what the caller laid beside it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from flux_batch.engine.spans import JOB

FIELDS = "fields"
"""Name of the ``extra`` that holds a mapping of further fields."""


class JsonFormatter(logging.Formatter):
    """Formats for one run. Whatever is logged while a job is under way, by whomever, names that job.

    Args:
        run: its id, on every line.
    """

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        """Return one line: ASCII, so that no prompt breaks it in two."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": self._run,
            **_about(JOB.get()),
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _about(job: str | None) -> dict[str, object]:
    """Return the field that says which job the line is about, none where it is about the whole run."""
    return {} if job is None else {"job": job}
