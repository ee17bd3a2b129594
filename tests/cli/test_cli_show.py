"""What a person sees while a run goes on."""

from __future__ import annotations

import os
import pty
import select
from types import SimpleNamespace
from typing import cast

from flux_batch.cli.show import Bar, beside_the_bar, facts, notices
from flux_batch.engine.events import Resumed, SlotsChanged
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Event, Kept, Stopping
from flux_batch.store.manifest import Line


def test_a_look_at_a_run_names_slots_waiting_downloads_and_money() -> None:
    """Slots of those that are known, even while one post goes out alone; the pause only where there is one."""
    busy = State(1, 1, 2, 1250, 5.875, known=5, waiting=28.4)
    well = State(5, 5, 0, 1250, None, known=5)

    assert dict(facts(busy)) == {
        "slots": "1/5",
        "waiting": "28.4 s",
        "downloads": "2",
        "billed": "1,250 (5.88 USD)",
    }
    assert dict(facts(well)) == {"slots": "5/5", "downloads": "0", "billed": "1,250"}
    assert dict(facts(None)) == {}


def test_what_stands_beside_the_bar_is_short() -> None:
    """What is nothing is not told."""
    assert (
        beside_the_bar(0, State(1, 1, 0, 1250, None, known=15, waiting=28.4))
        == "slots 1/15, waiting 28 s, 1,250 billed"
    )
    assert beside_the_bar(3, None) == "3 failed"


def everything(terminal: int) -> str:
    """Read what was drawn on *terminal*, which hands it out in pieces, and close it."""
    drawn = b""
    while select.select([terminal], [], [], 0.2)[0]:
        drawn += os.read(terminal, 4096)
    os.close(terminal)
    return drawn.decode()


def test_a_terminal_that_claims_no_width_gets_a_bar_of_80_columns() -> None:
    """As under a supervisor that opens one and never says how wide it is."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        bar = Bar(stream)
        bar.take(Begun(planned=48, kept=12, owed=0))
        bar.tick(1.0, State(4, 5, 1, 1250, 5.87, known=5))
        bar.close()
        drawn = everything(ours)

    frames = [frame for frame in drawn.replace("\n", "\r").split("\r") if frame.strip()]
    assert any("slots 4/5, 1 loading, 5.87 USD]" in frame for frame in frames)
    assert max(map(len, frames)) <= 80
    assert "12/48" in frames[-1]
    assert "slots" not in frames[-1], "what stays when it is over"


def test_more_words_tell_what_the_slots_do_and_then_every_image() -> None:
    """Each on a line of its own; without them neither is told."""
    events: list[Event] = [
        SlotsChanged(4, 2, "doubled after a success", "spare"),
        Resumed(),
        Kept(cast("Line", SimpleNamespace(file_name="images/a.png", prompt="a fox"))),
    ]

    assert [notices(event) for event in events] == [[], [], []]
    assert [notices(event, 1) for event in events] == [
        ["slots of spare: 4, doubled after a success"],
        ["posting again"],
        [],
    ]
    assert notices(events[-1], 2) == ["kept images/a.png: 'a fox'"]


def test_who_stops_is_told_how_long_it_takes() -> None:
    """Where nothing is under way there is nothing to wait for."""
    busy, idle = notices(Stopping("interrupted by SIGINT", 60.0)), notices(Stopping("the key is rejected", 0.0))

    assert busy == [
        "stopping: interrupted by SIGINT",
        "what is under way has 1 min 00 s to come home; a second Ctrl-C ends it now",
    ]
    assert idle == ["stopping: the key is rejected"]
