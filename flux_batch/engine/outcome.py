"""What one post taught the engine, as one of seven frozen values. It knows no status code and no wording.

| outcome | reached the service | billed | what the engine does |
| --- | --- | --- | --- |
| Accepted | yes | yes | the slot stays taken until it is left; the way is open for more |
| Busy | yes | no | one gate for everybody, then one post alone, then a slow start |
| ServerError | yes | no | counts against the service, and against the job |
| NeverSent | no | no | counts against the service, never against the job |
| Unknown | perhaps | perhaps | as ServerError, but the job may be posted again once at most |
| Refused | yes | no | the job's own fault: the service is well |
| Fatal | yes | no | no further post through these slots |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from flux_batch.errors import RunStopped


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service took the job; it occupies a place of the queue until its slot is left."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Refused for now: the queue is full, or posts come too fast.

    Attributes:
        retry_after: seconds to wait as told; None where nothing was said. Any float is allowed, odd ones are ignored.
        limit: the queue depth the answer named, None where it named none.
    """

    retry_after: float | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ServerError:
    """The service itself failed, and said so: *message*, for people."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class NeverSent:
    """No byte of the request left; *message* says why, for people."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left and no readable answer came back; *message* says what came, for people."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """This job will never work as it stands.

    Attributes:
        message: the service's words; equal words in a row are how a run finds out that it is hopeless.
    """

    message: str = ""


@dataclass(frozen=True, slots=True)
class Fatal:
    """No job can work through these slots: key, credit, plan or address.

    Attributes:
        reason: the error that ends the run, or this lane of it. Where it is None, the caller ends the run itself.
    """

    reason: RunStopped | None = None


Outcome: TypeAlias = Accepted | Busy | ServerError | NeverSent | Unknown | Refused | Fatal
Failure: TypeAlias = Busy | ServerError | NeverSent | Unknown
"""The outcomes after which the same job may be posted again."""
