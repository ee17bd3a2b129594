"""The journal's lines: how each is written and what it does to a standing. One table, so both ends agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, cast

from flux_batch.plan.job import JSON, Job
from flux_batch.store.standing import Fate, Generation, Stage, Standing

Record: TypeAlias = dict[str, JSON]
VERSION = 1


def intent(job: Job, attempt: int) -> Record:
    """Say that *job* is about to be posted for the *attempt*-th time; whole, so that it can be rebuilt."""
    return {
        "e": "intent",
        "job": job.id,
        "attempt": attempt,
        "index": job.index,
        "body": dict(job.body),
        "axes": dict(job.axes),
        "style": job.style,
        "replicate": job.replicate,
    }


def accepted(job: str, attempt: int, generation: Generation, *, pending: bool) -> Record:
    """Say what the service gave; durable before anything else touches the answer."""
    return {"e": "accepted", "job": job, "attempt": attempt, "pending": pending, **_generation(generation)}


def ready(job: str, generation: Generation) -> Record:
    """Say that a pending generation has its images now."""
    return {"e": "ready", "job": job, **_generation(generation)}


def trouble(kind: str, job: str, attempt: int, problem: tuple[str, str]) -> Record:
    """Say that a post was turned away (*kind* ``rejected``) or its answer lost (``unknown``)."""
    return {"e": kind, "job": job, "attempt": attempt, "class": problem[0], "message": problem[1]}


def problem(job: str, kind: str, message: str) -> Record:
    """Say what kept a job from being finished in this run; its stage stays."""
    return {"e": "problem", "job": job, "class": kind, "message": message}


def fate(job: str, sample: int, what: Fate, **more: JSON) -> Record:
    """Say what became of one image."""
    return {"e": what.value, "job": job, "sample": sample, **more}


def _generation(given: Generation) -> Record:
    return {
        "id": given.id,
        "links": [list(links) for links in given.links],
        "inline": list(given.inline),
        "eta": given.eta,
        "meta": dict(given.meta),
        "seconds": given.seconds,
        "nsfw": given.nsfw,
    }


def after(standing: Standing | None, record: Record) -> Standing | None:
    """Return where a job stands after *record*; None for a record that does not fit, such as one of an unknown job."""
    if record.get("e") == "intent":
        return _begin(standing, record)
    change = CHANGES.get(str(record.get("e")))
    if standing is None or change is None:
        return standing
    return replace(change(standing, record), at=str(record.get("at", "")))


def _begin(standing: Standing | None, record: Record) -> Standing:
    at = str(record.get("at", ""))
    if standing is None:
        return Standing(_job(record), Stage.INTENT, at=at)
    return replace(standing, stage=Stage.INTENT, generation=None, fates={}, problem=None, at=at)


def _job(record: Record) -> Job:
    style = record.get("style")
    return Job(
        id=str(record["job"]),
        index=cast("int", record["index"]),
        body=cast("Mapping[str, JSON]", record["body"]),
        axes=cast("Mapping[str, JSON]", record["axes"]),
        style=None if style is None else str(style),
        replicate=cast("int", record.get("replicate", 0)),
    )


def _sent(standing: Standing, record: Record) -> Standing:  # noqa: ARG001 - all changes look alike
    return replace(standing, stage=Stage.SENT, attempts=standing.attempts + 1)


def _accepted(standing: Standing, record: Record) -> Standing:
    stage = Stage.PENDING if record.get("pending") else Stage.PAID
    return replace(standing, stage=stage, generation=_read_generation(record), problem=None)


def _ready(standing: Standing, record: Record) -> Standing:
    before = standing.generation or Generation()
    now = _read_generation(record)
    # The first answer often has the seed and later ones no meta at all.
    kept = replace(now, id=now.id or before.id, meta=now.meta or before.meta, at=before.at)
    return replace(standing, stage=Stage.PAID, generation=kept)


def _rejected(standing: Standing, record: Record) -> Standing:
    stage = Stage.REFUSED if record.get("class") == "refused" else Stage.FREE
    return replace(standing, stage=stage, problem=_problem(record))


def _unknown(standing: Standing, record: Record) -> Standing:
    return replace(standing, stage=Stage.UNKNOWN, unknown=standing.unknown + 1, problem=_problem(record))


def _noted(standing: Standing, record: Record) -> Standing:
    return replace(standing, problem=_problem(record))


def _met(standing: Standing, record: Record) -> Standing:
    return standing.met(cast("int", record["sample"]), Fate(str(record["e"])))


def _problem(record: Record) -> tuple[str, str]:
    return str(record.get("class", "")), str(record.get("message", ""))


def _read_generation(record: Record) -> Generation:
    links = cast("list[list[str]]", record.get("links") or [])
    return Generation(
        id=cast("str | None", record.get("id")),
        links=tuple(tuple(each) for each in links),
        inline=tuple(cast("list[str]", record.get("inline") or [])),
        eta=cast("float | None", record.get("eta")),
        meta=cast("Mapping[str, JSON]", record.get("meta") or {}),
        seconds=cast("float | None", record.get("seconds")),
        nsfw=cast("bool | None", record.get("nsfw")),
        at=str(record.get("at", "")),
    )


CHANGES: Mapping[str, Callable[[Standing, Record], Standing]] = {
    "sent": _sent,
    "accepted": _accepted,
    "ready": _ready,
    "rejected": _rejected,
    "unknown": _unknown,
    "problem": _noted,
    **{fate.value: _met for fate in Fate},
}
