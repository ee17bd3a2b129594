"""The gates: what a whole image must still pass before it is kept. Pure; the figures come from whoever looked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a gate does when it speaks."""

    OFF = "off"
    FLAG = "flag"  # kept, and told in the manifest line
    QUARANTINE = "quarantine"  # not kept, not bought again


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one image that arrived whole.

    Attributes:
        asked: width and height of the request, None where it left them open.
        got: width and height of the file.
        single_color: every pixel is the same.
        blank: there is next to nothing to see.
        nsfw: the safety checker says it replaced the picture.
        seen_before: another cell has the same bytes.
    """

    asked: tuple[int, int] | None
    got: tuple[int, int]
    single_color: bool
    blank: bool
    nsfw: bool | None
    seen_before: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One gate that spoke."""

    gate: str
    action: Action
    reason: str


def findings(evidence: Evidence, actions: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what the gates that are on say, in a fixed order; *actions* maps a gate's name to its action."""
    spoken = ((gate, Action(actions.get(gate, Action.OFF)), reason) for gate, reason in _reasons(evidence))
    return tuple(Finding(gate, action, reason) for gate, action, reason in spoken if action is not Action.OFF)


def _reasons(evidence: Evidence) -> Iterator[tuple[str, str]]:
    if evidence.single_color:
        yield "single_color", "every pixel has the same colour"
    elif evidence.blank:
        yield "blank", "there is next to nothing to see"
    if evidence.nsfw:
        yield "safety", "the safety checker replaced the picture"
    if evidence.asked is not None and evidence.asked != evidence.got:
        asked, got = ("x".join(map(str, size)) for size in (evidence.asked, evidence.got))
        yield "size", f"{asked} was asked, {got} came"
    if evidence.seen_before:
        yield "duplicate", "another cell has the same bytes"
