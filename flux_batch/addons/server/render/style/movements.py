"""Schools and movements of art, as chains of effects."""

from __future__ import annotations

from flux_batch.addons.server.render.style.cut import Alone, Silhouettes
from flux_batch.addons.server.render.style.facet import Shards, Tiles, Triangles
from flux_batch.addons.server.render.style.frame import Border, Gilded, Shapes, Sunburst
from flux_batch.addons.server.render.style.light import Cosmos, Rays, Sparkles
from flux_batch.addons.server.render.style.line import Ink
from flux_batch.addons.server.render.style.paper import Paper
from flux_batch.addons.server.render.style.plate import Effect
from flux_batch.addons.server.render.style.repeat import Kaleidoscope, Panels
from flux_batch.addons.server.render.style.screen import Engraving, Fringe, Halftone, Waves
from flux_batch.addons.server.render.style.stroke import Brush, Dots, Splashes
from flux_batch.addons.server.render.style.texture import Bricks, Crackle, Gears, Weave
from flux_batch.addons.server.render.style.tone import (
    Adjust,
    Bloom,
    Crisp,
    Cycle,
    Duotone,
    Few,
    Inks,
    Soften,
    Split,
    Turn,
    Veil,
    Vignette,
)
from flux_batch.addons.server.render.style.warp import Melt, Swirl

OLD_MASTER: tuple[Effect, ...] = (Split("2a1606", "f2c988", 0.7), Brush((0.026, 0.014, 0.008), 2.2, 0.3, 0.14, 0.25))

