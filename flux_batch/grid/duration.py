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


def deadline(text: str, now: float) -> float:
    """Return the end meant by ``06:30`` (the next time clocks here show that, summer time or not) or ``6h``.

    Args:
        text: as people write it.
        now: seconds since the epoch, as the end is.

    Raises:
        ValueError: neither a time of day nor a length of time.
    """
    clock = CLOCK.fullmatch(text)
    if clock is None:
        return now + seconds(text)
    today = datetime.fromtimestamp(now).replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)  # noqa: DTZ006 - the clock on the wall
    shown = (today, today.replace(fold=1), today + timedelta(days=1))
    return next(then for then in (each.timestamp() for each in shown) if then > now)
