"""The lines of a text file, kept as the bytes they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.grid import lines
from flux_batch.grid.lines import Lines


@given(st.text(alphabet="ab #\n\r\t é\u2028", max_size=40), st.booleans())
def test_lines_are_those_a_text_editor_shows(text: str, mark: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
    """Trimmed, without blank ones and comments, each with its number; a byte order mark is no part of the first."""
    data = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    blanks = " \t\r\x0b\x0c"
    numbered = [(number, line.strip(blanks)) for number, line in enumerate(text.split("\n"), start=1)]
    wanted = [(number, line) for number, line in numbered if line and not line.startswith("#")]

    found = Lines(data)

    assert list(zip(found.numbers, found, strict=True)) == wanted
    assert list(found[::2]) == [line for _, line in wanted][::2]


@pytest.mark.parametrize("piece", [1, 2, 3, 7])
def test_a_letter_cut_by_reading_in_pieces_is_whole(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a byte that is no letter is found where it stands."""
    monkeypatch.setattr(lines, "PIECE", piece)

    assert list(Lines("né\u20acd\n\U0001f98a".encode())) == ["né\u20acd", "\U0001f98a"]
    with pytest.raises(UnicodeDecodeError) as caught:
        Lines("né\n".encode() + b"caf\xe9 x")
    assert caught.value.start == 7
    with pytest.raises(UnicodeDecodeError):
        Lines(b"caf\xc3")
