"""Running the hook: what it is told, what it must not see, and what is said when it fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SHELL = "/bin/sh"
SHORTEST_SECRET = 6
"""A shorter key is a placeholder; whoever holds such a text by chance need not lose it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a hook is told about the run.

    Attributes:
        grid: its name.
        out: the output folder.
        exit_code: how it ended.
        run: id of the run in its log.
    """

    grid: str
    out: Path
    exit_code: int
    run: str

    def variables(self) -> dict[str, str]:
        """Return the environment variables that say so."""
        out = self.out.resolve()
        return {
            "FLUX_BATCH_RUN_JSON": str(out / "run.json"),
            "FLUX_BATCH_OUT": str(out),
            "FLUX_BATCH_GRID": self.grid,
            "FLUX_BATCH_EXIT_CODE": str(self.exit_code),
            "FLUX_BATCH_RUN": self.run,
        }


def without_keys(environment: Mapping[str, str], key_variables: Iterable[str]) -> dict[str, str]:
    """Return *environment* without *key_variables*, and without any other variable that holds one of their keys."""
    named = set(key_variables)
    keys = {environment.get(name, "").strip() for name in named}
    secrets = [key for key in keys if len(key) >= SHORTEST_SECRET]
    return {
        name: value
        for name, value in environment.items()
        if name not in named and not any(secret in value for secret in secrets)
    }


def run_hook(command: str, environment: Mapping[str, str]) -> str | None:
    """Run *command* by the shell and wait for it; return what went wrong, None where nothing did.

    It reads nothing, and what it says on stdout goes to stderr, since stdout is for data. It may take its time; a
    Ctrl-C ends it.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the command is the user's own
            [SHELL, "-c", command], env=dict(environment), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
        )
    except OSError as error:
        return f"the hook could not be started: {error.strerror or error}"
    except KeyboardInterrupt:
        return "the hook was interrupted"
    if done.returncode < 0:
        return f"the hook was ended by signal {-done.returncode}: {command}"
    return f"the hook failed with exit code {done.returncode}: {command}" if done.returncode else None
