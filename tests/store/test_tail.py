"""After any crash only the last line is touched: completed where it is whole, put aside where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulty_disk import Dies, FaultyDisk, Killed

from flux_batch.store.disk import DISK
from flux_batch.store.lines import encode, read_lines
from flux_batch.store.tail import mend_tail

FIRST, LAST = encode({"n": 1}), encode({"n": 2, "text": "é\u2028"})


def mended(tmp_path: Path, content: bytes) -> tuple[str | None, list[object]]:
    """Mend a file of *content*; return what was said and what is in it then."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(content)
    note = mend_tail(DISK, path, tmp_path / "torn")
    assert not content or path.read_bytes().endswith(b"\n") or not path.read_bytes()
    return note, [record["n"] for record in read_lines(path)]


@pytest.mark.parametrize("length", range(1, len(LAST) - 1))
def test_a_last_line_torn_at_any_byte_is_moved_aside(tmp_path: Path, length: int) -> None:
    """The lines before it stay; what was torn is kept for the curious."""
    note, records = mended(tmp_path, FIRST + LAST[:length])

    assert records == [1]
    assert note == f"journal.jsonl: a torn last line of {length} bytes was moved to {tmp_path / 'torn'}"
    assert (tmp_path / "torn" / f"journal.jsonl.{len(FIRST)}").read_bytes() == LAST[:length]


def test_a_whole_last_line_gets_its_newline(tmp_path: Path) -> None:
    """It was written, so it counts."""
    note, records = mended(tmp_path, FIRST + LAST[:-1])

    assert records == [1, 2]
    assert note == "journal.jsonl: the last line lacked its newline and got it"


@pytest.mark.parametrize("tail", [b"\0" * 512, b"\0" * 100_000, LAST[:9] + b"\0" * 40 + b"\n", b"\xff\n"])
def test_what_a_power_cut_leaves_is_moved_aside(tmp_path: Path, tail: bytes) -> None:
    """Zeros in a block that never was written, with or without a newline behind them."""
    note, records = mended(tmp_path, FIRST + tail)

    assert records == [1]
    assert note is not None


@pytest.mark.parametrize("content", [b"", FIRST, FIRST + LAST])
def test_a_file_in_order_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """Not a byte and no word."""
    note, _ = mended(tmp_path, content)

    assert note is None
    assert (tmp_path / "journal.jsonl").read_bytes() == content


def test_a_torn_line_of_many_blocks_is_found_to_its_beginning(tmp_path: Path) -> None:
    """However long what was torn is."""
    _, records = mended(tmp_path, FIRST + b"x" * 200_000)

    assert records == [1]


def test_no_file_needs_no_mending(tmp_path: Path) -> None:
    """A folder's first run has nothing to mend."""
    assert mend_tail(DISK, tmp_path / "none", tmp_path) is None


@pytest.mark.parametrize("call", range(1, 9))
def test_mending_may_be_killed_at_any_call(tmp_path: Path, call: int) -> None:
    """The next one comes to the same end."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(FIRST + LAST[:9])
    try:
        mend_tail(FaultyDisk(Dies(call)), path, tmp_path / "torn")
    except Killed:
        mend_tail(DISK, path, tmp_path / "torn")

    assert path.read_bytes() == FIRST
    assert (tmp_path / "torn" / f"journal.jsonl.{len(FIRST)}").read_bytes() == LAST[:9]
