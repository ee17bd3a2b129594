"""Making room for an image that is bought again: the line of the lost one goes before the new one is paid for.

A line names one picture by its hash. While it stands, any other picture for it is a changed one, and is set aside.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import anyio

from flux_batch.store.recovery import Image
from flux_batch.store.repair import take_out
from flux_batch.store.store import Store


async def make_room(store: Store, images: AbstractSet[Image]) -> None:
    """Take the lines of *images*, whose files are gone or damaged, out of the manifest; before :meth:`Store.begin`.

    A file that is damaged is a stray from then on.

    Raises:
        StorageFailed: the disk refused; then the manifest is as it was.
    """
    if not images:
        return
    await anyio.to_thread.run_sync(take_out, store.folder, images)
    for image in images:
        name = store.stock.missing.pop(image).file_name
        if name in store.stock.damaged:
            store.stock.damaged.discard(name)
            store.stock.strays.add(name)
