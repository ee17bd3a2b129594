"""The API key: one object, one code path. It travels in the request *body*, so it is added at the last moment."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from flux_batch.errors import KeyMissing, UsageError
from flux_batch.plan.job import JSON
from flux_batch.request.mask import Forms, masked

LONGEST_FILE = 4096
"""Bytes of a key file, white space included."""


class Key:
    """Holds the secret, signs bodies and scrubs texts. It has no readable form and cannot be pickled."""

    __slots__ = ("__forms", "__secret")

    def __init__(self, secret: str) -> None:
        """Take *secret*; white space around it is dropped.

        Raises:
            UsageError: the secret is empty, or something stands inside it that no key has.
        """
        secret = secret.strip().removeprefix("\ufeff").strip()
        if not secret:
            raise UsageError("the API key is empty", hint="set MODELSLAB_API_KEY to the key of your account")
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise UsageError(
                "the API key has white space, a control character or a letter outside ASCII inside it",
                hint="copy the key again, on one line and without quotes",
            )
        self.__secret = secret
        self.__forms = Forms.of(secret)

    def sign(self, body: Mapping[str, JSON]) -> bytes:
        """Encode *body* with the key in it: the bytes that go on the wire and nowhere else."""
        return json.dumps({"key": self.__secret, **body}, ensure_ascii=False).encode("utf-8", "replace")

    def scrub(self, text: str) -> str:
        """Replace the key in *text*, in every spelling it could come back in, and any piece of it that can be told."""
        return self.scrub_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def scrub_bytes(self, content: bytes) -> bytes:
        """Do the same to an answer."""
        return masked(content, self.__forms)

    def __repr__(self) -> str:
        return "Key(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Key cannot be pickled or copied")

    __getstate__ = __reduce__


def find_key(variable: str, file: Path | None, environ: Mapping[str, str] | None = None) -> Key:
    """Read the key from *file* where one is named, else from the environment *variable*.

    Raises:
        KeyMissing: neither is there.
        UsageError: the file cannot be read, is open to others, or holds no key.
    """
    if file is not None:
        return Key(_read_private(file))
    value = (os.environ if environ is None else environ).get(variable)
    if value is None:
        raise KeyMissing(
            f"no API key: the environment variable {variable} is not set",
            hint=f"export {variable}=..., name a file with `endpoint: {{key_file: ...}}`, "
            "or try everything without a key: `endpoint: {base_url: embedded}`",
        )
    return Key(value)


def _read_private(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            text = opened.read(LONGEST_FILE + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the key file {file}: {error}", hint="check endpoint.key_file") from None
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(f"the key file {file} can be read by others", hint=f"chmod 600 {file}")
    if len(text) > LONGEST_FILE:
        raise UsageError(f"the key file {file} holds more than a key", hint="check endpoint.key_file")
    return text
