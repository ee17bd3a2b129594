"""The window under the ceiling: it doubles once a round, when the round as a whole has succeeded."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest

from flux_batch.engine.ceiling import Ceiling, Ticket
from flux_batch.engine.policy import SlotPolicy


def ticket(number: int) -> Ticket:
    """A post while all before it are in flight."""
    return Ticket(number, in_flight=number, finished=0)


@pytest.mark.parametrize(
    "answers, now, window",
    [
        pytest.param([5], 0.1, 8, id="the first of a round says nothing of those sent with it"),
        pytest.param([8], 0.1, 8, id="nor does the one that filled the window: it may have overtaken the others"),
        pytest.param([5, 6, 7, 8], 0.1, 16, id="all of them do"),
        pytest.param([8, 6, 5, 7], 0.1, 16, id="in any order"),
        pytest.param([5], 3.1, 16, id="after three seconds a refusal of the others would have come"),
        pytest.param([1, 2, 3, 4], 9.9, 8, id="the last round had its say"),
    ],
)
def test_a_round_grows_the_window_when_all_of_it_was_taken(answers: list[int], now: float, window: int) -> None:
    """Eight slots open, posts 5 to 8 sent together at 0 s: whose success opens more, and when."""
    open_eight = replace(Ceiling.start(SlotPolicy()), window=8, raised=4)
    sent = reduce(lambda ceiling, n: ceiling.posted(ticket(n), 0.0), range(5, 9), open_eight)

    answered = reduce(lambda ceiling, n: ceiling.accepted(ticket(n), last=9, now=now), answers, sent)

    assert answered.window == window


def test_a_round_that_leaves_the_window_open_does_not_grow_it() -> None:
    """Eight slots open and two jobs at a time: that more than eight fit is nothing that anybody has seen."""
    open_eight = replace(Ceiling.start(SlotPolicy()), window=8, raised=4)
    sent = [Ticket(number, in_flight=2, finished=0) for number in range(5, 30)]

    grown = reduce(lambda ceiling, post: ceiling.posted(post, 0.0).accepted(post, post.number, 9.9), sent, open_eight)

    assert grown.window == 8


@pytest.mark.parametrize("said, seconds", [(5, 1800.0), (None, 600.0)])
def test_a_limit_that_the_service_names_is_tried_later_than_a_guess(said: int | None, seconds: float) -> None:
    """Each try that fails is a pause for everybody, and the service's own word is seldom wrong."""
    open_eight = replace(Ceiling.start(SlotPolicy()), window=8)
    refused = open_eight.refused(ticket(6), taken=5, said=said, last=6, now=100.0)

    assert (refused.held, refused.gap, refused.probe_at) == (5, seconds, 100.0 + seconds)


def test_a_late_refusal_that_lowers_the_ceiling_ends_the_trial() -> None:
    """The probe is out when an old post is told of a queue of one: what becomes of the probe says nothing then."""
    on_trial = replace(Ceiling.start(SlotPolicy(limit=3)), window=3, cut=2, held=4, probe=7)

    late = on_trial.refused(ticket(2), taken=1, said=1, last=7, now=100.0)
    lost = late.unanswered(ticket(7), 101.0)

    assert (late.held, late.probe, late.probe_at) == (1, None, 700.0)
    assert lost == late


def test_a_late_refusal_that_says_nothing_new_leaves_the_trial_alone() -> None:
    """The probe decides."""
    on_trial = replace(Ceiling.start(SlotPolicy(limit=3)), window=4, cut=2, held=4, probe=7)

    assert on_trial.refused(ticket(2), taken=5, said=None, last=7, now=100.0).probe == 7


def test_an_acceptance_that_overtakes_the_refusals_of_its_round_is_no_proof_that_the_room_was_larger_once() -> None:
    """Posts 5 to 8 go out together and the answer to 8 is read first: five is still a guess, not a limit that fell."""
    open_eight = replace(Ceiling.start(SlotPolicy()), window=8, raised=4, proven=4)
    sent = [replace(ticket(number), proven=4) for number in range(5, 9)]

    overtaken = open_eight.accepted(sent[3], last=8, now=0.1)
    refused = overtaken.refused(sent[0], taken=7, said=None, last=8, now=0.1)

    assert overtaken.proven == 8
    assert (refused.gap, refused.proven) == (600.0, 4)


def test_room_that_was_there_before_the_refused_post_went_out_is_looked_for_soon() -> None:
    """Eight were in flight and accepted, and the next is refused on top of four: the queue is shared, or has shrunk."""
    proven = replace(Ceiling.start(SlotPolicy()), window=8, proven=8)

    refused = proven.refused(replace(ticket(9), proven=8), taken=4, said=None, last=9, now=100.0)

    assert (refused.held, refused.gap, refused.proven) == (4, 120.0, 8)


@pytest.mark.parametrize("limit, window", [(20, 16), (None, 8)])
def test_silence_opens_the_window_below_a_known_limit_only(limit: int | None, window: int) -> None:
    """Four posts and no word for ten seconds: where nobody knows how many fit, they may be refused yet."""
    open_eight = replace(Ceiling.start(SlotPolicy(limit=limit)), window=8, raised=4)
    sent = reduce(lambda ceiling, n: ceiling.posted(ticket(n), 0.0), range(5, 9), open_eight)

    assert sent.looked(8, 9.9).window == window


def test_a_trial_that_is_passed_begins_the_waits_anew() -> None:
    """Two were refused and the third went well: the next is tried at once, and the one after it in ten minutes."""
    on_trial = replace(Ceiling.start(SlotPolicy(limit=3)), window=4, held=4, gap=2400.0, probe=7, passed=3)

    passed = on_trial.accepted(Ticket(11, in_flight=4, finished=0), last=11, now=100.0)

    assert (passed.probe, passed.proven, passed.probe_at, passed.gap) == (None, 4, 100.0, 600.0)


@pytest.mark.parametrize("in_flight, window", [(3, 8), (4, 16)])
def test_silence_speaks_of_a_window_that_is_half_full(in_flight: int, window: int) -> None:
    """With fewer jobs at the service, that they were taken says little about room for twice as many as fit now."""
    open_eight = replace(Ceiling.start(SlotPolicy(limit=20)), window=8, raised=4)

    assert open_eight.posted(Ticket(5, in_flight, finished=0), 0.0).looked(5, 3.0).window == window
