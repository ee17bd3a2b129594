"""What is being done, and for which job, while it is being done: spans for a tracer, a job id for the log.

Both travel with the task (``contextvars``), so nothing between a run and its farthest step has to hand them on. Where
nobody traces, a span costs one lookup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Protocol, TypeAlias

Fact: TypeAlias = str | int | float | bool | None


class Span(Protocol):
    """A step that goes on."""

    def tell(self, **facts: Fact) -> None:
        """Add what is known by now; None is not known."""
        ...

    def fail(self, kind: str, message: str = "") -> None:
        """Say that the step did not reach its end: a short *kind* to count by, and words."""
        ...


class Tracer(Protocol):
    """Hears each step begin and end, on the event loop: it must neither block nor raise.

    Steps: ``run``; in it ``job``; in that ``post``, ``wait``, ``poll``, ``download``, ``keep``.
    """

    def span(self, name: str, facts: Mapping[str, Fact]) -> AbstractContextManager[Span]:
        """Return the step *name*, which begins on entering and ends on leaving, by an error or not."""
        ...


class Unheard:
    """A span nobody listens to."""

    def tell(self, **facts: Fact) -> None:
        """See :class:`Span`."""

    def fail(self, kind: str, message: str = "") -> None:
        """See :class:`Span`."""


_SILENCE: AbstractContextManager[Span] = nullcontext(Unheard())
TRACER: ContextVar[Tracer | None] = ContextVar("flux_batch_tracer", default=None)
JOB: ContextVar[str | None] = ContextVar("flux_batch_job", default=None)
"""Id of the job that the running task, or worker thread, is about."""


def span(name: str, **facts: Fact) -> AbstractContextManager[Span]:
    """Return the step *name* of the run this is called in."""
    tracer = TRACER.get()
    return _SILENCE if tracer is None else tracer.span(name, facts)


@contextmanager
def about(job: str) -> Iterator[None]:
    """Do what is inside for *job*."""
    token = JOB.set(job)
    try:
        yield
    finally:
        JOB.reset(token)
