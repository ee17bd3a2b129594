"""What was asked against what was got, field by field. The service echoes a request in spellings of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flux_batch.plan.job import JSON

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

ALIASES: Mapping[str, tuple[str, ...]] = {
    "width": ("W", "width"),
    "height": ("H", "height"),
    "samples": ("n_samples", "samples"),
    "num_inference_steps": ("steps", "num_inference_steps"),
    "safety_checker": ("safety_checker", "safetychecker"),
    "lora_model": ("lora", "lora_model"),
    "embeddings_model": ("embeddings", "embeddings_model"),
}
"""Body field -> the keys ``meta`` has for it in the captures, best first. Other fields keep their name."""

NOT_ECHOED = frozenset({"key", "webhook", "track_id"})
FREE_TEXT = frozenset({"prompt", "negative_prompt"})
"""Compared letter by letter: a prompt that says ``no`` or ``512`` means just that."""

NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,2})?", re.ASCII)
WORDS: Mapping[str, bool] = {
    "yes": True,
    "true": True,
    "no": False,
    "false": False,
    "none": False,
    "null": False,
    "": False,
}
"""Flags travel as booleans or as words, and what is off also as ``none`` or null."""

CLOSE = 1e-6
"""Relative difference that a number may pick up on its way through a 32-bit float."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One field in which the answer departs from the request.

    Attributes:
        field: its name in the request's body.
        asked, got: both values as they were sent and answered.
    """

    field: str
    asked: JSON
    got: JSON


def drift(asked: Mapping[str, JSON], got: Mapping[str, JSON], size: tuple[int, int] | None = None) -> tuple[Drift, ...]:
    """Compare a request's body with the answer's ``meta`` and its picture, in the body's order.

    ``"512"`` is 512, ``yes`` is true, 7 is 7.0. A field that was left to the service (null) or that ``meta`` does not
    have is no drift.

    Args:
        asked: the request's body.
        got: the answer's ``meta``.
        size: pixels of the picture, width and height; they count before what ``meta`` says of them.
    """
    measured: Mapping[str, JSON] = {} if size is None else {"width": size[0], "height": size[1]}
    pairs = ((field, value) for field, value in asked.items() if field not in NOT_ECHOED and value is not None)
    each = (_departure(field, value, measured) or _departure(field, value, got) for field, value in pairs)
    return tuple(found for found in each if found is not None)


def _departure(field: str, asked: JSON, got: Mapping[str, JSON]) -> Drift | None:
    """Return how *got* departs from what was asked, None where one of its words for *field* agrees or there is none."""
    echoes = _echoes(field, got)
    departs = echoes and not any(_same(field, asked, echo) for echo in echoes)
    return Drift(field, asked, echoes[0]) if departs else None


def _echoes(field: str, got: Mapping[str, JSON]) -> list[JSON]:
    """Return what ``meta`` says about *field*, under each of its names."""
    return [got[name] for name in ALIASES.get(field, (field,)) if name in got]


def _same(field: str, asked: JSON, got: JSON) -> bool:
    """Tell whether two spellings mean one value."""
    if field in FREE_TEXT:
        return (asked or "") == (got or "")
    left, right = _plain(asked), _plain(got)
    if isinstance(left, bool) and isinstance(right, int):
        return left == right  # a flag comes back as 1 and 0 too; a number never comes back as a flag
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=CLOSE)
    return left == right and not isinstance(right, bool)


def _plain(value: JSON) -> Plain:
    """Undo the wire's spellings: words to flags, digits to numbers."""
    if value is None:
        return False
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if NUMBER.fullmatch(text) is None:
        return text
    return int(text) if text.lstrip("+-").isdecimal() else float(text)
