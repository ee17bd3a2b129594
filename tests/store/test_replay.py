"""Replaying fast and replaying in full come to the same book; damage stops both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import job, kept_of_line, line_of, paid

from flux_batch.errors import RecordDamaged
from flux_batch.store import record
from flux_batch.store.book import Book
from flux_batch.store.done import Done
from flux_batch.store.lines import encode, read_lines
from flux_batch.store.manifest import Kept, read_manifest
from flux_batch.store.record import Record
from flux_batch.store.replay import replay
from flux_batch.store.standing import Fate

JOBS = [job(1), job(2, samples=2), job(3)]
STEPS = [
    step
    for each in JOBS
    for step in (
        record.intent(each, 1),
        record.sent(each.id, 1),
        record.unknown(each, 1, "x"),
        record.accepted(each, 1, paid(), pending=False),
        record.fate(each.id, 0, Fate.KEPT),
        record.fate(each.id, each.samples - 1, Fate.KEPT),
        record.fate(each.id, 0, Fate.LOST),
        {"e": "run", "boot": "b"},
        {"e": "end", "exit_code": 0},
    )
]


@given(st.lists(st.sampled_from(STEPS), max_size=30), st.sets(st.sampled_from([JOBS[0].id, JOBS[1].id])))
def test_skipping_the_lines_of_done_jobs_changes_no_number(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], done: set[str]
) -> None:
    """Money and traffic are the same, and so is every job that is not done."""
    path = tmp_path_factory.mktemp("replay") / "journal.jsonl"
    path.write_bytes(b"".join(encode({"v": 1, **each}) for each in records))

    fast, full = (
        replay(path, lambda job: (job if isinstance(job, str) else job.decode()) in done),
        Book(read_lines(path)),
    )

    assert (fast.money, fast.traffic, fast.run, fast.ended) == (full.money, full.traffic, full.run, full.ended)
    assert fast.standings == {name: each for name, each in full.standings.items() if name not in done}


@pytest.mark.parametrize("done", [True, False])
def test_damage_is_seen_also_in_a_line_that_is_not_parsed(tmp_path: Path, done: bool) -> None:  # noqa: FBT001 - a row
    """The seal tells; the last line alone may be torn."""
    path = tmp_path / "journal.jsonl"
    lines = [encode({"v": 1, **each}) for each in (record.intent(JOBS[0], 1), record.sent(JOBS[0].id, 1))]
    path.write_bytes(lines[0].replace(b"picture", b"pictura", 1) + lines[1])
    with pytest.raises(RecordDamaged, match=r"journal\.jsonl:1: this line is damaged"):
        replay(path, lambda _: done)

    path.write_bytes(lines[0] + lines[1][:-9])
    assert replay(path, lambda _: done).traffic.posts == 0


def test_a_manifest_line_reads_the_same_by_its_beginning_and_as_a_whole(tmp_path: Path) -> None:
    """With its fields in our order or in any other, sealed or not."""
    line = line_of(JOBS[1], 1).to_json()
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(encode(line) + encode(dict(sorted(line.items()))) + json.dumps(line, indent=None).encode() + b"\n")

    assert [kept_of_line(JOBS[1], 1)] * 3 == list(read_manifest(path))


@pytest.mark.parametrize(
    "change",
    [
        {"file_name": "../../etc/passwd"},
        {"file_name": "images/../x.png"},
        {"file_name": "/images/x.png"},
        {"sample": 1},
        {"sample": -1},
        {"samples": 10**9, "sample": 10**8},
        {"job": "no job"},
        {"bytes": None},
        {"sha256": "no digest"},
    ],
)
def test_a_manifest_line_that_names_no_image_of_ours_is_damage(tmp_path: Path, change: dict[str, object]) -> None:
    """Whoever wrote it: no path outside, no image that cannot be."""
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(encode({**line_of(JOBS[0]).to_json(), **change}) * 2)  # type: ignore[dict-item]

    with pytest.raises(RecordDamaged, match=r"manifest\.jsonl:1: this is no manifest line"):
        list(read_manifest(path))


def test_done_counts_each_image_once() -> None:
    """A job is whole when the last of its images is there."""
    two = JOBS[1]
    done = Done([kept_of_line(two, 0), kept_of_line(two, 0)])
    assert (done.images, done.has(two.id, 0), done.has(two.id, 1), done.whole(two.id)) == (1, True, False, False)

    done.add(kept_of_line(two, 1, b"other"))

    assert (done.images, done.whole(two.id)) == (2, True)
    assert done.has_bytes(kept_of_line(two, 1, b"other").sha256)
    assert not done.has_bytes("0" * 64)
    assert not done.whole(JOBS[0].id)


def test_what_a_resume_keeps_of_a_line_is_small() -> None:
    """A million images fit into a few hundred megabytes."""
    assert set(Kept._fields) == {"job", "sample", "samples", "file_name", "bytes", "sha256"}
