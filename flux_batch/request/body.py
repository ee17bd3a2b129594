"""Job -> the body on the wire, still without the key."""

from __future__ import annotations

from typing import cast

from flux_batch.grid.attributes import respell
from flux_batch.plan.job import JSON, Job


def wire_body(job: Job, profile: str, webhook: str | None = None) -> dict[str, JSON]:
    """Spell *job* as *profile* wants it; its id goes along as ``track_id`` and comes back in webhook calls."""
    body = cast("dict[str, JSON]", respell(job.body, profile))
    body["track_id"] = job.id
    if webhook is not None:
        body["webhook"] = webhook
    return body
