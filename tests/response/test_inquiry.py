"""Asking about a paid job: whom, in which form, and when a "no" is believed."""

from __future__ import annotations

import pytest

from flux_batch.errors import AnswerLost, KeyRejected
from flux_batch.response.inquiry import GRACE, Heard, Inquiry
from flux_batch.response.verdict import Busy, Gone, Images, Pending, Refused, Unknown

PATH, BARE = "images/fetch/7", "images/fetch"
OLD = GRACE + 1
GONE, PAGE, NOTHING = Gone("Request not found"), Unknown("HTTP 404: nginx"), AnswerLost("no answer")


def heard(*answers: Heard, lanes: tuple[str, ...] = ("",), age: float = OLD) -> Inquiry:
    """The inquiry after these answers, each to the way it asks for."""
    inquiry = Inquiry.about("7", lanes)
    for each in answers:
        way = inquiry.way()
        assert way is not None
        inquiry = inquiry.after(way, each, age)
    return inquiry


def next_way(inquiry: Inquiry, *closed: str) -> tuple[str, str] | None:
    """Lane and path of the next question."""
    way = inquiry.way(closed)
    return None if way is None else (way.lane, way.path)


@pytest.mark.parametrize("trouble", [GONE, PAGE, NOTHING])
def test_where_nothing_is_heard_of_a_job_the_next_way_is_tried(trouble: Heard) -> None:
    """Both documented forms of one lane, then those of the next, then from the beginning."""
    asked = [next_way(heard(*[trouble] * count, lanes=("a", "b"))) for count in range(5)]

    assert asked == [("a", PATH), ("a", BARE), ("b", PATH), ("b", BARE), ("a", PATH)]


@pytest.mark.parametrize("answer", [Pending("7"), Pending("7", failing=True), Busy(""), Refused("odd")])
def test_a_way_that_leads_to_the_job_is_kept(answer: Heard) -> None:
    """What works is not changed."""
    assert next_way(heard(PAGE, answer)) == ("", BARE)


def test_a_closed_lane_is_not_asked() -> None:
    """The others of its service may know; where there is none, nobody is left to ask."""
    inquiry = heard(lanes=("a", "b"))

    assert next_way(inquiry, "a") == ("b", PATH)
    assert next_way(inquiry, "a", "b") is None


@pytest.mark.parametrize("closed", ["a", "b"])
def test_nobody_is_asked_in_vain_for_what_only_a_closed_lane_may_know(closed: str) -> None:
    """The others have said no, twice and both ways: they would say it until the patience with the job ends."""
    inquiry = heard(*[GONE] * 8, lanes=("a", "b"))
    one_less = heard(*[GONE] * 7, lanes=("a", "b"))
    page_instead = heard(*[PAGE] * 8, lanes=("a", "b"))

    assert next_way(inquiry, closed) is None
    assert next_way(one_less, "a") == ("b", BARE)
    assert next_way(page_instead, closed) is not None


@pytest.mark.parametrize(
    "answers, lanes",
    [
        ([GONE] * 4, ("",)),
        ([GONE, PAGE, GONE, PAGE], ("",)),
        ([PAGE, GONE, NOTHING, GONE, PAGE], ("",)),
        ([GONE] * 8, ("a", "b")),
    ],
)
def test_a_job_is_unknown_when_all_have_said_so_twice(answers: list[Heard], lanes: tuple[str, ...]) -> None:
    """A form the service does not have is no reason to doubt it; and not one answer less is enough."""
    assert heard(*answers, lanes=lanes).unknown
    assert not heard(*answers[:-1], lanes=lanes).unknown


@pytest.mark.parametrize(
    "answers, lanes",
    [
        ([PAGE] * 40, ("",)),
        ([GONE, NOTHING] * 20, ("",)),
        ([GONE, GONE, PAGE, PAGE] * 10, ("a", "b")),
        ([GONE, GONE, NOTHING, NOTHING] * 10, ("a", "b")),
        ([GONE] * 3 + [KeyRejected("no")] * 9, ("a", "b")),
        ([*[GONE] * 3, Pending("7"), GONE], ("",)),
    ],
)
def test_a_job_is_not_unknown_while_somebody_may_know_it(answers: list[Heard], lanes: tuple[str, ...]) -> None:
    """Pages of a gateway deny nothing; a lane or a form that gave no answer may yet, and who knew it knew it."""
    assert not heard(*answers, lanes=lanes).unknown


def test_a_young_id_may_not_be_known_everywhere_yet() -> None:
    """What is said in the first minute is no evidence."""
    young = heard(*[GONE] * 40, age=GRACE)

    assert (young.rounds, young.unknown) == (20, False)


@pytest.mark.parametrize(
    "answers, failed",
    [
        ([Refused("odd")], False),
        ([Refused("odd"), Pending("7"), Refused("odd")], False),
        ([Refused("odd"), Images("7", (("https://a.example/0.png",),)), Refused("odd")], False),
        ([Refused("odd"), Refused("odd")], True),
        ([Pending("7", failing=True), PAGE, Refused("odd")], True),
    ],
)
def test_a_failure_is_believed_when_it_is_repeated(answers: list[Heard], failed: bool) -> None:  # noqa: FBT001 - a value of the table
    """One word of a server that had a bad moment writes no paid image off."""
    assert failed == heard(*answers).failed
