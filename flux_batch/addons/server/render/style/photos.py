"""Photography, film, fashion and advertising."""

from __future__ import annotations

from flux_batch.addons.server.render.style.cut import Alone, Silhouettes
from flux_batch.addons.server.render.style.frame import Border
from flux_batch.addons.server.render.style.lens import Bokeh, Motion, Shallow, TiltShift
from flux_batch.addons.server.render.style.light import Fogged, Leak, Rays, Scratches, Sparkles, Streak
from flux_batch.addons.server.render.style.line import Glow
from flux_batch.addons.server.render.style.plate import Effect
from flux_batch.addons.server.render.style.repeat import Panels
from flux_batch.addons.server.render.style.tone import (
    Adjust,
    Bloom,
    Crisp,
    Duotone,
    Grain,
    Letterbox,
    Soften,
    Split,
    Turn,
    Veil,
    Vignette,
)
from flux_batch.addons.server.render.style.warp import Swirl

PHOTOS: dict[str, tuple[Effect, ...]] = {
    "ads-advertising": (
        Adjust(1.3, 1.15, 0.03),
        Alone("ffffff", 0.35),
        Bloom(0.3),
        Border("ffffff", 0.04, 0.12, "e4572e"),
    ),
    "ads-automotive": (
        Adjust(0.75, 1.3, -0.06),
        Split("06121e", "e8f0f6", 0.7),
        Motion(0.2, 0.75),
        Streak("ffffff", 0.7),
        Letterbox(0.06),
    ),
    "ads-corporate": (Split("0f2f5a", "f0f6fb", 0.7), Adjust(0.75, 0.95, 0.08), Border("f4f7fa", 0.05, 0.1, "1f5f9f")),
    "ads-fashion-editorial": (
        Adjust(0.5, 1.25, 0.02),
        Split("2a2028", "f6e6dc", 0.6),
        Shallow(0.012),
        Border("ffffff", 0.08, 0.08),
    ),
    "ads-food-photography": (Adjust(1.45, 1.08, 0.06), Split("4a1a08", "ffe2a0", 0.6), Shallow(0.026), Bloom(0.25)),
    "ads-gourmet-food-photography": (
        Adjust(1.2, 1.25, -0.06),
        Split("140a06", "ffd9a0", 0.7),
        Shallow(0.034),
        Vignette(0.8),
    ),
    "ads-luxury": (
        Split("0c0a08", "f0d290", 0.9),
        Adjust(0.5, 1.3, -0.08),
        Sparkles("star", "fff0c0", 12, 0.05),
        Vignette(0.85),
        Border("0c0a08", 0.03, 0.03, "d8b25a"),
    ),
    "ads-real-estate": (
        Adjust(1.15, 0.98, 0.1),
        Crisp(0.03, 50),
        Split("3a6aa0", "fff6e0", 0.4),
        Rays(0.2, 0.0, "fffbe8", 0.35),
    ),
    "ads-retail": (Adjust(1.5, 1.1, 0.05), Alone("ffe45c", 0.55), Border("e8352e", 0.035, 0.035, "ffffff")),
    "analog-film": (
        Split("1a2a38", "f6d8a8", 0.6),
        Adjust(0.85, 0.92, 0.03),
        Leak("ff8a3c", 0.5),
        Scratches(14, 0.15),
        Grain(14),
        Border("0e0d0c", 0.035, 0.035),
    ),
    "cinematic": (
        Split("06303e", "ffb573", 0.7),
        Adjust(1.0, 1.16, -0.03),
        Bloom(0.4),
        Streak("7ac8ff", 0.35),
        Vignette(0.6),
        Grain(6),
        Letterbox(0.085),
    ),
    "cinematic-diva": (
        Split("2a0a2e", "ffd0b8", 0.7),
        Adjust(1.1, 1.15, -0.02),
        Bokeh("ffd9a0 ff9fc0", 24, 0.06, 0.3),
        Soften(0.006, 0.4),
        Vignette(0.7, "14040f"),
        Letterbox(0.06),
    ),
    "faded-polaroid-photo": (
        Split("3a4a52", "f8e0b0", 0.8),
        Adjust(0.65, 0.75, 0.1),
        Veil("e8d8b0", 0.14),
        Leak("ffb070", 0.6),
        Vignette(0.3, "6a4a2a"),
        Grain(7),
        Border("f6f2e8", 0.065, 0.2),
    ),
    "high-fashion": (
        Duotone("0a0a0c f6f2ee", 0.8),
        Adjust(1.0, 1.3, 0.04),
        Alone("d8d2cc", 0.45),
        Border("ffffff", 0.05, 0.05),
    ),
    "knolling-photography": (Adjust(1.2, 1.05, 0.04), Panels("", 3, 3, 0.03, "e9e2d4", 2.4)),
    "macro-photography": (
        Adjust(1.25, 1.1, 0.02),
        Shallow(0.045),
        Crisp(0.006, 100),
        Bokeh("d8ffd0 fff2c8", 18, 0.09, 0.22),
    ),
    "photo-alien": (Turn(100), Adjust(1.3, 1.15), Split("06281a", "d0ffb8", 0.6), Swirl(24), Fogged("4ad08a", 0.3)),
    "photo-film-noir": (
        Duotone("060608 f2f0ea"),
        Adjust(1.0, 1.5, -0.1),
        Rays(0.9, 0.0, "ffffff", 0.5),
        Vignette(1.0),
        Grain(14),
    ),
    "photo-glamour": (
        Adjust(1.15, 0.95, 0.07),
        Split("5a2a4a", "ffe8dc", 0.6),
        Soften(0.012, 0.55),
        Bokeh("ffe6c8 ffc8d8", 34, 0.06, 0.32),
        Bloom(0.5),
    ),
    "photo-hdr": (Crisp(0.06, 130), Crisp(0.008, 110), Adjust(1.45, 1.0)),
    "photo-iphone-photographic": (Adjust(1.15, 1.08, 0.03), Crisp(0.005, 90), Split("2a4a7a", "fff0d8", 0.25)),
    "photo-long-exposure": (Motion(0.3, 0.85), Adjust(1.1, 1.1), Streak("ffb070", 0.6), Vignette(0.4)),
    "photo-neon-noir": (
        Duotone("05060f 3a2a6a e8d8ff", 0.7),
        Adjust(1.3, 1.4, -0.14),
        Glow("ff2f6a 2f6aff", 0.2, 1.0),
        Vignette(0.9),
        Grain(10),
    ),
    "photo-silhouette": (Silhouettes("", "08070c", 0.3), Adjust(1.25, 1.15), Bloom(0.4)),
    "photo-tilt-shift": (Adjust(1.5, 1.12, 0.03), TiltShift(0.62, 0.024)),
    "photograph": (Adjust(0.95, 1.1), Crisp(0.006, 70), Split("1e2a3a", "fff2dc", 0.3), Vignette(0.3), Grain(5)),
    "photographic": (Adjust(1.05, 1.08), Shallow(0.01), Split("22304a", "ffeeda", 0.35), Bloom(0.2), Grain(4)),
    "sharp": (Crisp(0.004, 260), Crisp(0.02, 60), Adjust(1.05, 1.08)),
    "terragen": (Adjust(1.05, 1.05, 0.02), Crisp(0.012, 110), Fogged("c8dcea", 0.45), Split("2a4a3a", "fff0d0", 0.4)),
}
