"""A gate speaks when its figure is met, and does what the grid says, nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flux_batch.grid.settings import Gates
from flux_batch.store.gates import Action, Evidence, findings

FINE = Evidence(asked=(64, 64), got=(64, 64), single_color=False, blank=False, nsfw=False, seen_before=False)
ROWS = [
    ("single_color", replace(FINE, single_color=True, blank=True), "every pixel has the same colour"),
    ("blank", replace(FINE, blank=True), "there is next to nothing to see"),
    ("safety", replace(FINE, nsfw=True), "the safety checker replaced the picture"),
    ("size", replace(FINE, got=(64, 72)), "64x64 was asked, 64x72 came"),
    ("duplicate", replace(FINE, seen_before=True), "another cell has the same bytes"),
]


@pytest.mark.parametrize("gate, evidence, reason", ROWS, ids=[row[0] for row in ROWS])
@pytest.mark.parametrize("action", list(Action))
def test_each_gate_does_what_it_is_set_to(gate: str, evidence: Evidence, reason: str, action: Action) -> None:
    """Off says nothing; flag and quarantine name the gate and the reason."""
    found = [(each.gate, each.action, each.reason) for each in findings(evidence, {gate: action.value})]

    assert found == ([] if action is Action.OFF else [(gate, action, reason)])


def test_an_image_as_asked_passes_every_gate() -> None:
    """Nothing is found where nothing is."""
    assert findings(FINE, dict.fromkeys(Gates.model_fields, "quarantine")) == ()


@pytest.mark.parametrize("nsfw", [None, False])
def test_an_answer_without_a_word_of_the_safety_checker_passes(nsfw: bool | None) -> None:  # noqa: FBT001 - a row
    """Silence is no finding."""
    assert findings(replace(FINE, nsfw=nsfw), {"safety": "quarantine"}) == ()


def test_a_size_left_to_the_service_is_never_wrong() -> None:
    """Nothing was asked."""
    assert findings(replace(FINE, asked=None, got=(1, 1)), {"size": "quarantine"}) == ()


def test_every_gate_of_the_grid_has_its_figure() -> None:
    """A gate that could be set and never speaks would be a lie; and one that speaks must be settable."""
    assert set(Gates.model_fields) == {row[0] for row in ROWS}
