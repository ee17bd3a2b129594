"""What will not turn out as hoped is told before anything is paid for."""

from __future__ import annotations

from typing import Any

import pytest

from flux_batch.grid import make_grid
from flux_batch.plan import Plan, make_plan

REAL: dict[str, Any] = {"base_url": "https://modelslab.com/api/v6", "price": 0.01}


def plan(params: dict[str, Any], endpoint: dict[str, Any] = REAL, **axes: Any) -> Plan:
    """A plan over five prompts."""
    prompt = {} if "prompt" in params else {"prompt": list("abcde")}
    return make_plan(make_grid({"endpoint": endpoint, "axes": prompt | axes, "params": params}))


def told(params: dict[str, Any], **axes: Any) -> dict[str, str]:
    """The warnings by what they are about."""
    return {warning.about: warning.text for warning in plan(params, **axes).warnings}


def test_a_plain_grid_has_no_warning() -> None:
    """Silence means something."""
    assert told({"size": "512x512", "num_inference_steps": 20}, seed=[1, 2]) == {}


@pytest.mark.parametrize("name", ["negative_prompt", "clip_skip", "vae", "lora_model", "safety_checker_type"])
def test_a_parameter_flux_ignores_says_so(name: str) -> None:
    """It may be set, and does nothing."""
    value = {"clip_skip": 2, "safety_checker_type": "blur"}.get(name, "x")

    assert "flux may ignore" in told({name: value})[name]
    assert told({name: value, "model_id": "sdxl"}) == {}


def test_an_axis_over_what_flux_ignores_says_what_it_would_cost() -> None:
    """Three negative prompts: two thirds of the money for the same pictures."""
    text = told({}, negative_prompt=["x", "y", "z"], seed=[1, 2])["negative_prompt"]

    assert "20 of 30 images could be the same pictures again, 0.20 USD" in text


def test_a_style_by_parameter_alone_may_change_nothing() -> None:
    """In words it does; the embedded server heeds the parameter."""
    grid = {"endpoint": REAL, "axes": {"prompt": "a", "style": ["none", "anime"]}}

    assert [warning.about for warning in make_plan(make_grid(grid)).warnings] == ["style"]
    assert make_plan(make_grid({**grid, "style_mode": "prompt"})).warnings == ()
    assert make_plan(make_grid({**grid, "endpoint": {"base_url": "embedded"}})).warnings == ()


def test_steps_above_the_cap_are_told_and_which_are_the_same() -> None:
    """The service does twenty."""
    text = told({}, num_inference_steps=[10, 20, 30, 40])["num_inference_steps"]

    assert "at most 20 steps; asked for are 30, 40" in text
    assert "3 values of the axis make the same pictures" in text
    assert "same pictures" not in told({"num_inference_steps": 31})["num_inference_steps"]


@pytest.mark.parametrize(
    "params, about, said",
    [
        ({"samples": 2}, "samples", "share one seed"),
        ({"enhance_prompt": "yes"}, "enhance_prompt", "rewrites the prompts"),
        ({"seed": None}, "seed", "cannot be made again"),
        ({"width": 500}, "size", "500 is no multiple of 8"),
        ({"prompt": "a {animal}, 50% {x}"}, "prompt", "{animal} is sent as it stands"),
        ({"prompt": "a {red|blue} fox"}, "prompt", "{red|blue} is sent as it stands"),
        ({"prompt": "a __animal__"}, "prompt", "__animal__ is sent as it stands"),
    ],
)
def test_each_trap_has_its_warning(params: dict[str, Any], about: str, said: str) -> None:
    """As a parameter and as a value of an axis alike."""
    (name, value) = next(iter(params.items()))

    assert said in told(params)[about]
    assert said in told({}, **{name: [value]})[about]


def test_a_sample_larger_than_the_grid_and_copies_of_one_seed_are_told() -> None:
    """Neither is what somebody had in mind."""
    grid = {"axes": {"prompt": list("abc")}, "sample": {"count": 50}, "replicates": 2}

    texts = {warning.about: warning.text for warning in make_plan(make_grid(grid)).warnings}

    assert "50 cells wanted, there are 3" in texts["sample"]
    assert "show the same picture" in texts["replicates"]
