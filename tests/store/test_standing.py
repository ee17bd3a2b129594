"""Where a job stands follows from the journal alone, line by line, for the living run and for the replay alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_samples import NOON, job, paid

from flux_batch.store import record
from flux_batch.store.book import COUNTED, Book
from flux_batch.store.record import Record, after
from flux_batch.store.standing import GIVEN_UP, Fate, Generation, Stage, Standing

WORK = job(samples=2)
FIRST = record.intent(WORK, 1)


def at(records: list[Record]) -> Standing:
    """Fold *records*, each a second after the one before."""
    standing = None
    for second, each in enumerate(records):
        standing = after(standing, {**each, "at": f"2026-11-22T12:00:{second:02}.000Z"})
    assert standing is not None
    return standing


ROWS: list[tuple[str, list[Record], Stage, int, int]] = [
    ("an intent sends nothing", [FIRST], Stage.INTENT, 0, 0),
    ("a post that left", [FIRST, record.sent(WORK.id, 1)], Stage.SENT, 1, 0),
    (
        "turned away busy",
        [FIRST, record.sent(WORK.id, 1), record.rejected(WORK.id, 1, ("busy", "queue"))],
        Stage.FREE,
        1,
        0,
    ),
    ("never left", [FIRST, record.rejected(WORK.id, 1, ("transient", "dns"))], Stage.FREE, 0, 0),
    (
        "refused for good",
        [FIRST, record.sent(WORK.id, 1), record.rejected(WORK.id, 1, ("refused", "no"))],
        Stage.REFUSED,
        1,
        0,
    ),
    ("an answer lost", [FIRST, record.sent(WORK.id, 1), record.unknown(WORK, 1, "reset")], Stage.UNKNOWN, 1, 1),
    (
        "a lost answer that was heard of after all",
        [
            FIRST,
            record.sent(WORK.id, 1),
            record.unknown(WORK, 1, "reset"),
            record.accepted(WORK, 1, paid(), pending=False),
            record.answered(WORK),
        ],
        Stage.PAID,
        1,
        0,
    ),
    (
        "one of two lost answers that was heard of after all",
        [
            FIRST,
            record.unknown(WORK, 1, "reset"),
            record.intent(WORK, 2),
            record.unknown(WORK, 2, "reset"),
            record.accepted(WORK, 2, paid(), pending=False),
            record.answered(WORK),
        ],
        Stage.PAID,
        2,
        1,
    ),
    ("lost with its sent line", [FIRST, record.unknown(WORK, 1, "power cut")], Stage.UNKNOWN, 1, 1),
    (
        "lost, then posted again",
        [FIRST, record.unknown(WORK, 1, "x"), record.intent(WORK, 2), record.sent(WORK.id, 2)],
        Stage.SENT,
        2,
        1,
    ),
    (
        "accepted, in the queue",
        [FIRST, record.sent(WORK.id, 1), record.accepted(WORK, 1, paid(), pending=True)],
        Stage.PENDING,
        1,
        0,
    ),
    (
        "accepted with images",
        [FIRST, record.sent(WORK.id, 1), record.accepted(WORK, 1, paid(), pending=False)],
        Stage.PAID,
        1,
        0,
    ),
    (
        "ready after a wait",
        [FIRST, record.accepted(WORK, 1, paid(), pending=True), record.ready(WORK.id, paid())],
        Stage.PAID,
        1,
        0,
    ),
    (
        "a problem changes no stage",
        [FIRST, record.accepted(WORK, 1, paid(), pending=True), record.problem(WORK.id, "pending", "slow")],
        Stage.PENDING,
        1,
        0,
    ),
]


@pytest.mark.parametrize("words, records, stage, attempts, lost", ROWS, ids=[row[0] for row in ROWS])
def test_each_line_moves_a_job_as_the_table_says(
    words: str, records: list[Record], stage: Stage, attempts: int, lost: int
) -> None:
    """Stage, posts that may have left, and answers that were lost."""
    standing = at(records)

    assert (stage, attempts, lost) == (standing.stage, standing.attempts, standing.unknown), words


def test_a_job_is_rebuilt_from_its_first_line() -> None:
    """It can be finished even where the grid no longer has it."""
    assert at([FIRST]).job == WORK


def test_lines_that_fit_nothing_change_nothing() -> None:
    """A line about an unknown job, or of an unknown kind, is passed over."""
    assert after(None, record.sent(WORK.id, 1)) is None
    before = at([FIRST])
    assert after(before, {"e": "never heard of", "job": WORK.id}) == before


@pytest.mark.parametrize(
    "line, stage",
    [
        (record.accepted(WORK, 1, paid(), pending=True), Stage.PENDING),
        (record.accepted(WORK, 1, paid(), pending=False), Stage.PAID),
        (record.unknown(WORK, 1, "reset"), Stage.UNKNOWN),
        (record.damaged(WORK.id, 2), Stage.SENT),
    ],
)
def test_a_job_whose_intent_is_gone_owns_what_was_or_may_be_paid(line: Record, stage: Stage) -> None:
    """With all its images; what was asked for is known again as soon as it is posted again."""
    found = at([line])

    assert (found.stage, found.job.id, found.open_samples) == (stage, WORK.id, (0, 1))
    assert at([line, FIRST]).job == WORK


@pytest.mark.parametrize("before", [[], [record.sent(WORK.id, 1)], [record.rejected(WORK.id, 1, ("busy", "queue"))]])
def test_a_job_with_a_damaged_line_may_have_been_sent(before: list[Record]) -> None:
    """Unless a post of it was accepted: that stays."""
    accepted = record.accepted(WORK, 1, paid(), pending=False)

    assert at([FIRST, *before, record.damaged(WORK.id)]).stage is Stage.SENT
    assert at([FIRST, *before, accepted, record.damaged(WORK.id)]).stage is Stage.PAID


def test_the_first_answer_keeps_what_later_ones_leave_out() -> None:
    """The seed really used is often told once; the links come later, and the age counts from the first."""
    standing = at(
        [
            FIRST,
            record.accepted(WORK, 1, Generation(id="7", meta={"seed": 5}), pending=True),
            record.ready(WORK.id, Generation(links=(("https://a",),))),
        ]
    )

    assert standing.generation == Generation(
        id="7", meta={"seed": 5}, links=(("https://a",),), at="2026-11-22T12:00:01.000Z"
    )


def test_each_image_of_a_job_has_its_own_fate() -> None:
    """One kept, one set aside: the job is not finished, and nothing of it is open."""
    standing = at(
        [
            FIRST,
            record.accepted(WORK, 1, paid(), pending=False),
            record.fate(WORK.id, 0, Fate.KEPT),
            record.fate(WORK.id, 1, Fate.QUARANTINED, reason="blank: nothing to see"),
        ]
    )

    assert standing.open_samples == ()
    assert not standing.finished
    assert standing.problem == ("gate", "blank: nothing to see")


def test_an_image_that_went_missing_is_open_again() -> None:
    """To be fetched, since the job is paid."""
    records = [FIRST, record.accepted(WORK, 1, paid(), pending=False)]
    records += [record.fate(WORK.id, n, Fate.KEPT) for n in (0, 1)]
    assert at(records).finished

    standing = at([*records, record.missing(WORK.id, 1)])

    assert standing.open_samples == (1,)
    assert standing.stage is Stage.PAID


def test_what_was_given_is_read_back_as_it_was_written() -> None:
    """A run that is killed loses none of it."""
    given = Generation(
        "7", (("https://a.example/0.png",),), ("0.txt",), 3.0, {"seed": 1}, 2.5, nsfw=False, lane="spare"
    )

    assert at([FIRST, record.accepted(WORK, 1, given, pending=True)]).generation == replace(
        given, at="2026-11-22T12:00:01.000Z"
    )


def test_what_a_later_answer_tells_anew_counts() -> None:
    """Such as the seed, where the first one told another."""
    later = replace(paid(), meta={"seed": 5})

    standing = at([FIRST, record.accepted(WORK, 1, paid(), pending=True), record.ready(WORK.id, later)])

    assert standing.generation is not None
    assert standing.generation.meta == {"seed": 5}


def test_trouble_of_the_last_post_is_none_of_the_next_one() -> None:
    """A job that is posted again has met no trouble yet."""
    assert at([FIRST, record.unknown(WORK, 1, "reset"), record.intent(WORK, 2)]).problem is None


def test_a_job_that_was_given_up_is_no_job_that_the_run_did_not_come_to() -> None:
    """Both may be posted again; but of the first a report says that it failed, whatever the service's last words."""
    turned_away = [FIRST, record.sent(WORK.id, 1), record.rejected(WORK.id, 1, ("busy", GIVEN_UP))]

    assert at(turned_away).still_to_buy
    assert not at([*turned_away, record.problem(WORK.id, GIVEN_UP, "queue full")]).still_to_buy


