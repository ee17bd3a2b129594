"""The table of body attributes: what each takes, with its bound in the words of a refusal."""

from __future__ import annotations

import pytest

from flux_batch.errors import GridError
from flux_batch.grid import make_grid
from flux_batch.grid.attribute import Kind
from flux_batch.grid.attributes import ATTRIBUTES, respell
from flux_batch.plan import make_plan

SAMPLES = {Kind.TEXT: "a text", Kind.FLAG: "yes"}
WRONG: dict[Kind, list[object]] = {
    Kind.TEXT: [5, True, ["a"]],
    Kind.CHOICE: [5, "no-such-choice"],
    Kind.FLAG: ["true", 1, "on"],
    Kind.INTEGER: ["512", 7.5, True],
    Kind.NUMBER: ["7.5", True],
}
DOCUMENTED = """
model_id prompt negative_prompt width height samples num_inference_steps safety_checker safety_checker_type
enhance_style enhance_prompt seed guidance_scale algorithm_type multi_lingual panorama self_attention clip_skip base64
scheduler tomesd vae temp
"""
ALSO_KNOWN = """
lora_model lora_strength use_karras_sigmas instant_response injected_noise_alpha sigma_threshold true_cfg_scale
use_cfg_zero_star use_zero_init zero_steps watermark embeddings_model upscale highres_fix ip_adapter_id ip_adapter_scale
"""


def good(name: str) -> object:
    """A value the attribute takes."""
    attribute = ATTRIBUTES[name]
    limits = attribute.limits("documented")
    if limits is not None:
        return limits.low
    return attribute.choices[-1] if attribute.choices else SAMPLES[attribute.kind]


def refusal(**params: object) -> str:
    """What a grid with these parameters is refused with."""
    with pytest.raises(GridError) as caught:
        make_grid({"axes": {"prompt": "a"} if "prompt" not in params else {}, "params": params})
    return f"{caught.value} {caught.value.hint}"


def test_every_documented_and_every_known_attribute_is_typed() -> None:
    """Those of the page, and those seen on the live service; key, webhook and track_id are ours to send."""
    assert {*DOCUMENTED.split(), *ALSO_KNOWN.split()} <= set(ATTRIBUTES)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_any_attribute_may_be_fixed_or_an_axis(name: str) -> None:
    """And is sent either way, under its own name."""
    value = good(name)
    fixed = {"axes": {} if name == "prompt" else {"prompt": "a"}, "params": {name: value}}
    axis = {"axes": {name: [value]} | ({} if name == "prompt" else {"prompt": "a"})}

    (one,), (other,) = make_plan(make_grid(fixed)), make_plan(make_grid(axis))

    assert one.body[name] == other.body[name] == value
    assert one.id == other.id


@pytest.mark.parametrize(
    "name, value", [(name, value) for name, attribute in ATTRIBUTES.items() for value in WRONG[attribute.kind]]
)
def test_a_wrong_type_is_refused_with_what_is_allowed(name: str, value: object) -> None:
    """Before sending, with the value and the allowed ones in the message."""
    said = refusal(**{name: value})

    assert f"{name} must be {ATTRIBUTES[name].allowed('documented')}, not " in said


@pytest.mark.parametrize("profile", ["documented", "strict-types"])
@pytest.mark.parametrize("name", [name for name, attribute in ATTRIBUTES.items() if attribute.bounds])
def test_bounds_hold_at_both_ends_and_are_in_the_message(name: str, profile: str) -> None:
    """The ends are allowed, what lies beyond is not; which ends, the profile decides."""
    limits = ATTRIBUTES[name].limits(profile)
    assert limits is not None

    for inside in (limits.low, limits.high):
        make_grid({"profile": profile, "axes": {"prompt": "a"}, "params": {name: inside}})
    for outside in (limits.low - limits.step, limits.high + limits.step):
        with pytest.raises(GridError) as caught:
            make_grid({"profile": profile, "axes": {"prompt": "a", name: [outside]}})
        assert str(limits) in str(caught.value)


@pytest.mark.parametrize(
    "name, value, allowed",
    [
        ("width", 200, {"documented"}),
        ("width", 500, {"documented"}),
        ("width", 504, {"documented", "strict-types"}),
        ("clip_skip", 8, {"documented"}),
        ("clip_skip", 4, {"documented", "strict-types"}),
    ],
)
def test_where_page_and_docs_disagree_the_profile_decides(name: str, value: int, allowed: set[str]) -> None:
    """A profile is data: other bounds, other spelling."""
    taken = set()
    for profile in ("documented", "strict-types"):
        try:
            make_grid({"profile": profile, "axes": {"prompt": "a"}, "params": {name: value}})
        except GridError:
            continue
        taken.add(profile)

    assert taken == allowed


def test_a_profile_respells_the_body_for_the_wire() -> None:
    """Documented: yes and no. Strict: booleans. What the docs know as a boolean only is one in both."""
    body = {
        "width": 512,
        "base64": "no",
        "safety_checker": "yes",
        "use_zero_init": "yes",
        "prompt": "no",
        "mine": "yes",
    }

    assert respell(body, "documented") == {**body, "use_zero_init": True}
    assert respell(body, "strict-types") == {
        "width": 512,
        "base64": False,
        "safety_checker": True,
        "use_zero_init": True,
        "prompt": "no",
        "mine": "yes",
    }


def test_anything_else_goes_through_extra_only() -> None:
    """A typing error is no extra; what is meant is sent as it stands and is part of the id."""
    plain, extra = (
        make_plan(make_grid({"axes": {"prompt": "a"}, "params": params}))[0]
        for params in ({}, {"extra": {"new_thing": [1, {"a": True}]}})
    )

    assert extra.body["new_thing"] == [1, {"a": True}]
    assert plain.id != extra.id
    assert "it is known: params.width" in refusal(extra={"width": 5})
    assert "flux-batch sends the job id as track_id" in refusal(extra={"track_id": "1"})


def test_words_of_other_tools_lead_to_ours() -> None:
    """Somebody who writes cfg_scale means guidance_scale."""
    assert "did you mean 'guidance_scale'?" in refusal(cfg_scale=7, stepps=4)
    assert "did you mean 'num_inference_steps'?" in refusal(cfg_scale=7, stepps=4)


def test_an_empty_negative_prompt_is_none() -> None:
    """Leaving it empty and leaving it out are the same picture."""
    empty, absent = (
        make_plan(make_grid({"axes": {"prompt": "a"}, "params": p}))[0] for p in ({"negative_prompt": ""}, {})
    )

    assert empty.id == absent.id
    assert "negative_prompt" not in empty.body
