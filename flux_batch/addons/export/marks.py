"""Marks: what a person picked or rejected in the gallery, as the file it saves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ValidationError

from flux_batch.errors import UsageError

FILE = "marks.json"


class Only(StrEnum):
    """Which images are wanted: all, those picked, or all but those rejected."""

    ALL = "all"
    PICKED = "picked"
    NOT_REJECTED = "not-rejected"


class MarksFile(BaseModel, extra="ignore"):
    """The file as it is spelled; keys are ``<job>-<sample>``."""

    v: int
    picked: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Marks:
    """Keys of the images a person marked."""

    picked: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()

    def admit(self, key: str, only: Only) -> bool:
        """Whether image *key* is wanted."""
        return {
            Only.ALL: True,
            Only.PICKED: key in self.picked,
            Only.NOT_REJECTED: key not in self.rejected,
        }[only]


def find_marks(out: Path) -> Path:
    """Return the marks file of output folder *out*: in it, or in its gallery.

    Raises:
        UsageError: there is none.
    """
    places = [out / FILE, out / "gallery" / FILE]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise UsageError(f"no {FILE} in {out}", hint="save the marks in the gallery, then name the file: --marks FILE")
    return found


def read_marks(path: Path) -> Marks:
    """Read a marks file.

    Raises:
        UsageError: it cannot be read, or is no marks file.
    """
    try:
        file = MarksFile.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        why = "another shape" if isinstance(error, ValidationError) else str(error)
        raise UsageError(f"{path} is no marks file: {why}", hint="save the marks in the gallery again") from None
    return Marks(file.picked, file.rejected)
