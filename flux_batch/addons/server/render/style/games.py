"""Games: each era and genre by the way its screens look, without any of its figures or words."""

from __future__ import annotations

from flux_batch.addons.server.render.style.cubes import Blocks, Cubes
from flux_batch.addons.server.render.style.cut import Puff
from flux_batch.addons.server.render.style.frame import Gilded, Hud
from flux_batch.addons.server.render.style.light import Rays, Sparkles
from flux_batch.addons.server.render.style.line import Glow, Ink
from flux_batch.addons.server.render.style.plate import Effect
from flux_batch.addons.server.render.style.raster import Pixels
from flux_batch.addons.server.render.style.screen import Scanlines
from flux_batch.addons.server.render.style.stroke import Brush
from flux_batch.addons.server.render.style.texture import Circuit
from flux_batch.addons.server.render.style.tone import Adjust, Bloom, Few, Inks, Split, Veil, Vignette

GAMES: dict[str, tuple[Effect, ...]] = {
    "fortnite-style": (
        Adjust(1.45, 1.02, 0.05),
        Few(24),
        Puff(0.018, 1.5, 0.5),
        Split("3a2a9a", "ffe08a", 0.4),
        Rays(0.8, 0.1, "fff0b8", 0.4),
    ),
    "game-bubble": (
        Adjust(1.35, 0.9, 0.1),
        Puff(0.03, 1.6, 1.0),
        Sparkles("ring", "ffffff bff0ff ffd0f0", 34, 0.06),
        Sparkles("dot", "ffffff", 24, 0.01),
    ),
    "game-cyberpunk": (
        Split("0a0628", "ffe24f", 0.7),
        Adjust(1.3, 1.2, -0.08),
        Glow("f5e642 ff2f8a 22e6ff", 0.3, 1.1),
        Circuit("22e6ff", 30, 0.5),
        Hud("f5e642", "22e6ff", 3, grid=True),
    ),
    "game-fighting": (
        Adjust(1.5, 1.25),
        Few(16),
        Ink("14060a", 2.2, 0.5),
        Rays(0.5, 0.5, "ffd24f", 0.6),
        Hud("ffd24f", "ff4f3c", 2),
    ),
    "game-gta": (
        Adjust(1.3, 1.15, 0.02),
        Few(14),
        Ink("1a1a1e", 2.6, 0.6),
        Split("4a1a5a", "ffb86a", 0.5),
        Hud("58c05a", "4fa0d8", 0, grid=True),
    ),
    "game-mario": (Adjust(1.7, 1.05, 0.08), Pixels(88, 20, 0, 1.0), Hud("e8352e", "3cb043", 6)),
    "game-minecraft": (Adjust(1.2, 1.05, 0.02), Blocks()),
    "game-pokemon": (
        Adjust(1.4, 0.95, 0.1),
        Few(16),
        Ink("2a3a5a", 1.8, 0.5),
        Veil("f0fff0", 0.08),
        Hud("5ad86a", "f8d84a", 3),
    ),
    "game-retro-arcade": (Adjust(1.7, 1.3), Pixels(72, 12, 24, 1.0), Scanlines(0.012, 0.45), Bloom(0.4)),
    "game-retro": (Inks("0f380f 306230 8bac0f c4d86a", 0.002), Pixels(72, 6, 0, 0.8)),
    "game-rpg-fantasy": (
        Adjust(1.2, 1.1),
        Brush((0.024, 0.014, 0.008), 2.0, 0.5, 0.16, 0.25),
        Rays(0.3, 0.0, "ffe6a8", 0.5),
        Sparkles("dot", "ffe9a0 a8f0ff", 36, 0.007),
        Gilded("b98a3c", 0.04, "leaf", "2a2018"),
        Hud("d8403c", "3c78d8", 4),
    ),
    "game-strategy": (Adjust(1.1, 1.05, 0.02), Cubes(0.016, 0.6), Hud("d8a840", "5aa0c8", 4, grid=True)),
    "game-streetfighter": (Adjust(1.6, 1.2), Pixels(120, 32, 16, 1.0), Vignette(0.4), Hud("ffcf3c", "ffcf3c", 2)),
    "game-zelda": (
        Adjust(1.15, 0.95, 0.06),
        Few(14),
        Split("2a5a4a", "fff0b0", 0.6),
        Ink("3a4a3a", 1.2, 0.3, 0.5),
        Rays(0.7, 0.0, "fff4c8", 0.5),
        Bloom(0.4),
        Hud("e84a4a", "5ad86a", 5),
    ),
}