def test_a_new_post_begins_anew_but_forgets_no_doubt() -> None:
    """What the old one gave is void; that its answer may have been lost is not."""
    standing = at(
        [
            FIRST,
            record.unknown(WORK, 1, "reset"),
            record.intent(WORK, 2),
            record.accepted(WORK, 2, paid(), pending=False),
        ]
    )

    assert (standing.attempts, standing.unknown, standing.problem) == (2, 1, None)


def whole_life(of: str = WORK.id) -> list[Record]:
    """The lines of a job from its first to its last."""
    work = replace(WORK, id=of)
    return [
        record.intent(work, 1),
        record.sent(of, 1),
        record.unknown(work, 1, "lost"),
        record.intent(work, 2),
        record.sent(of, 2),
        record.accepted(work, 2, paid(), pending=False),
        record.fate(of, 0, Fate.KEPT),
        record.fate(of, 1, Fate.KEPT),
    ]


def test_the_book_counts_money_in_images() -> None:
    """Two images accepted, two that may have been billed before."""
    book = Book(whole_life())

    assert (book.money.known_billed, book.money.possibly_billed_twice, book.money.paid_but_lost) == (2, 2, 0)
    assert book.traffic.posts == 2


def test_a_lost_answer_that_was_heard_of_is_known_to_be_billed_once() -> None:
    """The doubt goes out of the books, also where only the beginnings of its lines are read."""
    records = [FIRST, record.unknown(WORK, 1, "reset"), record.accepted(WORK, 1, paid(), pending=False)]
    book = Book([*records, record.answered(WORK)])

    assert (book.money.known_billed, book.money.possibly_billed_twice) == (2, 0)
    assert "answered" in COUNTED


