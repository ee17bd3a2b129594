"""Materials and techniques: paint, pen, pencil, print, paper, clay, type."""

from __future__ import annotations

from flux_batch.addons.server.render.style.cubes import Cubes
from flux_batch.addons.server.render.style.cut import Alone, Cut, Puff, Silhouettes, Sticker, Strips
from flux_batch.addons.server.render.style.facet import Panes, Triangles
from flux_batch.addons.server.render.style.frame import Border
from flux_batch.addons.server.render.style.light import Rays, Sparkles
from flux_batch.addons.server.render.style.line import Drawing, Ink, Pencil, Plan
from flux_batch.addons.server.render.style.paper import Paper, Wash
from flux_batch.addons.server.render.style.plate import Effect
from flux_batch.addons.server.render.style.raster import Pixels
from flux_batch.addons.server.render.style.repeat import Double, Type, Views
from flux_batch.addons.server.render.style.screen import Engraving, Halftone, Screentone
from flux_batch.addons.server.render.style.stroke import Marker, Splashes
from flux_batch.addons.server.render.style.texture import Sumi
from flux_batch.addons.server.render.style.tone import (
    Adjust,
    Bloom,
    Crisp,
    Duotone,
    Few,
    Inks,
    Soften,
    Split,
    Veil,
    Vignette,
)
from flux_batch.addons.server.render.style.warp import Bulge

