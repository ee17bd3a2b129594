"""What carries people over water, road and sky, in the notation of ``notation.py``."""

from __future__ import annotations

VESSELS = {
    "boat": """
= body 3c6f9e sail f7f1e3 dark 4a382e stripe d8412f light fffaf0
dark limb 2,10,1.6 2,101,1
sail blob 5,18 6,50 4,98 20,62 42,20 24,17
sail blob -1,20 -2,50 0,92 -18,56 -34,24 -18,20
stripe cut 4.6,60 24,56 27,50 5,54
dark limb 2,16,1 44,18,1
body blob -46,15 -38,4 -28,-1 28,-1 40,5 52,16 20,12 -20,12
light cut -45,15 -42,12.4 46,12.8 51,16 20,14 -20,14
""",
    "ship": """
= body 5a3f31 sail f1e6cf dark 33251f stripe b23a32 gold d3a24a
dark limb -30,18,2 -30,86,1
dark limb 2,18,2.2 2,100,1.2
dark limb 32,18,1.8 32,80,1
sail blob -44,58 -40,74 -40,84 -20,84 -18,72 -14,58 -29,55
sail blob -46,34 -42,46 -42,55 -18,55 -16,46 -12,34 -29,30
sail blob -14,70 -10,84 -10,95 14,95 15,84 20,70 3,66
sail blob -16,42 -12,54 -11,66 15,66 17,54 22,42 3,38
sail blob 20,56 23,68 23,77 41,77 43,68 46,56 33,53
sail blob 19,34 22,44 22,52 42,52 44,44 48,34 33,31
stripe cut 2,100 16,97.6 2,95
stripe cut -30,87 -19,85 -30,83
sail cut 50,24 74,34 50,54
dark limb 50,22,1.8 78,35,.8
body blob -58,30 -54,10 -40,-2 38,-2 56,10 62,26 40,18 -30,18 -46,22
gold cut -56,21 -55,17.5 57,15.5 59.5,19
dark oval -30,10 2,2
dark oval -14,10 2,2
dark oval 2,10 2,2
dark oval 18,10 2,2
dark oval 34,10 2,2
""",
    "balloon": """
= body d8492f light f6d9a0 dark 5a3b28 gold e8a23a
dark limb -8,30,.7 -5,12,.7
dark limb 8,30,.7 5,12,.7
body blob 0,100 -24,94 -37,74 -34,54 -18,36 -8,28 8,28 18,36 34,54 37,74 24,94
light blob 0,100 -14,96 -21,74 -18,54 -8,28 -4,28 -7,54 -7,76 -4,96
light blob 0,100 14,96 21,74 18,54 8,28 4,28 7,54 7,76 4,96
gold blob -37,72 -36,62 -18,57 0,56 18,57 36,62 37,72 18,67 0,66 -18,67
dark cut -8,30 8,30 7,27 -7,27
dark blob -7,13 -6,2 0,0 6,2 7,13
gold cut -7.4,11.5 7.4,11.5 7.4,13.5 -7.4,13.5
""",
    "rocket": """
= body f0eee9 stripe d23c36 dark 3b4252 glow ffb347 glow-2 fff3c4
glow blob -7,12 -8,0 -3,-12 0,-28 3,-12 8,0 7,12
glow-2 blob -4,12 -4,2 0,-14 4,2 4,12
stripe blob -13,40 -26,22 -27,6 -20,10 -12,18
stripe blob 13,40 26,22 27,6 20,10 12,18
dark cut -9,10 9,10 7,16 -7,16
body blob 0,102 -9,88 -15,62 -14,34 -10,15 10,15 14,34 15,62 9,88
stripe blob 0,102 -9,88 -12,78 0,76 12,78 9,88
dark oval 0,60 6.8,6.8
lamp oval 0,60 5,5
stripe cut -12.6,28 12.6,28 11.6,22 -11.6,22
stripe cut -1.6,40 1.6,40 2.4,8 -2.4,8
""",
    "car": """
= body c8412f dark 24262d light e9eef2 trim f4ead2 glass 9fc4d6
body blob -92,22 -95,40 -84,50 -56,54 52,54 84,50 97,42 98,24 90,16 -86,16
body blob -58,52 -42,80 -30,90 12,91 28,84 52,53
glass cut -48,55 -35,79 -29,84 -10,85 -10,55
glass cut -5,55 -5,85 12,85 23,79 41,55
trim cut -94,33 97,32 97,29 -95,30
light oval 92,41 5,5.5
lamp oval 93,41 3.8,4.4
dark oval -92,42 3,5
dark oval -54,18 19,19
light oval -54,18 9,9
dark oval -54,18 3,3
dark oval 56,18 19,19
light oval 56,18 9,9
dark oval 56,18 3,3
dark cut -18,46 -6,46 -6,48 -18,48
trim cut 78,17 102,17 102,22 78,22
trim cut -98,17 -78,17 -78,22 -98,22
""",
    "train": """
= body 2f5d4c dark 25272c stripe b8432f gold d9a94a light e9e4d8 smoke dfe1e2
smoke oval 52,122 12,10
smoke oval 34,136 16,12
smoke oval 8,148 20,13
dark cut -90,14 92,14 92,22 -90,22
body blob -30,26 -30,62 70,62 84,58 86,30 70,26
body cut -92,20 -32,20 -32,80 -92,80
dark cut -97,80 -27,80 -29,88 -95,88
lamp cut -84,48 -66,48 -66,72 -84,72
lamp cut -58,48 -40,48 -40,72 -58,72
stripe cut -92,34 84,32 84,36 -92,38
dark cut 46,60 58,60 61,100 43,100
gold cut 41,98 63,98 63,103 41,103
dark blob 8,60 8,72 18,78 28,72 28,60
gold cut -10,61 -8,61 -8,26 -10,26
gold cut 30,61 32,61 32,26 30,26
dark oval 86,46 5,14
lamp oval 90,52 4,5
dark cut 80,14 108,0 80,0
dark oval -70,13 15,15
dark oval -36,13 15,15
dark oval 2,12 13,13
dark oval 34,12 13,13
dark oval 64,12 13,13
stripe oval -70,13 8,8
stripe oval -36,13 8,8
stripe oval 2,12 7,7
stripe oval 34,12 7,7
stripe oval 64,12 7,7
gold limb -70,11,3 64,11,3
""",
    "bicycle": """
= body 2f7f86 dark 2b2a2e light e8e2d6 trim 8a5a34
dark oval -44,29 29,29
light oval -44,29 26.4,26.4
dark oval 46,29 29,29
light oval 46,29 26.4,26.4
dark limb -44,3,.7 -44,55,.7
dark limb -70,29,.7 -18,29,.7
dark limb -62,11,.7 -26,47,.7
dark limb -62,47,.7 -26,11,.7
dark limb 46,3,.7 46,55,.7
dark limb 20,29,.7 72,29,.7
dark limb 28,11,.7 64,47,.7
dark limb 28,47,.7 64,11,.7
body limb -44,29,3 -2,28,3
body limb -44,29,3 -16,76,3
body limb -2,28,3 -18,82,3.4
body limb -14,70,3.4 34,74,3.4
body limb -2,28,3.4 34,72,3.4
body limb 46,29,3 32,84,3.4
dark limb 32,84,2.4 28,96,2.4 42,98,2.6
trim blob -34,86 -30,91 -12,90 -6,85 -18,83
dark oval -2,28 6,6
dark limb -2,28,2 6,14,2
trim cut 36,60 58,60 55,78 39,78
""",
}
