"""What a killed run left is read from three places, and the table of the module is what follows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_samples import job, kept_of_line, paid

from flux_batch.plan.job import Job
from flux_batch.store import record
from flux_batch.store.book import Book, never
from flux_batch.store.duty import Duty, Wishes, duty
from flux_batch.store.invariants import Ledger
from flux_batch.store.manifest import Kept
from flux_batch.store.record import Record
from flux_batch.store.recovery import Stock, recover, take_stock
from flux_batch.store.standing import Fate

BOOT = "this-boot"
REAL = "https://modelslab.com/api/v6"
WORK = job()
INTENT, SENT = record.intent(WORK, 1), record.sent(WORK.id, 1)
ACCEPTED = record.accepted(WORK, 1, paid(), pending=False)
KEPT = record.fate(WORK.id, 0, Fate.KEPT)
LINE = kept_of_line(WORK)
WHOLE = {LINE.file_name: LINE.bytes}
SHORT = {LINE.file_name: LINE.bytes - 1}


@dataclass(frozen=True)
class Left:
    """What a run left behind, and what follows.

    *posted*: how often the job may have been billed without anybody knowing.
    """

    words: str
    records: list[Record]
    then: Duty | None
    lines: list[Kept] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    boot: str = BOOT
    service: str = REAL
    posted: int = 0


ROWS = [
    Left("nothing", [], Duty.BUY),
    Left("an intent and no byte left", [INTENT], Duty.BUY),
    Left("an intent before a power cut", [INTENT], Duty.BUY, boot="another", posted=1),
    Left("a post without an answer", [INTENT, SENT], Duty.BUY, posted=1),
    Left("turned away", [INTENT, SENT, record.rejected(WORK.id, 1, ("busy", "full"))], Duty.BUY),
    Left("refused", [INTENT, SENT, record.rejected(WORK.id, 1, ("refused", "no"))], Duty.BUY),
    Left("a lost answer", [INTENT, SENT, record.unknown(WORK, 1, "reset")], Duty.BUY, posted=1),
    Left(
        "two lost answers",
        [INTENT, SENT, record.unknown(WORK, 1, "x"), record.intent(WORK, 2), record.sent(WORK.id, 2)],
        Duty.LEAVE,
        posted=2,
    ),
    Left(
        "a lost answer, and the repeat turned away",
        [
            INTENT,
            SENT,
            record.unknown(WORK, 1, "x"),
            record.intent(WORK, 2),
            record.rejected(WORK.id, 2, ("stop", "402")),
        ],
        Duty.BUY,
        posted=1,
    ),
    Left("pending", [INTENT, SENT, record.accepted(WORK, 1, paid(), pending=True)], Duty.POLL),
    Left("pending over a power cut", [INTENT, record.accepted(WORK, 1, paid(), pending=True)], Duty.POLL, boot="other"),
    Left("paid", [INTENT, SENT, ACCEPTED], Duty.FETCH),
    Left("a file without its line", [INTENT, SENT, ACCEPTED], Duty.FETCH, files=WHOLE),
    Left("a line, not yet in the journal", [INTENT, SENT, ACCEPTED], None, [LINE], WHOLE),
    Left("kept", [INTENT, SENT, ACCEPTED, KEPT], None, [LINE], WHOLE),
    Left("kept, and the file is gone", [INTENT, SENT, ACCEPTED, KEPT], Duty.FETCH, [LINE]),
    Left("kept, and the file is short", [INTENT, SENT, ACCEPTED, KEPT], Duty.FETCH, [LINE], SHORT),
    Left("a line, the file gone before the journal knew", [INTENT, SENT, ACCEPTED], Duty.FETCH, [LINE]),
    Left("kept, line and file taken out", [INTENT, SENT, ACCEPTED, KEPT], Duty.BUY),
    Left("kept, the line taken out", [INTENT, SENT, ACCEPTED, KEPT], Duty.FETCH, files=WHOLE),
    Left("set aside", [INTENT, SENT, ACCEPTED, record.fate(WORK.id, 0, Fate.QUARANTINED)], Duty.LEAVE),
    Left("paid and lost", [INTENT, SENT, ACCEPTED, record.fate(WORK.id, 0, Fate.LOST)], Duty.LEAVE),
    Left("the embedded server, paid", [INTENT, SENT, ACCEPTED], Duty.BUY, service="embedded"),
    Left(
        "the embedded server, pending",
        [INTENT, record.accepted(WORK, 1, paid(), pending=True)],
        Duty.BUY,
        service="embedded",
    ),
    Left("the embedded server, no answer", [INTENT, SENT], Duty.BUY, service="embedded"),
    Left("the embedded server, kept", [INTENT, SENT, ACCEPTED, KEPT], None, [LINE], WHOLE, service="embedded"),
    Left("the embedded server, the file gone", [INTENT, SENT, ACCEPTED, KEPT], Duty.BUY, [LINE], service="embedded"),
    Left(
        "the embedded server, set aside",
        [INTENT, ACCEPTED, record.fate(WORK.id, 0, Fate.QUARANTINED)],
        Duty.LEAVE,
        service="embedded",
    ),
]


def recovered(left: Left) -> tuple[Book, Stock]:
    """Fold the journal and what recovery adds to it."""
    stock = take_stock(left.lines, left.files)
    book = Book([{"e": "run", "boot": BOOT, "service": left.service}, *left.records], whole=stock.done.whole)
    for repair in recover(book, stock, boot=left.boot):
        book.add(repair)
    return book, stock


@pytest.mark.parametrize("left", ROWS, ids=lambda left: left.words)
def test_the_last_durable_state_decides(left: Left) -> None:
    """Post, poll, fetch or leave alone; and what may have been billed is declared."""
    book, stock = recovered(left)

    done = stock.done.whole(WORK.id)
    assert (None if done else duty(book.standings.get(WORK.id), Wishes())) == left.then
    assert book.money.possibly_billed_twice == left.posted


def test_where_the_system_names_no_boot_an_intent_alone_may_have_been_sent() -> None:
    """Between the two runs the power may have been cut, and a line that tells of the sending may be lost with it."""
    book = Book([{"e": "run", "boot": ""}, INTENT], whole=Stock().done.whole)

    assert [repair["e"] for repair in recover(book, Stock(), boot="")] == ["unknown"]


@pytest.mark.parametrize("pending, then", [(True, Duty.POLL), (False, Duty.FETCH)])
def test_what_was_accepted_is_brought_home_whatever_was_lost_before(pending: bool, then: Duty) -> None:  # noqa: FBT001 - a parameter
    """Two answers were lost and the third post went well: it is posted no more, and its image is paid for."""
    lost = [record.unknown(WORK, 1, "x"), record.unknown(WORK, 2, "x")]
    book, _ = recovered(Left("", [INTENT, *lost, record.accepted(WORK, 3, paid(), pending=pending)], then))

    assert [duty(book.standings[WORK.id], Wishes(hold=hold)) for hold in (False, True)] == [then, then]


@pytest.mark.parametrize("left", ROWS, ids=lambda left: left.words)
def test_recovery_done_twice_is_recovery_done_once(left: Left) -> None:
    """So it may be killed itself, and start again."""
    book, stock = recovered(left)

    assert recover(book, stock, boot=left.boot) == []


@pytest.mark.parametrize("left", ROWS, ids=lambda left: left.words)
def test_whoever_asked_to_hold_never_posts_what_may_be_paid(left: Left) -> None:
    """Under ``hold`` a lost answer is left to a person."""
    book, _ = recovered(left)
    standing = book.standings.get(WORK.id)

    if standing is not None and standing.unknown:
        assert duty(standing, Wishes(hold=True)) is Duty.LEAVE


@pytest.mark.parametrize("left", ROWS, ids=lambda left: left.words)
def test_what_was_accepted_is_only_bought_again_where_nothing_is_owed(left: Left) -> None:
    """The one promise about money, for each row of the table."""
    if ACCEPTED in left.records and left.then is Duty.BUY:
        assert left.service == "embedded" or not (left.lines or left.files)


@pytest.mark.parametrize("left", ROWS, ids=lambda left: left.words)
def test_only_what_the_embedded_server_was_told_is_forgotten(left: Left) -> None:
    """A run at another service began since: it changes nothing about what the one before it owes."""
    stock = take_stock(left.lines, left.files)
    other: Record = {"e": "run", "boot": BOOT, "service": REAL if left.service == "embedded" else "embedded"}
    book = Book([{"e": "run", "boot": BOOT, "service": left.service}, *left.records, other], whole=stock.done.whole)

    for repair in recover(book, stock, boot=left.boot):
        book.add(repair)

    assert book.standings == recovered(left)[0].standings


def test_a_lost_answer_of_a_service_that_bills_outlives_the_embedded_server() -> None:
    """Posted there, then to the embedded server, which is gone: the first may still have been billed."""
    real, embedded = RUNS
    lost = [INTENT, SENT, record.unknown(WORK, 1, "reset")]
    book = Book([real, *lost, embedded, record.intent(WORK, 2), record.sent(WORK.id, 2)])

    for repair in recover(book, Stock(), boot=BOOT):
        book.add(repair)

    assert recover(book, Stock(), boot=BOOT) == []
    assert book.standings[WORK.id].unknown == 1
    assert duty(book.standings[WORK.id], Wishes(hold=True)) is Duty.LEAVE


def test_refused_jobs_may_be_left_alone() -> None:
    """Where the user says so."""
    book = Book([INTENT, SENT, record.rejected(WORK.id, 1, ("refused", "no"))])

    assert duty(book.standings[WORK.id], Wishes(skip_failed=True)) is Duty.LEAVE


def test_of_two_images_the_one_that_is_there_is_not_touched() -> None:
    """The other is fetched."""
    two = job(samples=2)
    records = [record.intent(two, 1), record.sent(two.id, 1), record.accepted(two, 1, paid(), pending=False)]
    line = kept_of_line(two, 1)
    stock = take_stock([line], {line.file_name: line.bytes})
    book = Book([{"e": "run", "boot": BOOT}, *records], whole=stock.done.whole)

    for repair in recover(book, stock, boot=BOOT):
        book.add(repair)

    assert book.standings[two.id].open_samples == (0,)


def test_taking_stock_compares_lines_and_files() -> None:
    """By name and size; names nobody knows are strays."""
    jobs = [job(n) for n in range(5)]
    lines = [kept_of_line(each) for each in jobs]
    files = {line.file_name: line.bytes for line in lines[:3]}
    files[lines[1].file_name] = 1
    files["images/holiday.png"] = 7
    files[f"images/{'0' * 16}-0.png"] = 7

    stock = take_stock([*lines, lines[0]], files)

    assert stock.done.images == 2
    assert [lines[1], lines[3], lines[4]] == list(stock.missing.values())
    assert stock.damaged == {lines[1].file_name}
    assert stock.strays == {"images/holiday.png", f"images/{'0' * 16}-0.png"}
    assert stock.stray_jobs == {"0" * 16}
    assert stock.twice == {(jobs[0].id, 0)}


JOBS = [job(1), job(2, samples=2), job(3)]


def steps(of: Job) -> list[Record]:
    """Every line a job can have, for chance to choose from."""
    return [
        record.intent(of, 1),
        record.sent(of.id, 1),
        record.unknown(of, 1, "x"),
        record.rejected(of.id, 1, ("busy", "x")),
        record.rejected(of.id, 1, ("refused", "x")),
        record.accepted(of, 1, paid(), pending=True),
        record.accepted(of, 1, paid(), pending=False),
        record.ready(of.id, paid()),
        *[record.fate(of.id, n, fate) for n in range(of.samples) for fate in Fate],
        record.missing(of.id, 0),
        record.forgotten(of.id, "x"),
    ]


RUNS: list[Record] = [{"e": "run", "boot": BOOT, "service": service} for service in (REAL, "embedded")]
LINES = [kept_of_line(each, n) for each in JOBS for n in range(each.samples)]


@given(
    st.lists(st.sampled_from([*RUNS, *(step for each in JOBS for step in steps(each))]), max_size=20),
    st.lists(st.sampled_from(LINES), unique=True, max_size=4),
    st.lists(st.tuples(st.sampled_from(LINES), st.integers(4, 6)), max_size=5),
    st.sampled_from([BOOT, "another"]),
)
def test_whatever_is_found_recovery_settles_it_at_once(
    records: list[Record],
    lines: list[Kept],
    files: list[tuple[Kept, int]],
    boot: str,
) -> None:
    """Any journal, any manifest, any folder: no error, a second recovery finds nothing to do, no answer stays open."""
    stock = take_stock(lines, {line.file_name: size for line, size in files})
    book = Book([{"e": "run", "boot": BOOT}, *records], whole=stock.done.whole)

    for repair in recover(book, stock, boot=boot):
        book.add(repair)

    assert recover(book, stock, boot=boot) == []
    assert "sent" not in {standing.stage for standing in book.standings.values()}


@pytest.mark.parametrize(
    "ending",
    [
        [record.unknown(WORK, 1, "reset")],
        [ACCEPTED, record.fate(WORK.id, 0, Fate.LOST, reason="gone")],
        [ACCEPTED, record.fate(WORK.id, 0, Fate.QUARANTINED, reason="blank")],
    ],
    ids=["held", "lost", "set aside"],
)
def test_what_is_paid_or_may_be_is_bought_again_only_on_a_wish_of_that_name(ending: list[Record]) -> None:
    """The wish is in the journal before the post: the money rules hold, and a run that dies in between goes on."""
    before = [INTENT, SENT, *ending]
    standing = Book(before).standings[WORK.id]
    ledger = Ledger(never)
    violations = [found for each in [*before, record.rebuy(WORK.id), INTENT, SENT] for found in ledger.add(each)]
    asked = Book([*before, record.rebuy(WORK.id)]).standings[WORK.id]

    assert duty(standing, Wishes(hold=True)) is Duty.LEAVE
    assert duty(standing, Wishes(hold=True, rebuy=True)) is Duty.REBUY
    assert duty(asked, Wishes(hold=True)) is Duty.BUY
    assert violations == []
    assert ledger.book.standings[WORK.id].unknown == standing.unknown, "what may be billed stays told"