MOVEMENTS: dict[str, tuple[Effect, ...]] = {
    "abstract": (Adjust(1.4, 1.1), Few(9, 0.03), Swirl(70), Brush((0.11, 0.06, 0.05), 1.4, 0.9, 0.3, 0.3)),
    "abstract-expressionism": (Adjust(1.4, 1.2), Brush((0.12, 0.06, 0.03), 2.2, 1.0, 0.7, 0.8), Splashes(46)),
    "academia": (Split("2b1a10", "e8cf9f", 0.8), Adjust(0.6, 1.05), Paper("e9d8b4", 0.5), Vignette(0.5, "2a1608")),
    "art-deco": (
        Few(9),
        Inks("12232e 1d5f6b c99b45 f3e3bd", 0.004, 0.55),
        Ink("0f1a20", 1.6, 0.3),
        Gilded("d8b25a", 0.06, "fan", "12202a"),
    ),
    "art-nouveau": (
        Adjust(1.05, 0.95, 0.04),
        Few(12),
        Ink("4a2f1e", 1.8, 0.45),
        Veil("f0dca8", 0.14),
        Gilded("b98a3c", 0.055, "whiplash", "e9d7ac"),
    ),
    "avant-garde": (Duotone("101014 f4f1ea", 0.8), Shapes("e0322b 101014 f2c230", 8, -20), Fringe(0.012)),
    "baroque": (
        *OLD_MASTER,
        Adjust(1.1, 1.25, -0.06),
        Crackle(0.4, "a86a24"),
        Vignette(0.9),
        Gilded("c9983e", 0.045, "scroll", "2a1a0c"),
    ),
    "bauhaus-style-poster": (
        Inks("1c1c1e 1f4e8c d63a2a efb72f f2ead8", 0.006),
        Shapes("d63a2a efb72f 1f4e8c 1c1c1e", 7, 45, 0.95),
        Border("f2ead8", 0.06, 0.14, "1c1c1e"),
        Paper("ffffff", 0.3),
    ),
    "classicism-art": (*OLD_MASTER, Adjust(0.9, 1.0, 0.03), Crackle(0.25, "c79a55"), Gilded("b9954e", 0.03, "none")),
    "color-field-painting": (
        Adjust(1.35, 1.0),
        Soften(0.06, 0.95),
        Few(6, 0.05),
        Soften(0.012, 0.8),
        Weave(0.008, 0.6),
    ),
    "conceptual-art": (Adjust(0.0, 1.15, 0.05), Shapes("e0322b", 2, 0, 0.95), Border("f7f6f2", 0.16, 0.22)),
    "constructivism": (
        Inks("1a1414 a8261c d8402c e9dcc0", 0.004),
        Shapes("c8301f 1a1414 e9dcc0", 10, -38, 0.95),
        Paper("f2e6cc", 0.6),
    ),
    "constructivist": (
        Inks("201a18 c22d20 e8d8b8", 0.006),
        Sunburst("e8d8b8 c22d20", 14, 0.5),
        Shapes("201a18 c22d20", 6, 30, 0.95),
        Paper("efe2c6", 0.7),
    ),
    "cubism": (
        Adjust(0.75, 1.12),
        Shards(30, 14, "8a7352"),
        Brush((0.016, 0.009), 1.4, 0.3, 0.1, 0.3),
        Alone("8a7352", 0.12),
    ),
    "cubist": (Adjust(1.15, 1.15), Shards(26, 30, "4f6f8a"), Ink("17181c", 1.6, 0.2)),
    "dadaism": (
        Duotone("1c1712 e8dcc2", 0.75),
        Shards(14, 40, "b09a6a"),
        Halftone(0.018, 0.6),
        Shapes("c23a2c 2a2a2a", 5, 12, 0.9),
        Paper("ede0c4", 0.6),
    ),
    "expressionism": (
        Adjust(1.7, 1.3),
        Melt(0.02, 1.6),
        Brush((0.06, 0.032, 0.018, 0.01), 3.6, 1.0, 0.6, 0.9),
        Ink("14101a", 2.2, 0.4, 0.7),
    ),
    "expressionist": (
        Turn(-24),
        Adjust(1.6, 1.25),
        Brush((0.08, 0.04, 0.024), 2.6, 0.8, 0.8, 0.9),
        Ink("1a0e22", 2.6, 0.3, 0.8),
    ),
    "fauvism": (
        Turn(32),
        Adjust(2.0, 1.15, 0.03),
        Few(14),
        Brush((0.045, 0.025, 0.014), 1.8, 0.4, 0.6, 0.5),
        Ink("173a5e", 1.8, 0.3, 0.6),
    ),
    "futurism": (
        Adjust(1.2, 1.2),
        Shards(20, 8, "3c6f9a"),
        Fringe(0.012),
        Rays(0.2, 0.3, "ffd9a0", 0.5),
        Brush((0.012, 0.007), 5.0, 0.05, 0.2, 0.3),
    ),
    "graffiti": (Adjust(1.7, 1.2), Few(12), Ink("101014", 2.8, 0.4), Splashes(40), Bricks(0.05, 0.5)),
    "graffiti-art": (
        Turn(18),
        Adjust(1.9, 1.15),
        Few(9),
        Ink("ffffff", 3.4, 0.25),
        Ink("14081e", 1.6, 0.4),
        Splashes(60, "ff2f7a 22d3ee fde047 a3e635"),
        Bricks(0.06, 0.6),
    ),
    "harlem-renaissance-art": (
        Inks("1d1330 4a2a5a a8532e e2a13c f6e0ac", 0.004, 0.85),
        Sunburst("f6d990 c9702f", 10, 0.35),
        Silhouettes("", "1d1330", 0.75),
    ),
    "hyperrealism": (Crisp(0.03, 60), Crisp(0.004, 160), Adjust(1.12, 1.12), Bloom(0.2)),
    "impressionism": (
        Adjust(1.2, 0.98, 0.03),
        Brush((0.045, 0.024, 0.014, 0.008), 2.4, 0.5, 0.38, 0.55),
        Weave(0.006, 0.2),
    ),
    "impressionist": (Adjust(1.3, 0.95, 0.05), Brush((0.06, 0.03, 0.02, 0.01), 1.5, 0.9, 0.5, 0.75)),
    "medievalism": (
        Adjust(1.4, 1.1, 0.05),
        Few(14),
        Ink("3a1e10", 1.8, 0.5),
        Veil("e3c98a", 0.12),
        Gilded("d0a23a", 0.06, "leaf", "7a2420"),
        Paper("f2e2b8", 0.5),
    ),
    "minimalism": (Few(8), Alone("f3efe6", 0.9), Adjust(0.9, 1.0), Border("faf8f4", 0.1, 0.1)),
    "neo-baroque": (
        Adjust(1.3, 1.3, -0.05),
        Brush((0.03, 0.016, 0.009), 2.6, 0.7, 0.2, 0.5),
        Rays(0.75, 0.05, "ffd9a0", 0.5),
        Vignette(0.8, "1a0610"),
        Gilded("e0b24a", 0.05, "scroll", "4a0f22"),
    ),
    "neo-byzantine": (Adjust(1.4, 1.1), Tiles(0.02, "2a1e14", 0.16), Gilded("e2b64a", 0.05, "leaf", "3a1420")),
    "neo-futurism": (
        Split("0a1e3a", "dff3ff", 0.7),
        Adjust(0.8, 1.1, 0.05),
        Rays(0.8, 0.2, "bfe8ff", 0.6),
        Crisp(0.01, 120),
        Shapes("ffffff 7fd0ff", 5, -12, 0.25),
    ),
    "neo-impressionism": (Adjust(1.35, 1.0, 0.02), Dots(0.011, 22, "e9dfc8")),
    "neo-rococo": (
        Adjust(0.85, 0.82, 0.14),
        Split("7a5a8a", "ffe0e8", 0.7),
        Brush((0.028, 0.015, 0.009), 1.8, 0.6, 0.2, 0.25),
        Sparkles("dot", "ffffff ffd8e6", 40, 0.008),
        Gilded("e6c27a", 0.05, "scroll", "f8e6ea"),
    ),
    "neoclassicism": (
        Split("1e2a3a", "f0e2c4", 0.6),
        Adjust(0.75, 1.08, 0.03),
        Soften(0.004, 0.4),
        Gilded("a98c4e", 0.04, "none", "efe6d2"),
    ),
    "op-art": (Waves(),),
    "pointillism": (Adjust(1.25, 1.05), Dots(0.0075, 14)),
    "pop-art": (Adjust(1.8, 1.3, 0.04), Few(9), Ink("0f0f14", 2.6, 0.35), Halftone(0.018, 0.55)),
    "pop-art-2": (
        Panels("1b1b3a e84a7f ffd23f,12355b 3ec1d3 fff1d0,3a0ca3 f72585 b5e48c,240046 ff6d00 e0aaff", 2, 2, 0.012),
        Halftone(0.012, 0.25),
    ),
    "psychedelic": (Melt(0.05, 2.2), Cycle(1.6, 0.75), Swirl(60), Ink("1a0838", 1.6, 0.4)),
    "renaissance": (
        *OLD_MASTER,
        Soften(0.006, 0.35),
        Crackle(0.45, "b98544"),
        Vignette(0.5, "1a0e04"),
        Gilded("b08a3c", 0.04, "leaf", "3a2412"),
    ),
    "rococo": (
        Adjust(0.9, 0.8, 0.13),
        Split("6a7aa8", "ffe6d8", 0.7),
        Bloom(0.4),
        Brush((0.026, 0.014, 0.008), 1.6, 0.7, 0.16, 0.2),
        Gilded("dcb768", 0.055, "scroll", "eef0e2"),
    ),
    "steampunk": (Split("2a1608", "e8b45a", 0.9), Adjust(0.65, 1.2), Gears("b98a45", 8), Vignette(0.7, "140a04")),
    "steampunk-2": (
        Split("1a1e14", "d8944a", 0.9),
        Adjust(0.8, 1.25, -0.03),
        Engraving("2a1a0c", "e6c890", 0.008, 12),
        Gears("8f6a3c", 6),
    ),
    "suprematism": (
        Few(6, 0.01),
        Veil("f4f0e6", 0.5),
        Shapes("d62a22 15151a 1f4fa0 f0b82a 2f7a44", 11, -28, 1.0),
        Paper("f6f2e6", 0.4),
    ),
    "surrealism": (Adjust(1.25, 1.1), Melt(0.055, 1.4), Split("2a3a6a", "ffd28a", 0.5), Bloom(0.3)),
    "surrealist": (Turn(-30), Swirl(150), Adjust(1.2, 1.1), Split("1a2a4a", "ffe0b0", 0.5), Bloom(0.3)),
    "dmt-art": (Adjust(1.5, 1.1), Kaleidoscope(), Cycle(2.2, 0.5), Swirl(50), Bloom(0.4)),
    "mandola-art": (Adjust(1.4, 1.1), Kaleidoscope(rings=True), Ink("2a1238", 1.2, 0.6, 0.6)),
    "astral-aura": (Split("16083a", "a8e8ff", 0.8), Cosmos("6a3cff 22b8ff ff4fc3", 0.8), Bloom(0.7)),
    "enhance": (Crisp(0.02, 70), Adjust(1.18, 1.1), Bloom(0.18)),
    "masterpiece": (
        Adjust(1.15, 1.12),
        Brush((0.026, 0.014, 0.008), 2.4, 0.5, 0.16, 0.35),
        Bloom(0.25),
        Gilded("c79a45", 0.035, "leaf"),
    ),
    "fantasy-art": (
        Adjust(1.25, 1.1),
        Split("1a1450", "ffd9a8", 0.55),
        Rays(0.7, 0.05, "ffe2b0", 0.6),
        Sparkles("dot", "fff2c0 c0f0ff", 46, 0.008),
        Bloom(0.5),
    ),
    "texture": (Adjust(1.05, 1.1), Triangles(0.016, 0.16), Weave(0.012, 1.0), Crackle(0.8, "b9986a")),
}
