"""Paid once, never lost: each rule about money as one short story, with the service's own bill as the judge."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from faulty_disk import Dies, Fails, Fills, Misses
from memory_service import ORIGIN, Manner, MemoryService, said
from scene import Scene, lost_answers

from flux_batch.engine.clock import SystemClock
from flux_batch.errors import AllRefused, LimitReached, RecordDamaged, StorageFailed
from flux_batch.plan import make_plan
from flux_batch.plan.job import JSON, Job
from flux_batch.request.transport import Answer
from flux_batch.store import record
from flux_batch.store.folder import Folder
from flux_batch.store.lines import encode, read_lines
from flux_batch.store.record import Record
from flux_batch.store.report import run_record
from flux_batch.store.store import open_store


def journal(scene: Scene) -> list[dict[str, object]]:
    """The journal's records."""
    return [dict(record) for record in read_lines(scene.out / ".flux-batch" / "journal.jsonl")]


def failures(scene: Scene) -> list[dict[str, object]]:
    """The lines of ``failures.jsonl``."""
    return [json.loads(line) for line in (scene.out / "failures.jsonl").read_text().splitlines()]


def lost(*posts: int) -> Misses:
    """The answers to these posts are lost."""
    return Misses("answer", frozenset(posts))


async def begun(scene: Scene, story: Callable[[Job], list[Record]]) -> None:
    """Let an earlier run have written the *story* of each job."""
    async with open_store(Folder(scene.out), SystemClock()) as store:
        await store.begin(run_record(scene.grid, ORIGIN, scene.seeds))
        for job in make_plan(scene.grid):
            for each in story(job):
                await store.record(each)
        await store.record({"e": "end", "exit_code": 5})


def turned_away(job: Job) -> list[Record]:
    """Posted, the answer lost; posted again, and there was no credit."""
    first = [record.intent(job, 1), record.sent(job.id, 1), record.unknown(job, 1, "reset")]
    again = [record.intent(job, 2), record.sent(job.id, 2), record.rejected(job.id, 2, ("stop", "no credit"))]
    return first + again


def test_a_lost_answer_is_repeated_once_and_declared(arena: Path) -> None:
    """The image may have been billed twice, here it was; the line and the four numbers say so."""
    scene = Scene(arena, seeds=1)

    ended = scene.run(lost(1))

    assert ended.report is not None
    assert (ended.code, ended.report.kept, ended.report.known_billed, ended.report.possibly_billed_twice) == (
        0,
        1,
        1,
        1,
    )
    assert sum(scene.service.billed.values()) == 2
    (line,) = read_lines(scene.out / "manifest.jsonl")
    assert (line["billed"], line["attempts"]) == ("possibly_twice", 2)


def test_after_two_lost_answers_a_job_is_held(arena: Path) -> None:
    """In this run and in every later one, until somebody decides."""
    scene = Scene(arena, seeds=1)

    first, second = scene.run(lost(1, 2)), scene.run()

    assert (first.code, second.code) == (3, 3)
    assert len(scene.service.posts) == 2
    assert [(each["class"], each["attempts"]) for each in failures(scene)] == [("held", 2)]


def test_lost_answers_are_counted_over_all_runs(arena: Path) -> None:
    """One lost to a kill and one to the wire make two."""
    scene = Scene(arena, seeds=1)
    healthy = Scene(arena / "other", seeds=1)
    healthy.run()
    scene.run(Dies(healthy.disk.calls.index("answer") + 1))

    ended = scene.run(lost(1))

    assert ended.code == 3
    assert len(scene.service.posts) == 2
    assert lost_answers(scene.out).total() == 2


def test_whoever_asked_to_hold_is_never_billed_twice(arena: Path) -> None:
    """The job is left to a person, and the others are made."""
    scene = Scene(arena, ambiguous="hold")

    first, second = scene.run(lost(1)), scene.run()

    assert (first.code, second.code) == (3, 3)
    assert set(scene.service.billed.values()) == {1}
    assert first.report is not None
    assert (first.report.kept, first.report.held, first.report.possibly_billed_twice) == (1, 1, 1)