def test_a_finished_job_stays_until_its_manifest_lines_are_seen() -> None:
    """Only the manifest proves that an image is there."""
    assert WORK.id in Book(whole_life()).standings
    assert Book(whole_life(), whole=lambda _: True).standings == {}


def test_money_is_counted_over_all_runs_and_requests_over_the_last() -> None:
    """What was paid stays paid."""
    book = Book([{"e": "run", "grid": "a"}, *whole_life(), {"e": "end", "exit_code": 3}])
    assert (book.ended, book.traffic.posts) == (3, 2)
    book.polled()
    book.downloaded()

    book.add({"e": "run", "grid": "b"})

    assert (book.run["grid"], book.ended) == ("b", None)
    assert (book.traffic.posts, book.traffic.polls, book.traffic.downloads) == (0, 0, 0)
    assert book.money.known_billed == 2


def test_a_lost_image_is_counted_alone() -> None:
    """One of two."""
    book = Book([*whole_life()[:7], record.fate(WORK.id, 1, Fate.LOST, reason="gone")])

    assert book.money.paid_but_lost == 1


def test_what_is_forgotten_may_be_bought_and_stays_paid() -> None:
    """The job is as new; the money is not."""
    book = Book([*whole_life(), record.forgotten(WORK.id, "taken out")])

    assert book.standings == {}
    assert book.money.known_billed == 2


def test_a_line_about_no_job_moves_none() -> None:
    """The engine's own lines are for people."""
    book = Book([{"e": "slots_changed", "limit": 3, "at": NOON}])

    assert book.standings == {}
