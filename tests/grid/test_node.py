"""Values of a grid as text."""

from __future__ import annotations

import pytest

from flux_batch.grid.node import spelled


@pytest.mark.parametrize(
    "value, text",
    [(None, "null"), (True, "true"), (7, "7"), (7.5, "7.5"), ("null", "null"), ("né", "né"), ([1], "[1]")],
)
def test_a_value_is_spelled_as_in_the_grid(value: object, text: str) -> None:
    """Nobody who wrote null in a YAML file has to know what Python calls it."""
    assert spelled(value) == text
