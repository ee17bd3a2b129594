"""Moods and atmospheres."""

from __future__ import annotations

from flux_batch.addons.server.render.style.cut import Alone, Puff
from flux_batch.addons.server.render.style.frame import Gilded, Sunburst
from flux_batch.addons.server.render.style.lens import Bokeh
from flux_batch.addons.server.render.style.light import Cosmos, Fogged, Leak, Rays, Scratches, Sparkles, Streak
from flux_batch.addons.server.render.style.line import Glow, Ink
from flux_batch.addons.server.render.style.paper import Paper
from flux_batch.addons.server.render.style.plate import Effect
from flux_batch.addons.server.render.style.raster import Pixels
from flux_batch.addons.server.render.style.screen import Engraving, Fringe, Glitch, Halftone, Scanlines
from flux_batch.addons.server.render.style.stroke import Brush
from flux_batch.addons.server.render.style.texture import Circuit, Honeycomb
from flux_batch.addons.server.render.style.tone import (
    Adjust,
    Bloom,
    Crisp,
    Duotone,
    Few,
    Grain,
    Negative,
    Soften,
    Split,
    Turn,
    Veil,
    Vignette,
)
from flux_batch.addons.server.render.style.warp import Melt, Swirl

MOODS: dict[str, tuple[Effect, ...]] = {
    "adorable-kawaii": (
        Adjust(0.95, 0.72, 0.2),
        Split("c58ad8", "ffe3f0", 0.7),
        Puff(0.02, 1.3, 0.5),
        Sparkles("heart", "ff9fc4 ffd1e3 ffffff", 22, 0.03),
        Sparkles("star", "ffffff fff2a8", 22, 0.03),
    ),
    "misc-kawaii": (
        Adjust(1.15, 0.75, 0.18),
        Few(14),
        Ink("8a5a7a", 1.8, 0.4),
        Veil("ffe6f2", 0.14),
        Sparkles("star", "ffffff ffe08a", 34, 0.035),
        Sparkles("heart", "ff8fb8", 10, 0.026),
    ),
    "dark-fantasy": (
        Adjust(0.7, 1.3, -0.1),
        Split("0a0618", "a88ad8", 0.7),
        Fogged("2a2440", 0.55),
        Rays(0.7, 0.0, "9a7aff", 0.4),
        Vignette(0.95),
    ),
    "dark-moody-atmosphere": (Adjust(0.55, 1.15, -0.16), Split("0a1418", "c9a878", 0.6), Vignette(1.0), Grain(8)),
    "glitchcore": (Adjust(1.4, 1.2), Glitch(0.02, 30), Scanlines(0.007, 0.25)),
    "glo-fi": (Split("4a1a7a", "ffb0d8", 0.9), Soften(0.014, 0.6), Bloom(0.9), Leak("ff5fb0", 0.7), Grain(12)),
    "googie-style": (
        Adjust(1.25, 0.92, 0.08),
        Turn(14),
        Few(10),
        Sunburst("ffe9b8 f2785c", 14, 0.5),
        Sparkles("star", "2fb5a8 ffffff f2c14e", 20, 0.07),
    ),
    "idyllic": (Adjust(1.2, 0.9, 0.08), Split("5a7a5a", "fff0c0", 0.5), Rays(0.25, 0.0, "fff4d0", 0.55), Bloom(0.45)),
    "light-cheery-atmosphere": (
        Adjust(1.3, 0.82, 0.16),
        Split("6a9ad8", "fff2c8", 0.4),
        Bloom(0.4),
        Bokeh("fff6d8 ffe0b0 ffffff", 20, 0.05, 0.3),
    ),
    "luxurious-elegance": (
        Split("1a1208", "f2d79a", 0.8),
        Adjust(0.7, 1.15),
        Bokeh("ffd98a ffe9b8", 26, 0.05, 0.3),
        Gilded("e0bd6a", 0.03, "leaf"),
    ),
    "ornate-and-intricate": (
        Adjust(1.2, 1.15),
        Crisp(0.01, 130),
        Engraving("3a2410", "f2dca8", 0.005, 30),
        Gilded("c99a3e", 0.075, "scroll", "3a1a1a"),
    ),
    "tranquil-relaxing-atmosphere": (
        Adjust(0.75, 0.78, 0.1),
        Split("4a7a8a", "e8f2e6", 0.6),
        Soften(0.01, 0.5),
        Fogged("e6f0ee", 0.4),
    ),
    "vibrant-rim-light": (Adjust(1.5, 1.2, -0.1), Glow("ff3f8e ffb03f 3fd8ff", 0.3, 1.3), Vignette(0.6)),
    "volumetric-lighting": (
        Adjust(1.0, 1.1, -0.08),
        Rays(0.62, -0.05, "fff0cc", 1.0),
        Fogged("d8c8a8", 0.25),
        Bloom(0.4),
    ),
    "whimsical-and-playful": (
        Turn(-12),
        Adjust(1.4, 0.9, 0.08),
        Swirl(26),
        Sparkles("star", "ffffff ffe27a ff9fd0 9fe8ff", 34, 0.045),
        Bloom(0.3),
    ),
    "misc-disco": (
        Turn(40),
        Adjust(1.6, 1.15, -0.05),
        Bokeh("ff4fd8 4fd8ff ffe24f a44fff", 60, 0.06, 0.6),
        Rays(0.5, 0.0, "ff9ff0", 0.7),
    ),
    "misc-dreamscape": (
        Split("3a2a8a", "ffd8f0", 0.8),
        Soften(0.016, 0.6),
        Melt(0.018, 1.2),
        Bloom(0.7),
        Sparkles("dot", "ffffff", 50, 0.006),
    ),
    "misc-dystopian": (
        Adjust(0.35, 1.2, -0.08),
        Split("1a1f1a", "c9b48a", 0.9),
        Fogged("6a6a58", 0.7),
        Scratches(30, 0.8),
        Grain(12),
    ),
    "misc-fairy-tale": (
        Adjust(1.15, 0.9, 0.06),
        Split("4a2a7a", "ffe8b8", 0.6),
        Brush((0.026, 0.014, 0.008), 1.8, 0.6, 0.2, 0.2),
        Sparkles("star", "fff6c8", 40, 0.026),
        Gilded("d9b45a", 0.045, "leaf", "f3e6c8"),
    ),
    "misc-gothic": (
        Duotone("07060c 3a2238 b8a8b0", 0.85),
        Adjust(1.0, 1.3, -0.06),
        Fogged("241c2c", 0.4),
        Gilded("5a4a58", 0.06, "leaf", "0c0a10"),
    ),
    "misc-grunge": (
        Adjust(0.45, 1.3),
        Split("1a1410", "d8c89a", 0.7),
        Scratches(120, 1.0),
        Halftone(0.012, 0.3),
        Paper("d9cdb0", 0.9),
    ),
    "misc-horror": (
        Duotone("050304 4a0a0c d8c0a8", 0.8),
        Adjust(1.0, 1.35, -0.12),
        Fogged("1a1414", 0.5),
        Scratches(50, 0.9),
        Vignette(1.0),
    ),
    "misc-lovecraftian": (
        Duotone("020a0a 0f4a40 a8d8b0", 0.85),
        Swirl(70, 0.5, 0.35),
        Fogged("0f2a28", 0.6),
        Vignette(0.95),
    ),
    "misc-macabre": (
        Duotone("0a0608 5a3a30 d8cbb0", 0.9),
        Engraving("120a08", "d8c8a0", 0.008, -24),
        Vignette(0.8, "200808"),
    ),
    "misc-metropolis": (
        Duotone("0c0a08 6a5a40 f0dfb0"),
        Rays(0.5, 0.1, "f8e6b8", 0.6),
        Sunburst("2a2418 8a744a", 16, 0.3),
        Gilded("c8a860", 0.03, "fan"),
        Grain(8),
    ),
    "misc-minimalist": (Alone("e6dfd8", 0.96), Few(6, 0.006), Adjust(0.65, 0.9, 0.08)),
    "misc-monochrome": (Duotone("0c0c0e f8f8f6"), Adjust(1.0, 1.12)),
    "misc-space": (
        Split("05051a", "b8c8ff", 0.8),
        Adjust(1.1, 1.1, -0.1),
        Cosmos("3a4aff a83cff 22d0d8", 0.9),
        Vignette(0.6),
    ),
    "misc-techwear-fashion": (
        Adjust(0.3, 1.3, -0.06),
        Split("0a0f14", "a8e0e8", 0.7),
        Circuit("5fe8d8", 40, 0.4),
        Scanlines(0.006, 0.18),
    ),
    "nude": (
        Split("6a3a2a", "ffe6d0", 0.9),
        Soften(0.024, 0.85),
        Brush((0.03, 0.018, 0.01), 2.0, 0.5, 0.12, 0.2),
        Veil("f0d0b8", 0.2),
    ),
    "nsfw": (Soften(0.02, 0.9), Pixels(18, 20, 0, 0.0)),
    "sex": (Duotone("3a0618 c02a4a ffd8d0", 0.85), Soften(0.018, 0.7), Bokeh("ff6a8a ffb0c0", 34, 0.07, 0.4)),
    "negative": (Negative(),),
    "futuristic-biomechanical": (
        Adjust(0.4, 1.2),
        Split("0a1214", "c8d0b8", 0.8),
        Puff(0.008, 2.4, 0.8),
        Crisp(0.012, 120),
        Engraving("0c1412", "c8cdb8", 0.006, 80, crossing=False),
    ),
    "futuristic-biomechanical-cyberpunk": (
        Split("14082a", "5af0d0", 0.9),
        Puff(0.008, 2.2, 0.9),
        Glow("ff2fa8 22ffd0", 0.35, 1.1),
        Circuit("ff4fc0", 40, 0.5),
    ),
    "futuristic-cybernetic": (
        Split("04142a", "9fe0ff", 0.9),
        Adjust(0.7, 1.2),
        Circuit("4fd0ff", 80, 0.7),
        Honeycomb("4fa8ff", 0.03, 0.4),
    ),
    "futuristic-cybernetic-robot": (
        Duotone("0a0e14 56687a e6eef4", 0.75),
        Puff(0.01, 2.2, 1.0),
        Circuit("ff6a3c", 34, 0.5),
        Crisp(0.008, 100),
    ),
    "futuristic-cyberpunk-cityscape": (
        Split("0a0430", "ff5fb8", 0.9),
        Adjust(1.3, 1.2, -0.12),
        Glow("ff2fa8 7a3cff 22e6ff", 0.35, 1.3),
        Streak("ff5fd0", 0.8),
        Vignette(0.7),
    ),
    "futuristic-futuristic": (
        Split("0a2448", "e8f8ff", 0.8),
        Adjust(0.8, 1.05, 0.04),
        Honeycomb("a8e8ff", 0.05, 0.7),
        Streak("6fd0ff", 0.8),
        Bloom(0.4),
    ),
    "futuristic-retro-cyberpunk": (
        Split("1a0440", "ffb03c", 0.9),
        Adjust(1.4, 1.15, -0.04),
        Glow("ff8a2f ff2f7a", 0.25, 1.2),
        Scanlines(0.008, 0.35),
        Fringe(0.006),
    ),
    "futuristic-retro": (
        Turn(10),
        Adjust(0.95, 0.9, 0.06),
        Split("2a5a5a", "ffd9a0", 0.7),
        Few(12),
        Sunburst("f6e2b8 e08a5a", 20, 0.35),
        Halftone(0.012, 0.25),
        Paper("f3e2bd", 0.5),
    ),
    "futuristic-sci-fi": (
        Split("02101e", "8fd8ff", 0.9),
        Adjust(0.85, 1.2, -0.05),
        Cosmos("22b8ff 3a5aff", 0.5),
        Streak("5ab4ff", 1.0),
        Honeycomb("5ab4ff", 0.024, 0.35),
    ),
    "futuristic-vaporwave": (
        Duotone("2a0a5a e0489a 8ff0f0", 0.8),
        Adjust(1.3, 1.0, 0.05),
        Fringe(0.008),
        Scanlines(0.009, 0.25),
        Bloom(0.5),
    ),
    "neonpunk": (Adjust(1.2, 1.15), Split("12043a", "ff6fd0", 0.8), Glow(), Bloom(0.4)),
}
