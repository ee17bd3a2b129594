"""Every way a run can end badly, as one tree. The exit code is part of the class (DESIGN: exit codes).

FluxBatchError                1  base of all errors this package raises on purpose
├── UsageError                2  nothing was sent: wrong words, wrong file, wrong value
│   ├── GridError             2  the grid file, with every problem and its place
│   └── KeyMissing            2  a real endpoint and no key
├── RunStopped                   the run as a whole ends; the same command resumes it
│   ├── AllRefused            3  the service refuses job after job, in the same words
│   ├── KeyRejected           4
│   ├── OutOfCredit           5
│   ├── LimitReached          6  budget, deadline or ambiguity cap
│   ├── Unreachable           7  the API does not answer for too long
│   ├── StorageFailed         8  full, read-only, not writable, I/O error
│   ├── FolderLocked          9  another run owns the output folder
│   ├── RecordDamaged        10  journal or manifest broken in the middle
│   ├── Misdirected           2  the API's address redirects elsewhere; the key does not follow
│   └── Interrupted    130, 143  a signal
└── TransportError               one exchange failed; says whether the request may have been read
    ├── NeverSent                no byte of the request left: safe to send again
    ├── AnswerLost               the request left, the answer did not come: may have been billed
    └── DownloadFailed           a link did not give a whole image
        └── LinkRefused          we do not follow it, today or ever: no http(s), or a private address
"""

from __future__ import annotations


class FluxBatchError(Exception):
    """Base of all errors raised on purpose: one sentence, and a *hint* that says what to do.

    Args:
        message: what happened, to what, with the value in it; no full stop.
        hint: the way out, as an imperative.
    """

    exit_code: int = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class UsageError(FluxBatchError):
    """Wrong words, file or value; nothing was sent."""

    exit_code = 2


class KeyMissing(UsageError):
    """A real endpoint needs a key and none was found."""


class GridError(UsageError):
    """The grid file is wrong. *problems* holds every mistake found, one finished text each."""

    def __init__(self, problems: tuple[str, ...], *, hint: str | None = None) -> None:
        super().__init__("\n".join(problems), hint=hint)
        self.problems = problems


class RunStopped(FluxBatchError):
    """The run ends here, on purpose and resumable."""


class AllRefused(RunStopped):
    """The service refuses job after job in the same words: the grid is wrong, not a job."""

    exit_code = 3


class KeyRejected(RunStopped):
    """The service does not take the key."""

    exit_code = 4


class OutOfCredit(RunStopped):
    """The account's credit, quota or plan ends here."""

    exit_code = 5


class LimitReached(RunStopped):
    """A limit of our own: budget, deadline, ambiguity cap."""

    exit_code = 6


class Unreachable(RunStopped):
    """The API does not answer for longer than we are willing to wait."""

    exit_code = 7


class StorageFailed(RunStopped):
    """The output folder cannot be written or trusted."""

    exit_code = 8


class FolderLocked(RunStopped):
    """Another run owns the output folder."""

    exit_code = 9


class RecordDamaged(RunStopped):
    """A journal or manifest line before the last one does not parse."""

    exit_code = 10


class Misdirected(RunStopped):
    """The API's address redirects to another one; the key is not sent there."""

    exit_code = 2


class Interrupted(RunStopped):
    """A signal ended the run; what was paid for has been recorded.

    Args:
        message: which signal.
        code: 128 + the signal's number.
    """

    def __init__(self, message: str, *, code: int = 130, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = code


class TransportError(FluxBatchError):
    """One HTTP exchange failed."""


class NeverSent(TransportError):
    """No byte of the request left this machine: it cannot have been billed."""


class AnswerLost(TransportError):
    """The request left and no readable answer came back: it may have been billed."""


class DownloadFailed(TransportError):
    """A link did not give a whole image."""


class LinkRefused(DownloadFailed):
    """A link leads where no download may go; trying again cannot help."""
