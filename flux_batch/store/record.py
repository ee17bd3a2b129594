"""The journal's lines: how each is written and what it does to a standing. One table, so both ends agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, cast

from flux_batch.plan.job import JSON, Job, job_id
from flux_batch.store.standing import ACCEPTED, Fate, Generation, Stage, Standing

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


def sent(job: str, attempt: int) -> Record:
    """Say that the first byte of a post is about to leave."""
    return {"e": "sent", "job": job, "attempt": attempt}


def accepted(job: Job, attempt: int, generation: Generation, *, pending: bool) -> Record:
    """Say what the service gave; durable before anything else touches the answer."""
    head: Record = {"e": "accepted", "job": job.id, "images": job.samples, "attempt": attempt, "pending": pending}
    return {**head, **_generation(generation)}


def ready(job: str, generation: Generation) -> Record:
    """Say that a pending generation has its images now."""
    return {"e": "ready", "job": job, **_generation(generation)}


def rejected(job: str, attempt: int, problem: tuple[str, str]) -> Record:
    """Say that a post was turned away unbilled, or never left; *problem* is class and message."""
    return {"e": "rejected", "job": job, "attempt": attempt, "class": problem[0], "message": problem[1]}


def unknown(job: Job, attempt: int, message: str) -> Record:
    """Say that the answer to a post was lost: it may have been billed."""
    head: Record = {"e": "unknown", "job": job.id, "images": job.samples, "attempt": attempt}
    return {**head, "class": "held", "message": message}


def answered(job: Job) -> Record:
    """Say that the answer that was lost last is known after all: the ``accepted`` before this line counts its money."""
    return {"e": "answered", "job": job.id, "images": job.samples}


def problem(job: str, kind: str, message: str) -> Record:
    """Say what kept a job from being finished in this run; its stage stays."""
    return {"e": "problem", "job": job, "class": kind, "message": message}


def fate(job: str, sample: int, what: Fate, **more: JSON) -> Record:
    """Say what became of one image."""
    return {"e": what.value, "job": job, "sample": sample, **more}


def missing(job: str, sample: int) -> Record:
    """Say that an image that was kept is not there any more: it has to be fetched again."""
    return {"e": "missing", "job": job, "sample": sample}


def forgotten(job: str, reason: str, *, doubts: int = 0) -> Record:
    """Say that what is known of *job* counts no more: it may be bought anew, but for its *doubts*, the lost answers."""
    return {"e": "forgotten", "job": job, "reason": reason, "doubts": doubts}


def rebuy(job: str) -> Record:
    """Say that *job* is to be bought again although it was paid, or may have been; what it has cost stays counted.

    This allows one purchase: the next run that posts it may do so until it is accepted, lost or given up.
    """
    return {"e": "rebuy", "job": job}


def damaged(job: str, images: int = 1) -> Record:
    """Say that a line about *job* was taken out, which nobody can read any more: a post may have left."""
    return {"e": "damaged", "job": job, "images": images}


def is_true_intent(record: Record) -> bool:
    """Whether *record* is an intent whose body makes the id of its job, whatever the line's seal says."""
    body, replicate = record.get("body"), record.get("replicate")
    if record.get("e") != "intent" or not isinstance(body, dict) or not isinstance(replicate, int):
        return False
    numbers = isinstance(record.get("attempt"), int) and isinstance(record.get("index"), int)
    return numbers and isinstance(record.get("axes"), dict) and record.get("job") == job_id(body, replicate)


def _generation(given: Generation) -> Record:
    return {
        "id": given.id,
        "links": [list(links) for links in given.links],
        "inline": list(given.inline),
        "eta": given.eta,
        "meta": dict(given.meta),
        "seconds": given.seconds,
        "nsfw": given.nsfw,
        "lane": given.lane,
        "service": given.service,
    }


def after(standing: Standing | None, record: Record) -> Standing | None:
    """Return where a job stands after *record*; None for a record that does not fit, such as one of an unknown job."""
    if record.get("e") == "intent":
        return _begin(standing, record)
    change, standing = CHANGES.get(str(record.get("e"))), _owner(standing, record)
    if standing is None or change is None:
        return standing
    return replace(change(standing, record), at=str(record.get("at", "")))


