"""The schema editors check by and the models that decide say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_batch.errors import GridError
from flux_batch.grid import make_grid
from flux_batch.grid.attribute import Kind
from flux_batch.grid.attributes import ATTRIBUTES
from flux_batch.grid.node import plain
from flux_batch.grid.schema import grid_schema
from flux_batch.grid.yaml import parse

CONFIGS = sorted((Path(__file__).parent.parent.parent / "configs").glob("*.yaml"))
SCHEMA = jsonschema_rs.validator_for(grid_schema())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 3000)
    | st.floats(-3, 30).filter(lambda number: not number.is_integer())
    | st.sampled_from(["yes", "no", "auto", "a fox", "", "none", "cinematic", "512x512", "10/s", "6h", "flag", "7"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "start",
                    "stop",
                    "count",
                    "step",
                    "random",
                    "from",
                    "value",
                    "label",
                    "name",
                    "prompt",
                    "fraction",
                    "min",
                    "max",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=4,
)
SECTIONS: dict[str, list[str]] = {
    "axes": [*ATTRIBUTES, "size", "style"],
    "params": [*ATTRIBUTES, "size", "style", "extra"],
    "endpoint": ["base_url", "queue_limit", "key_file", "key_env", "price"],
    "limits": ["concurrency", "rate", "retry", "limit", "shard", "max_cost", "max_posts", "until", "max_wait"],
    "gates": ["blank", "size", "duplicate"],
    "output": ["dir", "name"],
    "run": ["dry_run", "json", "quiet", "verbose"],
}
TOP = ["name", "description", "zip", "exclude", "include", "sample", "replicates", "style_mode", "profile", "order"]


def accepted(document: dict[str, Any]) -> bool:
    """Whether the models take *document*."""
    try:
        make_grid(document)
    except GridError:
        return False
    return True


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A grid in which one or two values are anything."""
    document: dict[str, Any] = {"axes": {"prompt": ["a"], "seed": [1, 2]}}
    for _ in range(draw(st.integers(1, 2))):
        section = draw(st.sampled_from([*SECTIONS, ""]))
        if section:
            document.setdefault(section, {})[draw(st.sampled_from(SECTIONS[section]))] = draw(VALUES)
        else:
            document[draw(st.sampled_from(TOP))] = draw(VALUES)
    return document


@given(documents())
@settings(max_examples=200)
def test_what_the_models_take_the_schema_takes(document: dict[str, Any]) -> None:
    """An editor never marks what would run."""
    if accepted(document):
        assert SCHEMA.is_valid(document), document


@pytest.mark.parametrize("section", ["axes", "params"])
@pytest.mark.parametrize("name", ATTRIBUTES)
def test_each_attribute_has_the_same_limits_in_both(name: str, section: str) -> None:
    """Of types, of bounds, of choices."""
    attribute = ATTRIBUTES[name]
    limits = attribute.limits("documented")
    tried: list[Any] = [5, 7.5, True, "yes", "a fox", None, ["a"], {"a": 1}, "", *attribute.choices[:1]]
    tried += [limits.low, limits.high, limits.low - 1, limits.high + 1] if limits else []

    def document(value: Any) -> dict[str, Any]:
        prompt = {} if name == "prompt" else {"prompt": ["a"]}
        if section == "params":
            return {"axes": prompt, "params": {name: value}}
        return {"axes": {**prompt, name: [value]}}

    assert [SCHEMA.is_valid(document(value)) for value in tried] == [accepted(document(value)) for value in tried], (
        tried
    )


@pytest.mark.parametrize(
    "change",
    [
        {"otput": {}},
        {"params": {"setps": 3}},
        {"axes": {"prompt": [], "seed": 1}},
        {"axes": {"prompt": "a", "seed": {"start": 1, "count": 0}}},
        {"axes": {"prompt": "a", "seed": {"start": 1, "cuont": 2}}},
        {"axes": {"prompt": "a", "seed": {"random": 0}}},
        {"axes": {"prompt": "a", "style": ["cinematc"]}},
        {"axes": {"prompt": "a", "style": [{"name": "x", "promt": "{prompt} y"}]}},
        {"axes": {"prompt": "a", "size": ["2000x512"]}},
        {"axes": {"prompt": "a", "size": ["512"]}},
        {"axes": {"prompt": {"template": ""}}},
        {"endpoint": {"queue_limit": 0}},
        {"endpoint": {"key": "x"}},
        {"limits": {"concurrency": "many"}},
        {"limits": {"retry": {"attempts": 0}}},
        {"gates": {"blank": "no"}},
        {"sample": {"count": 0}},
        {"replicates": 0},
        {"profile": "loose"},
        {"zip": ["prompt"]},
        {"exclude": {"style": "none"}},
        {"exclude": [{"seed": {"from": 1}}]},
        {"grids": [{"axs": {}}]},
        {"name": "../up"},
    ],
    ids=json.dumps,
)
def test_what_the_schema_refuses_the_models_refuse(change: dict[str, Any]) -> None:
    """And the other way round, for every mistake that can be seen in one place."""
    document = {"axes": {"prompt": ["a"], "seed": 1}, **change}

    assert not SCHEMA.is_valid(document)
    assert not accepted(document)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_every_grid_in_configs_is_right_by_the_schema(config: Path) -> None:
    """What we show to people is what their editors accept."""
    document = plain(parse(config.read_text("utf-8"), str(config)))

    assert [error.message for error in SCHEMA.iter_errors(document)] == []


def test_styles_are_completed_by_name() -> None:
    """An editor offers all 188, and none."""
    names = grid_schema()["$defs"]["value.style"]["anyOf"][0]["enum"]

    assert len(names) == 189
    assert names[0] == "none"


def test_every_key_has_words() -> None:
    """Hovering over a key of a section says what it does."""
    schema = grid_schema()
    sections = [schema["properties"], *(schema["$defs"][name]["properties"] for name in ("Axes", "Params", "Limits"))]

    assert [key for section in sections for key, value in section.items() if "description" not in value] == []


def test_kinds_are_complete() -> None:
    """The table has no kind the schema does not know."""
    assert {attribute.kind for attribute in ATTRIBUTES.values()} == set(Kind)
