"""A log for machines: one JSON object a line, whatever happens and whatever a prompt says."""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path
from typing import Any, get_args

import pytest
from batch_runs import site, to_the_end
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.logs.events import LogShow, described
from flux_batch.addons.logs.formatter import JsonFormatter
from flux_batch.batch import Batch
from flux_batch.engine.events import BreakerClosed, BreakerOpened, LaneClosed, Paused, Resumed, SlotsChanged
from flux_batch.engine.spans import about
from flux_batch.store.crew import State
from flux_batch.store.disk import Disk
from flux_batch.store.events import Begun, Event, Failed, Quarantined, Refetched, Stopping

EVENTS: list[Event] = [
    Begun(8, 2, 1, ("mended",)),
    Refetched("ab" * 8, 0, "images/x.png"),
    Quarantined("ab" * 8, 0, "quarantine/x.png", "blank"),
    Failed("ab" * 8, "refused", "not allowed", "a fox"),
    Stopping("SIGTERM", 60.0),
    SlotsChanged(5, 4, "learned"),
    Paused(math.inf, "busy"),
    Resumed(),
    BreakerOpened(30.0, 1, "dead"),
    BreakerClosed("b"),
    LaneClosed("out of credit", "b"),
]


class Lines(logging.Handler):
    """Keeps what is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter("ab12"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def read(self) -> list[dict[str, Any]]:
        """The lines, parsed strictly."""
        return [json.loads(line, parse_constant=pytest.fail) for line in self.lines]


@pytest.fixture
def kept() -> Lines:
    """A handler of its own logger."""
    handler = Lines()
    log = logging.getLogger("test.logs")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
    return handler


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_is_a_line_with_its_name_run_and_sentence(event: Event, kept: Lines) -> None:
    """And its job, where it is about one."""
    LogShow(logging.getLogger("test.logs"), 0.0).take(event)

    (line,) = kept.read
    assert line["event"] == described(event)[0]
    assert (line["run"], line["logger"]) == ("ab12", "test.logs")
    assert isinstance(line["message"], str)
    assert line["message"]
    assert line.get("job") == getattr(event, "job", None)


def test_no_event_is_forgotten() -> None:
    """A new kind of event gets a line here as well."""
    shown = {type(event).__name__ for event in EVENTS} | {"Kept", "Ended"}
    kinds = {kind.__name__ for kind in get_args(Event)}

    assert kinds == shown


def test_what_a_person_should_see_is_a_warning(kept: Lines) -> None:
    """So that a quiet log holds just that."""
    show = LogShow(logging.getLogger("test.logs"), 0.0)
    for event in EVENTS:
        show.take(event)

    loud = {line["event"] for line in kept.read if line["level"] == "warning"}
    assert {"quarantined", "failed", "stopping", "paused", "breaker_opened", "lane_closed"} == loud


def test_progress_is_told_once_a_minute(kept: Lines) -> None:
    """A look each second makes no line each second."""
    show = LogShow(logging.getLogger("test.logs"), 0.0)
    for second in range(1, 150):
        show.tick(float(second), State(4, 5, 1, 20, None))

    assert [line["event"] for line in kept.read] == ["progress", "progress"]
    assert {"slots": 4, "limit": 5, "downloads": 1, "billed": 20}.items() <= kept.read[0].items()


@given(words=st.text())
def test_no_text_breaks_a_line_in_two(words: str) -> None:
    """Nor does it forge a second one."""
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s", (words,), None)
    line = JsonFormatter("ab12").format(record)

    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == words


def test_a_line_names_the_job_it_was_logged_for(kept: Lines) -> None:
    """Inside it, whoever logs; outside none is named."""
    log = logging.getLogger("test.logs")
    with about("ab" * 8):
        log.warning("slow disk")
    log.warning("slow disk")

    assert [line.get("job") for line in kept.read] == ["ab" * 8, None]


class Talking(Disk):
    """A disk that says when it gives a file its final name."""

    def link(self, old: Path, new: Path) -> None:
        logging.getLogger("test.logs").info("%s", new.name)
        super().link(old, new)


async def test_what_a_run_logs_deep_down_names_its_job(tmp_path: Path, kept: Lines) -> None:
    """From a worker thread as well, and with many jobs under way at once."""
    async with site(tmp_path / "out") as at:
        await to_the_end(Batch(at.grid(prompts=2, seeds=4), endpoint=at.endpoint, disk=Talking()))

    images = [line for line in kept.read if "-" in line["message"]]
    assert len(images) == 8
    assert all(line["message"].startswith(line["job"]) for line in images)


def test_a_bug_comes_with_its_traceback(kept: Lines) -> None:
    """Inside the same line."""
    try:
        int("seven")
    except ValueError:
        logging.getLogger("test.logs").exception("a bug")

    (line,) = kept.read
    assert (line["level"], line["message"]) == ("error", "a bug")
    assert "ValueError: invalid literal" in line["exception"]
