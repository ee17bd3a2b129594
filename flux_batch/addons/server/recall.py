"""What a server remembers of the one before it: requests accepted, images billed, read from the ledger's file."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import cast

from flux_batch.addons.server.attributes import TextToImage
from flux_batch.addons.server.faults.cue import Event
from flux_batch.addons.server.order import understand
from flux_batch.addons.server.queue import Turn
from flux_batch.addons.server.reply import Body
from flux_batch.addons.server.work import Work
from flux_batch.errors import UsageError


def lines(file: Path, room: int) -> list[Body]:
    """The last *room* entries of a ledger's file, oldest first; a torn last line is left out.

    Raises:
        UsageError: the file cannot be read, or is no ledger.
    """
    try:
        with file.open(encoding="utf-8") as stream:
            return [cast("Body", json.loads(line)) for line in deque(stream, room) if line.endswith("\n")]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as problem:
        raise UsageError(
            f"cannot read the ledger {file}: {problem}", hint="name another file, or move it away"
        ) from problem


def remembered(entries: Sequence[Body]) -> Iterator[Work]:
    """The requests these entries accepted, all of them done by now: nobody stopped them when the server stopped."""
    for entry in entries:
        identity, body = entry.get("id"), entry.get("body")
        if (
            entry.get("event") == "post"
            and entry.get("billed")
            and isinstance(identity, int)
            and isinstance(body, dict)
        ):
            asked = TextToImage.model_validate({**body, "seed": entry.get("seed")})
            work = Work(identity, Event("post", 0, 0), understand(asked, Random(0)), Turn(0.0, 0.0))
            work.end(0.0)
            yield work
