"""Style name -> treatment. Sizes are shares of the shorter side."""

from __future__ import annotations

from flux_batch.addons.server.render.style.paper import Paper, Wash
from flux_batch.addons.server.render.style.plate import Effect
from flux_batch.addons.server.render.style.raster import Pixels
from flux_batch.addons.server.render.style.tone import Adjust, Bloom, Grain, Letterbox, Split, Vignette

STYLES: dict[str, tuple[Effect, ...]] = {
    "watercolor": (Adjust(1.05, 0.95, 0.05), Wash(), Paper("fbf6ea", 0.7)),
    "cinematic": (
        Split("0b3b4a", "ffb573", 0.6),
        Adjust(0.95, 1.18, -0.02),
        Bloom(0.45),
        Vignette(0.6),
        Grain(9),
        Letterbox(),
    ),
    "pixel-art": (Adjust(1.15, 1.08), Pixels()),
}


def effects_of(style: str | None) -> tuple[Effect, ...]:
    """The treatment of a documented *style*; a name unknown here, and None, leave the plain painting."""
    return STYLES.get(style, ()) if style else ()