def test_a_post_that_is_turned_away_takes_no_doubt_away(arena: Path) -> None:
    """The first may have been billed all the same: whoever asks to hold then is not billed twice."""
    scene = Scene(arena, MemoryService(penniless=frozenset({2})), seeds=1)

    first = scene.run(lost(1))
    scene.ambiguous = "hold"
    second = scene.run()

    assert (first.code, second.code) == (5, 3)
    assert len(scene.service.posts) == 2
    assert [each["class"] for each in failures(scene)] == ["held"]
    assert scene.wrong_at_the_end() == []


def test_the_cap_counts_what_is_in_doubt_whatever_came_after(arena: Path) -> None:
    """Nine answers were lost, and the posts that repeated them were turned away: five are repeated, and no more."""
    scene = Scene(arena, seeds=9)
    anyio.run(begun, scene, turned_away)

    ended = scene.run()

    assert ended.code == 6
    assert len(scene.service.posts) <= 5


def test_a_wish_to_buy_again_is_good_for_one_purchase(arena: Path) -> None:
    """Held after two lost answers, asked for, turned away: no later run posts it, until somebody asks again."""
    scene = Scene(arena, MemoryService(penniless=frozenset({3})), seeds=1)
    scene.run(lost(1, 2))
    scene.rebuy = True
    assert scene.run().code == 5
    scene.rebuy = False

    plain = scene.run()

    assert (plain.code, len(scene.service.posts)) == (3, 3)
    assert [each["class"] for each in failures(scene)] == ["held"]
    assert scene.wrong_at_the_end() == []
    scene.rebuy = True
    assert scene.run().code == 0
    assert list(scene.audit().violations()) == []


def test_a_purchase_that_was_asked_for_waits_where_the_service_is_busy(arena: Path) -> None:
    """A busy answer costs nothing and uses no wish up."""
    scene = Scene(arena, seeds=1)
    scene.run(lost(1, 2))
    scene.service.manner, scene.rebuy = Manner.BUSY, True
    scene.service.posts += ["another", "another"]  # the fifth post meets a full queue

    ended = scene.run()

    assert ended.code == 0
    assert list(scene.audit().violations()) == []


class Fickle(MemoryService):
    """A service that paints another picture each time it is paid."""

    def generate(self, body: dict[str, JSON]) -> Answer:
        """Read one generate post."""
        answer = super().generate(body)
        latest = max(self.works)
        self.works[latest].body = {**body, "seed": latest}
        return answer


@pytest.mark.parametrize("left", [None, b"half"], ids=["gone", "damaged"])
def test_what_is_bought_again_is_kept_though_it_is_another_picture(arena: Path, left: bytes | None) -> None:
    """The line of the lost one names that by its hash, and makes room before the new one is paid for."""
    scene = Scene(arena, Fickle(), seeds=2)
    scene.run()
    image = min((scene.out / "images").iterdir())
    image.unlink() if left is None else image.write_bytes(left)
    for work in scene.service.works.values():
        work.manner = Manner.FORGETS
    lost = scene.run()
    scene.rebuy = True

    ended = scene.run()

    assert (lost.report and lost.report.paid_but_lost, len(scene.service.posts)) == (1, 3)
    assert ended.report is not None
    assert (ended.code, ended.report.kept) == (0, 2)
    assert list(scene.audit().violations()) == []


def test_only_so_many_lost_answers_are_repeated_in_a_run(arena: Path) -> None:
    """Beyond the cap the run ends with code 6: something is wrong that money does not mend."""
    scene = Scene(arena, seeds=9)

    ended = scene.run(lost(*range(1, 100)))

    assert ended.code == 6
    assert isinstance(ended.error, LimitReached)
    repeated = len(scene.service.posts) - len(set(scene.service.posts))
    assert repeated <= 5
    assert scene.wrong_at_the_end() == []


