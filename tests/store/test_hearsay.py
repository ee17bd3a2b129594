"""What a webhook call tells about a lost answer: how long it is waited for, and what of it is believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from memory_transport import MemoryTransport, Play, Seen, Whole
from open_folder import bought, opened
from store_samples import job, paid
from trio.testing import MockClock

from flux_batch.engine.bell import Bells
from flux_batch.engine.brake import Brake
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.pollgate import Pace
from flux_batch.errors import LimitReached
from flux_batch.plan.job import JSON
from flux_batch.request.key import Key
from flux_batch.response.inquiry import may_be_of
from flux_batch.response.verdict import Images, Pending
from flux_batch.store import record
from flux_batch.store.follow import Follower
from flux_batch.store.hearsay import AGAIN, LONGEST, UNTOLD, Hearsay, patience

WORK, OTHER = job(1), job(2)
LINK = "https://cdn.example/7.png"
DONE: dict[str, JSON] = {"status": "success", "output": [LINK]}
UNHEARD_OF: dict[str, JSON] = {"status": "failed", "message": "Request not found"}
BROKEN: dict[str, JSON] = {}


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, MockClock]]:
    """Virtual time: a wait of minutes is exact, and takes none."""
    return "trio", {"clock": MockClock(autojump_threshold=0)}


@dataclass
class Scene:
    """A lost answer, a service that is asked about ids, and calls about it.

    Attributes:
        says: id -> what the service says of it, one after the other and the last for ever; of all others it knows none.
        calls: when somebody calls, and with which id.
        expected: whether a webhook is set.
        eta: the service's last estimate.
        stop: when the run ends.
        asked: ids the service was asked for.
    """

    root: Path
    says: dict[str, list[dict[str, JSON]]] = field(default_factory=dict)
    calls: Sequence[tuple[float, str]] = ()
    expected: bool = True
    eta: float | None = None
    stop: float | None = None
    asked: list[str] = field(default_factory=list)

    async def play(self) -> tuple[Images | Pending | None, float]:
        """Wait for a call about the lost answer; return what came of it, and after how many seconds."""
        bells, brake, clock = Bells(), Brake(), SystemClock()
        async with opened(self.root) as store:
            await bought(store, OTHER, paid(2))
            for each in (record.intent(WORK, 1), record.sent(WORK.id, 1), record.unknown(WORK, 1, "reset")):
                await store.record(each)
            transport = MemoryTransport(self._answer, Key("canary-key"))
            follower = Follower(transport, store, Pace(clock=clock), clock)
            hearsay = Hearsay(follower, bells, brake, clock, expected=self.expected, eta=self.eta)
            async with anyio.create_task_group() as tasks:
                with bells.listening(WORK.id):
                    tasks.start_soon(self._call, bells, brake)
                    began = anyio.current_time()
                    answer = await hearsay.answer(store.book.standings[WORK.id], "")
                    took = anyio.current_time() - began
                tasks.cancel_scope.cancel()
        return answer, took

    async def _call(self, bells: Bells, brake: Brake) -> None:
        began = anyio.current_time()
        for after, name in self.calls:
            await anyio.sleep(began + after - anyio.current_time())
            bells.hint(WORK.id, name)
            bells.ring(WORK.id)
        if self.stop is not None:
            await anyio.sleep(self.stop)
            brake.pull(LimitReached("enough"))

    def _answer(self, seen: Seen) -> Play:
        name = seen.target.rpartition("/")[2]
        if name == "fetch":  # the other documented form
            name = str(json.loads(seen.body)["request_id"])
        else:
            self.asked.append(name)
        answers = self.says.get(name, [UNHEARD_OF])
        said = answers[min(self.asked.count(name), len(answers)) - 1]
        return Whole(json.dumps({"id": name, **said} if "output" in said else said).encode())


@pytest.mark.parametrize(
    "eta, seconds",
    [(20.0, 40.0), (3600.0, LONGEST), (None, 2 * UNTOLD), (0.0, 2 * UNTOLD), (float("nan"), 2 * UNTOLD)],
)
def test_a_call_is_waited_for_twice_as_long_as_a_job_takes(eta: float | None, seconds: float) -> None:
    """At most ten minutes; two where nobody said how long it takes."""
    assert patience(eta) == seconds


@pytest.mark.parametrize(
    "meta, may_be",
    [
        ({}, True),
        ({"seed": 1, "prompt": "Picture 1, best quality"}, True),
        ({"seed": "1"}, True),
        ({"seed": 2, "prompt": "picture 1"}, False),
        ({"seed": 1, "prompt": "picture 2"}, False),
    ],
)
def test_what_names_another_seed_or_prompt_is_another_job(meta: dict[str, JSON], may_be: bool) -> None:  # noqa: FBT001 - a parameter
    """An id in a call may be anybody's; a service may add to a prompt."""
    assert may_be_of(WORK, Images("7", ((LINK,),), meta=meta)) is may_be


