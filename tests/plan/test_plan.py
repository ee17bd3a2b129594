"""A plan is a lazy sequence: the i-th job is computed, and always the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_batch.grid import load_grid, make_grid
from flux_batch.plan import make_plan
from flux_batch.plan.job import job_id

ROOT = Path(__file__).parent.parent.parent


def test_the_quickstart_is_48_pictures_in_the_order_of_the_file() -> None:
    """Three prompts, four seeds, four styles; the last axis varies fastest."""
    plan = make_plan(load_grid(ROOT / "configs" / "quickstart.yaml"))

    assert len(plan) == plan.images == 48
    assert {name: axis.count for name, axis in plan.axes.items()} == {"prompt": 3, "seed": 4, "style": 4}
    assert [job.style for job in plan[:4]] == [None, "watercolor", "cinematic", "pixel-art"]
    assert plan[4].axes == {"prompt": "a lighthouse at dusk", "seed": 101, "style": "none"}


def test_the_body_says_aloud_what_the_service_would_otherwise_decide() -> None:
    """Defaults of the service differ from page to page; a body leaves none of the costly ones open."""
    (job,) = make_plan(make_grid({"axes": {"prompt": ["a fox"]}}))

    assert job.body == {
        "model_id": "flux",
        "prompt": "a fox",
        "width": 512,
        "height": 512,
        "samples": 1,
        "num_inference_steps": 20,
        "seed": 1,
        "guidance_scale": 7.5,
        "safety_checker": "yes",
        "enhance_prompt": "no",
        "base64": "no",
    }


def test_ids_never_change() -> None:
    """Golden: a grid bought under one version must not be bought again under the next."""
    plan = make_plan(load_grid(ROOT / "configs" / "quickstart.yaml"))

    assert [plan[0].id, plan[17].id, plan[47].id] == ["3ddc358c3bc414f6", "1301e0b2fe5ccd1d", "870d0b9fb628e7b1"]


def test_every_job_is_its_own_index_and_id() -> None:
    """Random access and iteration agree, from any point."""
    plan = make_plan(load_grid(ROOT / "configs" / "quickstart.yaml"))

    jobs = list(plan)

    assert [plan[i] for i in range(48)] == jobs
    assert list(plan.since(45)) == jobs[45:]
    assert plan[-1] == jobs[-1]
    assert [job.id for job in jobs] == [job_id(job.body) for job in jobs]
    assert list(range(48)) == [job.index for job in jobs]
    with pytest.raises(IndexError):
        plan[48]


def test_axes_in_a_zip_step_together() -> None:
    """The title belongs to its prompt and never reaches the body."""
    grid = make_grid(
        {"axes": {"prompt": ["a", "b"], "seed": [1, 2], "title": ["A", "B"]}, "zip": [["prompt", "title"]]}
    )

    jobs = list(make_plan(grid))

    assert [(j.body["prompt"], j.axes["title"]) for j in jobs] == [("a", "A"), ("a", "A"), ("b", "B"), ("b", "B")]
    assert all("title" not in job.body for job in jobs)


def test_the_images_of_a_plan_are_the_sum_of_its_samples() -> None:
    """One request may yield up to four."""
    plan = make_plan(make_grid({"axes": {"prompt": ["a", "b"], "samples": [1, 4]}}))

    assert len(plan) == 4
    assert plan.images == sum(job.samples for job in plan) == 10


def test_styles_act_as_their_mode_says() -> None:
    """By parameter, in words, or both; a style of one's own always in words."""
    own = {"name": "wash", "prompt": "{prompt}, loose ink wash", "negative_prompt": "hard edges"}

    def bodies(mode: str) -> list[tuple[object, object]]:
        grid = make_grid({"axes": {"prompt": ["a"], "style": ["none", "watercolor", own]}, "style_mode": mode})
        return [(job.body.get("enhance_style"), job.body["prompt"]) for job in make_plan(grid)]

    assert bodies("parameter") == [(None, "a"), ("watercolor", "a"), (None, "a, loose ink wash")]
    assert bodies("prompt")[1][0] is None
    assert str(bodies("prompt")[1][1]).startswith("a in transparent wash on cold-pressed paper")
    assert bodies("both")[1] == ("watercolor", bodies("prompt")[1][1])


def test_numbers_are_one_number_however_they_are_written() -> None:
    """7 and 7.0 are the same picture."""
    one, two = (make_plan(make_grid({"axes": {"prompt": "a", "guidance_scale": [n]}}))[0] for n in (7, 7.0))

    assert one.id == two.id


def test_seeds_are_drawn_once_and_the_same_for_ever() -> None:
    """A longer draw begins with the shorter one; no seed comes twice."""

    def seeds(count: int, start: int) -> list[object]:
        grid = make_grid({"axes": {"prompt": "a", "seed": {"random": count, "from": start}}})
        return [job.body["seed"] for job in make_plan(grid)]

    assert seeds(8, 42) == seeds(100, 42)[:8]
    assert seeds(8, 42) != seeds(8, 43)
    assert len(set(seeds(1000, 7))) == 1000
    assert seeds(3, 42) == [2630787511, 2956869790, 2288678263]


def test_a_seed_may_be_left_to_the_service() -> None:
    """Only where the grid says null."""
    (job,) = make_plan(make_grid({"axes": {"prompt": "a", "seed": None}}))

    assert job.body["seed"] is None


def test_iteration_starts_anywhere_in_replicates_and_parts() -> None:
    """From each point on, what remains is what would have come."""
    grids = [{"axes": {"prompt": ["a", "b"]}, "replicates": 3}, {"axes": {"prompt": ["c"], "seed": [1, 2]}}]
    plan = make_plan(make_grid({"grids": grids}))

    jobs = list(plan)

    assert [job.body["prompt"] for job in jobs] == ["a", "b", "a", "b", "a", "b", "c", "c"]
    for start in range(len(plan) + 1):
        assert list(plan.since(start)) == list(plan[start:]) == jobs[start:]
        assert list(plan.ids(start)) == [job.id for job in jobs[start:]]


def test_a_shard_that_is_not_there_is_refused() -> None:
    """The first is 0."""
    plan = make_plan(make_grid({"axes": {"prompt": ["a", "b", "c"]}}))

    assert [job.index for job in plan.shard(1, 2)] == [1]
    with pytest.raises(ValueError, match="the first is 0, the last 1"):
        plan.shard(2, 2)


def test_a_billion_cells_cost_nothing_to_plan() -> None:
    """No cell is made before it is asked for."""
    plan = make_plan(
        make_grid({"axes": {"prompt": ["a", "b"], "seed": {"start": 0, "count": 250_000_000}, "samples": [1, 2]}})
    )

    assert len(plan) == 1_000_000_000
    assert plan[999_999_999].body["seed"] == 249_999_999
    assert plan.images == 1_500_000_000
