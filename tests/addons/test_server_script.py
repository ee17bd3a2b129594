"""Fault scripts: a few lines say which events go wrong, and the dice fall the same way every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.server.faults.cue import Event
from flux_batch.addons.server.faults.script import Script
from flux_batch.addons.server.faults.table import EVENTS, FAULTS
from flux_batch.errors import UsageError

CONFIGS = sorted((Path(__file__).parents[2] / "configs" / "faults").glob("*.yaml"))


def hits(script: Script, kind: str, first: int = 1, last: int = 12) -> list[int]:
    """The events of *kind*, from *first* to *last*, that go wrong."""
    return [n for n in range(first, last + 1) if script.rule_for(Event(kind, 100 + n, n))]


@pytest.mark.parametrize(
    "which, expected",
    [
        ("3", [3]),
        ("2-4", [2, 3, 4]),
        ("10-", [10, 11, 12]),
        ("1,4,9-10", [1, 4, 9, 10]),
        ("*/5", [5, 10]),
        ("*", list(range(1, 13))),
    ],
)
def test_events_are_chosen_by_number(which: str, expected: list[int]) -> None:
    """One, a span, an open span, a list, every so many, all."""
    assert hits(Script.of({f"post#{which}": "dead"}), "post") == expected
    assert hits(Script.of({f"post#{which}": "dead"}), "fetch") == []


def test_all_events_together_are_one_count() -> None:
    """``*#`` speaks of the number among all events."""
    assert hits(Script.of({"*#103": "dead"}), "image") == [3]


def test_the_first_rule_that_meets_an_event_decides() -> None:
    """Later rules fill what earlier ones leave."""
    script = Script.of({"post#2": "flaky", "post#*": "dead"})
    played = [found[0].fault for n in (1, 2, 3) if (found := script.rule_for(Event("post", n, n)))]

    assert played == ["dead", "flaky", "dead"]


@given(seed=st.integers(), share=st.integers(min_value=0, max_value=100))
def test_dice_fall_the_same_way_in_every_run(seed: int, share: int) -> None:
    """What goes wrong hangs on the seed and the event alone, not on the order in which events come."""
    script = Script.of({"seed": seed, "image#*": f"truncated {share}%"})
    backwards = [n for n in range(200, 0, -1) if script.rule_for(Event("image", 0, n))]

    assert hits(script, "image", 1, 200) == sorted(backwards)


def test_a_share_is_kept() -> None:
    """Of many events about as many go wrong as the script says."""
    assert 400 < len(hits(Script.of({"seed": 7, "image#*": "truncated 5%"}), "image", 1, 10_000)) < 600


@pytest.mark.parametrize(
    "line, how, words",
    [
        ("pots#3", "dead", "no such event"),
        ("post", "dead", "no such event"),
        ("post#x", "dead", "which events are meant: x"),
        ("post#*/0", "dead", r"which events are meant: \*/0"),
        ("post#3", "drop_after_red", "no such fault: drop_after_red"),
        ("post#3", "", "no fault is named"),
        ("post#3", "5%", "no fault is named"),
        ("post#3", "dead 500%", "how often: 500%"),
        ("post#3", "dead many%", "how often: many%"),
        ("image#3", "half_json", "half_json cannot be played on image"),
    ],
)
def test_a_wrong_line_names_its_mistake(line: str, how: str, words: str) -> None:
    """Place, value and a way out."""
    with pytest.raises(UsageError, match=words) as raised:
        Script.of({line: how})

    assert raised.value.hint


@pytest.mark.parametrize(
    "text, words",
    [
        ("[1, 2]", "is no mapping"),
        ("a: [", "is no YAML"),
        ("post#1: dead\npost#1: dead", "is no YAML"),
        ("seed: many", "is no whole number"),
        ("\x00", "is no YAML"),
    ],
)
def test_a_wrong_file_names_its_mistake(tmp_path: Path, text: str, words: str) -> None:
    """A file that is no script is refused with its name or its value."""
    file = tmp_path / "faults.yaml"
    file.write_text(text)

    with pytest.raises(UsageError, match=words):
        Script.load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(UsageError, match="cannot read"):
        Script.load(tmp_path / "none.yaml")


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.stem)
def test_the_scripts_that_come_with_the_project_load(file: Path) -> None:
    """Each is a script, and each of its lines meets some event."""
    script = Script.load(file)

    assert script.rules
    assert all(rule.fault.isdecimal() or rule.fault in FAULTS for rule in script.rules)


def test_there_are_scripts() -> None:
    """The folder of ready-made scripts is not empty."""
    assert CONFIGS


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_line_or_a_usage_error(line: str, how: str) -> None:
    """Nothing typed into a script ends in another error than ours."""
    try:
        script = Script.of({line: how})
    except UsageError:
        return
    assert script.rules[0].kind in {*EVENTS, "*"} if script.rules else line == "seed"
