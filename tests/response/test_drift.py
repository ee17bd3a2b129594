"""What was asked against what was got: only a real difference is a drift, and every real difference is one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flux_batch.plan.job import JSON
from flux_batch.response.drift import Drift, drift

SPELLINGS: list[tuple[JSON, JSON]] = [
    (512, "512"),
    (512, 512.0),
    ("7", 7.0),
    (7.5, "7.50"),
    (7.1, 7.0999999046325684),
    ("-0.5", -0.5),
    ("-5", -5),
    ("yes", True),
    ("no", False),
    (False, "false"),
    (False, "null"),
    ("Yes", "true"),
    (True, 1),
    ("no", 0),
    ("no", None),
    ("none", "no"),
    ("none", None),
    ("", None),
    (" cinematic ", "cinematic"),
    (4294967295, "4294967295"),
    ([1, 2], [1.0, 2.0]),
]


@pytest.mark.parametrize("asked, got", SPELLINGS)
def test_two_spellings_of_one_value_are_no_drift(asked: JSON, got: JSON) -> None:
    """The service echoes flags as words and numbers as it likes."""
    assert drift({"x": asked}, {"x": got}) == ()


@pytest.mark.parametrize(
    "asked, got",
    [
        (512, 1024),
        (512, "1024"),
        (4294967295, 4294967294),
        (7.5, 7),
        (7.5, "seven"),
        (7, None),
        (0, None),
        (0, False),
        (1, True),
        ("yes", "no"),
        ("yes", 0),
        ("yes", 2),
        ("yes", None),
        ("cinematic", None),
        ("cinematic", "anime"),
        ("DDPMScheduler", "ddpmscheduler"),
        (1e300, 10**400),
        ("1e5", "x"),
    ],
)
def test_two_values_are_a_drift(asked: JSON, got: JSON) -> None:
    """Told with both values as they were sent and answered. A seed of 0 is a seed; a flag is no number."""
    assert (Drift("x", asked, got),) == drift({"x": asked}, {"x": got})


@pytest.mark.parametrize(
    "field, name",
    [
        ("width", "W"),
        ("width", "width"),
        ("height", "H"),
        ("height", "height"),
        ("samples", "n_samples"),
        ("samples", "samples"),
        ("num_inference_steps", "steps"),
        ("num_inference_steps", "num_inference_steps"),
        ("safety_checker", "safety_checker"),
        ("safety_checker", "safetychecker"),
        ("lora_model", "lora"),
        ("lora_model", "lora_model"),
        ("embeddings_model", "embeddings"),
        ("embeddings_model", "embeddings_model"),
        ("guidance_scale", "guidance_scale"),
    ],
)
def test_meta_has_names_of_its_own(field: str, name: str) -> None:
    """``W`` is the width; the drift is told under the name that was asked."""
    assert drift({field: "8"}, {name: 8}) == ()
    assert (Drift(field, 8, 9),) == drift({field: 8}, {name: 9})


def test_one_of_two_names_is_enough() -> None:
    """Where meta says it twice, one agreement is an agreement; else the first name is quoted."""
    assert drift({"width": 512}, {"W": 1, "width": 512}) == ()
    assert (Drift("width", 512, 1),) == drift({"width": 512}, {"W": 1, "width": 2})


def test_the_picture_itself_counts_before_the_words_about_it() -> None:
    """Whatever ``meta`` echoes; a side it is silent about is told by the picture, one it is wrong about stays told."""
    asked: dict[str, JSON] = {"width": 512, "height": "768"}

    assert drift(asked, {"W": 512, "H": 768}, (512, 768)) == ()
    assert (Drift("width", 512, 256), Drift("height", "768", 769)) == drift(asked, {"W": 512}, (256, 769))
    assert (Drift("width", 512, 1024),) == drift(asked, {"W": 1024}, (512, 768))
    assert drift({"width": None}, {}, (512, 768)) == ()


def test_the_documented_sample_drifts_in_three_fields() -> None:
    """Thirty steps became twenty, flux became midjourney, and the prompt got company."""
    asked: dict[str, JSON] = {
        "key": "secret",
        "model_id": "flux",
        "prompt": "a fox",
        "width": "512",
        "num_inference_steps": "30",
        "samples": "1",
        "safety_checker": "no",
        "seed": None,
        "guidance_scale": 7.5,
        "track_id": "x",
        "webhook": "https://me.example/hook",
        "temp": "no",
    }
    meta: dict[str, JSON] = {
        "prompt": "style a fox HDR",
        "model_id": "midjourney",
        "safetychecker": "no",
        "W": 512,
        "H": 512,
        "guidance_scale": 7.5,
        "seed": 3499575229,
        "steps": 20,
        "n_samples": 1,
        "key": "other",
        "webhook": None,
        "track_id": "y",
    }

    assert (
        Drift("model_id", "flux", "midjourney"),
        Drift("prompt", "a fox", "style a fox HDR"),
        Drift("num_inference_steps", "30", 20),
    ) == drift(asked, meta)


@pytest.mark.parametrize("field", ["prompt", "negative_prompt"])
def test_prompts_are_compared_letter_by_letter(field: str) -> None:
    """A prompt that reads like a number or a flag is still a text."""
    assert drift({field: "no"}, {field: "no"}) == ()
    assert drift({field: ""}, {field: None}) == ()
    assert (Drift(field, "no", False),) == drift({field: "no"}, {field: False})
    assert (Drift(field, "512", 512),) == drift({field: "512"}, {field: 512})
    assert (Drift(field, "a fox", "a fox "),) == drift({field: "a fox"}, {field: "a fox "})


VALUES: st.SearchStrategy[JSON] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
)
FIELDS = st.sampled_from(["prompt", "seed", "x", "width", "W", "samples", "temp"])
BODIES = st.dictionaries(FIELDS, VALUES | st.lists(VALUES, max_size=3), max_size=6)


@given(body=BODIES)
def test_an_exact_echo_never_drifts(body: dict[str, JSON]) -> None:
    """What comes back as it was sent is what was asked."""
    assert drift(body, body) == ()


@given(asked=BODIES, got=BODIES)
def test_every_drift_is_a_field_that_was_asked_and_answered(asked: dict[str, JSON], got: dict[str, JSON]) -> None:
    """In the order of the request, each field once, never one that was left to the service."""
    found = drift(asked, got)

    assert [name for name in asked if name in {d.field for d in found}] == [d.field for d in found]
    assert all(d.asked is not None and d.asked is asked[d.field] for d in found)
    assert all(any(d.got is value for value in got.values()) for d in found)


@given(body=BODIES)
def test_silence_is_no_drift(body: dict[str, JSON]) -> None:
    """Polls come back without meta; that says nothing about the image."""
    assert drift(body, {}) == ()


@given(number=st.integers(-(10**30), 10**30), other=st.integers(-(10**30), 10**30))
def test_integers_are_compared_exactly(number: int, other: int) -> None:
    """A seed that is off by one is another seed, however long it is."""
    assume(number != other)

    assert drift({"seed": number}, {"seed": str(number)}) == ()
    assert (Drift("seed", number, str(other)),) == drift({"seed": number}, {"seed": str(other)})
