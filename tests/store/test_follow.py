"""Following a pending job: what a poll says, and for how long it is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hurried_loop import HurriedLoop
from memory_transport import MemoryTransport, Whole
from open_folder import bought, opened
from store_samples import job

from flux_batch.engine.clock import SystemClock
from flux_batch.engine.pollgate import Pace
from flux_batch.plan.job import JSON
from flux_batch.request.key import Key
from flux_batch.response.polling import Polling
from flux_batch.store.follow import BELIEVED, Follower
from flux_batch.store.standing import Fate, Generation, Stage, Standing

JOB = job()
HERE, ELSEWHERE = "https://api.example/v6", "https://other.example/v6"
FAILING = {"status": "failed", "message": "Failed, Try Again"}
UNHEARD_OF = {"status": "failed", "message": "Request not found"}


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Callable[[], HurriedLoop]]]:
    """Waits of minutes in seconds."""
    return "asyncio", {"loop_factory": HurriedLoop}


async def followed(
    root: Path, says: Mapping[str, JSON], *, age: float, accepted_by: str = HERE, here: str = HERE
) -> Standing:
    """Where a job stands that was accepted *age* seconds ago, after a run that is told *says* by every poll."""
    clock = SystemClock()
    at = datetime.fromtimestamp(clock.wall() - age, UTC).isoformat()
    async with opened(root) as store:
        before = await bought(store, JOB, Generation("7", service=accepted_by), pending=True)
        standing = replace(before, generation=Generation("7", service=accepted_by, at=at))
        store.book.standings[JOB.id] = standing
        follower = Follower(
            MemoryTransport(lambda _: Whole(json.dumps(says).encode()), Key("canary-key")),
            store,
            Pace(clock=clock),
            clock,
            Polling(patience=0.0),
            services={"": here},
        )
        return await follower.follow(standing)


@pytest.mark.parametrize("age, lost", [(3600.0, False), (BELIEVED + 60, True)])
async def test_a_job_that_says_try_again_for_a_day_is_written_off(tmp_path: Path, age: float, lost: bool) -> None:  # noqa: FBT001 - a parameter
    """Until then it may yet come; after it nothing the service makes would be there any more."""
    standing = await followed(tmp_path, FAILING, age=age)

    assert ({0: Fate.LOST} if lost else {}) == standing.fates
    assert standing.stage is Stage.PENDING


async def test_a_job_of_another_service_stays_pending(tmp_path: Path) -> None:
    """Whoever is asked here cannot know it. The words name who can."""
    moved = await followed(tmp_path / "moved", UNHEARD_OF, age=3600.0, accepted_by=ELSEWHERE)
    known = await followed(tmp_path / "known", UNHEARD_OF, age=3600.0)

    assert (moved.fates, known.fates) == ({}, {0: Fate.LOST})
    assert moved.problem is not None
    assert f"--base-url {ELSEWHERE}" in moved.problem[1]


async def test_the_embedded_server_is_not_asked_about_the_jobs_of_another(tmp_path: Path) -> None:
    """It counts its jobs from one, as others may: a picture it has under the same number is another."""
    painted: dict[str, JSON] = {"status": "success", "id": 7, "output": [f"{ELSEWHERE}/7.png"]}

    standing = await followed(tmp_path, painted, age=3600.0, accepted_by=ELSEWHERE, here="embedded")

    assert (standing.stage, standing.fates) == (Stage.PENDING, {})
    assert standing.problem is not None
    assert f"--base-url {ELSEWHERE}" in standing.problem[1]