MEDIA: dict[str, tuple[Effect, ...]] = {
    "3d-model": (Adjust(1.15, 1.0, 0.03), Puff(0.016, 1.7, 0.7), Crisp(0.006, 60)),
    "action-figure": (
        Adjust(1.35, 1.1),
        Puff(0.012, 1.8, 0.9),
        Alone("ffd23f", 0.6),
        Border("e23c2e", 0.05, 0.14, "ffffff"),
    ),
    "adorable-3d-character": (Adjust(1.3, 0.92, 0.06), Bulge(0.55, 0.5), Puff(0.026, 1.7, 0.6), Soften(0.003, 0.4)),
    "anime": (
        Adjust(1.35, 1.05, 0.04),
        Few(22),
        Ink("3a2438", 1.2, 0.5, 0.85),
        Rays(0.8, 0.05, "fff6e0", 0.45),
        Bloom(0.45),
    ),
    "blueprint-schematic-drawing": (Plan(),),
    "caricature": (
        Adjust(1.7, 1.08, 0.05),
        Bulge(0.85, 0.55),
        Few(18),
        Ink("1c1410", 2.0, 0.6),
        Pencil("fbf3e2", 1.0, 0.008, -40, 0.6),
    ),
    "cel-shaded-art": (Adjust(1.3, 1.1), Few(10), Ink("14141c", 2.4, 0.5)),
    "character-design-sheet": (Few(20), Ink("2a2430", 1.4, 0.6), Views("f4f0e8", "3a3a44", 3)),
    "colored-pencil-art": (Adjust(1.4, 1.0, 0.02), Pencil("fbf7ee", 1.0)),
    "comic-book": (
        Adjust(1.4, 1.15),
        Few(11),
        Screentone("1b1c22", 0.012, 150, 0.5),
        Ink("101014", 2.4, 0.6),
        Border("fbf8ee", 0.035, 0.035, "101014"),
    ),
    "craft-clay": (Adjust(1.25, 0.98, 0.03), Few(16), Puff(0.02, 2.0, 0.35), Paper("ffffff", 0.35)),
    "digital-art": (Adjust(1.3, 1.12), Split("0f1a4a", "ffd0a0", 0.4), Crisp(0.008, 90), Bloom(0.35)),
    "doodle-art": (
        Drawing("fffef8", "1f2a6a", 1.8, 1.0, 0.0, 0.006),
        Sparkles("star", "1f2a6a e0483c 2f9a6a", 26, 0.025),
        Sparkles("ring", "1f2a6a e9a72c", 18, 0.018),
    ),
    "double-exposure": (Double(),),
    "dripping-paint-splatter": (Adjust(1.5, 1.1), Few(14), Splashes(70), Paper("ffffff", 0.3)),
    "flat-2d": (Adjust(1.15, 0.95, 0.05), Few(9)),
    "infographic-drawing": (Few(7), Ink("2a3a4a", 1.4, 0.3), Views("f7f9fb", "2a6f97", 4)),
    "ink-dripping-drawing": (
        Sumi("f6f3ea", "0c0d12", 0.0, False, 0.9),
        Splashes(26, "0c0d12 23252e"),
        Ink("0c0d12", 1.4, 0.5, 0.7),
    ),
    "isometric": (Adjust(1.25, 1.05, 0.06), Cubes(0.024, 1.2)),
    "japanese-ink-drawing": (Sumi(), Ink("1a1b20", 1.4, 0.25, 0.45)),
    "line-art": (Drawing("ffffff", "15161c", 1.2, 1.1),),
    "logo-design": (
        Few(5),
        Inks("16324f e4572e f6e7cb", 0.006),
        Sticker("ffffff", 0.03),
        Border("16324f", 0.05, 0.05, "e4572e"),
    ),
    "lowpoly": (Adjust(1.2, 1.05), Triangles()),
    "marker-drawing": (Adjust(1.5, 1.05, 0.03), Marker(), Ink("1c1c24", 2.0, 0.6, 0.9)),
    "origami": (Adjust(1.1, 0.95, 0.06), Triangles(0.075, 0.2, folds=True, subject=0.034)),
    "papercraft-collage": (
        Adjust(1.1, 1.05),
        Few(12),
        Cut(0.014, 12, 0.9, 0.9),
        Halftone(0.01, 0.3),
        Border("d9c29a", 0.04, 0.04),
    ),
    "papercraft-flat-papercut": (Adjust(1.1, 0.98, 0.04), Cut(0.008, 10, 0.35, 0.25)),
    "papercraft-kirigami": (Duotone("2f4f6f 9fb8c8 ffffff", 0.85), Cut(0.022, 7, 0.8, 0.3, 0.05)),
    "papercraft-paper-mache": (
        Adjust(1.05, 0.95, 0.03),
        Few(16),
        Puff(0.012, 2.2, 0.0),
        Triangles(0.022, 0.1),
        Paper("efe4cc", 1.0),
    ),
    "papercraft-paper-quilling": (Adjust(1.4, 1.0, 0.06), Strips(11)),
    "papercraft-papercut-collage": (
        Adjust(1.25, 1.0, 0.03),
        Few(8),
        Cut(0.016, 8, 0.6, 0.6),
        Sparkles("dot", "f2c14e e4572e 2a9d8f f7f4ea", 26, 0.02),
    ),
    "papercraft-papercut-shadow-box": (Adjust(1.15, 1.0), Cut(0.03, 12, 0.4, 0.3, 0.08), Vignette(0.6)),
    "papercraft-stacked-papercut": (Duotone("15324f 3f88a0 f4ead2", 0.6), Cut(0.02, 9, 0.7, 0.3)),
    "papercraft-thick-layered-papercut": (Adjust(1.25, 0.98, 0.03), Cut(0.036, 11, 1.0, 0.45)),
    "pencil-sketch-drawing": (Pencil(),),
    "pixel-art": (Adjust(1.3, 1.1, 0.02), Pixels()),
    "silhouette-art": (Silhouettes("2a1a5a d8508a ffc878", "0c0a14", 0.45),),
    "simple-vector-art": (Adjust(1.25, 1.0, 0.05), Few(7, 0.008), Ink("ffffff", 1.4, 0.0, 0.9)),
    "sketchup": (Adjust(0.7, 0.9, 0.12), Few(12), Ink("3a4048", 1.2, 0.9), Pencil("fdfdfb", 0.8, 0.012, 28, 0.7)),
    "sticker-designs": (Adjust(1.35, 1.08, 0.02), Sticker("d7ecf2")),
    "typography": (Adjust(1.3, 1.1), Type()),
    "watercolor": (Adjust(1.45, 1.1, 0.04), Wash(), Paper("fdf9f0", 0.28)),
    "misc-manga": (
        Duotone("0e0e12 ffffff"),
        Few(5),
        Screentone("0e0e12", 0.009, 170, 0.9),
        Ink("0a0a0e", 2.0, 0.7),
        Border("ffffff", 0.03, 0.03, "0a0a0e"),
    ),
    "misc-stained-glass": (Adjust(1.35, 1.05, 0.02), Panes()),
    "misc-tribal": (
        Inks("1a0f0a 7a2a1a d08a3a f0dfb8", 0.008),
        Engraving("1a0f0a", "e8c890", 0.03, 45),
        Ink("1a0f0a", 3.0, 0.3),
    ),
    "misc-zentangle": (
        Engraving("101014", "fbfaf5", 0.016, -30),
        Ink("101014", 1.8, 0.8),
        Border("fbfaf5", 0.04, 0.04, "101014"),
    ),
    "misc-nautical": (
        Split("0f2f52", "f4e8cc", 0.9),
        Adjust(0.7, 1.05),
        Engraving("173a5e", "f2e6c8", 0.007, 0, crossing=False),
        Border("f2e6c8", 0.05, 0.05, "173a5e"),
    ),
    "misc-architectural": (Veil("f4f2ec", 0.35), Pencil("f7f5ef", 0.6, 0.009, 90, 1.0), Ink("2c3038", 1.2, 0.9, 0.8)),
}
