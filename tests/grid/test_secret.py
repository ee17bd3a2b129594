"""The key's own value in a grid is refused before anything is sent, at its place, and never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_batch.errors import GridError
from flux_batch.grid import load_grid, make_grid

KEY = "canary-key-of-nobody-1234"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A grid that does not exist yet, and a key in the environment."""
    monkeypatch.setenv("MODELSLAB_API_KEY", KEY)
    return tmp_path / "grid.yaml"


def refusal(file: Path, text: str) -> GridError:
    """What loading *text* ends with; it must not show the key."""
    file.write_text(text)
    with pytest.raises(GridError) as caught:
        load_grid(file)
    assert KEY not in f"{caught.value} {caught.value.hint}"
    assert "the API key itself stands here" in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "text, place",
    [
        (f"axes:\n  prompt: [a fox, 'a {KEY} fox']\n", "2:19"),
        (f"axes: {{prompt: [a fox]}}\ndescription: {KEY}\n", "2:14"),
        (f"axes: {{prompt: [a fox]}}\nlimits: {{{KEY}: 1}}\n", "2:10"),
        (f"axes: {{prompt: [a fox]}}\nlimits: {{rate: {KEY}}}\n", "2:16"),
        (f"axes: {{prompt: [{{template: 'a {{x}}', x: [{KEY}]}}]}}\n", "1:41"),
    ],
    ids=["prompt", "description", "key", "wrong value", "template"],
)
def test_the_key_in_a_grid_is_refused_at_its_place(file: Path, text: str, place: str) -> None:
    """Wherever it stands, also in a value that is wrong for another reason."""
    assert f"{file}:{place}: " in str(refusal(file, text))


def test_the_key_in_a_file_of_prompts_is_refused_at_its_line(file: Path) -> None:
    """It would be sent as well."""
    prompts = file.with_name("prompts.txt")
    prompts.write_text(f"a fox\n\nan owl with {KEY}\n")

    assert f"{prompts}:3: " in str(refusal(file, "axes: {prompt: {file: prompts.txt}}\n"))


def test_the_key_of_each_account_counts(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its own variable, or from its key file."""
    monkeypatch.setenv("SPARE_KEY", KEY[::-1])
    file.with_name("key").write_text("canary-in-a-file-5678\n")
    endpoints = "endpoints: [{name: a, key_env: SPARE_KEY}, {name: b, key_file: key}]\n"

    for key in (KEY[::-1], "canary-in-a-file-5678"):
        assert key not in str(refusal(file, f"{endpoints}axes: {{prompt: [{key}]}}\n"))


@pytest.mark.usefixtures("file")
def test_a_grid_built_in_python_is_looked_at_as_well() -> None:
    """A library can leak a key as a file can."""
    with pytest.raises(GridError, match="the API key itself"):
        make_grid({"axes": {"prompt": [f"a fox {KEY}"]}})


def test_a_placeholder_is_no_key(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short one is an ordinary word."""
    monkeypatch.setenv("MODELSLAB_API_KEY", "fox")
    file.write_text("axes: {prompt: [a fox]}\n")

    assert load_grid(file).axes.names == ("prompt",)
