"""Why a begun job has no image, as a class and words; and which jobs a name of such a group stands for. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TypeAlias

from flux_batch.store.standing import ACCEPTED, Fate, Stage, Standing

Group: TypeAlias = tuple[str, str]
"""Class of a failure, and its words."""

ADDRESS = re.compile(r"\bhttps?://\S+")

FAILURE_CLASSES = {
    Stage.REFUSED: "refused",
    Stage.UNKNOWN: "held",
    Stage.PENDING: "pending",
    Stage.PAID: "pending",
    Stage.SENT: "transient",
    Stage.INTENT: "transient",
    Stage.FREE: "transient",
}

ON_ITS_WAY = "accepted, and the run ended before its image was here"


def failure_class(standing: Standing) -> str:
    """Return why a begun job has no image: refused, held, pending, paid_but_lost, gate or transient."""
    fates = set(standing.fates.values())
    if not standing.open_samples:
        return "paid_but_lost" if Fate.LOST in fates else "gate"
    if standing.in_doubt:
        return "held"  # also where a later post was turned away: that one cost nothing, the first may have been billed
    return FAILURE_CLASSES[standing.stage]


def words_of(standing: Standing) -> str:
    """Return what the last trouble of a job without an image was; for one that met none, what it waits for."""
    if standing.problem is None:
        return ON_ITS_WAY if standing.stage in ACCEPTED else ""
    return standing.problem[1]


def group_of(standing: Standing) -> Group:
    """Return the class and the words under which a job without an image is counted; addresses differ for each job."""
    return failure_class(standing), ADDRESS.sub("...", words_of(standing))


def name_of(group: Group) -> str:
    """Return the name by which ``--only`` knows *group*: its class, and six hex digits of its words' SHA-256."""
    kind, words = group
    return f"{kind}:{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:6]}"


def chosen(wanted: Iterable[str], standings: Iterable[Standing]) -> frozenset[str]:
    """Return the ids of the jobs that *wanted* names.

    Args:
        wanted: each a job id, a class (``refused``) or a group (``refused:1a2b3c``).
        standings: of all jobs that are begun and not done.
    """
    names = frozenset(wanted)
    failed = {each.job.id: group_of(each) for each in standings}
    return names.union(job for job, group in failed.items() if names & {group[0], name_of(group)})
