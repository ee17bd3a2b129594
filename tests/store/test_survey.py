"""``status`` tells what a run that goes on is at work on from what a run that died has lost."""

from __future__ import annotations

from pathlib import Path

from anyio.to_thread import run_sync as in_thread
from faulty_disk import FaultyDisk
from open_folder import bought, opened
from store_samples import job, paid

from flux_batch.store import record
from flux_batch.store.folder import Folder
from flux_batch.store.recovery import LOST_IN_CRASH
from flux_batch.store.store import Store
from flux_batch.store.survey import survey


async def in_the_middle(store: Store) -> None:
    """One job of each kind: about to be posted, posted, in the queue, paid; and two turned away for good."""
    await store.record(record.intent(job(1), 1))
    await store.record(record.intent(job(2, samples=2), 1))
    await store.record(record.sent(job(2, samples=2).id, 1))
    await bought(store, job(3), paid(3), pending=True)
    await bought(store, job(4), paid(4))
    for refused in (job(5), job(6)):
        await store.record(record.intent(refused, 1))
        await store.record(record.rejected(refused.id, 1, ("refused", "no")))


async def test_what_a_living_run_is_at_work_on_is_under_way_and_no_failure(tmp_path: Path) -> None:
    """Posts without an answer yet are counted by themselves; only what met trouble has a kind, words and a command."""
    async with opened(tmp_path) as store:
        await in_the_middle(store)

        found = await in_thread(survey, Folder(tmp_path, FaultyDisk()))

    assert found.running is not None
    assert (found.under_way, found.pending, found.failed, found.held) == (3, 2, 2, 0)
    assert found.failures == {("refused", "no"): 2}
    assert {seed for seed, count in found.axes["seed"].items() if count.failed} == {"5", "6"}


async def test_what_a_dead_run_was_at_work_on_is_told_in_words(tmp_path: Path) -> None:
    """An answer that nobody waits for any more is lost and held; what never left is merely not made yet."""
    async with opened(tmp_path) as store:
        await in_the_middle(store)

    found = await in_thread(survey, Folder(tmp_path, FaultyDisk()))

    assert (found.running, found.under_way) == (None, 0)
    assert (found.pending, found.failed, found.held) == (2, 2, 2)
    waits = ("pending", "accepted, and the run ended before its image was here")
    assert found.failures == {("refused", "no"): 2, ("held", LOST_IN_CRASH): 1, waits: 2}


async def test_a_second_post_in_flight_is_under_way_whatever_became_of_the_first(tmp_path: Path) -> None:
    """The first answer's doubt stays in the money, and comes back when the run is gone."""
    async with opened(tmp_path) as store:
        await store.record(record.intent(job(), 1))
        await store.record(record.unknown(job(), 1, "reset"))
        await store.record(record.intent(job(), 2))
        await store.record(record.sent(job().id, 2))

        during = await in_thread(survey, Folder(tmp_path, FaultyDisk()))
    after = await in_thread(survey, Folder(tmp_path, FaultyDisk()))

    assert (during.under_way, during.held, during.money.possibly_billed_twice) == (1, 0, 1)
    assert (after.under_way, after.held, after.money.possibly_billed_twice) == (0, 1, 2)
