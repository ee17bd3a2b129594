"""Numbers for Prometheus: true at every moment, in its format, and never seen half written."""

from __future__ import annotations

import re
from pathlib import Path

import anyio
import pytest
from batch_runs import site
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.metrics.exposition import escaped, exposition, replace_text
from flux_batch.addons.metrics.file import MetricsFile
from flux_batch.addons.metrics.instrument import INSTRUMENTS, SLOTS
from flux_batch.addons.metrics.metrics import Metrics
from flux_batch.store.book import Traffic
from flux_batch.store.crew import State
from flux_batch.store.events import Begun, Failed

LINE = re.compile(r'flux_batch_([a-z_]+)\{grid="((?:[^"\\\n]|\\["\\n])*)"\} (-?[0-9.e+-]+)')


def read(text: str) -> dict[str, float]:
    """Read exposition text: name -> value; each number has its two comments before it."""
    found, lines = {}, text.splitlines()
    for head, kind, line in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        match = LINE.fullmatch(line)
        assert match is not None, line
        assert head.startswith(f"# HELP flux_batch_{match[1]} ")
        assert kind in {f"# TYPE flux_batch_{match[1]} {each}" for each in ("gauge", "counter")}
        assert (kind.endswith("counter")) == match[1].endswith("_total")
        found[match[1]] = float(match[3])
    return found


def numbers(metrics: Metrics, now: float) -> dict[str, float]:
    """What *metrics* say at *now*."""
    return read(exposition(metrics.at(now), metrics.labels))


def test_before_anything_is_known_nothing_is_said_about_images() -> None:
    """A zero that nobody counted would pass for a count."""
    found = numbers(Metrics({"grid": "night"}, started=100.0), 130.0)

    assert found == {"run_running": 1, "run_start_timestamp_seconds": 100, "run_duration_seconds": 30}


def test_every_number_is_on_the_list() -> None:
    """Which is what is registered with OpenTelemetry; no two have one name, and a counter is named as one."""
    names = [number.name for number in INSTRUMENTS]

    assert len(set(names)) == len(names)
    assert all((number.kind == "counter") == number.name.endswith("_total") for number in INSTRUMENTS)


def test_while_a_run_goes_on_its_slots_and_images_are_told() -> None:
    """From its events and the last look at it."""
    metrics = Metrics({"grid": "night"}, started=100.0)
    metrics.take(Begun(planned=50, kept=20, owed=0))
    metrics.take(Failed("a" * 16, "refused", "no", "a fox"))
    metrics.tick(1.0, State(slots=4, limit=5, downloads=2, billed=25, cost=0.5, traffic=Traffic(9, 80, 24)))

    found = numbers(metrics, 130.0)

    assert (found["images_planned"], found["images_kept"], found["images_failed"]) == (50, 20, 1)
    assert (found["slots_in_flight"], found["slots_limit"], found["downloads_in_flight"]) == (4, 5, 2)
    assert (found["images_billed_total"], found["cost_usd_total"]) == (25, 0.5)
    assert (found["posts_total"], found["polls_total"], found["downloads_total"]) == (9, 80, 24)
    assert "run_exit_code" not in found


async def test_at_the_end_the_numbers_are_those_of_run_json(tmp_path: Path) -> None:
    """All of them, after a real run."""
    async with site(tmp_path / "out", {"post#3": "value"}) as at:
        made = await at.make(endpoint={"base_url": at.server.base_url, "price": 0.01})
    metrics = Metrics({"grid": "night"}, started=100.0)
    for event in made.events:
        metrics.take(event)
    metrics.end(made.report.exit_code, 160.0)

    found, report = numbers(metrics, 999.0), made.report

    assert (
        found["run_exit_code"],
        found["run_running"],
        found["run_duration_seconds"],
        found["run_end_timestamp_seconds"],
    ) == (3, 0, 60, 160)
    for name in ("planned", "kept", "failed", "held", "pending", "quarantined", "drifted"):
        assert getattr(report, name) == found[f"images_{name}"]
    assert (8, 7, report.downloads) == (found["posts_total"], found["images_billed_total"], found["downloads_total"])
    assert report.cost == found["cost_usd_total"]
    assert "slots_in_flight" not in found


@given(value=st.text())
def test_no_name_of_a_grid_breaks_its_line(value: str) -> None:
    """Quotes, backslashes and line ends stay inside the label."""
    text = exposition([(SLOTS, 1)], {"grid": value})

    assert text.count("\n") == 3
    assert escaped(value) in text


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """And no draft is left, whether writing works or not."""
    file = tmp_path / "run.prom"
    replace_text(file, "old\n")
    replace_text(file, "new\n")
    (tmp_path / "folder.prom").mkdir()

    with pytest.raises(OSError, match=r"folder\.prom"):
        replace_text(tmp_path / "folder.prom", "x")

    assert file.read_text() == "new\n"
    assert {"run.prom", "folder.prom"} == {path.name for path in tmp_path.iterdir()}


async def test_a_run_that_never_begins_leaves_the_file_alone(tmp_path: Path) -> None:
    """It may belong to the run that has the folder; once one has begun, its file is there at once."""
    metrics = Metrics({"grid": "night"}, 0.0)
    file = MetricsFile(tmp_path / "run.prom", metrics, lambda: 1.0, pytest.fail)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(file.keep_writing)
        await anyio.wait_all_tasks_blocked()
        before = (tmp_path / "run.prom").exists()
        for listener in (metrics, file):
            listener.take(Begun(planned=1, kept=0, owed=0))
        while not (tmp_path / "run.prom").exists():
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    assert not before
    assert read((tmp_path / "run.prom").read_text())["images_planned"] == 1


def test_trouble_with_the_file_is_told_once(tmp_path: Path) -> None:
    """Every ten seconds the same words would bury all others."""
    told: list[str] = []
    file = MetricsFile(tmp_path / "missing" / "run.prom", Metrics({}, 0.0), lambda: 1.0, told.append)

    file.write()
    file.write()

    assert [f"cannot write the metrics file {tmp_path}/missing/run.prom: No such file or directory"] == told
