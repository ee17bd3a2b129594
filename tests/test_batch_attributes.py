"""A grid in which every attribute is an axis once, against every way the service answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from batch_runs import CANARY, Site, assert_sound, site, to_the_end
from hurried_loop import HurriedLoop

from flux_batch.addons.server.manners import Manners
from flux_batch.addons.server.service_time import ServiceTime
from flux_batch.batch import Batch
from flux_batch.grid import make_grid
from flux_batch.grid.attribute import Attribute, Kind
from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.request.endpoint import Endpoint
from flux_batch.request.key import Key
from flux_batch.store.events import Kept

SMALL: dict[str, list[Any]] = {
    "width": [64, 96],
    "height": [96, 64],
    "model_id": ["flux", "fluxdev"],
    "seed": [0, 2**32 - 1],
}
LATER: dict[str, Any] = {"hold": 0.0, "service_time": ServiceTime("constant", (0.5,))}
"""A post is answered at once with ``processing``."""


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """Polls are seconds apart."""
    return "asyncio", {"loop_factory": HurriedLoop}


def two_values(attribute: Attribute) -> list[Any]:
    """The lowest and the highest legal value, or two words."""
    bounds = attribute.bounds.get("documented")
    if attribute.name in SMALL:
        return SMALL[attribute.name]
    if attribute.kind is Kind.FLAG:
        return ["yes", "no"]
    if attribute.choices:
        return [attribute.choices[0], attribute.choices[-1]]
    return [bounds.low, bounds.high] if bounds else ["one", "another"]


def spelt(attribute: Attribute, value: Any) -> Any:
    """The spelling of the documented page: yes and no, but for the few that it has as booleans."""
    return value == "yes" if attribute.boolean else value


def answers() -> Iterator[Any]:
    """Each manner of answering by itself, held and polled."""
    hints = get_type_hints(Manners)
    ways = [{}, *({f.name: way} for f in dataclasses.fields(Manners) for way in get_args(hints[f.name]))]
    for way in ways:
        for later in (False, True):
            name = "".join(f"{key}={value}" for key, value in way.items()) or "plain"
            yield pytest.param(way, later, id=f"{name}-{'processing' if later else 'held'}")


async def make_all(at: Site) -> list[Kept]:
    """Run a grid of all attributes, stepping together through their two values."""
    axes = {attribute.name: two_values(attribute) for attribute in ATTRIBUTES.values()}
    grid = make_grid({"axes": axes, "zip": [[*axes]], "output": {"dir": str(at.out)}})
    made = await to_the_end(Batch(grid, endpoint=Endpoint(at.server.base_url, Key(CANARY))))
    assert (made.report.exit_code, made.report.planned) == (0, 5), (made.error, at.failures)
    return [event for event in made.events if isinstance(event, Kept)]


@pytest.mark.parametrize("manner, later", [*answers()])
async def test_every_attribute_may_be_an_axis(tmp_path: Path, manner: dict[str, Any], *, later: bool) -> None:
    """Both values of each attribute reach the service as they stand in the grid, and the images come home."""
    async with site(tmp_path, manners=Manners(**manner), **(LATER if later else {})) as at:
        kept = await make_all(at)

        assert_sound(at)
        assert len(kept) == 5  # one sample, then four
        bodies = {str((entry.body or {})["prompt"]): entry.body or {} for entry in at.posts}
        for attribute in ATTRIBUTES.values():
            asked = [spelt(attribute, value) for value in two_values(attribute)]
            assert [bodies["one"][attribute.name], bodies["another"][attribute.name]] == asked
