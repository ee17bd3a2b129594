"""Which account pays: `endpoint`, or `endpoints`; the command line wins, and a cost limit knows a price."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_batch.errors import GridError
from flux_batch.grid import load_grid

CELLS = "axes: {prompt: [a fox]}\n"
TWO = "endpoints:\n  - {name: a, base_url: 'http://a.test', key_env: KA, price: 0.1}\n  - {name: b, key_env: KB}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A grid file of two accounts."""
    grid = tmp_path / "grid.yaml"
    grid.write_text(CELLS + TWO)
    return grid


@pytest.mark.parametrize("url", ["embedded", "http://c.test/api"])
def test_an_address_on_the_command_line_replaces_all_endpoints(file: Path, url: str) -> None:
    """Whoever types where to post must not pay somewhere else."""
    grid = load_grid(file, overrides={"endpoint.base_url": url})

    assert [account.base_url for account in grid.accounts] == [url]


def test_endpoints_on_the_command_line_replace_the_endpoint(file: Path) -> None:
    """It works both ways."""
    file.write_text(CELLS + "endpoint: {base_url: 'http://a.test'}\n")

    grid = load_grid(file, overrides={"endpoints": [{"name": "b", "base_url": "http://b.test"}]})

    assert [account.base_url for account in grid.accounts] == ["http://b.test"]


def test_an_heir_replaces_the_endpoints_it_inherits(file: Path) -> None:
    """What a grid says itself wins over what it extends."""
    heir = file.with_name("heir.yaml")
    heir.write_text("extends: grid.yaml\nendpoint: {base_url: embedded}\n")

    assert [account.base_url for account in load_grid(heir).accounts] == ["embedded"]


def test_a_file_with_both_is_refused_at_the_endpoint(file: Path) -> None:
    """One of the two would have been ignored."""
    file.write_text(CELLS + TWO + "endpoint: {base_url: embedded}\n")

    with pytest.raises(GridError) as caught:
        load_grid(file)

    assert f"{file}:5:1: endpoint and endpoints both say where requests go" in str(caught.value)
    assert caught.value.hint == "keep one of the two"


@pytest.mark.parametrize("accounts", ["", TWO], ids=["one", "one of two"])
def test_a_cost_limit_without_a_price_is_a_mistake_of_the_grid(file: Path, accounts: str) -> None:
    """Every command finds it, at its place: no run could hold that limit."""
    file.write_text("limits: {max_cost: 5}\n" + CELLS + accounts)

    with pytest.raises(GridError) as caught:
        load_grid(file)

    assert f"{file}:1:10: limits.max_cost of 5 USD needs the price of one image" in str(caught.value)
    assert "price: 0.0047" in str(caught.value.hint)


def test_a_price_that_is_refused_is_not_missed_as_well(file: Path) -> None:
    """One mistake, one complaint."""
    file.write_text("limits: {max_cost: 5}\nendpoint: {price: cheap}\n" + CELLS)

    with pytest.raises(GridError) as caught:
        load_grid(file)

    assert len(caught.value.problems) == 1
