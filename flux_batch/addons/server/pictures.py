"""Finished pictures: rendered once, kept while there is room, rendered again when asked for later."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeAlias

import anyio

from flux_batch.addons.server.finish import finish
from flux_batch.addons.server.order import Order
from flux_batch.addons.server.render.renderer import PictureRequest, Renderer

Look: TypeAlias = tuple[PictureRequest, str | None, bool, bool]
"""All that decides a picture's bytes."""


class Pictures:
    """The renderer with a bounded memory.

    Args:
        renderer: makes the pictures.
        room: bytes of finished pictures kept, at most.

    Attributes:
        size: bytes kept now.
    """

    def __init__(self, renderer: Renderer, room: int) -> None:
        self._renderer = renderer
        self._room = room
        self._kept: OrderedDict[Look, Sequence[bytes]] = OrderedDict()
        self.size = 0
        self._busy: dict[Look, anyio.Event] = {}

    async def of(self, order: Order) -> Sequence[bytes]:
        """Return the whole files of *order*, one per sample; the same order gives the same bytes."""
        look: Look = (order.picture, order.alteration, order.crisp, order.watermark)
        while look in self._busy:
            await self._busy[look].wait()
        if look in self._kept:
            self._kept.move_to_end(look)
            return self._kept[look]
        self._busy[look] = anyio.Event()
        try:
            files = await self._make(order)
            self._keep(look, files)
        finally:
            self._busy.pop(look).set()
        return files

    async def _make(self, order: Order) -> Sequence[bytes]:
        files = await self._renderer.generate(order.picture)
        if not (order.alteration or order.crisp or order.watermark):
            return files
        return [await anyio.to_thread.run_sync(finish, file, order) for file in files]

    def _keep(self, look: Look, files: Sequence[bytes]) -> None:
        self._kept[look] = files
        self.size += heft(look, files)
        while self.size > self._room and self._kept:
            self.size -= heft(*self._kept.popitem(last=False))


def heft(look: Look, files: Sequence[bytes]) -> int:
    """Bytes it takes to keep *files*, about: theirs and the prompt's."""
    return len(look[0].prompt) + sum(map(len, files))
