"""The hook: what it is told, what it never sees, and that its failure is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.addons.hook.hook import Finished, run_hook, without_keys

KEY = "canary-0123456789-abcdef"


def test_it_is_told_where_the_result_lies(tmp_path: Path) -> None:
    """Paths are absolute, so it may change its folder."""
    told = Finished("night", tmp_path / "x" / "..", 3, "ab12").variables()

    assert {
        "FLUX_BATCH_RUN_JSON": str(tmp_path / "run.json"),
        "FLUX_BATCH_OUT": str(tmp_path),
        "FLUX_BATCH_GRID": "night",
        "FLUX_BATCH_EXIT_CODE": "3",
        "FLUX_BATCH_RUN": "ab12",
    } == told


@given(before=st.text("ab:=", max_size=4), after=st.text("ab:=", max_size=4))
def test_it_never_sees_the_key(before: str, after: str) -> None:
    """Neither in the key's own variable nor inside another one; what is no key it keeps."""
    environment = {"MY_KEY": f" {KEY}\n", "CURL_ARGS": f"{before}{KEY}{after}", "PATH": "/bin", "SLACK_TOKEN": "other"}

    assert without_keys(environment, {"MY_KEY", "MODELSLAB_API_KEY"}) == {"PATH": "/bin", "SLACK_TOKEN": "other"}


def test_a_placeholder_of_a_key_takes_nothing_else_away() -> None:
    """A key called `x` does not empty the environment."""
    assert without_keys({"PATH": "/usr/bin:/xbin", "K": "x"}, {"K"}) == {"PATH": "/usr/bin:/xbin"}


@pytest.mark.parametrize(
    "command, trouble",
    [
        ("exit 0", None),
        ("exit 7", "the hook failed with exit code 7: exit 7"),
        ("kill -TERM $$", "the hook was ended by signal 15: kill -TERM $$"),
        ("no-such-command 2>/dev/null", "the hook failed with exit code 127: no-such-command 2>/dev/null"),
    ],
)
def test_its_failure_is_one_sentence(command: str, trouble: str | None) -> None:
    """With the number that tells why."""
    assert run_hook(command, {"PATH": "/usr/bin:/bin"}) == trouble
