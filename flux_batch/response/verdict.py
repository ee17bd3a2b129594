"""What an answer means: one of six frozen values, and a seventh for polls. mypy finds the case a ``match`` forgot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from flux_batch.plan.job import JSON


@dataclass(frozen=True, slots=True)
class Images:
    """The images exist and are paid.

    Attributes:
        id: the service's generation id as text, None where it gave none.
        links: where to fetch the images, one tuple per image: best link first, then its substitutes.
        inline: images answered inside the body as base64 text, one per image; then *links* is empty.
        meta: the ``meta`` object as answered.
        seconds: ``generationTime`` in seconds.
        nsfw: ``nsfw_content_detected``, None where the answer does not say.
    """

    id: str | None
    links: tuple[tuple[str, ...], ...]
    inline: tuple[str, ...] = ()
    meta: Mapping[str, JSON] = field(default_factory=dict)
    seconds: float | None = None
    nsfw: bool | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Accepted and not ready: ask again by id. It still holds a slot of the account's queue.

    Attributes:
        id: generation id as text, never empty.
        eta: the service's estimate in seconds, None where it gave none.
        links: ``future_links``: where the images will be, if the id is ever forgotten.
        meta: the ``meta`` object as answered (the seed is often only here).
        failing: whether a poll was told ``failed, try again``: not yet, or never.
    """

    id: str
    eta: float | None = None
    links: tuple[str, ...] = ()
    meta: Mapping[str, JSON] = field(default_factory=dict)
    failing: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Refused for now, not billed: wait and try again.

    Attributes:
        message: the service's words.
        retry_after: seconds to wait as told by body, header or words; None where nothing was said.
        limit: the queue depth named by the answer ("Maximum 5 queued requests"), else None.
        server: True where the API itself broke (500, ``failed, try again``), False where it has no room at the moment
            (full queue, rate, spam filter, 503).
    """

    message: str
    retry_after: float | None = None
    limit: int | None = None
    server: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """This job will never work as it stands; others may.

    Attributes:
        message: the service's words, flattened to one line.
    """

    message: str


class StopReason(StrEnum):
    """Why no job of the run can succeed. ``REDIRECT``: the configured address is not where the API lives."""

    KEY = "key"
    CREDIT = "credit"
    PLAN = "plan"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Stop:
    """The whole run must stop: key, credit, plan or address. *message* is the service's words, on one line."""

    reason: StopReason
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer cannot be read: the request may have been accepted and billed.

    Attributes:
        message: what was seen, shortened.
        id: a generation id salvaged from the wreck, None where there was none.
        links: image links salvaged from the wreck, one per image.
    """

    message: str
    id: str | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """The service does not know the id that was asked for. Early on it may yet learn it; later the job is lost.

    The links an earlier ``Pending`` gave may still work.
    """

    message: str


Verdict: TypeAlias = Images | Pending | Busy | Refused | Stop | Unknown
"""What the answer to a generate POST means."""

PollVerdict: TypeAlias = Verdict | Gone
"""What the answer to a poll means. The job is paid: ``Busy`` and ``Unknown`` say "ask again", never "post again"."""