def test_what_was_accepted_and_failed_later_is_never_posted_again(arena: Path) -> None:
    """It counts as paid and lost, with the service's words."""
    scene = Scene(arena, MemoryService(Manner.FAILS_LATER), seeds=1)

    first, second = scene.run(), scene.run()

    assert (first.code, second.code) == (3, 3)
    assert len(scene.service.posts) == 1
    assert first.report is not None
    assert (first.report.failed, first.report.paid_but_lost) == (1, 1)
    (failure,) = failures(scene)
    assert failure["class"] == "paid_but_lost"
    assert "could not make this picture" in str(failure["message"])


@pytest.mark.parametrize("manner", [Manner.AT_ONCE, Manner.QUEUED, Manner.INLINE])
def test_an_image_that_a_finished_job_never_named_is_written_off_at_once(arena: Path, manner: Manner) -> None:
    """Its sibling is kept; one question is asked about it, and no later run waits for it."""
    scene = Scene(arena, MemoryService(manner, withheld=1), seeds=1, samples=2)

    first = scene.run()
    asked = scene.service.requests
    second = scene.run()

    assert first.report is not None
    assert (first.code, first.report.kept, first.report.pending, first.report.paid_but_lost) == (3, 1, 0, 1)
    (failure,) = failures(scene)
    assert failure["class"] == "paid_but_lost"
    assert "whether it was made and billed is not known" in str(failure["message"])
    assert first.report.polls == (3 if manner is Manner.QUEUED else 1)
    assert (second.code, scene.service.requests) == (3, asked)
    assert scene.wrong_at_the_end() == []


def test_a_service_that_accepts_all_and_makes_nothing_is_not_paid_for_the_whole_grid(arena: Path) -> None:
    """Each of them may be billed: five that failed alike are enough, and what is in the queue by then."""
    scene = Scene(arena, MemoryService(Manner.FAILS_LATER), seeds=40)

    ended = scene.run()

    assert isinstance(ended.error, AllRefused)
    assert "the service accepted it, then failed" in str(ended.error)
    assert (ended.code, len(scene.service.posts) <= 5 + 5) == (3, True)
    assert scene.wrong_at_the_end() == []


def test_a_gateway_that_numbers_its_refusals_bills_nothing(arena: Path) -> None:
    """What it turned away is posted again and made; the money told is the service's own bill."""
    scene = Scene(arena, MemoryService(Manner.GATEWAY), seeds=6)

    ended = scene.run()

    assert ended.report is not None
    assert (ended.code, ended.report.kept, ended.report.known_billed) == (0, 6, 6)
    assert len(scene.service.posts) > 6
    assert scene.wrong_at_the_end() == []


def test_what_is_paid_outlives_a_proxy_that_answers_every_poll(arena: Path) -> None:
    """A night of its pages writes nothing off: when it is gone the same command fetches all, and buys nothing."""
    scene = Scene(arena, MemoryService(Manner.QUEUED), seeds=2)
    scene.service.walled = True
    walled = [scene.run()]
    scene.shift = 12 * 3600.0
    walled.append(scene.run())
    scene.service.walled = False

    ended = scene.run()

    assert [(each.code, each.report and each.report.pending) for each in walled] == [(3, 2), (3, 2)]
    assert ended.report is not None
    assert (ended.code, ended.report.kept, len(scene.service.posts)) == (0, 2, 2)
    assert scene.wrong_at_the_end() == []


def test_a_request_that_no_line_can_hold_is_refused_before_it_is_sent(arena: Path) -> None:
    """The others are made; the job is told with its reason."""
    scene = Scene(arena, seeds=1, prompt="\N{GRINNING FACE}" * 3000)

    ended = scene.run()

    assert ended.code == 3
    assert scene.service.posts == []
    assert [each["class"] for each in failures(scene)] == ["refused"]
    assert "shorten the prompt" in str(failures(scene)[0]["message"])


