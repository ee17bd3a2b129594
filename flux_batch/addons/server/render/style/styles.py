"""Style name -> treatment: the chain of effects that turns the plain painting into the named style."""

from __future__ import annotations

from collections.abc import Mapping

from flux_batch.addons.server.render.style.games import GAMES
from flux_batch.addons.server.render.style.media import MEDIA
from flux_batch.addons.server.render.style.moods import MOODS
from flux_batch.addons.server.render.style.movements import MOVEMENTS
from flux_batch.addons.server.render.style.photos import PHOTOS
from flux_batch.addons.server.render.style.plate import Effect

STYLES: Mapping[str, tuple[Effect, ...]] = {**MOVEMENTS, **MEDIA, **MOODS, **PHOTOS, **GAMES}


def effects_of(style: str | None) -> tuple[Effect, ...]:
    """The treatment of a documented *style*; a name unknown here, and None, leave the plain painting."""
    return STYLES.get(style, ()) if style else ()
