"""Pictures are rendered once, kept while there is room, and rendered again to the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
from server_probe import probing

from flux_batch.addons.server.order import Order
from flux_batch.addons.server.pictures import Pictures
from flux_batch.addons.server.render.painter import Painter
from flux_batch.addons.server.render.renderer import PictureRequest
from flux_batch.addons.server.swatch import Swatch


@dataclass
class Counting:
    """A renderer that counts, and takes its time only in so far as it lets others go first."""

    rendered: list[int] = field(default_factory=list)

    async def generate(self, request: PictureRequest) -> Sequence[bytes]:
        """Return one file of 1,000 bytes."""
        self.rendered.append(request.seed)
        await anyio.lowlevel.checkpoint()
        return [bytes([request.seed]) * 1000]


def order(seed: int) -> Order:
    """An order for a picture with this seed."""
    return Order(PictureRequest("x", seed=seed), {})


async def test_who_asks_at_the_same_time_shares_one_rendering() -> None:
    """Ten at once, one picture made."""
    renderer = Counting()
    pictures = Pictures(renderer, room=10_000)
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(pictures.of, order(1))

    assert renderer.rendered == [1]


async def test_memory_does_not_grow() -> None:
    """What was used longest ago makes room, and is rendered again when asked for."""
    renderer = Counting()
    pictures = Pictures(renderer, room=3003)
    for seed in (1, 2, 3, 1, 4, 1, 2):
        await pictures.of(order(seed))

    assert renderer.rendered == [1, 2, 3, 4, 2]
    assert pictures.size <= 3003


async def test_a_picture_larger_than_the_room_is_not_kept() -> None:
    """It is handed out all the same."""
    pictures = Pictures(Counting(), room=10)

    assert await pictures.of(order(1)) == [b"\x01" * 1000]
    assert pictures.size == 0


async def test_a_forgotten_picture_comes_back_the_same() -> None:
    """A link given out lives on when the memory is full."""
    async with probing(cache_bytes=0) as probe:
        link = (await probe.post()).json["output"][0]
        first, second = await probe.get(link), await probe.get(link)

    assert first.body == second.body


async def test_the_oldest_requests_are_forgotten() -> None:
    """Their links and their ids are as unknown as any other."""
    async with probing(remember=2) as probe:
        answers = [(await probe.post(seed=seed)).json for seed in range(3)]
        fetched = [(await probe.fetch(answer["id"])).status for answer in answers]
        links = [(await probe.get(answer["output"][0])).status for answer in answers]

    assert (fetched, links) == ([404, 200, 200], [404, 200, 200])


async def test_long_prompts_are_forgotten_sooner() -> None:
    """What is remembered is bounded in bytes as well as in requests."""
    async with probing() as probe:
        shelf = probe.server.service.shelf
        shelf._heft = 5_000_000
        ids = [(await probe.post(prompt="x" * 1_000_000)).json["id"] for _ in range(6)]
        known = [shelf.by_id(str(identity)) is not None for identity in ids]

    assert known == [False, False, True, True, True, True]


async def test_painting_does_not_stop_the_loop() -> None:
    """While two large pictures are painted, other requests are answered: many, not one or two after each picture."""
    async with probing(Painter()) as probe, anyio.create_task_group() as group:
        group.start_soon(lambda: probe.post(width=768, height=768, samples=2, prompt="a castle in the mountains"))
        answered = 0
        while not probe.server.ledger.of("done"):
            await probe.api("/api/v3/system_load")
            answered += 1

    assert answered > 5 * 2


async def test_a_swatch_shows_the_whole_request() -> None:
    """The plain renderer, too, tells requests apart and repeats itself."""
    swatch = Swatch()
    one = await swatch.generate(PictureRequest("x", seed=1, width=64, height=64, samples=2))
    same = await swatch.generate(PictureRequest("x", seed=1, width=64, height=64, samples=2))
    other = await swatch.generate(PictureRequest("x", seed=2, width=64, height=64, samples=1))

    assert one == same
    assert len({*one, *other}) == 3
