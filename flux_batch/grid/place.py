"""A place elsewhere, as users name it: a URL that can be printed and written down."""

from __future__ import annotations

import re

from flux_batch.grid.problem import shown
from flux_batch.grid.strict import Unfit

STORE = re.compile(r"[a-z][a-z0-9+.-]*://[^\s?#]+")
WITH_SECRET = re.compile(r"[^:]+://[^/@]*:[^@]*@|.*[?#]", re.DOTALL)
"""A URL that names a user with a password, or that carries a query, as signed links do."""


def is_url(value: object) -> bool:
    """Whether somebody means a URL, right or wrong, rather than a path."""
    return isinstance(value, str) and "://" in value


def checked_place(value: str, name: str) -> str:
    """Return *value*, the URL of a place to write to, without slashes at its end; *name* is what it was given as.

    Its secrets are the business of the library that opens it.

    Raises:
        Unfit: it is no such URL, or holds a secret; then the words do not show it.
    """
    if WITH_SECRET.match(value):
        raise Unfit(
            f"{name} holds more than an address",
            "take out password and query: credentials come from the environment or a profile, as the store's tools do",
        )
    if not STORE.fullmatch(value) or "::" in value:
        raise Unfit(f"{name} must be a URL like s3://bucket/nightly, not {shown(value)}")
    return value.rstrip("/")
