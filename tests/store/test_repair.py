"""What ``verify --repair --rebuy`` gives up is what nobody can fetch any more, and nothing that may still come."""

from __future__ import annotations

import pytest
from store_samples import job, kept_of_line, paid

from flux_batch.store import record
from flux_batch.store.book import Book
from flux_batch.store.manifest import Kept
from flux_batch.store.record import Record
from flux_batch.store.repair import beyond_reach
from flux_batch.store.standing import Fate

WORK = job(samples=2)
PAID = [record.intent(WORK, 1), record.accepted(WORK, 1, paid(), pending=False)]
KEPT = record.fate(WORK.id, 0, Fate.KEPT)
LINE = [kept_of_line(WORK, 1)]


@pytest.mark.parametrize(
    "records, missing",
    [
        ([*PAID, record.fate(WORK.id, 0, Fate.LOST, reason="dead")], []),
        ([*PAID, record.fate(WORK.id, 0, Fate.QUARANTINED, reason="blank")], []),
        ([*PAID, KEPT], LINE),
        ([PAID[0], record.accepted(WORK, 1, paid(), pending=True)], LINE),
    ],
    ids=["its sibling is lost", "its sibling was set aside", "its file is gone", "the service is at work on it"],
)
def test_a_job_of_which_an_image_may_still_come_is_not_given_up(records: list[Record], missing: list[Kept]) -> None:
    """It is paid for: bought again, it would be paid for twice."""
    assert beyond_reach(Book(records).standings.values(), missing) == []


@pytest.mark.parametrize(
    "records, missing",
    [
        ([*PAID, KEPT, record.fate(WORK.id, 1, Fate.LOST, reason="dead")], LINE),
        ([*PAID, KEPT, record.fate(WORK.id, 1, Fate.QUARANTINED, reason="blank")], []),
        ([PAID[0], record.unknown(WORK, 1, "reset")], []),
        ([PAID[0], record.rejected(WORK.id, 1, ("refused", "no"))], LINE),
        ([], LINE),
    ],
    ids=["lost", "set aside", "its answer lost", "refused when bought again", "of no journal"],
)
def test_a_job_that_only_buying_can_help_is_given_up(records: list[Record], missing: list[Kept]) -> None:
    """Once, whatever speaks for it."""
    assert beyond_reach(Book(records).standings.values(), missing) == [WORK.id]
