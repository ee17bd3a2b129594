"""Portraits: a head and shoulders seen from the front, in the notation of ``notation.py``; hair and dress vary."""

from __future__ import annotations

import random
from types import MappingProxyType

from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.figure.notation import Figure, figure

SKINS = ("f3cfb3", "e4b08c", "c98d66", "a0673f", "6f4529", "f6dbc6")
HAIRS = ("2a1f1d", "4a2e20", "7a4a28", "b9823e", "8f2f22", "c9c3bb", "1b1b26")
DRESSES = ("3c5a7a", "8a3440", "3f6b58", "d8c7a8", "5a4a78", "c9733c", "2e3542", "e3dcd0")

BUST = """
neck limb 0,46,17 0,34,17 0,22,22
body blob -66,-12 -62,8 -44,19 -17,25 -8,28 0,18 8,28 17,25 44,19 62,8 66,-12
fold limb -30,-10,1.2 -26,4,1 -17,16,.4
fold limb 30,-10,1.2 26,4,1 17,16,.4
skin blob -8,27 0,17.5 8,27 0,30
neck blob -8.4,45 0,37 8.4,45 8,38 0,33 -8,38
skin blob 0,93 -15,89 -20.5,75 -19.5,63 -14.5,50 -5.5,42.5 0,41.5 5.5,42.5 14.5,50 19.5,63 20.5,75 15,89
shade blob 0,93 15,89 20.5,75 19.5,63 14.5,50 5.5,42.5 1,41.6 8,52 11,64 10,76 5,86
blush oval -11.5,57.5 4.6,3
blush oval 11.5,57.5 4.6,3
hair limb -15,73.4,.8 -10,76,1.7 -4.4,74,1.2
hair limb 15,73.4,.8 10,76,1.7 4.4,74,1.2
white blob -14,67.2 -9.4,70.2 -4.8,66.8 -9.2,64.8
white blob 14,67.2 9.4,70.2 4.8,66.8 9.2,64.8
iris oval -9.3,67.5 2.5,2.7
iris oval 9.3,67.5 2.5,2.7
dark oval -9.3,67.5 1.2,1.3
dark oval 9.3,67.5 1.2,1.3
white oval -8.5,68.4 .6,.6
white oval 10.1,68.4 .6,.6
dark limb -14.8,67,.6 -9.4,70.6,1.4 -4.6,67,.6
dark limb 14.8,67,.6 9.4,70.6,1.4 4.6,67,.6
line limb .8,67,.4 2.2,59,.9 2.4,57,1
line limb -2.6,56.2,.5 0,55.4,.9 2.8,56.4,.7
lips blob -6.2,50.4 -2.4,52.4 0,51.6 2.4,52.4 6.2,50.4 0,47
line limb -6.2,50.4,.3 0,49.9,.7 6.2,50.4,.3
"""
LONG_BACK = "hair blob 0,103 -20,99 -31,82 -31,58 -36,34 -40,8 -24,2 -10,10 10,10 24,2 40,8 36,34 31,58 31,82 20,99"
LONG = """
hair blob 4,99 -14,98 -26,84 -27,62 -32,40 -36,14 -25,6 -24,30 -21,54 -20,70 -13,83 2,91
gloss limb -20,84,.6 -25,66,2 -27,46,.6
hair blob 0,100 16,98 27,84 27,62 32,40 36,14 25,6 24,30 21,54 20,70 16,82 8,88 0,92
"""
BUN_BACK = "hair oval 0,106 13,11"
BUN = """
hair blob 0,102 -17,98 -25,84 -23,66 -20.5,64 -19,76 -10,87 2,92
hair blob 0,102 17,98 25,84 23,66 20.5,64 19,76 12,86 0,92
gloss limb -16,90,.6 -8,97,1.8 4,98,.6
gold oval -20.5,52 1.5,2.6
gold oval 20.5,52 1.5,2.6
"""
SHORT_BACK = "hair blob 0,103 -20,99 -25,84 -23,64 23,64 25,84 20,99"
SHORT = """
hair blob -22,66 -25,84 -18,99 0,105 18,101 26,86 22.5,66 20,76 16,84 4,88 -8,85 -16,82 -19.5,76
gloss limb -14,94,.6 -4,98,2 8,97,.6
"""
BEARD = """
hair blob -19.6,64 -17,50 -7,38 0,36 7,38 17,50 19.6,64 15,56 8,53.6 0,54.6 -8,53.6 -15,56
lips blob -5,50.4 -2,51.6 0,51.2 2,51.6 5,50.4 0,48.4
"""
HOOD_BACK = "body blob 0,110 -26,103 -37,80 -37,50 -46,18 46,18 37,50 37,80 26,103"
HOOD = """
hair blob 2,97 -14,93 -22,78 -21,60 -18.5,64 -14,82 -2,90
hair blob -2,97 14,93 22,78 21,60 18.5,64 14,82 2,90
body blob 0,110 -26,103 -37,80 -36,50 -30,22 -20,26 -24,50 -25,76 -16,94 0,99 16,94 25,76 24,50 20,26 30,22 \
36,50 37,80 26,103
fold limb -18,26,.8 -22,50,1 -23,76,1 -14,92,.6
"""
CROWN = """
gold cut -19,93 -23,113 -11,103 0,118 11,103 23,113 19,93 10,96.5 0,97.5 -10,96.5
lips oval 0,103 2.4,2.8
iris oval -12,99 1.8,2
iris oval 12,99 1.8,2
"""
HAT = """
dress blob -50,88 -34,98 34,98 50,88 30,91.5 -30,91.5
dress blob -30,94 -24,112 -8,132 10,138 6,124 20,110 30,94
gold blob -29.5,94 -28,99.5 28,99.5 29.5,94
"""

