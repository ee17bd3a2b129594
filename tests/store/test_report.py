"""What a run leaves for people and programs adds up, and names each job that has no image."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulty_disk import Dies, Fails, FaultyDisk, Killed
from store_samples import NOON, job, kept_of_line, paid

from flux_batch.errors import LimitReached, StorageFailed
from flux_batch.grid import make_grid
from flux_batch.store import record
from flux_batch.store.book import Book
from flux_batch.store.failure import failure_class
from flux_batch.store.folder import Folder
from flux_batch.store.record import Record
from flux_batch.store.refetch import grid_of
from flux_batch.store.report import counts, failures, replace_whole, run_record, told
from flux_batch.store.standing import Fate

WORK = job(samples=2)
BEGUN = [record.intent(WORK, 1), record.sent(WORK.id, 1)]
PAID = [*BEGUN, record.accepted(WORK, 1, paid(), pending=False)]
ROWS: list[tuple[str, list[Record], str, dict[str, int]]] = [
    ("an intent", [record.intent(WORK, 1)], "transient", {"failed": 2}),
    ("refused", [*BEGUN, record.rejected(WORK.id, 1, ("refused", "no"))], "refused", {"failed": 2}),
    ("turned away", [*BEGUN, record.rejected(WORK.id, 1, ("busy", "full"))], "transient", {"failed": 2}),
    ("an answer lost", [*BEGUN, record.unknown(WORK, 1, "reset")], "held", {"held": 2}),
    (
        "an answer lost, then turned away",
        [*BEGUN, record.unknown(WORK, 1, "reset"), *BEGUN, record.rejected(WORK.id, 2, ("stop", "no credit"))],
        "held",
        {"held": 2},
    ),
    ("in the queue", [*BEGUN, record.accepted(WORK, 1, paid(), pending=True)], "pending", {"pending": 2}),
    ("paid", PAID, "pending", {"pending": 2}),
    ("one of two here", [*PAID, record.fate(WORK.id, 0, Fate.KEPT)], "pending", {"pending": 1}),
    (
        "one set aside",
        [*PAID, record.fate(WORK.id, 0, Fate.KEPT), record.fate(WORK.id, 1, Fate.QUARANTINED, reason="blank")],
        "gate",
        {"quarantined": 1},
    ),
    (
        "one lost, one set aside",
        [*PAID, record.fate(WORK.id, 0, Fate.LOST, reason="gone"), record.fate(WORK.id, 1, Fate.QUARANTINED)],
        "paid_but_lost",
        {"failed": 1, "quarantined": 1},
    ),
]


@pytest.mark.parametrize("words, records, kind, numbers", ROWS, ids=[row[0] for row in ROWS])
def test_each_job_without_an_image_has_one_class_and_each_image_one_number(
    words: str, records: list[Record], kind: str, numbers: dict[str, int]
) -> None:
    """The numbers of a report add up to what was planned."""
    (standing,) = Book(records).standings.values()

    assert failure_class(standing) == kind, words
    assert {name: count for name, count in counts([standing]).items() if count} == numbers


def test_a_failure_line_says_what_who_and_why() -> None:
    """And which generation it was, for whoever asks the service."""
    lost = record.fate(WORK.id, 0, Fate.LOST, reason="the link is dead")
    book = Book([{**each, "at": NOON} for each in (*PAID, lost)])

    assert list(failures(book.standings.values())) == [
        {
            "job": WORK.id,
            "axes": WORK.axes,
            "class": "pending",
            "message": "the link is dead",
            "attempts": 1,
            "generation_id": "1001",
            "at": NOON,
        }
    ]


def test_a_manifest_line_whose_file_cannot_be_had_is_told_too() -> None:
    """Though no journal knows of it."""
    (line,) = failures([], [kept_of_line(job())])

    assert (line["class"], line["job"]) == ("paid_but_lost", job().id)
    assert f"images/{job().id}-0.png is gone or changed" in str(line["message"])


@pytest.mark.parametrize(
    "records, words",
    [
        ([], "nothing that is paid for is missing"),
        ([*PAID, record.fate(WORK.id, 0, Fate.KEPT)], "1 image is paid and will be fetched by the next run"),
        (PAID, "2 images are paid and will be fetched by the next run"),
    ],
)
def test_trouble_with_the_disk_says_what_is_still_to_come(records: list[Record], words: str) -> None:
    """Other reasons stay as they are."""
    reason = told(StorageFailed("disk full", hint="make room"), Book(records))
    other = LimitReached("enough")

    assert str(reason) == f"disk full; {words}"
    assert reason is not None
    assert reason.hint == "make room"
    assert told(other, Book(records)) is other
    assert told(None, Book(records)) is None


def test_a_repair_finds_in_the_journal_how_images_were_fetched_and_kept() -> None:
    """Address, gates and names; nothing of the prompts, and never a key."""
    grid = make_grid(
        {
            "name": "faces",
            "axes": {"prompt": ["a secret plan"]},
            "endpoint": {"base_url": "https://api.example/v6", "key_env": "THE_KEY", "price": 0.5},
            "gates": {"blank": "off"},
            "output": {"dir": "/elsewhere", "name": "{seed}-{job}-{sample}"},
            "limits": {"retry": {"first": 1, "longest": 9}, "max_posts": 5},
        }
    )
    line = run_record(grid, grid.endpoint.base_url, 1)

    again = grid_of(line)

    assert (again.endpoint, again.gates, again.output.name) == (grid.endpoint, grid.gates, grid.output.name)
    assert (again.limits.retry, again.limits.max_posts) == (grid.limits.retry, None)
    assert "a secret plan" not in str(line)
    assert "/elsewhere" not in str(line)


@pytest.mark.parametrize("call", range(1, 7))
def test_a_report_is_there_whole_or_not_at_all(tmp_path: Path, call: int) -> None:
    """Old or new, wherever it was cut off; and no draft stays behind for good."""
    path = tmp_path / "run.json"
    path.write_bytes(b"old")
    try:
        replace_whole(Folder(tmp_path, FaultyDisk(Dies(call))), path, b"new")
    except Killed:
        assert path.read_bytes() in {b"old", b"new"}

    replace_whole(Folder(tmp_path), path, b"newer")
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    """And no half of a new one."""
    path = tmp_path / "run.json"
    path.write_bytes(b"old")

    with pytest.raises(StorageFailed, match=r"cannot write .*run\.json"):
        replace_whole(Folder(tmp_path, FaultyDisk(Fails(3))), path, b"new")

    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]
