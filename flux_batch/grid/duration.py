"""Times and rates as people write them: ``90s``, ``1h30m``, ``06:30``, ``10/s``, ``600/min``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
PIECE = r"(\d+(?:\.\d+)?)(s|min|m|h|d)"
RATE = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(s|m|min|h)")
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def seconds(text: str | float) -> float:
    """Return the seconds of ``90``, ``90s``, ``1h30m``.

    Raises:
        ValueError: no such length of time.
    """
    if not isinstance(text, str):
        return float(text)
    if not re.fullmatch(rf"(?:{PIECE})+", text):
        raise ValueError("a length of time like 90s, 15m or 1h30m")
    return sum(float(number) * UNITS[unit] for number, unit in re.findall(PIECE, text))


def per_second(text: str) -> float:
    """Return the requests per second of ``10/s`` or ``600/min``.

    Raises:
        ValueError: no such rate, or a rate of nothing.
    """
    found = RATE.fullmatch(text)
    if found is None or float(found[1]) == 0:
        raise ValueError("a rate like 10/s or 600/min")
    return float(found[1]) / UNITS[found[2]]


def deadline(text: str, now: datetime) -> datetime:
    """Return the end meant by ``06:30`` (the next time the clock of *now* shows that) or by ``6h`` from *now*.

    Raises:
        ValueError: neither a time of day nor a length of time.
    """
    clock = CLOCK.fullmatch(text)
    if clock is None:
        return now + timedelta(seconds=seconds(text))
    then = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    return then if then > now else then + timedelta(days=1)