def test_the_longest_request_that_is_sent_fits_into_every_line(arena: Path) -> None:
    """In journal and manifest, with every character spelled out."""
    scene = Scene(arena, seeds=1, prompt="\N{GRINNING FACE}" * 2100)

    assert scene.run().code == 0
    assert scene.wrong_at_the_end() == []


class Embellishing(MemoryService):
    """A service that adds to every prompt, and says so."""

    def _success(self, identity: int) -> Answer:
        answer = super()._success(identity)
        said_so = json.loads(answer.content)
        said_so["meta"]["prompt"] += ", best quality"
        return said(answer.status, **said_so)


def test_the_longest_prompt_that_comes_back_changed_fits_into_its_line(arena: Path) -> None:
    """The difference is told shortened; the request is told whole."""
    scene = Scene(arena, Embellishing(), seeds=1, prompt="\N{CJK UNIFIED IDEOGRAPH-96EA}" * 2800)

    assert scene.run().code == 0
    line = json.loads((scene.out / "manifest.jsonl").read_text())
    assert line["prompt"] == scene.prompt
    assert "prompt" in {each["field"] for each in line["drift"]}
    assert scene.wrong_at_the_end() == []


def test_an_answer_with_images_inside_is_not_lost_to_a_full_disk(arena: Path) -> None:
    """Where they cannot be written down its id is, and the next run asks for them."""
    scene = Scene(arena, MemoryService(Manner.INLINE), seeds=1)
    healthy = Scene(arena / "other", MemoryService(Manner.INLINE), seeds=1)
    healthy.run()

    ended = scene.run(Fails(healthy.disk.calls.index("answer") + 2, errno.ENOSPC))

    assert ended.code == 8
    assert scene.run().code == 0
    assert len(scene.service.posts) == 1


def test_a_full_disk_ends_the_run_and_says_how_much_is_still_to_be_fetched(arena: Path) -> None:
    """Nothing is posted after it; what was accepted is written down thanks to the reserve."""
    scene = Scene(arena, seeds=4)
    healthy = Scene(arena / "other", seeds=4)
    healthy.run()

    ended = scene.run(Fills(healthy.disk.calls.index("get") + 1))

    assert ended.code == 8
    assert isinstance(ended.error, StorageFailed)
    kept = len((scene.out / "manifest.jsonl").read_text().splitlines())
    owed = len(scene.service.posts) - kept
    images = "1 image is" if owed == 1 else f"{owed} images are"
    assert owed > 0
    assert f"{images} paid and will be fetched by the next run" in str(ended.error)
    assert len(scene.service.posts) < 4
    assert scene.run().code == 0
    assert scene.service.billed.total() == 4


def test_what_is_paid_is_fetched_before_anything_is_bought(arena: Path) -> None:
    """Links expire, prompts do not: a run that died with an image on its way begins with that image."""
    scene = Scene(arena, seeds=4)
    healthy = Scene(arena / "other", seeds=4)
    healthy.run()
    scene.run(Dies(healthy.disk.calls.index("get") + 1))

    assert scene.run().code == 0
    assert scene.disk.calls.index("get") < scene.disk.calls.index("request")
    assert scene.disk.calls.count("request") < 4


def test_an_image_that_is_gone_is_fetched_and_not_bought(arena: Path) -> None:
    """Also when its link has expired; the manifest does not change by a byte."""
    scene = Scene(arena)
    scene.run()
    manifest = (scene.out / "manifest.jsonl").read_bytes()
    scene.service.generation += 1
    next((scene.out / "images").iterdir()).unlink()

    ended = scene.run()

    assert ended.code == 0
    assert len(scene.service.posts) == 2
    assert (scene.out / "manifest.jsonl").read_bytes() == manifest
    assert scene.wrong_at_the_end() == []


def test_an_image_and_its_line_taken_out_are_made_again(arena: Path) -> None:
    """That is how one asks for another copy: by one post."""
    scene = Scene(arena)
    scene.run()
    first, second = (scene.out / "manifest.jsonl").read_text().splitlines(keepends=True)
    (scene.out / "manifest.jsonl").write_text(second)
    (scene.out / json.loads(first)["file_name"]).unlink()

    assert scene.run().code == 0
    assert scene.service.posts.count(json.loads(first)["job"]) == 2
    assert scene.service.posts.count(json.loads(second)["job"]) == 1


