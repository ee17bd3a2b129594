"""Animals, in the notation of ``notation.py``; all look to the right."""

from __future__ import annotations

ANIMALS = {
    "fox": """
= body d2601f light f7ecdc dark 3b2522 eye 1b1210
body limb -14,9,9 -36,6,19 -56,9,24 -72,25,18 -78,40,2
light limb -66,19,21 -73,28,16 -78,41,2
body blob 2,66 -14,52 -26,30 -27,8 -18,0 10,0 22,6 25,36 22,58 14,68
light blob 20,60 26,45 22,26 15,18 10,34 11,52
body limb 8,40,16 13,20,11 15,3,8
dark limb 14,17,8 15,9,8 16,3,8
dark oval 19,2.5 6,3
body oval -11,16 16,16 20
body limb -18,5,9 -6,3,8 4,3,7
dark oval 5,2.5 5,3
body cut -4,80 -3,101 10,86
dark cut -1.5,84 -1,96 6,87
body cut 9,87 16,101 21,84
dark cut 12,88 16,96 18.5,86
body blob -2,66 -3,78 6,87 18,86 27,77 42,69.5 43,66 32,61 18,56 5,58
light blob 43,65.5 30,60 17,55.5 5,58 3,64 15,66 22,70 34,69.5
dark oval 43,67.5 2.4,2.1
eye oval 20,75.5 2,2.2
light oval 20.7,76.2 .6,.6
""",
    "fox-walking": """
= body d2601f light f7ecdc dark 3b2522 eye 1b1210
dark limb -26,34,10 -34,18,7 -30,3,6
dark limb 30,36,10 27,18,6 31,3,6
body limb -34,52,10 -58,50,20 -80,38,26 -100,28,18 -112,26,2
light limb -94,32,20 -104,27,14 -113,26,2
body blob -38,58 -20,62 10,60 34,64 46,60 46,44 36,34 12,36 -14,40 -32,34 -42,44
light blob 46,56 46,42 36,34 24,38 36,46
body limb -32,48,18 -36,26,9 -42,10,6 -38,3,6
dark limb -38,20,8 -42,10,6.5 -38,3,6.5
body limb 38,46,15 42,24,8 42,3,6
dark limb 42,20,7.5 42,10,6.5 43,3,6.5
body cut 44,82 41,101 54,89
dark cut 45,85 44,96 51,89
body cut 53,89 59,102 64,86
dark cut 55,90 59,97 62,88
body blob 36,58 38,74 46,87 60,88 70,80 86,71.5 87,68 76,63 60,56 46,52
light blob 87,67.5 76,62 61,56 50,56 52,64 62,68 78,71.5
dark oval 87,69.5 2.4,2.1
eye oval 64,77 2,2.2
light oval 64.7,77.7 .6,.6
""",
    "owl": """
= body 8a6a4a light ead9b8 dark 4a3526 eye 1a120e gold f2b431
dark blob -10,2 -20,-8 -8,-12 8,-12 20,-8 10,2
body blob -24,88 -33,62 -32,32 -18,5 0,-1 18,5 32,32 33,62 24,88 0,93
light blob -16,58 -21,38 -13,13 0,8 13,13 21,38 16,58 0,62
dark cut -10,48 -6,48 -8,43
dark cut -2,48 2,48 0,43
dark cut 6,48 10,48 8,43
dark cut -14,38 -10,38 -12,33
dark cut -6,38 -2,38 -4,33
dark cut 2,38 6,38 4,33
dark cut 10,38 14,38 12,33
dark cut -10,28 -6,28 -8,23
dark cut -2,28 2,28 0,23
dark cut 6,28 10,28 8,23
dark blob -31,62 -36,40 -24,10 -18,6 -20,30
dark blob 31,62 36,40 24,10 18,6 20,30
body cut -26,84 -27,103 -9,91
body cut 26,84 27,103 9,91
light oval -12,74 13.5,13.5
light oval 12,74 13.5,13.5
gold oval -11.5,74 8.2,8.2
gold oval 11.5,74 8.2,8.2
eye oval -11,74 5,5
eye oval 11,74 5,5
light oval -9.5,76 1.5,1.5
light oval 12.5,76 1.5,1.5
gold cut -3.4,69 3.4,69 0,61
gold limb -10,3,3 -10,-3,3
gold limb -5,3,3 -5,-3,3
gold limb 10,3,3 10,-3,3
gold limb 5,3,3 5,-3,3
""",
}
