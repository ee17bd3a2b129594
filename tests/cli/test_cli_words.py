"""How the command line speaks."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.cli import COMMANDS, main
from flux_batch.cli.words import duration, many, plain


@pytest.mark.parametrize("seconds, words", [(0.04, "0.0 s"), (4.24, "4.2 s"), (59.9, "59.9 s")])
def test_short_times_are_seconds(seconds: float, words: str) -> None:
    """To a tenth."""
    assert words == duration(seconds)


@pytest.mark.parametrize("seconds, words", [(60, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")])
def test_long_times_are_minutes_and_hours(seconds: float, words: str) -> None:
    """Nobody reads 7500 seconds."""
    assert words == duration(seconds)


def test_one_image_is_no_images() -> None:
    """Numbers agree with their nouns."""
    assert [many(number, "image") for number in (0, 1, 48000)] == ["0 images", "1 image", "48,000 images"]


@given(text=st.text(), width=st.integers(1, 80))
def test_no_text_can_move_the_cursor(text: str, width: int) -> None:
    """Prompts and answers are hostile: escapes, line breaks and reversed text come out as what they are."""
    assert plain(text).isprintable()
    assert len(plain(text, width)) <= width


def test_a_misspelt_command_is_named() -> None:
    """The command that was probably meant, and exit code 2."""
    done = CliRunner().invoke(main, ["rnu", "grid.yaml"])

    assert done.exit_code == 2
    assert "Did you mean 'run'?" in done.output


def test_a_command_like_no_other_is_only_refused() -> None:
    """No guess is better than a wild one."""
    done = CliRunner().invoke(main, ["xyzzy"])

    assert done.exit_code == 2
    assert "Did you mean" not in done.output


def test_help_lists_every_command() -> None:
    """One line each."""
    output = CliRunner().invoke(main, ["--help"]).output

    assert all(f"  {name} " in output for name in COMMANDS)
