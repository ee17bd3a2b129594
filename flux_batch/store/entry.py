"""What an answer to a POST means for the job, the money and the slots: verdict -> journal line, verdict -> outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from flux_batch.engine import outcome
from flux_batch.errors import KeyRejected, Misdirected, OutOfCredit, RunStopped
from flux_batch.plan.job import Job
from flux_batch.response.verdict import Busy, Images, Pending, Refused, Stop, StopReason, Unknown, Verdict
from flux_batch.store import record
from flux_batch.store.record import Record
from flux_batch.store.standing import Generation

LONGEST_MESSAGE = 2000
"""Characters of a service's words that are kept."""

STOPS: dict[StopReason, tuple[type[RunStopped], str, str]] = {
    StopReason.KEY: (
        KeyRejected,
        "the service rejects the API key",
        "check the key (MODELSLAB_API_KEY or endpoint.key_file), then type the same command again",
    ),
    StopReason.CREDIT: (
        OutOfCredit,
        "the account has run out of credit",
        "top up the account, then type the same command again",
    ),
    StopReason.PLAN: (
        OutOfCredit,
        "the account's plan does not allow this",
        "upgrade the plan or change the grid, then type the same command again",
    ),
    StopReason.REDIRECT: (
        Misdirected,
        "the API's address redirects elsewhere; the key was not sent there",
        "put the API's final address into endpoint.base_url",
    ),
}


def salvaged(verdict: Verdict) -> Verdict:
    """Read a wreck with an id as pending and one with links as images: both say that the post was accepted."""
    match verdict:
        case Unknown(id=str(name), links=links):
            return Pending(name, links=links)
        case Unknown(links=links) if links:
            return Images(None, per_image(links))
        case _:
            return verdict


@dataclass(frozen=True, slots=True)
class Origin:
    """Which endpoint answered: the name of its lane, empty where there is only one, and its address."""

    lane: str = ""
    service: str = ""


def entry(job: Job, attempt: int, verdict: Verdict, inline: tuple[str, ...] = (), origin: Origin = Origin()) -> Record:
    """Return the journal line for *verdict*, the salvaged answer to post number *attempt* of *job*.

    Args:
        job, attempt: which post.
        verdict: what the answer means.
        inline: names of the files that now hold the images of an answer that carried them.
        origin: who answered.
    """
    match verdict:
        case Images() | Pending():
            pending = isinstance(verdict, Pending)
            given = replace(generation(verdict, inline), lane=origin.lane, service=origin.service)
            return record.accepted(job, attempt, given, pending=pending)
        case Busy(message=message, server=server):
            return record.rejected(job.id, attempt, ("transient" if server else "busy", cut(message)))
        case Refused(message=message):
            return record.rejected(job.id, attempt, ("refused", cut(message)))
        case Stop(message=message):
            return record.rejected(job.id, attempt, ("stop", cut(message)))
        case Unknown(message=message):
            return record.unknown(job, attempt, cut(message))
    assert_never(verdict)


def generation(verdict: Images | Pending, inline: tuple[str, ...] = ()) -> Generation:
    """Return what the journal keeps of an accepted post."""
    match verdict:
        case Images(id=name, links=links, meta=meta, seconds=seconds, nsfw=nsfw):
            return Generation(name, links, inline, meta=meta, seconds=seconds, nsfw=nsfw)
        case Pending(id=name, links=links, eta=eta, meta=meta):
            return Generation(name, per_image(links), eta=eta, meta=meta)
    assert_never(verdict)


def per_image(links: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Give each image its one link."""
    return tuple((link,) for link in links)


def lesson(verdict: Verdict) -> outcome.Outcome:
    """Return what the engine learns from *verdict*, salvaged."""
    match verdict:
        case Images() | Pending():
            return outcome.Accepted()
        case Busy(message=message, server=server, retry_after=seconds, limit=limit):
            return outcome.ServerError(cut(message)) if server else outcome.Busy(seconds, limit)
        case Refused(message=message):
            return outcome.Refused(message)
        case Stop():
            return outcome.Fatal(stopped(verdict))
        case Unknown(message=message):
            return outcome.Unknown(cut(message))
    assert_never(verdict)


def stopped(stop: Stop) -> RunStopped:
    """Return the error that ends the run."""
    error, sentence, hint = STOPS[stop.reason]
    return error(f"{sentence}: {cut(stop.message)}", hint=hint)


def cut(message: str) -> str:
    """Bound the service's words."""
    return message[:LONGEST_MESSAGE]
