"""Posts, money and time: reserved before each post, never exceeded, in any interleaving."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_batch.engine.brake import Brake
from flux_batch.engine.budget import Budget, Ledger, Sum, spent
from flux_batch.engine.clock import SystemClock
from flux_batch.engine.outcome import Accepted, Busy, Fatal, NeverSent, Outcome, Refused, ServerError, Unknown
from flux_batch.errors import Interrupted, LimitReached

OUTCOMES: list[Outcome] = [Accepted(), Busy(), ServerError(), NeverSent(), Unknown(), Refused(), Fatal()]


class Wall(SystemClock):
    """The loop's clock, with a date."""

    def wall(self) -> float:
        """Return seconds since a Thursday in 2026."""
        return 1_790_000_000 + anyio.current_time()


@pytest.fixture
def brake() -> Brake:
    """The run's brake."""
    return Brake()


async def spend(budget: Budget, brake: Brake, outcomes: Sequence[Outcome], *, images: int = 1, workers: int = 7) -> int:
    """Post one after another in so many tasks until the brake is pulled; return how many posts went out."""
    posts, rng, left = 0, Random(2), [*outcomes]

    async def work() -> None:
        nonlocal posts
        while not brake.pulled and left:
            try:
                reserved = await budget.reserve(images)
            except LimitReached:
                return
            with reserved:
                outcome = left.pop()
                posts += not isinstance(outcome, NeverSent)
                await anyio.sleep(rng.random())
                reserved.settle(outcome)

    async with anyio.create_task_group() as tasks:
        for _ in range(workers):
            tasks.start_soon(work)
    return posts


async def test_exactly_so_many_posts(brake: Brake) -> None:
    """Ten allowed, seven at a time: ten go out, and the run says why it ends."""
    budget = Budget(clock=Wall(), brake=brake, max_posts=10)

    posts = await spend(budget, brake, [Accepted()] * 100)

    assert posts == 10
    assert isinstance(brake.reason, LimitReached)
    assert "max_posts = 10 is reached: 10 posts, 10 images paid" in str(brake.reason)
    assert "a larger max_posts" in (brake.reason.hint or "")


async def test_what_never_left_is_given_back(brake: Brake) -> None:
    """Posts that came to nothing make room again, also while everybody waits for the last ones."""
    budget = Budget(clock=Wall(), brake=brake, max_posts=10)

    posts = await spend(budget, brake, [Accepted()] * 50 + [NeverSent()] * 25)

    assert posts == 10


async def test_whoever_waits_for_room_gets_it_at_once(brake: Brake) -> None:
    """The last post allowed turns out never to have left: the one behind it goes at that moment."""
    budget = Budget(clock=Wall(), brake=brake, max_posts=1)
    first = await budget.reserve()

    async def give_back() -> None:
        await anyio.sleep(5)
        first.settle(NeverSent())

    start = anyio.current_time()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(give_back)
            await budget.reserve()

    assert anyio.current_time() - start == 5


async def test_money_is_counted_in_images(brake: Brake) -> None:
    """0.30 at 0.10 an image buys three, whatever floats say; a refused job costs nothing."""
    budget = Budget(clock=Wall(), brake=brake, max_cost=0.3, price=0.1)

    await spend(budget, brake, [Accepted()] * 50 + [Refused()] * 8, workers=4)

    assert Sum(11, 3) == budget.spent
    assert "max_cost = 0.3 is reached" in str(brake.reason)


async def test_a_post_that_would_be_too_dear_is_not_made(brake: Brake) -> None:
    """Four images at once where money for three is left."""
    budget = Budget(clock=Wall(), brake=brake, max_cost=0.7, price=0.1)

    assert await spend(budget, brake, [Accepted()] * 5, images=4) == 1


async def test_the_end_of_the_time_wakes_whoever_waits(brake: Brake) -> None:
    """At 06:00 sharp, also in the middle of a long pause."""
    clock = Wall()
    budget = Budget(clock=clock, brake=brake, until=clock.wall() + 3600)

    start = anyio.current_time()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(budget.keep_deadline)
        await brake.sleep(10_000)

    assert anyio.current_time() - start == pytest.approx(3600, abs=0.01)
    assert str(brake.reason) == "the time set by until is over"
    with pytest.raises(LimitReached):
        await budget.reserve()


async def test_a_deadline_in_the_past_makes_no_post(brake: Brake) -> None:
    """The check comes before the post, not after it."""
    budget = Budget(clock=Wall(), brake=brake, until=Wall().wall() - 1)

    assert await spend(budget, brake, [Accepted()]) == 0


async def test_without_limits_nothing_is_in_the_way(brake: Brake) -> None:
    """And the watch over the deadline returns at once."""
    budget = Budget(clock=Wall(), brake=brake)

    await budget.keep_deadline()

    assert await spend(budget, brake, [Accepted()] * 20) == 20
    assert not brake.pulled


async def test_another_reason_ends_the_waiting(brake: Brake) -> None:
    """Whoever waits for posts under way hears of a signal."""
    budget = Budget(clock=Wall(), brake=brake, max_posts=1)
    await budget.reserve()

    async def interrupt() -> None:
        await anyio.sleep(5)
        brake.pull(Interrupted("SIGINT"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(interrupt)
        with pytest.raises(Interrupted):
            await budget.reserve()


async def test_a_post_nobody_settled_counts_as_paid(brake: Brake) -> None:
    """A bug between reserving and settling must not make money vanish."""
    budget = Budget(clock=Wall(), brake=brake, max_posts=5)

    with pytest.raises(KeyError), await budget.reserve(4):
        raise KeyError

    assert Sum(1, 4) == budget.spent


def test_a_cost_without_a_price_is_refused(brake: Brake) -> None:
    """Nobody could keep it."""
    with pytest.raises(ValueError, match=r"max_cost = 5.0 needs the price of one image, not None"):
        Budget(clock=Wall(), brake=brake, max_cost=5.0)


@given(
    st.integers(0, 6),
    st.integers(0, 12),
    st.lists(st.tuples(st.booleans(), st.integers(1, 4), st.sampled_from(OUTCOMES)), max_size=60),
)
def test_no_interleaving_exceeds_a_limit(
    max_posts: int, max_images: int, steps: list[tuple[bool, int, Outcome]]
) -> None:
    """Whatever is reserved and settled in whatever order, held and spent together stay within both limits."""
    ledger, held = Ledger(max_posts, max_images), list[Sum]()
    for reserve, images, outcome in steps:
        wanted = Sum(1, images)
        if reserve and not ledger.exceeded(ledger.held + wanted):
            ledger = ledger.reserved(wanted)
            held.append(wanted)
        elif held:
            ours = held.pop(len(held) // 2)
            ledger = ledger.settled(ours, spent(outcome, ours.images))
        whole = ledger.spent + ledger.held

        assert whole.posts <= max_posts
        assert whole.images <= max_images
        assert Sum() == Sum(sum(h.posts for h in held), sum(h.images for h in held)) - ledger.held
