"""The pure heart of the engine, without a loop: whatever happens in whatever order, its rules hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.engine.ceiling import Ticket
from flux_batch.engine.events import Paused, SlotsChanged
from flux_batch.engine.governor import Action, Answered, GiveUp, Governor, Left, Looked, Posted, decide
from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Outcome, Refused, ServerError, Unknown
from flux_batch.engine.policy import BreakerPolicy, SlotPolicy

OUTCOMES: list[Outcome] = [
    Accepted(),
    Busy(),
    Busy(30.0),
    Busy(5.0, 3),
    Busy(math.nan, 0),
    Busy(-1.0, -7),
    Busy(2.0, 10**9),
    ServerError(),
    NeverSent(),
    Unknown(),
    Refused("no"),
]
FIVE = SlotPolicy(limit=5, adaptive=False)


@dataclass
class Play:
    """A governor driven by hand."""

    policy: SlotPolicy
    now: float = 0.0
    actions: list[Action] = field(default_factory=list)
    flying: list[tuple[Ticket, Outcome | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = Governor.start(self.policy)

    def happen(self, event: Posted | Answered | Left | Looked) -> None:
        """Let something happen now."""
        self.state, actions = decide(self.state, event, self.now, Random(1))
        self.actions += actions

    def post(self) -> bool:
        """Post if one may; return whether one might."""
        self.happen(Looked())
        if self.state.wait(self.now) > 0:
            return False
        self.flying.append((self.state.next_ticket(), None))
        self.happen(Posted())
        return True

    def answer(self, outcome: Outcome, which: int = 0) -> None:
        """Answer one of the posts that have no answer yet."""
        open_ones = [n for n, (_, noted) in enumerate(self.flying) if noted is None]
        if open_ones:
            n = open_ones[which % len(open_ones)]
            self.flying[n] = (self.flying[n][0], outcome)
            self.happen(Answered(self.flying[n][0], outcome))

    def leave(self, which: int = 0) -> None:
        """Free one of the slots that have an answer."""
        done = [n for n, (_, noted) in enumerate(self.flying) if noted is not None]
        if done:
            ticket, noted = self.flying.pop(done[which % len(done)])
            self.happen(Left(ticket, noted))

    def deliver(self, outcome: Outcome | None = None) -> bool:
        """Post, answer and leave."""
        posted = self.post()
        if posted:
            self.answer(outcome or Accepted(), -1)
            self.leave(-1)
        return posted


STEPS = st.lists(
    st.one_of(
        st.just(("post", Accepted(), 0.0)),
        st.tuples(st.just("answer"), st.sampled_from(OUTCOMES), st.integers(0, 9)),
        st.tuples(st.just("leave"), st.just(Accepted()), st.integers(0, 9)),
        st.tuples(st.just("pass"), st.just(Accepted()), st.floats(0, 100)),
    ),
    max_size=120,
)
POLICIES = st.one_of(
    st.builds(SlotPolicy, limit=st.integers(1, 8), adaptive=st.just(False)),
    st.builds(SlotPolicy, limit=st.integers(1, 8) | st.none(), adaptive=st.just(True), most=st.integers(1, 12)),
)


@given(POLICIES, STEPS)
def test_the_rules_hold_whatever_happens(policy: SlotPolicy, steps: list[tuple[str, Outcome, float]]) -> None:
    """Never more in flight than the ceiling, no post in a pause, one at a time while cautious, counts that add up."""
    play, pause_ends = Play(policy), -math.inf
    for kind, outcome, number in steps:
        match kind:
            case "post":
                if play.post():
                    assert play.now >= pause_ends
            case "answer":
                play.answer(outcome, int(number))
            case "leave":
                play.leave(int(number))
            case _:
                play.now += number
        state = play.state
        pause_ends = max([pause_ends, *(play.now + a.seconds for a in play.actions if isinstance(a, Paused))])
        play.actions.clear()

        assert len(play.flying) == state.in_flight <= policy.ceiling
        assert 1 <= state.limit <= policy.ceiling
        assert 0 <= state.void <= state.in_flight
        assert state.ceiling.held is None or state.ceiling.held >= 1


@given(st.none() | POLICIES, STEPS)
def test_it_never_gets_stuck(policy: SlotPolicy | None, steps: list[tuple[str, Outcome, float]]) -> None:
    """After anything at all, when all slots are left and time passes, a post goes out again, or the run has ended."""
    play = Play(policy) if policy else on_trial()
    for kind, outcome, number in steps:
        if kind == "post":
            play.post()
        elif kind == "answer":
            play.answer(outcome, int(number))
        elif kind == "leave":
            play.leave(int(number))
        else:
            play.now += number
    while play.flying:
        play.answer(Accepted())
        play.leave()
    for _ in range(3):
        wait = play.state.wait(play.now)
        play.now += wait if wait < math.inf else 0.0

    assert play.deliver() or play.state.over


def opened(policy: SlotPolicy = FIVE) -> Play:
    """A governor whose slow start is behind it."""
    play = Play(policy)
    for _ in range(8):
        while play.post():
            pass
        while play.flying:
            play.answer(Accepted())
            play.leave()
    return play


def test_the_slow_start_doubles() -> None:
    """One, two, four, and the ceiling."""
    play, rounds = Play(SlotPolicy(limit=15, adaptive=False)), []
    for _ in range(6):
        while play.post():
            pass
        rounds.append(len(play.flying))
        while play.flying:
            play.answer(Accepted())
            play.leave()

    assert rounds == [1, 2, 4, 8, 15, 15]


@pytest.mark.parametrize(
    "said, held",
    [(3, 3), (1, 1), (None, 4), (0, 4), (-2, 4), (10**9, 4), (4, 4)],
    ids=str,
)
def test_what_a_refusal_teaches(said: int | None, held: int) -> None:
    """Five in flight and one refused: the service's own number where it makes sense, else what was accepted."""
    play = opened()
    while play.post():
        pass
    play.answer(Busy(30.0, said), -1)

    assert play.state.ceiling.held == held


