"""What flies, swims and never was, in the notation of ``notation.py``; all look to the right."""

from __future__ import annotations

CREATURES = {
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
    "bird": """
= body 4f7fb8 light f3dcc0 dark 2c4468 gold e0a43a eye 15110e twig 5b4535
twig limb -62,1,4 -10,4,4.5 40,7,3 66,16,1
twig limb 36,7,2 48,2,1.2 56,4,.4
dark cut -30,33 -64,15 -60,8 -24,21
body blob -31,35 -22,58 0,76 20,80 34,64 32,40 17,22 -6,18 -25,24
light blob 33,58 30,38 17,22 -2,19 6,36 20,54
gold limb 3,21,2.2 5,6,2
gold limb 9,21,2.2 12,7,2
body oval 21,81 17,16
light blob 34,74 26,70 18,72 24,66 34,66
gold cut 35.5,84 51,78 36,75
eye oval 27,84 2.6,2.7
light oval 28,85 .8,.8
dark blob -38,30 -20,56 2,64 12,50 -2,35 -20,29
body blob -24,38 -12,54 2,60 8,50 -4,40
""",
    "heron": """
= body 8ea2b4 light f1f1ee dark 46566a gold dfa23a eye 15110e
dark limb -3,38,2.2 -1,18,1.9 -2,0,1.9
dark limb 4,38,2.2 7,19,1.9 5,0,1.9
body blob -32,35 -15,53 6,58 15,49 8,38 -8,33
dark blob -37,30 -15,47 5,50 3,40 -14,34
light limb 9,50,9.5 19,62,6.4 9,76,5.4 14,90,5.4
light blob 7,91 13,97 22,95 27,91 18,87.5 10,87
gold cut 23,94 50,87 22,89
dark limb 15,96,2.4 3,98,1.8 -9,92,.4
eye oval 20,92.6 1.1,1.1
""",
    "swan": """
= body f8f7f4 light ffffff dark c6cdd8 gold e8862e eye 17140f
dark blob -56,30 -48,12 -30,3 22,3 30,12 18,26 -10,36
body blob -60,37 -50,14 -30,2 20,2 31,13 20,28 -8,38 -36,37
light blob -62,42 -44,24 -14,20 8,22 0,36 -26,44 -46,40
dark limb -44,28,1 -20,24,1 2,26,.4
body limb 20,16,17 32,38,11 22,60,9 20,78,9 27,90,9
body blob 20,90 26,98 36,95 40,89 34,85 24,85
gold cut 37,93 52,85 37,86.5
eye cut 35.5,94 40,91 36,88.5 33,91
""",
    "whale": """
= body 3f5a78 light c9d6de dark 273b54 eye 0e1118 foam eef6fa
body blob -52,-6 -40,30 -12,66 18,92 38,98 47,90 46,72 34,40 20,12 10,-6
light blob 46.5,88 46,72 34,40 20,12 10,-6 -8,-6 10,34 28,68 40,86
dark limb 45,84,1 36,72,1 28,62,.6
dark limb 40,70,.8 24,36,.8 6,2,.6
dark limb 43,62,.8 28,32,.8 14,2,.6
dark blob 14,46 -2,40 -24,18 -34,12 -18,34 2,54
dark cut -22,55 -34,58 -30,44
eye oval 26,70 1.6,1.5
foam oval -40,-3 14,7
foam oval -22,2 9,8
foam oval 4,0 12,8
foam oval 24,-2 12,7
foam oval -56,2 3,3
foam oval 40,4 3,3
foam oval -10,-4 20,6
""",
    "fish": """
= body e8702f light fbf0e2 dark 8f3a1c eye 17120f
body blob -34,50 -62,78 -70,76 -58,50 -70,24 -62,22
dark limb -40,50,1 -62,70,.6
dark limb -40,50,1 -62,30,.6
body blob -6,66 4,86 22,84 26,66
body blob 0,34 -2,18 12,16 14,34
body blob -38,50 -12,70 22,70 46,56 49,49 44,42 20,31 -12,31
light blob -30,50 -12,36 20,31 44,42 30,44 0,46
light blob -12,70 -4,70 0,50 -4,31 -12,31 -8,50
light blob 14,71 20,70.6 24,50 20,31 14,31 18,50
dark blob 6,48 -10,56 -14,44 2,42
eye oval 36,55 3.4,3.4
light oval 37,56 1,1
dark limb 48,47,.8 42,46,.6
""",
    "dragon": """
= body 3f7d5a light d6d98a dark 27503f gold f0b93a eye f0d23a
dark cut 16,56 34,100 10,88 0,98 -8,80 -24,82 -8,60
body limb 4,50,12 -28,40,9 -54,46,6 -78,34,3
dark cut -74,40 -96,33 -78,26
body limb -8,48,10 14,49,21 34,54,16 46,66,10 54,78,9
light limb 2,43,5 20,42,6 38,50,6 50,66,4 56,76,2
dark limb 18,42,9 14,32,5 22,26,3.4
dark limb -4,44,10 -12,32,5 -4,26,3.4
gold limb 57,88,3 49,97,2 41,99,.4
gold limb 60,90,3 55,100,2 49,104,.4
body blob 48,78 55,90 65,90 74,84 86,81 87,76 76,73 62,70
light blob 87,76.5 76,73 63,70 66,75 78,78
eye oval 66,84.5 1.8,1.6
body cut 22,56 14,106 -10,88 -26,98 -32,76 -56,76 -12,48
dark cut 15,102 -10,88 8,60
dark cut -25,96 -32,76 -2,56
""",
    "butterfly": """
= body e8862e light fdf3dc dark 2e2420
body blob -3,52 -22,88 -52,96 -58,78 -44,56 -20,46
body blob 3,52 22,88 52,96 58,78 44,56 20,46
dark blob -44,96 -56,96 -60,78 -48,58 -52,78
dark blob 44,96 56,96 60,78 48,58 52,78
body blob -3,48 -30,44 -42,24 -34,8 -18,12 -6,34
body blob 3,48 30,44 42,24 34,8 18,12 6,34
light oval -38,78 7,9 30
light oval 38,78 7,9 -30
light oval -27,26 6,8 -20
light oval 27,26 6,8 20
dark limb -4,50,1 -30,70,1 -50,86,.4
dark limb 4,50,1 30,70,1 50,86,.4
dark limb -4,47,1 -22,34,1 -34,16,.4
dark limb 4,47,1 22,34,1 34,16,.4
dark limb 0,26,3 0,46,6 0,62,5
dark oval 0,66 4,4
dark limb -1,68,1 -8,80,.8 -16,86,1.4
dark limb 1,68,1 8,80,.8 16,86,1.4
""",
    "penguin": """
= body 2c3440 light f5f4ee dark 1c222b gold eea13a eye 0f1115
gold oval -9,2.5 9,3.4
gold oval 9,2.5 9,3.4
body blob -20,72 -27,46 -24,18 -12,3 12,3 24,18 27,46 20,72 0,84
light blob -13,66 -18,40 -15,16 0,7 15,16 18,40 13,66 0,72
dark blob -22,66 -34,42 -35,24 -26,34 -22,52
dark blob 22,66 34,42 35,24 26,34 22,52
body blob -18,80 -16,94 0,101 16,94 18,80 12,68 -12,68
light blob -13,80 -10,90 0,86 10,90 13,80 8,71 -8,71
gold cut -4,80 4,80 0,73
gold blob -14,70 -10,66 0,68 10,66 14,70 0,64
eye oval -7,85 2,2.3
eye oval 7,85 2,2.3
light oval -6.4,85.8 .7,.7
light oval 7.6,85.8 .7,.7
""",
    "turtle": """
= body 7f9a54 light c3cf8a dark 4c6a3c shell 6a5a38 eye 14160f
body blob -20,40 -58,22 -78,4 -60,6 -30,22
body blob -30,56 -56,70 -66,66 -52,54
shell blob -56,46 -46,72 -14,92 24,90 50,70 54,48 30,36 -30,34
dark blob -40,52 -30,72 -14,74 -10,54
dark blob -4,54 -8,78 14,86 24,74 22,54
dark blob 28,54 30,72 40,70 46,54
light blob -54,47 -30,38 30,38 54,48 30,33 -30,30
body blob 34,46 50,16 74,2 60,30 50,48
body blob 50,52 62,66 80,72 94,64 94,54 80,48 62,46
light blob 94,56 84,49 66,47 78,54
eye oval 82,63 2.4,2.4
light oval 82.8,63.8 .7,.7
""",
    "jellyfish": """
= body c77fc4 light f3cdea dark 8a4fa0 glow ffe6fb
dark limb -16,58,3 -22,38,2.4 -12,20,2 -20,0,.6
dark limb 16,58,3 24,40,2.4 14,18,2 22,2,.6
dark limb -28,60,2.4 -36,42,2 -28,24,1.6 -36,8,.4
dark limb 28,60,2.4 36,40,2 28,26,1.6 34,8,.4
light limb -5,60,7 -10,40,6 -2,24,5 -8,4,1
light limb 6,60,7 12,42,6 2,22,5 8,6,1
body blob -42,58 -38,82 -18,98 0,101 18,98 38,82 42,58 30,63 20,56 8,62 -8,62 -20,56 -30,63
light blob -26,72 -24,86 -8,95 -4,90 -16,82 -20,70
glow oval 12,80 3,2.4
glow oval 22,72 2.4,2
glow oval 4,88 2,1.6
""",
}
