"""What holds for every grid, not only for those somebody thought of."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from flux_batch.errors import GridError
from flux_batch.grid import make_grid
from flux_batch.grid.condition import Clause
from flux_batch.grid.lattice import Lattice
from flux_batch.plan import Plan, make_plan
from flux_batch.plan.balance import Balance
from flux_batch.plan.job import job_id

TEXTS = st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()) and "${" not in text)
OWN_STYLES = st.builds(
    lambda name, words, negative: {"name": name, "prompt": f"{{prompt}} {words}"} | negative,
    TEXTS,
    TEXTS.map(lambda text: text.replace("{prompt}", "")),
    st.sampled_from([{}, {"negative_prompt": 'a "frame"'}]),
)
AXES: dict[str, st.SearchStrategy[Any]] = {
    "prompt": TEXTS,
    "seed": st.integers(0, 2**32 - 1),
    "style": st.sampled_from(["none", "cinematic", "anime"]) | OWN_STYLES,
    "negative_prompt": TEXTS,
    "guidance_scale": st.integers(1, 20) | st.floats(1, 20).map(lambda n: round(n, 2)),
    "size": st.sampled_from(["512x512", "64x1024"]),
    "samples": st.integers(1, 4),
    "algorithm_type": st.sampled_from(["none", "dpmsolver+++"]),
    "panorama": st.booleans(),
    "zero_steps": st.integers(0, 50),
}


@st.composite
def grids(draw: st.DrawFn, least: int = 1, *, combine: bool = True) -> dict[str, Any]:
    """A grid over some axes, in some order, the rest of its attributes fixed."""
    names = draw(st.lists(st.sampled_from(sorted(AXES)), min_size=1, max_size=4, unique=True))
    axes: dict[str, Any] = {
        name: draw(st.lists(AXES[name], min_size=least, max_size=3, unique_by=repr)) for name in names
    }
    if draw(st.booleans()):
        axes["seed"] = {"start": draw(st.integers(0, 1000)), "count": draw(st.integers(1, 4))}
    fixed = draw(st.sets(st.sampled_from(sorted(set(AXES) - set(axes)))))
    params = {name: draw(AXES[name]) for name in fixed}
    if "prompt" not in axes:
        params["prompt"] = draw(TEXTS)
    mode = draw(st.sampled_from(["parameter", "prompt", "both"]))
    grid = {"axes": axes, "params": params, "style_mode": mode, "replicates": draw(st.integers(1, 2))}
    return grid | draw(combined(axes)) if combine else grid


@st.composite
def combined(draw: Any, axes: dict[str, Any]) -> dict[str, Any]:
    """Axes in step, cells left out, and a sample."""
    more: dict[str, Any] = {}
    lists = [name for name, values in axes.items() if isinstance(values, list)]
    pairs = [[one, other] for one, other in combinations(lists, 2) if len(axes[one]) == len(axes[other])]
    if pairs and draw(st.booleans()):
        more["zip"] = [draw(st.sampled_from(pairs))]
    long = [name for name in lists if len(axes[name]) > 1 and not isinstance(axes[name][0], dict | bool)]
    if long and draw(st.booleans()):
        more["exclude"] = [
            {name: axes[name][0]} for name in draw(st.sets(st.sampled_from(long), min_size=1, max_size=2))
        ]
    if draw(st.booleans()):
        more["sample"] = {"count": draw(st.integers(1, 20)), "from": draw(st.integers(0, 3))}
    return more


def planned(grid: dict[str, Any]) -> Plan:
    """The plan of *grid*; a grid of which nothing is left, or with doubles that spoil a zip, is none."""
    try:
        return make_plan(make_grid(grid))
    except GridError:
        reject()


@given(grids())
@settings(max_examples=100)
def test_a_job_has_the_id_of_its_body_however_it_is_reached(grid: dict[str, Any]) -> None:
    """The bytes put together from pieces are the canonical bytes of the body; index, iteration and ids agree."""
    plan = planned(grid)

    jobs = list(plan)

    assert [job.id for job in jobs] == [job_id(job.body, job.replicate) for job in jobs]
    assert list(plan.ids()) == [job.id for job in jobs]
    assert [plan[i] for i in range(len(plan))] == jobs
    assert [job.index for job in jobs] == list(range(len(plan)))
    assert plan.images == sum(job.samples for job in jobs)


@given(grids(combine=False), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_ids_do_not_know_the_order_of_axes_and_values(grid: dict[str, Any], rng: Any) -> None:
    """A grid written in another order names the same pictures, so nothing is bought again."""
    names = list(grid["axes"])
    rng.shuffle(names)
    other = {**grid, "axes": {name: grid["axes"][name] for name in names}}
    for values in other["axes"].values():
        if isinstance(values, list):
            rng.shuffle(values)

    assert set(planned(grid).ids()) == set(make_plan(make_grid(other)).ids())


@given(grids(combine=False), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_a_value_more_changes_no_id(grid: dict[str, Any], seed: int) -> None:
    """A grid may grow every night; only the new cells are new."""
    grid["params"].pop("seed", None)
    grid["axes"]["seed"] = [1, 2]
    before = set(planned(grid).ids())
    grid["axes"]["seed"] = [1, 2, seed]

    after = set(planned(grid).ids())

    assert before <= after


@given(grids())
@settings(max_examples=40)
def test_labels_and_names_of_styles_are_no_part_of_an_id(grid: dict[str, Any]) -> None:
    """What reports call a value may change; what is sent did not."""
    before = list(planned(grid).ids())

    renamed = {
        name: [
            {**value, "name": f"{value['name']}!"} if isinstance(value, dict) else {"value": value, "label": "label"}
            for value in values
        ]
        if isinstance(values, list)
        else values
        for name, values in grid["axes"].items()
    }

    assert list(make_plan(make_grid({**grid, "axes": renamed})).ids()) == before


@given(grids(least=2), st.integers(1, 5), st.data())
@settings(max_examples=40)
def test_slices_and_shards_are_plans_that_lose_and_double_nothing(grid: dict[str, Any], count: int, data: Any) -> None:
    """Whatever a plan is cut into, the pieces are the plan."""
    plan = planned(grid)
    jobs = list(plan)

    shards = [plan.shard(index, count) for index in range(count)]
    cut = slice(data.draw(st.integers(-5, 20)), data.draw(st.integers(-5, 20)), data.draw(st.integers(1, 3)))
    start = data.draw(st.integers(0, len(plan)))

    assert sorted((job for shard in shards for job in shard), key=lambda job: job.index) == jobs
    assert sum(shard.images for shard in shards) == plan.images
    assert max(map(len, shards)) - min(map(len, shards)) <= 1
    assert list(plan[cut]) == jobs[cut]
    assert list(plan[cut].ids()) == [job.id for job in jobs[cut]]
    assert list(plan.since(start)) == jobs[start:]


@given(grids(least=2))
@settings(max_examples=40)
def test_the_balanced_order_has_the_same_jobs(grid: dict[str, Any]) -> None:
    """Nothing is lost or doubled by taking the cells in a fair order."""
    plan = planned(grid)

    assert sorted(plan.balanced().ids()) == sorted(plan.ids())


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 2**40))
@settings(max_examples=100)
def test_any_prefix_of_the_balanced_order_is_fair(sizes: list[int], key: int) -> None:
    """Each value of each axis occurs as often as any other, give or take two, however early one stops."""
    balance = Balance(sizes, key)
    total = len(list(product(*map(range, sizes))))

    cells = [balance.digits(step) for step in range(total)]

    assert len(set(cells)) == total
    seen = [[0] * size for size in sizes]
    for cell in cells:
        for axis, digit in enumerate(cell):
            seen[axis][digit] += 1
        assert all(max(counts) - min(counts) <= 2 for counts in seen)


@st.composite
def lattices(draw: st.DrawFn) -> Lattice:
    """A small product with lines of exclude and include."""
    sizes = tuple(draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))

    def line() -> Clause:
        return Clause(tuple(draw(st.none() | runs(size)) for size in sizes))

    def runs(size: int) -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
        return st.sets(st.integers(0, size - 1)).map(lambda digits: tuple((d, d + 1) for d in sorted(digits)))

    exclude = tuple(line() for _ in range(draw(st.integers(0, 3))))
    return Lattice(sizes, exclude, tuple(line() for _ in range(draw(st.integers(0, 2)))))


def matches(line: Clause, cell: tuple[int, ...]) -> bool:
    """Whether *cell* is meant by *line*, looked at one digit after the other."""
    return all(
        runs is None or any(start <= digit < stop for start, stop in runs)
        for runs, digit in zip(line.runs, cell, strict=True)
    )


@given(lattices(), st.data())
@settings(max_examples=100)
def test_excluded_cells_are_counted_as_if_they_had_been_looked_at(lattice: Lattice, data: Any) -> None:
    """The n-th cell by arithmetic is the n-th of those left when every cell is made and looked at."""
    every = list(product(*map(range, lattice.sizes)))
    left = [
        cell
        for cell in every
        if not any(matches(line, cell) for line in lattice.exclude)
        and (not lattice.include or any(matches(line, cell) for line in lattice.include))
    ]

    start = data.draw(st.integers(0, len(left)))

    assert lattice.count == len(left)
    assert [lattice.digits(n) for n in range(lattice.count)] == left
    assert [cell for cell in every if lattice.counts(cell)] == left
    assert [(*before, n) for before, first, end in lattice.runs(start) for n in range(first, end)] == left[start:]
