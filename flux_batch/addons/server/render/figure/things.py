"""Things on tables and on the ground, plants in pots, people from afar, in the notation of ``notation.py``."""

from __future__ import annotations

THINGS = {
    "cup": """
= body f3ede0 dark 5a3b2a light ffffff stripe 4d7f9e shade cfc6b4
shade oval 0,4 62,7
light oval 0,7 60,6
shade oval 0,8 34,3.4
shade limb 34,54,9 58,52,8 56,30,8 30,24,8
body limb 34,55,7 56,52,6.6 54,32,6.6 30,26,7
body blob -40,70 -38,40 -28,14 -18,8 18,8 28,14 38,40 40,70
stripe cut -38.6,50 38.6,50 37,42 -37,42
shade oval 0,70 40,9
light oval 0,71 39,8.4
dark oval 0,69.5 35,6.6
light limb -12,80,3 -17,92,4 -10,104,3 -16,120,.6
light limb 10,80,3 5,94,4 13,106,3 7,124,.6
""",
    "fruit": """
= body d23b32 light f6c64a dark 5a3a28 green 5d8f3c bowl 4f7396 rim 7fa3c2 orange ee8a2c
orange oval 24,58 24,23
light oval -38,56 20,19
body oval -10,64 25,24
body oval 46,48 18,17
dark limb -10,84,2.4 -8,96,1.8
green blob -8,92 4,102 20,100 8,92
light oval -18,72 5,7 30
orange oval 16,68 4,5
green oval -30,46 12,11
green oval -22,40 12,11
green oval -36,38 12,11
bowl blob -72,44 -62,18 -36,4 36,4 62,18 72,44
rim oval 0,44 72,6
bowl oval 0,42.5 66,4.4
body oval -10,52 20,10
orange oval 26,50 18,9
light oval -36,50 15,8
bowl blob -72,43 -62,18 -36,4 36,4 62,18 72,43 40,37 0,35.5 -40,37
rim cut -26,4 26,4 22,0 -22,0
""",
    "vase": """
= body 3f6f8f light 8fb6cc dark 2c4c64 green 56873f red d8483c pink f09a9a gold f2bd4a
green limb 0,44,1.6 -6,70,1.4 -20,92,1
green limb 0,44,1.6 4,74,1.4 2,104,1
green limb 0,44,1.6 8,66,1.4 24,86,1
green limb 0,44,1.6 -10,60,1.2 -28,70,1
green blob -8,60 -24,56 -30,62 -18,66
green blob 8,62 26,58 32,66 20,68
red oval -22,95 10,9
pink oval -22,96 6,5
gold oval 2,106 11,10
red oval 2,107 5,4.5
pink oval 27,88 10,9
red oval 27,89 5.6,5
gold oval -31,72 8,7.4
pink oval -31,73 4,3.6
body blob -9,52 -8,44 -24,32 -27,18 -16,2 16,2 27,18 24,32 8,44 9,52
light blob -18,30 -22,18 -14,6 -10,18 -12,30
dark oval 0,52 9,2
""",
    "book": """
= body 8a3230 light f4ecd8 dark 5a2020 gold d6a548 blue 2f5272
blue cut -46,0 50,0 50,16 -46,16
light cut -42,2.4 51,2.4 51,13.6 -42,13.6
blue cut -46,0 -38,0 -38,16 -46,16
gold cut -44,3 -40,3 -40,5 -44,5
gold cut -44,11 -40,11 -40,13 -44,13
body cut -62,20 0,30 0,88 -62,100
body cut 62,20 0,30 0,88 62,100
light blob -58,26 -30,26 0,33 0,86 -30,84 -58,95
light blob 58,26 30,26 0,33 0,86 30,84 58,95
dark limb 0,32,1 0,86,1
dark limb -50,82,.8 -10,74,.8
dark limb -50,72,.8 -10,65,.8
dark limb -50,62,.8 -10,56,.8
dark limb -50,52,.8 -10,47,.8
dark limb -50,42,.8 -22,38,.8
dark limb 50,82,.8 10,74,.8
dark limb 50,72,.8 10,65,.8
dark limb 50,62,.8 10,56,.8
dark limb 50,52,.8 24,47,.8
""",
    "lamp": """
= body 3a3230 dark 241f1e gold c99a45 glow fff1c4
dark limb -16,88,2 -12,104,2 12,104,2 16,88,2
body cut -22,78 22,78 12,90 -12,90
gold cut -24,75 24,75 24,79 -24,79
lamp cut -19,14 19,14 21,75 -21,75
glow blob 0,22 -8,32 -6,44 0,58 6,44 8,32
body cut -22,12 -19,12 -21,76 -24,76
body cut 22,12 19,12 21,76 24,76
body cut -1,12 1,12 1,76 -1,76
gold cut -24,10 24,10 24,14 -24,14
body cut -20,0 20,0 25,10 -25,10
""",
    "guitar": """
= body b8692e light e3b878 dark 3a241a gold d9b25a
dark cut -4,52 4,52 3.4,98 -3.4,98
dark cut -6,97 6,97 7,112 -7,112
gold oval -8,101 1.6,1.2
gold oval 8,101 1.6,1.2
gold oval -8,107 1.6,1.2
gold oval 8,107 1.6,1.2
dark blob 0,0 -22,3 -29,18 -24,30 -17,37 -21,48 -18,58 -8,61 8,61 18,58 21,48 17,37 24,30 29,18 22,3
body blob 0,2 -20,5 -27,18 -22,30 -15,37 -19,48 -16,56 -8,59 8,59 16,56 19,48 15,37 22,30 27,18 20,5
light blob -18,8 -22,20 -12,34 -14,50 -8,54 -6,36 -14,20
dark oval 0,38 8,8
dark cut -10,14 10,14 10,17 -10,17
gold limb -1.6,16,.5 -1.4,100,.4
gold limb 1.6,16,.5 1.4,100,.4
""",
    "crystal": """
= body 7fb6e8 light d8f0ff dark 3f6fb0 deep 5a92d0
deep cut -40,0 -52,38 -40,58 -26,36 -22,0
light cut -40,0 -52,38 -40,58 -38,30
dark cut 24,0 30,42 44,66 56,40 44,0
light cut 30,42 44,66 44,30 36,0 24,0
body cut -22,0 -26,66 0,104 26,66 22,0
light cut -22,0 -26,66 0,104 -8,62 -8,0
deep cut -8,0 -8,62 0,104 10,62 8,0
dark cut 8,0 10,62 0,104 26,66 22,0
deep cut -62,0 -70,20 -60,30 -50,18 -48,0
light cut 50,0 56,20 66,30 62,0
""",
    "skull": """
= body ece3cf dark 2c2523 light fffaf0 shade b8aa90
body blob -32,58 -38,74 -28,94 0,102 28,94 38,74 32,58 26,46 22,38 -22,38 -26,46
shade blob 32,58 38,74 28,94 12,100 26,82 26,60 20,40 26,46
body cut -18,44 18,44 16,16 10,10 -10,10 -16,16
dark blob -26,66 -24,78 -10,78 -6,66 -14,58
dark blob 26,66 24,78 10,78 6,66 14,58
dark cut 0,60 -6,46 -1,48 1,48 6,46
dark limb -14,28,1 -14,36,1
dark limb -8,26,1 -8,36,1
dark limb -2,26,1 -2,36,1
dark limb 4,26,1 4,36,1
dark limb 10,26,1 10,36,1
dark limb -18,31,1 18,31,1
""",
    "campfire": """
= glow e8702a glow-2 fbc548 glow-3 fff2c0 dark 4a3226 ash 6f625a
ash oval 0,3 46,6
dark limb -42,6,9 36,18,8
dark limb 42,6,9 -36,18,8
glow blob 0,12 -26,16 -30,38 -20,58 -16,46 -8,72 2,102 10,70 18,50 22,62 30,36 24,16
glow-2 blob 0,14 -18,20 -18,40 -8,44 0,78 8,46 16,50 20,34 14,18
glow-3 blob 0,15 -9,22 -8,38 0,54 7,38 9,24
dark limb -30,2,9 30,8,8
""",
    "mushroom": """
= body cf3a2e light fbf4e4 dark b9a88a shade e3d4b8
light blob -11,0 -14,20 -9,50 9,50 13,20 12,0
shade blob 12,0 13,20 9,50 3,50 6,20 5,0
shade oval 0,52 34,8
dark oval 0,51 30,5.6
body blob -48,54 -42,78 -20,96 0,101 20,96 42,78 48,54 24,57 0,58 -24,57
light oval -24,74 7,6 20
light oval 2,86 8,6
light oval 26,72 7,6 -20
light oval -4,68 5,4
light oval 38,60 4,3
light oval -38,60 4,3
light blob -12,40 -20,33 -8,35 8,35 20,33 12,40
body blob 20,26 24,36 36,42 48,36 52,26 36,28
light blob 33,0 33,27 40,27 41,0
light oval 33,34 2.4,2
light oval 42,33 2,1.6
""",
    "cactus": """
= body 4f8a52 light 8fbf78 dark 2f6440 pink f07fa0
body limb -10,38,12 -30,38,12 -32,66,12
body limb 10,50,11 28,50,11 30,76,11
body limb 0,0,20 0,50,22 0,92,19
light limb -5,2,2.4 -6,50,2.8 -4,94,2
dark limb 6,2,2.6 7,50,3 6,94,2
dark limb 0,2,1.6 0,50,1.8 0,96,1.4
light limb -35,48,1.8 -35,68,1.6
light limb 27,58,1.8 27,78,1.6
pink oval 0,103 6,4
pink oval -32,75 4.4,3
""",
    "palm": """
= body 8f6b45 green 3f8f4f dark 2c6a42 light 7ab95a coco 6b4630
dark limb 8,84,5 -14,94,7 -38,82,5 -46,66,.6
dark limb 8,84,5 32,92,7 52,78,5 58,60,.6
body limb -8,0,9 -4,30,6.4 2,60,5.4 8,85,5
green limb 8,85,5 -10,102,7 -30,100,5 -46,86,.6
green limb 8,85,5 24,104,7 46,100,5 60,84,.6
light limb 8,85,5 4,102,7 -8,112,5 -24,112,.6
light limb 8,85,5 16,100,6 32,112,5 46,111,.6
green limb 8,84,5 -6,82,6 -20,70,4 -26,52,.6
green limb 8,84,5 20,80,6 32,68,4 36,50,.6
coco oval 5,81 3.4,3.6
coco oval 11,80 3.4,3.6
coco oval 8,77 3.2,3.4
""",
    "walker": """
= body 3d5470 dark 2a2d38 light e8c7a4 hat 6b4a33 bag a8602f
dark limb -5,40,9 -9,20,7 -12,3,6
dark oval -9,2 6,2.4
dark limb 5,40,9 8,20,7 9,3,6
dark oval 12,2 6,2.4
body blob -13,76 -16,56 -17,34 0,31 17,34 16,56 13,76 0,81
bag blob -12,74 -14,56 -10,50 10,50 13,56 11,74 0,78
hat limb -9,75,1.8 -11,60,1.8
hat limb 9,75,1.8 11,60,1.8
body limb -14,72,8 -20,56,7 -19,44,6
body limb 14,72,8 21,58,7 24,48,6
hat limb 24,52,2 31,1,1.6
light oval 0,87 7.4,8.4
hat blob -8,88 -7,97 0,100 7,97 8,88
hat blob -17,89.5 -8,88 8,88 17,89.5 8,92 -8,92
""",
    "astronaut": """
= body eceff4 shade b9c2d0 dark 2c3a56 gold e6b04a red d2483c
shade cut -22,46 22,46 22,80 -22,80
body limb -9,42,16 -12,24,14 -13,6,13
body limb 9,42,16 12,24,14 13,6,13
shade oval -14,4 9,5
shade oval 14,4 9,5
body blob -18,72 -20,52 -16,36 16,36 20,52 18,72 0,78
body limb -16,70,14 -30,58,12 -34,42,10
body limb 16,70,14 32,66,12 40,82,10
shade oval -34,40 5.4,6
shade oval 41,85 5.4,6
red cut -33,52 -26,56 -28,59 -35,55
red cut 33,70 39,66 41,69 35,73
body oval 0,86 18,17
dark oval 1,86 13.5,12
gold blob -9,88 -6,94 4,95 1,91
shade cut -9,50 9,50 9,62 -9,62
red oval -4,56 2,2
gold oval 4,56 2,2
""",
    "robot": """
= body 9aa6b2 light d6dee6 dark 4a5460 red e0523f
dark limb 0,92,1.4 0,104,1.4
red oval 0,105 3,3
dark limb -12,34,9 -13,18,8 -13,6,8
dark limb 12,34,9 13,18,8 13,6,8
body blob -22,0 -22,6 -14,10 -4,6 -4,0
body blob 22,0 22,6 14,10 4,6 4,0
dark limb -22,58,8 -32,48,7 -34,36,7
dark limb 22,58,8 32,48,7 34,36,7
body oval -34,33 6,6
body oval 34,33 6,6
body cut -22,34 22,34 24,64 -24,64
light cut -14,42 14,42 14,56 -14,56
red oval -8,49 2.6,2.6
lamp oval 0,49 2.6,2.6
lamp oval 8,49 2.6,2.6
dark cut -6,64 6,64 6,69 -6,69
body blob -25,70 -25,90 -18,94 18,94 25,90 25,70 18,67 -18,67
dark blob -20,76 -20,88 20,88 20,76
lamp oval -9,82 4.6,4.6
lamp oval 9,82 4.6,4.6
light limb -8,71.5,1.4 8,71.5,1.4
dark oval -27,80 3,6
dark oval 27,80 3,6
""",
}
