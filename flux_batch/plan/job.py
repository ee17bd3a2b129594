"""A job: one cell of the grid, resolved to the request that buys it. Its id comes from its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

ID_DIGITS = 16
NEVER_HASHED = frozenset({"key", "webhook", "track_id"})


@dataclass(frozen=True, slots=True)
class Job:
    """One POST to be made, and the images it yields.

    Attributes:
        id: 16 hex digits, from :func:`job_id`; also the request's ``track_id`` and the stem of the file name.
        index: the cell's number in its plan, from 0.
        body: canonical key-free request body: numbers as numbers, flags as ``"yes"``/``"no"``,
            no ``key``, ``webhook`` or ``track_id``. Profiles respell it for the wire; the id does not change.
        axes: axis name -> the cell's value or its label, in the grid's order, for reports.
        style: name of the style used, None for none.
        replicate: 0 for the first copy of a cell, 1 for the second, ...
    """

    id: str
    index: int
    body: Mapping[str, JSON]
    axes: Mapping[str, JSON]
    style: str | None = None
    replicate: int = 0

    @property
    def samples(self) -> int:
        """Images this one request yields."""
        samples = self.body.get("samples", 1)
        return samples if isinstance(samples, int) else 1


def canonical(body: Mapping[str, JSON]) -> bytes:
    """Encode *body* so that equal requests give equal bytes: sorted keys, no spaces, UTF-8, never a secret."""
    kept = {name: value for name, value in body.items() if name not in NEVER_HASHED}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def job_id(body: Mapping[str, JSON], replicate: int = 0) -> str:
    """Return the first 16 hex digits of SHA-256 over the canonical body and the replicate number."""
    digest = hashlib.sha256(canonical(body))
    digest.update(b"#%d" % replicate)
    return digest.hexdigest()[:ID_DIGITS]
