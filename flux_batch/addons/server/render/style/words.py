"""Words of a prompt that ask for a treatment where the request names no style.

A name of a technique is enough by itself; of the hints, which also mean other things, two must come together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

NAMES = {
    "watercolor": "watercolor watercolour aquarelle gouache",
    "pixel-art": "pixel-art pixelart 8-bit 32-color",
    "game-retro": "16-bit",
    "japanese-ink-drawing": "sumi sumi-e ink-wash",
    "pencil-sketch-drawing": "pencil graphite charcoal sketchbook",
    "colored-pencil-art": "crayon wax-pencil colored-pencil",
    "line-art": "line-art lineart linework",
    "marker-drawing": "marker-drawing alcohol-markers fineliner",
    "cinematic": "cinematic widescreen film-still",
    "comic-book": "comic-book comic",
    "misc-manga": "manga screentone",
    "anime": "anime",
    "cel-shaded-art": "cel-shaded two-step",
    "lowpoly": "low-poly lowpoly",
    "origami": "origami washi",
    "impressionism": "impressionist impressionism impressionistic oil-painting",
    "expressionism": "expressionist expressionism",
    "pointillism": "pointillism pointillist",
    "cubism": "cubist cubism",
    "misc-stained-glass": "stained-glass leaded",
    "neo-byzantine": "mosaic tesserae",
    "papercraft-flat-papercut": "papercut paper-cut",
    "papercraft-paper-quilling": "quilling",
    "papercraft-kirigami": "kirigami pop-up",
    "craft-clay": "claymation plasticine modeling-clay",
    "photo-film-noir": "film-noir venetian-blind",
    "misc-monochrome": "monochrome black-and-white",
    "futuristic-vaporwave": "vaporwave",
    "futuristic-retro-cyberpunk": "synthwave vhs outrun",
    "futuristic-cyberpunk-cityscape": "cyberpunk megacity",
    "neonpunk": "neonpunk blacklight",
    "isometric": "isometric",
    "game-minecraft": "voxel voxels",
    "blueprint-schematic-drawing": "blueprint schematic",
    "graffiti-art": "graffiti mural",
    "art-deco": "art-deco jazz-age",
    "art-nouveau": "art-nouveau whiplash",
    "bauhaus-style-poster": "bauhaus",
    "constructivism": "constructivist constructivism agitprop",
    "baroque": "baroque chiaroscuro",
    "rococo": "rococo",
    "renaissance": "renaissance sfumato tempera",
    "op-art": "op-art checkerboards moire",
    "pop-art": "pop-art halftone",
    "pop-art-2": "screenprint warhol",
    "psychedelic": "psychedelic paisley",
    "surrealism": "surreal surrealist surrealism",
    "steampunk": "steampunk clockwork boilers",
    "doodle-art": "doodle scribbled ballpoint",
    "caricature": "caricature satirist",
    "sticker-designs": "sticker die-cut",
    "silhouette-art": "silhouette solid-black",
    "mandola-art": "mandala",
    "glitchcore": "glitch datamosh",
    "typography": "typography kerning",
    "photo-tilt-shift": "tilt-shift toy-town",
    "photo-hdr": "hdr tone-mapped",
    "faded-polaroid-photo": "polaroid instant-print",
    "misc-zentangle": "zentangle tangles",
    "misc-horror": "horror",
    "photo-long-exposure": "long-exposure",
    "double-exposure": "double-exposure",
    "macro-photography": "macro",
    "dripping-paint-splatter": "splatter",
    "medievalism": "illuminated-manuscript vellum",
}
HINTS = {
    "watercolor": "wash bleeding cold-pressed transparent pigment loose",
    "impressionism": "dabs broken shimmering outdoors strokes passing",
    "abstract-expressionism": "gestural flung scraped canvas brushwork",
    "japanese-ink-drawing": "ink rice brush seal loose wash",
    "ink-dripping-drawing": "ink bleeds trickles blots spatters",
    "analog-film": "negative grain 35 halation film dust",
    "cinematic": "teal still shallow grain motivated film",
    "lowpoly": "triangles faceted flat normals",
    "pixel-art": "pixel pixels dithering grid limited palette",
    "game-retro-arcade": "arcade sprites scanline coin-op cabinet",
    "neonpunk": "neon fluorescent glowing tubes violet",
    "photo-silhouette": "backlit outline blazing rim",
    "volumetric-lighting": "shafts beams dust god-rays",
    "color-field-painting": "rectangles hovering stained glazes",
    "flat-2d": "flat fills two-dimensional uniform",
    "simple-vector-art": "vector bezier flat icon",
    "3d-model": "render occlusion topology softbox",
    "papercraft-stacked-papercut": "stacked layers contour-map card",
    "papercraft-papercut-shadow-box": "tiers card frame lamp",
    "misc-minimalist": "minimal minimalist blank empty muted",
    "suprematism": "squares bars crosses weightless",
    "tranquil-relaxing-atmosphere": "stillness calm quiet smooth serene breath",
    "dark-moody-atmosphere": "moody low-key brooding shadow",
    "misc-dreamscape": "dream dreamy weightless opal haze",
    "vibrant-rim-light": "magenta cyan backlight backlights contour",
    "texture": "seamless tileable swatch material",
}
NAMED = {word: style for style, words in NAMES.items() for word in words.split()}
HINTED = {style: frozenset(words.split()) for style, words in HINTS.items()}
ENOUGH = 2


def asked_for(words: Iterable[str]) -> str | None:
    """The documented style that *words* ask for, or None: a name counts like two hints, the most counted wins."""
    said = list(words)
    score = Counter(NAMED[word] for word in said for _ in range(ENOUGH) if word in NAMED)
    for style, hints in HINTED.items():
        score[style] += len(hints.intersection(said))
    style, count = score.most_common(1)[0]
    return style if count >= ENOUGH else None
