"""Which part of the dataset a row belongs to: decided by the hash of its group alone.

So two rows of one group never part, and no row moves when others come.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from flux_batch.addons.export.column import axes_of
from flux_batch.errors import UsageError
from flux_batch.plan.job import JSON

NAMES = {1: ("train",), 2: ("train", "test"), 3: ("train", "validation", "test")}
"""Names of unnamed parts, by how many there are."""
PART = re.compile(r"(?:([a-z][a-z0-9_]{0,30})=)?(\d*\.?\d+)")
HINT = "write shares that add up to 1: 0.9/0.1, 0.8/0.1/0.1 or train=0.9/holdout=0.1"


@dataclass(frozen=True, slots=True)
class Split:
    """How a dataset is parted.

    Attributes:
        shares: part -> its share of the groups; they add up to 1.
        by: the axis or manifest field whose value makes a group.
    """

    shares: Mapping[str, Fraction]
    by: str

    def part(self, line: Mapping[str, JSON]) -> str:
        """Return the part that manifest *line* belongs to.

        Raises:
            UsageError: the line has no such axis or field.
        """
        digest = hashlib.sha256(f"{self.by}\0{_group(line, self.by)}".encode("utf-8", "surrogatepass")).digest()
        place, end = Fraction(int.from_bytes(digest[:8], "big"), 2**64), Fraction(0)
        for name, share in self.shares.items():
            end += share
            if place < end:
                return name
        raise AssertionError("shares add up to 1 and a place is below it")


WHOLE = Split({"train": Fraction(1)}, by="job")
"""One part with everything in it."""


def parse_split(text: str, by: str) -> Split:
    """Read ``0.9/0.1`` or ``train=0.8/validation=0.1/test=0.1``.

    Raises:
        UsageError: no such form, or the shares do not add up to 1.
    """
    found = [PART.fullmatch(part.strip()) for part in text.split("/")]
    parts = [(match[1], Fraction(match[2])) for match in found if match is not None]
    names = tuple(name for name, _ in parts if name) or NAMES.get(len(parts), ())
    if None in found or len(set(names)) != len(parts):
        raise UsageError(f"--split {text} is no list of shares", hint=HINT)
    if sum(share for _, share in parts) != 1:
        raise UsageError(f"the shares of --split {text} add up to {float(sum(s for _, s in parts)):g}", hint=HINT)
    return Split(dict(zip(names, (share for _, share in parts), strict=True)), by)


def _group(line: Mapping[str, JSON], by: str) -> str:
    """Return the group's value as text. Of a prompt, case and spacing are no difference that training would see.

    An axis comes before the field of that name: the field ``prompt`` has the words a style added.
    """
    axes = axes_of(line)
    if by not in axes and by not in line:
        known = ", ".join([*axes, "prompt", "seed", "style", "model_id"])
        raise UsageError(f"--by {by}: image {line.get('file_name')} has no such axis or field", hint=f"one of {known}")
    value = axes[by] if by in axes else line[by]
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).casefold().split())
    return json.dumps(value, sort_keys=True)
