"""What a store's library raises, as one sentence of ours. Nobody else here knows its errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flux_batch.errors import StorageFailed

FOREIGN = {
    "aiohttp": ("ClientError",),
    "azure.core.exceptions": ("AzureError",),
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "gcsfs.retry": ("HttpError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "paramiko.ssh_exception": ("SSHException",),
}
"""Module -> bases of what it raises beside ``OSError``, which is what fsspec asks its stores for.

botocore: https://botocore.amazonaws.com/v1/documentation/api/latest/client_upgrades.html#error-handling
"""

NO_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "DefaultCredentialsError")
NO_PLACE = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError)
LONGEST = 200
"""Characters of a store's own words."""

CARRY_ON = "the images are safe in the folder; type the same command again: it copies what is missing"


class Refused(StorageFailed):
    """The store says no, and would say so again: no such bucket, no right to write, no credentials."""


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """Turn what a store raises into the words of *doing*, its own words and a way out.

    Raises:
        Refused: trying again is of no use.
        StorageFailed: it may be.
    """
    try:
        yield
    except _known() as error:
        words = f"{doing}: {_words(error)}"
        if isinstance(error, PermissionError) or type(error).__name__ in NO_CREDENTIALS:
            hint = "check the credentials in the environment or the profile (AWS_PROFILE), and what they may do"
            raise Refused(words, hint=hint) from error
        if isinstance(error, NO_PLACE):
            raise Refused(words, hint="make the bucket or folder, or correct the URL") from error
        if isinstance(error, NotImplementedError | ValueError):
            raise Refused(words, hint="name a URL that can be written to") from error
        raise StorageFailed(words, hint=CARRY_ON) from error


def _known() -> tuple[type[BaseException], ...]:
    """Return what stores raise; of libraries that nobody has imported nothing can come."""
    loaded = ((sys.modules.get(module), names) for module, names in FOREIGN.items())
    foreign = (getattr(module, name) for module, names in loaded if module for name in names)
    return OSError, ValueError, NotImplementedError, *foreign


def _words(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (said.strip().splitlines() or [type(error).__name__])[0][:LONGEST]
