"""Golden ids: a picture bought under one version must not be bought again under the next.

``golden_ids.json`` was written once and is never written again: where a test here fails, the code is wrong, or every
dataset made so far is. Only a grid in ``configs/`` that itself changed may get new lines.
"""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path

import pytest

from flux_batch.grid import load_grid
from flux_batch.plan import make_plan

HERE = Path(__file__).parent
GOLDEN: dict[str, dict[str, object]] = json.loads((HERE / "golden_ids.json").read_text("utf-8"))


@pytest.mark.parametrize("name", GOLDEN)
def test_ids_are_what_they_were(name: str) -> None:
    """The first, the last, a digest of the first thousand, and the second of the balanced order."""
    plan = make_plan(load_grid(HERE.parent.parent / "configs" / f"{name}.yaml", environment=lambda _: None))

    assert {
        "jobs": len(plan),
        "first": plan[0].id,
        "last": plan[-1].id,
        "thousand": hashlib.sha256("".join(islice(plan.ids(), 1000)).encode()).hexdigest()[:16],
        "balanced": plan.balanced()[1].id,
    } == GOLDEN[name]


def test_every_grid_we_show_is_pinned() -> None:
    """None is left out."""
    assert {path.stem for path in (HERE.parent.parent / "configs").glob("*.yaml")} == set(GOLDEN)
