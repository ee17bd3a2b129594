"""The numbers there are: what each is called, how it moves, what it is counted in, what it means in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PREFIX = "flux_batch_"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One number of a run.

    Attributes:
        name: without the prefix; a counter's ends in ``_total``.
        kind: a gauge goes up and down, a counter up only.
        unit: as the Unified Code for Units of Measure writes it, what is counted in braces.
        help: one sentence.
    """

    name: str
    kind: Literal["gauge", "counter"]
    unit: str
    help: str


RUNNING = Instrument("run_running", "gauge", "1", "1 while the run goes on.")
STARTED = Instrument("run_start_timestamp_seconds", "gauge", "s", "When the run began, since 1970.")
DURATION = Instrument("run_duration_seconds", "gauge", "s", "How long it has taken.")
ENDED = Instrument("run_end_timestamp_seconds", "gauge", "s", "When the run ended, since 1970.")
EXIT_CODE = Instrument("run_exit_code", "gauge", "1", "How the run ended; 0: every planned image is there.")
PLANNED = Instrument("images_planned", "gauge", "{image}", "Images the grid asks for.")
KEPT = Instrument("images_kept", "gauge", "{image}", "Images in the manifest.")
FAILED = Instrument("images_failed", "gauge", "{image}", "Images refused or given up.")
HELD = Instrument("images_held", "gauge", "{image}", "Images held, since their request may have been billed.")
PENDING = Instrument("images_pending", "gauge", "{image}", "Images still at the service.")
QUARANTINED = Instrument("images_quarantined", "gauge", "{image}", "Images set aside by a gate.")
DRIFTED = Instrument("images_drifted", "gauge", "{image}", "Images of this run answered otherwise than asked.")
SLOTS = Instrument("slots_in_flight", "gauge", "{slot}", "Slots of the account taken by this run.")
SLOTS_LIMIT = Instrument("slots_limit", "gauge", "{slot}", "Slots it may take.")
DOWNLOADING = Instrument("downloads_in_flight", "gauge", "{image}", "Images being fetched.")
POSTS = Instrument("posts_total", "counter", "{request}", "Requests for images, in this run.")
POLLS = Instrument("polls_total", "counter", "{request}", "Questions about them, in this run.")
DOWNLOADS = Instrument("downloads_total", "counter", "{request}", "Images fetched, in this run.")
BILLED = Instrument(
    "images_billed_total", "counter", "{image}", "Images known to be billed, over the life of the folder."
)
TWICE = Instrument(
    "images_possibly_billed_twice_total",
    "counter",
    "{image}",
    "Images in requests whose answer was lost, over the life of the folder.",
)
LOST = Instrument(
    "images_paid_but_lost_total",
    "counter",
    "{image}",
    "Images paid for that cannot be had, over the life of the folder.",
)
COST = Instrument("cost_usd_total", "counter", "USD", "What they cost, where a price is known.")

INSTRUMENTS = (
    *(RUNNING, STARTED, DURATION, ENDED, EXIT_CODE),
    *(PLANNED, KEPT, FAILED, HELD, PENDING, QUARANTINED, DRIFTED),
    *(SLOTS, SLOTS_LIMIT, DOWNLOADING),
    *(POSTS, POLLS, DOWNLOADS, BILLED, TWICE, LOST, COST),
)
