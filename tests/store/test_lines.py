"""A line says exactly what was written, or is seen to be damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import job, line_of

from flux_batch.errors import RecordDamaged
from flux_batch.plan.job import JSON, canonical
from flux_batch.store.buy import LONGEST_BODY
from flux_batch.store.lines import (
    JOURNAL_HEAD,
    LONGEST_LINE,
    MANIFEST_HEAD,
    decode,
    encode,
    is_intact,
    read_lines,
)
from flux_batch.store.record import accepted, fate, intent, ready, sent, unknown
from flux_batch.store.standing import Fate, Generation

TEXTS = st.text(st.characters(codec=None), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.dictionaries(TEXTS.filter(lambda name: name not in {"crc", "v"}), VALUES, min_size=1, max_size=6)


@given(RECORDS)
def test_what_is_written_is_what_is_read(record: dict[str, object]) -> None:
    """Any text, lone surrogates and line separators included, comes back from one ASCII line."""
    line = encode(record)  # type: ignore[arg-type]

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert decode(line) == record


def test_a_line_is_json_for_everybody() -> None:
    """The seal is a field like any other."""
    line = encode({"e": "end", "exit_code": 0})

    assert {k: v for k, v in json.loads(line).items() if k != "crc"} == {"e": "end", "exit_code": 0}


def test_every_changed_byte_is_seen() -> None:
    """Whichever byte of a line changes, and to whatever: the line is damaged."""
    line = encode({"v": 1, "e": "sent", "job": "0123456789abcdef", "attempt": 1})

    for place in range(len(line) - 1):
        for change in (1, 0x20, 0x80):
            assert decode(line[:place] + bytes([line[place] ^ change]) + line[place + 1 :]) is None


def test_every_shortened_line_is_seen() -> None:
    """No beginning of a line passes for one."""
    line = encode({"v": 1, "e": "sent", "job": "0123456789abcdef", "attempt": 1})

    assert [decode(line[:length] + b"\n") for length in range(len(line) - 1)] == [None] * (len(line) - 1)


def test_a_line_somebody_wrote_by_hand_only_has_to_parse() -> None:
    """Without a seal there is nothing to hold it against."""
    assert decode(b'{"e": "end"}\n') == {"e": "end"}
    assert decode(b'["no", "record"]\n') is None
    assert decode(b'{"e": "en\n') is None


def test_a_record_too_long_for_a_line_loses_what_it_can_do_without() -> None:
    """An answer of any size leaves its id and its best links; ``shortened`` says that there was more."""
    links = tuple((f"https://a.example/{n}", f"https://b.example/{n}") for n in range(16))
    given_ = Generation(id="7", links=links, meta={"prompt": "x" * 70_000})

    line = encode(accepted(job(samples=16), 1, given_, pending=False))

    record = decode(line)
    assert len(line) <= LONGEST_LINE
    assert record is not None
    assert (record["id"], record["meta"], record["shortened"]) == ("7", {}, True)
    assert record["links"] == [list(each) for each in links]


def test_the_second_links_go_before_the_first() -> None:
    """Sixteen images with the longest links still have one each."""
    links = tuple((f"https://a.example/{n:02}".ljust(2000, "x"),) * 3 for n in range(16))

    record = decode(encode(accepted(job(samples=16), 1, Generation(id="7", links=links), pending=False)))

    assert record is not None
    assert record["links"] == [[each[0]] for each in links]


@pytest.mark.parametrize("letter", ["a", "\u00e9", "\u96ea", "\N{GRINNING FACE}", '"', "\x01"])
def test_a_line_of_the_longest_request_holds_an_answer_that_differs_in_everything(letter: str) -> None:
    """However the letters are spelled; what drifted is still named, and what was asked stands in the request."""
    long = letter * ((LONGEST_BODY - 300) // len(canonical({"": letter})[5:-2]))
    work = job(prompt=long)
    assert len(canonical(work.body)) <= LONGEST_BODY
    drift: list[dict[str, JSON]] = [
        {"field": name, "asked": value, "got": ["\N{GRINNING FACE}" * 5000]} for name, value in work.body.items()
    ]
    url = "https://cdn.example/" + "\N{GRINNING FACE}" * 1900

    line = encode(line_of(work, drift=drift, meta={"prompt": long}, axes={"prompt": long}, url=url).to_json())

    record = decode(line)
    assert len(line) <= LONGEST_LINE
    assert record is not None
    assert (record["prompt"], record["request"]) == (long, dict(work.body))
    told = cast("list[dict[str, JSON]]", record["drift"])
    assert [each["field"] for each in told] == list(work.body)


@pytest.mark.parametrize("name", ["7", None])
@pytest.mark.parametrize("write", ["accepted", "ready"])
def test_an_answer_whose_links_alone_are_too_long_keeps_those_that_fit(write: str, name: str | None) -> None:
    """Without an id they alone lead to what is paid for; one that does not fit leaves its place to no other."""
    long = "https://a.example/".ljust(2000, "\N{GRINNING FACE}")
    links = (("https://a.example/0",), (long, long), (long,), (long,), ("https://a.example/4",))
    told = Generation(id=name, links=links)
    work = job(samples=5)

    record = decode(encode(accepted(work, 1, told, pending=False) if write == "accepted" else ready(work.id, told)))

    assert record is not None
    assert (record["e"], record["shortened"]) == (write, True)
    assert record["links"] == [[links[0][0]], [long], [long], [], [links[4][0]]]


def test_links_beyond_the_images_of_a_request_are_the_first_to_go() -> None:
    """Nobody will ever follow them: an answer of thousands of links to four images costs those nothing."""
    links = tuple((f"https://a.example/{n}", f"https://b.example/{n}") for n in range(4000))

    record = decode(encode(accepted(job(samples=4), 1, Generation(links=links, meta={"seed": 1}), pending=False)))

    assert record is not None
    assert record["links"] == [list(each) for each in links[:4]]
    assert record["meta"] == {"seed": 1}


def test_a_record_that_stays_too_long_is_refused() -> None:
    """Nobody could read it back."""
    with pytest.raises(ValueError, match="the longest is 65536"):
        encode({"prompt": "x" * 70_000})


def test_a_resume_knows_the_lines_of_a_job_by_their_beginnings() -> None:
    """Event, job and images stand where the replay looks for them, in every line about a job."""
    work = job(samples=4)
    records = [
        intent(work, 1),
        sent(work.id, 1),
        accepted(work, 1, Generation(id="7"), pending=True),
        unknown(work, 1, "lost"),
        fate(work.id, 0, Fate.LOST),
    ]
    found = [JOURNAL_HEAD.match(encode({"v": 1, **record})) for record in records]

    assert [(m[1], m[2].decode(), m[3]) for m in found if m] == [
        (b"intent", work.id, None),
        (b"sent", work.id, None),
        (b"accepted", work.id, b"4"),
        (b"unknown", work.id, b"4"),
        (b"lost", work.id, None),
    ]


def test_a_resume_reads_a_manifest_line_by_its_beginning() -> None:
    """So 100,000 of them are read in a fraction of a second."""
    line = line_of(job(samples=4), 2)

    found = MANIFEST_HEAD.match(encode(line.to_json()))

    assert found is not None
    assert found.groups() == (
        line.job.encode(),
        b"2",
        b"4",
        line.file_name.encode(),
        b"5",
        line.sha256.encode(),
    )


def test_a_torn_last_line_ends_a_file_quietly(tmp_path: Path) -> None:
    """Whoever reads while somebody writes sees only whole lines."""
    path, whole = tmp_path / "log", encode({"n": 1})
    for torn in (whole[:-1], b"\0" * 100, b'{"n', whole[:5] + b"\n"):
        path.write_bytes(whole + torn)

        assert list(read_lines(path)) == [{"n": 1}]


def test_damage_in_the_middle_names_file_line_and_way_out(tmp_path: Path) -> None:
    """A flipped byte in line 7 of 20 is nothing to guess about."""
    path = tmp_path / ".flux-batch" / "journal.jsonl"
    path.parent.mkdir()
    lines = [encode({"n": n}) for n in range(20)]
    lines[6] = lines[6].replace(b"6", b"7", 1)
    path.write_bytes(b"".join(lines))

    with pytest.raises(RecordDamaged) as error:
        list(read_lines(path))

    assert f"{path}:7: this line is damaged" == str(error.value)
    assert f"flux-batch verify {tmp_path} --repair" == error.value.hint
    assert error.value.exit_code == 10


def test_a_line_of_a_newer_version_is_not_guessed_at(tmp_path: Path) -> None:
    """An old tool stops before it does harm."""
    (tmp_path / "log").write_bytes(encode({"v": 2, "e": "new"}))

    with pytest.raises(RecordDamaged, match="a newer flux-batch wrote this line"):
        list(read_lines(tmp_path / "log"))


def test_no_file_has_no_lines(tmp_path: Path) -> None:
    """A folder that never was run has no journal, and that is no error."""
    assert list(read_lines(tmp_path / "none")) == []


def test_a_sealed_line_is_intact_until_it_is_touched() -> None:
    """A line without a seal is not called intact: nobody knows."""
    line = encode({"n": 1})

    assert is_intact(line)
    assert not is_intact(line.replace(b"1", b"2", 1))
    assert not is_intact(b'{"n":1}\n')
