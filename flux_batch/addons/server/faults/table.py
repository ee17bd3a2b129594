"""All faults there are: name, the events it can be played on, one function, and one line for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from flux_batch.addons.server.faults.alter import ANSWERS, LINKS, PICTURES
from flux_batch.addons.server.faults.cue import Cue
from flux_batch.addons.server.faults.refuse import REFUSALS, plain_status
from flux_batch.addons.server.faults.wire import WIRE, Deliver
from flux_batch.addons.server.reply import Reply

EVENTS = ("post", "fetch", "image", "webhook")
API = ("post", "fetch")
HTTP = ("post", "fetch", "image")

Refuse: TypeAlias = Callable[[Cue], Reply]
Alter: TypeAlias = Callable[[Cue, Reply], Reply]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of going wrong. Exactly one of the three functions is set, none for those the service itself plays.

    Attributes:
        on: the kinds of event it can be played on.
        words: what it does, for people.
        refuse: played instead of the work; nothing is billed.
        alter: changes the answer after the work was billed.
        deliver: sends the answer, or does not; the work was billed.
    """

    on: tuple[str, ...]
    words: str
    refuse: Refuse | None = None
    alter: Alter | None = None
    deliver: Deliver | None = None


STICKY: Mapping[str, str] = {
    "revoke": "from this event on the key is not taken",
    "broke": "from this event on the wallet is empty",
}
FATES: Mapping[str, str] = {
    "proc_forever": "the request is never done",
    "proc_failed": "the request fails",
    "proc_error": "the request ends in an error",
    "proc_404": "its id is unknown to the first fetches; argument: how many",
}
"""Played on the request a POST began, for as long as the script says so."""
LASTING = frozenset({*FATES, *PICTURES} - {"gz_png"})
"""Faults that stay with a request when played on its POST."""
HOOKS: Mapping[str, str] = {
    "hook_lost": "the call is never made",
    "hook_twice": "the call is made twice",
    "hook_evil": "the call names links elsewhere and another id",
    "hook_forged": "the call names a track_id nobody posted",
    "hook_huge": "a body of three megabytes",
    "hook_late": "the call is made later; argument: seconds",
}
EXPIRED = "the link is dead from now on; a fetch by id gives a new one"

FAULTS: Mapping[str, Fault] = {
    **{name: Fault(API, words, refuse=play) for name, (words, play) in REFUSALS.items() if name != "cdn_lag"},
    "cdn_lag": Fault(("image",), REFUSALS["cdn_lag"][0], refuse=REFUSALS["cdn_lag"][1]),
    "expired": Fault(("image",), EXPIRED),
    **{name: Fault(API, words, alter=play) for name, (words, play) in ANSWERS.items()},
    **{name: Fault(HTTP, words, alter=play) for name, (words, play) in LINKS.items()},
    **{name: Fault(("post", "image"), words, alter=play) for name, (words, play) in PICTURES.items()},
    "gz_png": Fault(("image",), PICTURES["gz_png"][0], alter=PICTURES["gz_png"][1]),
    **{name: Fault(HTTP, words, deliver=play) for name, (words, play) in WIRE.items()},
    **{name: Fault(API, words) for name, words in STICKY.items()},
    **{name: Fault(("post",), words) for name, words in FATES.items()},
    **{name: Fault(("webhook",), words) for name, words in HOOKS.items()},
}


def fault_named(name: str) -> Fault:
    """The fault of this name; a bare number is an HTTP status."""
    return Fault(HTTP, f"status {name}", refuse=plain_status) if name.isdecimal() else FAULTS[name]