def test_a_refusal_with_nothing_in_flight_teaches_nothing() -> None:
    """The queue is full of somebody else's jobs: that says nothing about how many of ours there may be."""
    play = Play(SlotPolicy())
    play.post()
    play.answer(Busy(30.0))

    assert play.state.ceiling.held is None


def test_refusals_of_posts_sent_together_count_as_one() -> None:
    """Four of five refused at once: one pause, one fall of the limit, to what was taken."""
    play = opened()
    while play.post():
        pass
    for _ in range(4):
        play.answer(Busy(30.0), -1)

    assert sum(isinstance(action, Paused) for action in play.actions) == 1
    assert (play.state.gate.refusals, play.state.ceiling.held) == (1, 1)


def test_a_pause_that_is_too_long_is_given_up() -> None:
    """Sixteen minutes are more than fifteen; a hint of a thousand million seconds is read as six hours."""
    for seconds, back in ((960.0, 960.0), (1e9, 21_600.0)):
        play = opened()
        play.post()
        play.answer(Busy(seconds))

        assert [back] == [action.seconds for action in play.actions if isinstance(action, GiveUp)]
        assert play.state.over
        assert not play.post()


def test_a_fatal_outcome_ends_posting_at_once() -> None:
    """Before anybody has found the words for it."""
    play = opened()
    play.post()
    play.answer(Fatal())

    assert not play.post()
    assert math.inf == play.state.wait(play.now)


def test_the_jump_of_a_wall_clock_changes_nothing() -> None:
    """Only differences of a monotonic time count: the same story a day later gives the same schedule."""
    waits = []
    for start in (0.0, 86_400.0):
        play = opened()
        play.now += start
        play.post()
        play.answer(Busy(30.0))
        waits.append(play.state.wait(play.now))

    assert waits[0] == pytest.approx(waits[1])


def test_every_change_of_the_limit_is_an_action() -> None:
    """What the listener hears adds up to what the limit is."""
    play = opened()
    while play.post():
        pass
    play.answer(Busy(30.0, 3), -1)
    told = [action.limit for action in play.actions if isinstance(action, SlotsChanged)]

    assert told == [2, 4, 5, 1]
    assert play.state.limit == 1


def test_a_probe_that_gets_lost_is_taken_back() -> None:
    """An error is no answer to the question whether there is room for one more."""
    play = opened(SlotPolicy(limit=2, adaptive=True))
    play.now += 601
    while play.post():
        pass
    assert play.state.ceiling.held == 3
    play.answer(ServerError(), -1)

    assert play.state.ceiling.held == 2


def test_numbers_that_make_no_sense_are_refused() -> None:
    """With the value, before anything is sent."""
    with pytest.raises(ValueError, match="limit must be at least 1 slot, not 0"):
        SlotPolicy(limit=0)
    with pytest.raises(ValueError, match="a fixed number of slots needs a limit"):
        SlotPolicy(adaptive=False)
    with pytest.raises(ValueError, match="most must be at least 1 slot, not 0"):
        SlotPolicy(most=0)


def fill(play: Play) -> None:
    """Post as long as one may."""
    while play.post():
        pass