async def test_the_id_in_a_call_is_asked_about_and_the_answer_counts(tmp_path: Path) -> None:
    """At once; nothing of the call but the id is used."""
    scene = Scene(tmp_path, {"7": [DONE]}, calls=[(30.0, "7")])

    answer, took = await scene.play()

    assert answer == Images("7", ((LINK,),))
    assert 30 <= took < 32
    assert scene.asked == ["7"]


async def test_a_call_that_came_before_anybody_waited_is_not_lost(tmp_path: Path) -> None:
    """The post may hang for minutes after its job is done."""
    answer, took = await Scene(tmp_path, {"7": [DONE]}, calls=[(0.0, "7")]).play()

    assert isinstance(answer, Images)
    assert took < 2


async def test_without_a_call_the_wait_ends_by_itself(tmp_path: Path) -> None:
    """By then the service would have called; now the policy for lost answers decides."""
    scene = Scene(tmp_path, eta=45.0)

    assert await scene.play() == (None, 90.0)
    assert scene.asked == []


async def test_without_a_webhook_nothing_is_waited_for(tmp_path: Path) -> None:
    """Nobody would call."""
    assert await Scene(tmp_path, {"7": [DONE]}, calls=[(0.0, "7")], expected=False).play() == (None, 0.0)


@pytest.mark.parametrize("name", ["1002", "666", "8"], ids=["another job's", "nobody's", "another picture's"])
async def test_an_id_that_is_not_ours_is_no_answer(tmp_path: Path, name: str) -> None:
    """A forged call wins nothing, and the honest one after it is heard."""
    says = {"1002": [DONE], "8": [DONE | {"meta": {"seed": 99}}], "7": [DONE]}

    answer, took = await Scene(tmp_path, says, calls=[(1.0, name), (50.0, "7")]).play()

    assert answer == Images("7", ((LINK,),))
    assert took >= 50


async def test_an_id_that_cannot_be_told_about_yet_is_asked_about_again(tmp_path: Path) -> None:
    """The service may call before its other half knows: each time it is asked in both forms, twice."""
    scene = Scene(tmp_path, {"7": [*[UNHEARD_OF] * 4, *[BROKEN] * 4, DONE]}, calls=[(1.0, "7")])

    answer, took = await scene.play()

    assert isinstance(answer, Images)
    assert took >= 1 + 2 * AGAIN


async def test_a_job_in_the_queue_is_an_answer(tmp_path: Path) -> None:
    """It was accepted: from here on it is polled."""
    says: dict[str, list[dict[str, JSON]]] = {"7": [{"status": "processing", "id": 7, "eta": 3}]}

    answer, _ = await Scene(tmp_path, says, calls=[(1.0, "7")]).play()

    assert isinstance(answer, Pending)
    assert answer.id == "7"


async def test_the_end_of_the_run_ends_the_wait(tmp_path: Path) -> None:
    """Nobody posts after it anyway."""
    assert await Scene(tmp_path, stop=5.0).play() == (None, 5.0)
