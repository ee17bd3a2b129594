"""Where the images go besides: a URL that can be shown to anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.errors import GridError
from flux_batch.grid import make_grid
from flux_batch.grid.settings import Output

SECRET = "hunter2-hunter2"


def output(**given: Any) -> Output:
    """The section of a grid that says *given*."""
    return make_grid({"name": "nightly", "axes": {"prompt": ["a fox"]}, "output": given}).output


def test_a_mirror_is_a_url_without_slashes_at_its_end() -> None:
    """One place has one spelling."""
    assert output(mirror="s3://bucket/nightly/").mirror == "s3://bucket/nightly"
    assert output().mirror is None


def test_a_url_as_the_folder_is_the_mirror_of_the_usual_one() -> None:
    """A run locks its folder and keeps its journal there, so a folder there must be."""
    said = output(dir="s3://bucket/nightly", name="{job}-{sample}")

    assert (said.dir, said.mirror) == (Path("runs/nightly"), "s3://bucket/nightly")


@pytest.mark.parametrize(
    "given, said",
    [
        ({"mirror": "nightly"}, "output.mirror must be a URL like s3://bucket/nightly, not 'nightly'"),
        ({"mirror": "s3://"}, "output.mirror must be a URL"),
        ({"mirror": "simplecache::s3://bucket"}, "output.mirror must be a URL"),
        ({"mirror": 7}, "output.mirror must be a text, not 7"),
        ({"dir": "s3://one", "mirror": "s3://two"}, "output.dir and output.mirror both name a URL"),
    ],
)
def test_anything_else_is_refused(given: dict[str, Any], said: str) -> None:
    """Before anything is sent."""
    with pytest.raises(GridError) as refused:
        output(**given)

    assert said in str(refused.value)


@pytest.mark.parametrize("key", ["mirror", "dir"])
@pytest.mark.parametrize(
    "url",
    [f"s3://key:{SECRET}@bucket/x", f"sftp://me:{SECRET}@host/x", f"s3://key:a/{SECRET}@bucket", f"az://b/x?{SECRET}"],
)
def test_a_url_with_a_secret_is_refused_and_not_repeated(key: str, url: str) -> None:
    """It would end up in logs and lists of processes."""
    with pytest.raises(GridError, match="holds more than an address") as refused:
        output(**{key: url})

    assert SECRET not in f"{refused.value}{refused.value.hint}"


@given(st.text())
def test_any_text_is_a_place_or_a_mistake(text: str) -> None:
    """With no third way out."""
    try:
        place = output(mirror=text).mirror
    except GridError as refused:
        place = str(refused)

    assert place is not None
    assert "output.mirror" in place or "://" in place
