"""Log records as JSON, one object a line: time, level, logger, run, message, and what the caller laid beside it."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

FIELDS = "fields"
"""Name of the ``extra`` that holds a mapping of further fields."""


class JsonFormatter(logging.Formatter):
    """Formats for one run.

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
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