def accept_all(play: Play) -> None:
    """Take every post that has no answer yet; the jobs stay unfinished."""
    while any(noted is None for _, noted in play.flying):
        play.answer(Accepted())


def test_after_a_pause_one_post_goes_beside_the_unfinished_jobs() -> None:
    """Polled jobs hold their slots through a pause; the one post after it does not wait for them, the next one does."""
    play = opened(SlotPolicy(limit=9, adaptive=False))
    for _ in range(7):
        play.post()
    for _ in range(6):
        play.answer(Accepted())
    play.answer(Busy(30.0))
    play.leave(6)
    play.leave(0)
    play.now += 40

    assert (len(play.flying), play.post(), play.post()) == (5, True, False)
    play.answer(Accepted())
    assert play.state.limit == 6


def test_a_job_that_ended_while_the_post_was_under_way_was_there_before_it() -> None:
    """Four were taken when the fifth was sent; that one of them is done by now does not make it three."""
    play = opened()
    fill(play)
    for _ in range(4):
        play.answer(Accepted())
    play.leave()
    play.answer(Busy(30.0))

    assert play.state.ceiling.held == 4


def on_trial() -> Play:
    """Five slots held, and one post more just sent."""
    play = opened(SlotPolicy(limit=5))
    play.now += 601
    fill(play)
    assert (len(play.flying), play.state.ceiling.held) == (6, 6)
    return play


def test_one_accepted_post_does_not_prove_room_for_one_more() -> None:
    """A whole round does: another job may have been ready without our knowing."""
    play = on_trial()
    accept_all(play)
    assert play.state.wait(play.now) == math.inf

    for _ in range(5):
        play.leave()
        assert play.post()
        play.answer(Accepted(), -1)
    play.leave()
    assert (play.post(), play.post()) == (True, True)
    assert play.state.ceiling.held == 7


def test_a_refused_trial_goes_back_to_what_was_held() -> None:
    """However many were in flight, and each time it is tried again half as soon."""
    play = on_trial()
    accept_all(play)
    play.leave()
    play.post()
    play.answer(Busy(30.0))

    assert (play.state.ceiling.held, play.state.ceiling.gap) == (5, 1200.0)


def test_refusals_around_a_trial_count_as_one() -> None:
    """The probe and a post sent just before it are both refused: the next try is twenty minutes away, not ten."""
    play = opened(SlotPolicy(limit=5))
    for _ in range(4):
        play.post()
    accept_all(play)
    play.now += 601
    fill(play)
    play.answer(Busy(30.0), -1)
    play.answer(Busy(30.0), -1)

    assert play.state.ceiling.gap == 1200.0


def test_what_was_under_way_when_a_dead_service_was_noticed_does_not_bring_it_back() -> None:
    """Three answers are lost, then an older post is answered well: that was before, and nobody posts for 30 s."""
    play = opened()
    for _ in range(5):
        play.post()
    for _ in range(3):
        play.answer(Unknown(), -1)
    play.answer(Accepted())

    assert (play.state.breaker.trips, play.state.wait(play.now)) == (1, 30.0)


def test_an_acceptance_that_overtakes_the_refusals_of_its_round_ends_no_pause() -> None:
    """Two posts went out together and the second fits: the service is as busy as the first was told."""
    play = opened()
    play.post()
    play.post()
    play.answer(Busy())
    play.answer(Accepted())

    assert (play.state.gate.refusals, play.state.gate.since) == (1, play.now)


def test_nobody_waits_for_a_dead_service_longer_than_an_outage_may_last() -> None:
    """It is to be looked at in 30 s, and the run ends in 20: that is when to wake."""
    play = Play(SlotPolicy(limit=5, breaker=BreakerPolicy(unknown=1, outage=20.0)))
    play.post()
    play.answer(Unknown())

    assert (play.state.pause(play.now), play.state.wait(play.now)) == (30.0, 20.0)


def test_a_lone_post_that_silence_has_spoken_for_closes_no_slot_when_it_is_answered() -> None:
    """After a pause it goes out beside two jobs and is taken to be accepted; they are done when its answer comes."""
    play = opened()
    for outcome in (Accepted(), Accepted(), Accepted(), Busy()):
        play.post()
        play.answer(outcome)
    play.leave(-1)
    play.leave()
    play.now += 5
    assert play.post()
    play.now += 4
    play.happen(Looked())
    for _ in range(2):
        play.leave()
    assert (play.state.limit, play.state.in_flight) == (3, 1)

    play.answer(Accepted())

    assert play.state.limit == 3
