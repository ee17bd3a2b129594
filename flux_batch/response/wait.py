"""How long an answer asks us to wait: by its body, a header, or in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from flux_batch.plan.job import JSON
from flux_batch.response.body import number

SHORTEST = 1.0
"""Seconds. Zero and dates in the past say "now", which is too soon after a refusal."""

LONGEST = 6 * 3600.0
"""Seconds. A longer wait is a mistake or an end; read as six hours it already ends any run."""

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
AMOUNT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([smh])(?:ec(?:ond)?s?|in(?:ute)?s?|ou?rs?|rs?)?\b", re.IGNORECASE)
IN_WORDS = re.compile(rf"\b(?:again|wait|retry)\D{{0,24}}((?:{AMOUNT.pattern}[\s,]*(?:and\s+)?)+)", re.IGNORECASE)


def told_wait(retry_after: JSON, headers: Mapping[str, str], words: str) -> float | None:
    """Return the seconds to wait: the longest of what body, header and words say, within SHORTEST and LONGEST.

    What is negative, NaN or no number says nothing; None where nothing was said.
    """
    said = [seconds for seconds in (number(retry_after), in_headers(headers), in_words(words)) if seconds is not None]
    return min(max(*said, SHORTEST), LONGEST) if said else None


def in_headers(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After``: seconds, or a date, which counts from the answer's own ``Date`` and not from our clock."""
    by_name = {name.lower(): value for name, value in headers.items()}
    value = by_name.get("retry-after", "")
    seconds = number(value)
    if seconds is not None:
        return seconds
    until, now = _date(value), _date(by_name.get("date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def in_words(words: str) -> float | None:
    """Read "try again in 30 minutes", "please wait for 30 seconds": None where no time with a unit is named."""
    found = IN_WORDS.search(words)
    if found is None:
        return None
    return sum(float(amount) * UNITS[unit.lower()] for amount, unit in AMOUNT.findall(found.group(1)))


def _date(text: str) -> datetime | None:
    """Read an HTTP date in any of its three forms; one without a zone is UTC."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