def _owner(standing: Standing | None, record: Record) -> Standing | None:
    """Return whose *record* is: a job that lost its intent to damage still owns what was paid, or may be, for it."""
    if record.get("e") not in OWNING or (standing is not None and "prompt" in standing.job.body):
        return standing
    job = Job(str(record["job"]), 0, {"samples": record.get("images", 1)}, {})
    return Standing(job, Stage.SENT) if standing is None else replace(standing, job=job)


def _begin(standing: Standing | None, record: Record) -> Standing:
    job, at = _job(record), str(record.get("at", ""))
    if standing is None:
        return Standing(job, Stage.INTENT, at=at)
    return replace(standing, job=job, stage=Stage.INTENT, generation=None, fates={}, problem=None, wanted=False, at=at)


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


def _sent(standing: Standing, record: Record) -> Standing:
    return replace(standing, stage=Stage.SENT, attempts=_attempts(standing, record))


def _attempts(standing: Standing, record: Record) -> int:
    """Return the posts made; after a power cut the ``sent`` line of the last one may be missing."""
    return max(standing.attempts, cast("int", record.get("attempt", 0)))


def _accepted(standing: Standing, record: Record) -> Standing:
    stage = Stage.PENDING if record.get("pending") else Stage.PAID
    given, attempts = _read_generation(record), _attempts(standing, record)
    return replace(standing, stage=stage, attempts=attempts, generation=given, problem=None)


def _ready(standing: Standing, record: Record) -> Standing:
    before = standing.generation or Generation()
    now = _read_generation(record)
    # The first answer often has the seed and later ones no meta at all.
    told = replace(before, id=now.id or before.id, meta=now.meta or before.meta, seconds=now.seconds, nsfw=now.nsfw)
    return replace(standing, stage=Stage.PAID, generation=replace(told, links=now.links, inline=now.inline))


def _rejected(standing: Standing, record: Record) -> Standing:
    stage = Stage.REFUSED if record.get("class") == "refused" else Stage.FREE
    return replace(standing, stage=stage, problem=_problem(record))


def _unknown(standing: Standing, record: Record) -> Standing:
    attempts, unknown = _attempts(standing, record), standing.unknown + (not standing.bills_nothing)
    return replace(standing, stage=Stage.UNKNOWN, attempts=attempts, unknown=unknown, problem=_problem(record))


def _answered(standing: Standing, _: Record) -> Standing:
    return replace(standing, unknown=max(0, standing.unknown - (not standing.bills_nothing)))


def _doubted(standing: Standing, record: Record) -> Standing:
    problem = ("held", str(record.get("reason", "")))
    return replace(standing, stage=Stage.UNKNOWN, generation=None, fates={}, service="", problem=problem)


def _maimed(standing: Standing, _: Record) -> Standing:
    return standing if standing.stage in ACCEPTED else replace(standing, stage=Stage.SENT)


def _freed(standing: Standing, _: Record) -> Standing:
    kept = {sample: met for sample, met in standing.fates.items() if met is Fate.KEPT}
    return replace(standing, stage=Stage.FREE, generation=None, fates=kept, wanted=True)


def _noted(standing: Standing, record: Record) -> Standing:
    return replace(standing, problem=_problem(record))


def _met(standing: Standing, record: Record) -> Standing:
    fate = Fate(str(record["e"]))
    met = standing.met(cast("int", record["sample"]), fate)
    return met if fate is Fate.KEPT else replace(met, problem=(PROBLEMS[fate], str(record.get("reason", ""))))


def _missed(standing: Standing, record: Record) -> Standing:
    left = {sample: met for sample, met in standing.fates.items() if sample != record["sample"]}
    return replace(standing, fates=left)


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
        lane=str(record.get("lane", "")),
        service=str(record.get("service", "")),
    )


OWNING = frozenset({"accepted", "unknown", "damaged"})
"""Events that begin a job whose intent is gone: never again may it count as one that nothing was posted for."""

PROBLEMS = {Fate.QUARANTINED: "gate", Fate.LOST: "paid_but_lost"}

CHANGES: Mapping[str, Callable[[Standing, Record], Standing]] = {
    "sent": _sent,
    "accepted": _accepted,
    "ready": _ready,
    "rejected": _rejected,
    "unknown": _unknown,
    "damaged": _maimed,
    "answered": _answered,
    "rebuy": _freed,
    "forgotten": _doubted,
    "problem": _noted,
    "missing": _missed,
    **{fate.value: _met for fate in Fate},
}