def test_a_manifest_that_is_lost_is_written_again_from_the_files(arena: Path) -> None:
    """Every image is taken in; nothing is posted and nothing fetched."""
    scene = Scene(arena)
    scene.run()
    requests = scene.service.requests
    (scene.out / "manifest.jsonl").unlink()

    assert scene.run().code == 0
    assert scene.service.requests == requests
    assert len((scene.out / "manifest.jsonl").read_text().splitlines()) == 2
    assert scene.wrong_at_the_end() == []


@pytest.mark.parametrize(
    "died_at, event, was, became, posts",
    [
        ("poll", "intent", b'"at":"2', b'"at":"3', 1),
        ("poll", "intent", b'"prompt":"a', b'"prompt":"b', 1),
        ("poll", "intent", b'"e":"intent"', b'"e":"indent"', 1),
        ("poll", "sent", b'"at":"2', b'"at":"3', 1),
        ("poll", "accepted", b'"at":"2', b'"at":"3', 2),
        ("answer", "intent", b'"prompt":"a', b'"prompt":"b', 2),
        ("answer", "sent", b'"at":"2', b'"at":"3', 2),
    ],
)
def test_a_damaged_record_lets_nobody_take_a_post_for_one_that_never_left(
    arena: Path, died_at: str, event: str, was: bytes, became: bytes, posts: int
) -> None:
    """After the repair what was accepted is asked for, and what may have been is declared before it is repeated."""
    healthy = Scene(arena / "healthy", MemoryService(Manner.QUEUED), seeds=1)
    healthy.run()
    connects = [number for number, name in enumerate(healthy.disk.calls, 1) if name == "connect"]
    deaths = {"poll": connects[1], "answer": healthy.disk.calls.index("answer") + 1}
    scene = Scene(arena / "hurt", MemoryService(Manner.QUEUED), seeds=1)
    scene.run(Dies(deaths[died_at]))
    damage(scene.out / ".flux-batch" / "journal.jsonl", b'"e":"%s"' % event.encode(), was, became)
    assert isinstance(scene.run().error, RecordDamaged)

    scene.repair()

    assert scene.run().code == 0
    assert (len(scene.service.posts), lost_answers(scene.out).total()) == (posts, posts - 1)
    assert scene.wrong_at_the_end() == []


def damage(path: Path, mark: bytes, was: bytes, became: bytes) -> None:
    """Change the first line with *mark* in it; where that is the last, a whole one follows, so that it is not torn."""
    lines = path.read_bytes().splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if mark in line)
    assert was in lines[number]
    lines[number] = lines[number].replace(was, became, 1)
    path.write_bytes(b"".join(lines) + (encode({"v": 1, "e": "repair"}) if number == len(lines) - 1 else b""))


def test_the_journal_says_what_the_slots_did_and_why(arena: Path) -> None:
    """For whoever asks later why a run was slow."""
    scene = Scene(arena, MemoryService(Manner.BUSY), seeds=4)
    scene.run()

    kinds = {str(record["e"]) for record in journal(scene)}

    assert {"slots_changed", "paused", "resumed"} <= kinds
    assert all(record["reason"] for record in journal(scene) if record["e"] == "slots_changed")


@pytest.mark.parametrize("manner", [Manner.ECHO, Manner.AT_ONCE])
def test_the_key_is_in_no_file_though_the_service_repeats_it(arena: Path, manner: Manner) -> None:
    """In no spelling and in no piece of twelve characters; see ``scene.SPELLINGS``."""
    scene = Scene(arena, MemoryService(manner))

    assert scene.run().code == 0
    assert scene.wrong_at_the_end() == []
    assert b"[key]" in (scene.out / "manifest.jsonl").read_bytes() or manner is Manner.AT_ONCE
