"""The API key: one object, one code path. It travels in the request *body*, so it is added at the last moment."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from flux_batch.errors import KeyMissing, UsageError
from flux_batch.plan.job import JSON

MASK = "[key]"
SHORTEST_SCRUBBED = 6
"""A shorter key is a placeholder; masking it would garble ordinary words."""


class Key:
    """Holds the secret, signs bodies and scrubs texts. It has no readable form and cannot be pickled."""

    __slots__ = ("__forms", "__secret")

    def __init__(self, secret: str) -> None:
        """Take *secret*; white space around it is dropped.

        Raises:
            UsageError: the secret is empty, or white space or a control character stands inside it.
        """
        secret = secret.strip().removeprefix("\ufeff")
        if not secret:
            raise UsageError("the API key is empty", hint="set MODELSLAB_API_KEY to the key of your account")
        if not secret.isprintable() or any(character.isspace() for character in secret):
            raise UsageError(
                "the API key has white space or a control character inside it",
                hint="copy the key again, on one line and without quotes",
            )
        self.__secret = secret
        self.__forms = _spellings(secret) if len(secret) >= SHORTEST_SCRUBBED else ()

    def sign(self, body: Mapping[str, JSON]) -> bytes:
        """Encode *body* with the key in it: the bytes that go on the wire and nowhere else."""
        return json.dumps({"key": self.__secret, **body}, ensure_ascii=False).encode("utf-8", "replace")

    def scrub(self, text: str) -> str:
        """Replace the key in *text*, in every spelling it could come back in."""
        for form in self.__forms:
            text = text.replace(form, MASK)
        return text

    def scrub_bytes(self, content: bytes) -> bytes:
        """Do the same to an answer, also where it was cut in the middle of the key."""
        for form in self.__forms:
            raw = form.encode()
            content = content.replace(raw, MASK.encode())
            for length in range(len(raw) - 1, SHORTEST_SCRUBBED - 1, -1):
                if content.endswith(raw[:length]):
                    content = content[:-length] + MASK.encode()
                    break
        return content

    def __repr__(self) -> str:
        return "Key(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Key cannot be pickled or copied")


def _spellings(secret: str) -> tuple[str, ...]:
    raw = secret.encode()
    forms = {
        secret,
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
        raw.hex().upper(),
    }
    return tuple(sorted(forms, key=len, reverse=True))


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
        mode = file.stat().st_mode
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the key file {file}: {error}", hint="check endpoint.key_file") from None
    if stat.S_IMODE(mode) & 0o077:
        raise UsageError(f"the key file {file} can be read by others", hint=f"chmod 600 {file}")
    return text