LOOKS = {
    "woman": ((LONG_BACK, LONG), (BUN_BACK, BUN)),
    "man": ((SHORT_BACK, SHORT), (SHORT_BACK, BEARD + SHORT)),
    "hooded": ((HOOD_BACK, HOOD),),
    "queen": ((LONG_BACK, LONG + CROWN), (BUN_BACK, BUN + CROWN)),
    "king": ((SHORT_BACK, BEARD + SHORT + CROWN), (SHORT_BACK, SHORT + CROWN)),
    "wizard": ((LONG_BACK, BEARD + LONG + HAT),),
    "witch": ((LONG_BACK, LONG + HAT),),
}
LOOK_OF = {
    word: look
    for look, words in {
        "woman": "woman lady girl bride diva actress model femme frau mujer donna geisha",
        "man": "man boy samurai mann homme hombre uomo",
        "hooded": "monk elf warrior",
        "queen": "queen princess",
        "king": "king prince",
        "wizard": "wizard",
        "witch": "witch",
    }.items()
    for word in words.split()
}


def bust(words: tuple[str, ...], rng: random.Random, dress: Colour | None) -> Figure:
    """A portrait for the prompt's *words* ("portrait", "queen"); *rng* chooses what they, and *dress*, leave open."""
    looks = [LOOK_OF[word] for word in words if word in LOOK_OF]
    look = looks[-1] if looks else rng.choice(("woman", "man", "woman", "hooded"))
    back, front = rng.choice(LOOKS[look])
    skin, hair = rgb(rng.choice(SKINS)), rgb(rng.choice(HAIRS))
    cloth = dress or rgb(rng.choice(DRESSES))
    drawing = figure(f"=\n{back}\n{BUST}\n{front}")
    tones = {
        "body": cloth,
        "dress": lighter(cloth, -0.25),
        "fold": lighter(cloth, -0.22),
        "skin": skin,
        "shade": mix(skin, (150, 80, 70), 0.2),
        "neck": mix(skin, (130, 65, 60), 0.35),
        "blush": mix(skin, (228, 110, 100), 0.28),
        "line": mix(skin, (110, 50, 45), 0.55),
        "lips": mix(skin, (190, 50, 62), 0.62),
        "hair": hair,
        "gloss": lighter(hair, 0.22),
        "white": (250, 247, 242),
        "iris": rgb(rng.choice(("4a7a9a", "5a7a44", "6a4428", "3a2a20"))),
        "dark": (34, 24, 24),
        "gold": (217, 168, 66),
    }
    return Figure(drawing.parts, MappingProxyType(tones))
