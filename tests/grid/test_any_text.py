"""Whatever stands in a grid file, the answer is a grid or a list of mistakes with places; never anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux_batch.errors import GridError
from flux_batch.grid import Grid, load_grid, make_grid
from flux_batch.plan import make_plan
from flux_batch.plan.job import Job

CONFIGS = sorted((Path(__file__).parent.parent.parent / "configs").glob("*.yaml"))
TEXTS = [config.read_text("utf-8") for config in CONFIGS]
KEYS = [
    *("name", "axes", "params", "prompt", "seed", "style", "size", "zip", "exclude", "include", "sample", "grids"),
    *("extends", "endpoint", "limits", "output", "template", "file", "start", "count", "random", "value", "label", "x"),
]
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8) | st.sampled_from(KEYS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def answer(load: Callable[[], Grid]) -> None:
    """Plan what *load* gives; anything but a plan or the mistakes of its grid is a bug."""
    problems: tuple[str, ...] = ()
    plan: Sequence[Job] = ()
    try:
        plan = make_plan(load())
    except GridError as error:
        problems = error.problems
    assert bool(problems) != bool(plan)
    assert all("\n" not in problem.split("\n  hint: ")[0] for problem in problems)
    assert not plan or plan[len(plan) - 1].id


@given(text=st.text(max_size=60) | st.binary(max_size=40).map(lambda data: data.decode("latin-1")))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_has_an_answer(text: str, tmp_path: Path) -> None:
    """Noise is no YAML, or no mapping, or no grid; each with words."""
    path = tmp_path / "grid.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    answer(lambda: load_grid(path))


@given(
    text=st.sampled_from(TEXTS),
    at=st.integers(0, 3000),
    cut=st.integers(0, 6),
    put=st.text("{}[]:,#&*!|>'\"%@-? \n\t$0aé", max_size=4),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_grid_with_a_typing_error_has_an_answer(text: str, at: int, cut: int, put: str, tmp_path: Path) -> None:
    """A letter too many or too few, anywhere."""
    at %= len(text)
    path = tmp_path / "grid.yaml"
    path.write_text(text[:at] + put + text[at + cut :], "utf-8")

    answer(lambda: load_grid(path))


@given(TREES)
@settings(max_examples=200)
def test_any_tree_has_an_answer(tree: object) -> None:
    """Built in Python, from whatever a program came up with."""
    data = tree if isinstance(tree, dict) else {"axes": {"prompt": "a", "seed": tree}}
    answer(lambda: make_grid(data))


@pytest.mark.parametrize("size", [4 * 2**20 + 1])
def test_a_file_that_is_too_large_is_not_read(size: int, tmp_path: Path) -> None:
    """Long lists belong into files of their own, which read a hundred times faster."""
    path = tmp_path / "grid.yaml"
    path.write_bytes(b"#" * size)

    with pytest.raises(GridError, match="larger than 4 MiB"):
        load_grid(path)
