"""The garden: large flowers before a soft, far background."""

from __future__ import annotations

import random

from PIL import Image, ImageFilter

from flux_batch.addons.server.render.canvas import Fade
from flux_batch.addons.server.render.colour import Colour, lighter, mix, rgb
from flux_batch.addons.server.render.figure.flowers import Kind, head, kind_of
from flux_batch.addons.server.render.outline import Outline, Point, limb, oval, smooth
from flux_batch.addons.server.render.scene.cast import Spots, cast
from flux_batch.addons.server.render.scene.forest import tufts
from flux_batch.addons.server.render.scene.land import down_to, far_hills, ground_colour, profile
from flux_batch.addons.server.render.scene.river import grove
from flux_batch.addons.server.render.scene.sky import sky
from flux_batch.addons.server.render.scene.stage import Stage

LEAF = rgb("4f8a48")


def garden(stage: Stage) -> None:
    """Flowers near the eye, the ground and trees behind them out of focus."""
    sky(stage)
    far_hills(stage, stage.horizon, stage.height * 0.24, 2)
    rng, p, local = stage.stream("garden"), stage.palette, ground_colour(stage)
    for i, near in enumerate((0.05, 0.2)):
        grove(
            stage,
            f"garden trees {i}",
            stage.horizon + stage.height * near * 0.4,
            near + 0.2,
            [(stage.width / 2, stage.horizon)],
        )
    lawn = profile(stage, "lawn", stage.horizon + stage.height * 0.03, stage.height * 0.04, 0.2)
    stage.canvas.step_nearer()
    stage.canvas.fill([down_to(stage, lawn)], Fade(p.under(local, 0.2, 0.95), p.under(lighter(local, -0.35), 0, 0.5)))
    defocus(stage, 0.011)
    bokeh(stage)
    subject = next((s for s in stage.theme.subjects if s.name == "flower"), None)
    kind, colour = kind_of(subject.words if subject else (), rng), subject.colour if subject else None
    alone = stage.theme.subjects == (subject,) if subject else False
    cast(stage, Spots((stage.focus, stage.height * 0.88), air=(stage.focus, stage.height * 0.6)))
    bed(stage, rng, kind, colour, large=alone)
    stage.canvas.fill(tufts(rng, stage, stage.height * 0.97, 130), p.under(lighter(LEAF, -0.3), 0, 0.5))


def defocus(stage: Stage, radius: float) -> None:
    """Blur all that is painted so far; *radius* as a share of the unit."""
    image = stage.canvas.image
    small = image.resize((max(2, image.width // 2), max(2, image.height // 2)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(radius * stage.unit / 2))
    image.paste(soft.resize(image.size, Image.Resampling.BICUBIC))


def bokeh(stage: Stage) -> None:
    """Soft discs of light, as a lens draws points out of focus."""
    rng, p = stage.stream("bokeh"), stage.palette
    for _ in range(16):
        r = stage.unit * rng.uniform(0.015, 0.05)
        disc: Outline = oval(rng.random() * stage.width, rng.uniform(0.1, 0.85) * stage.height, r, r, points=36)
        stage.canvas.fill([disc], mix(p.light, p.horizon, rng.random()), rng.uniform(0.1, 0.26))


def bed(stage: Stage, rng: random.Random, kind: Kind, colour: Colour | None, *, large: bool) -> None:
    """Flowers in three depths; the nearest are the subject where the prompt is about nothing else."""
    rows = ((9, 0.034, 0.62), (7, 0.06, 0.68), (4, 0.105, 0.6)) if large else ((9, 0.03, 0.78), (8, 0.045, 0.86))
    for row, (count, size, top) in enumerate(rows):
        stage.canvas.step_nearer()
        for i in range(count):
            x = stage.width * (i + rng.uniform(0.1, 0.9)) / count
            y = stage.height * (top + rng.uniform(-0.12, 0.12) * (1.2 if large else 0.5))
            bloom_at(stage, rng, kind, colour, (x, y), stage.unit * size * rng.uniform(0.8, 1.2))
        if large and row == len(rows) - 2:
            hero = (stage.focus, stage.height * rng.uniform(0.34, 0.42))
            bloom_at(stage, rng, kind, colour, hero, stage.unit * rng.uniform(0.16, 0.2), main=True)


def bloom_at(
    stage: Stage, rng: random.Random, kind: Kind, colour: Colour | None, at: Point, radius: float, *, main: bool = False
) -> None:
    """One flower with its stem and leaves; *radius* of the head in pixels."""
    p, (x, y) = stage.palette, at
    lean = rng.uniform(-0.6, 0.6) * radius
    foot = stage.height * 1.03
    thick = radius * 0.13
    stem = limb([(x + lean, foot), (x + lean * 0.4, (foot + y) / 2), (x, y)], [thick * 1.4, thick, thick * 0.8])
    leaves: list[Outline] = []
    for side in (-1, 1):
        ly = y + (foot - y) * rng.uniform(0.35, 0.6)
        long = radius * rng.uniform(0.9, 1.5)
        leaves.append(
            smooth(
                [
                    (x + lean * 0.4, ly),
                    (x + side * long * 0.5, ly - long * 0.5),
                    (x + side * long, ly - long * 0.62),
                    (x + side * long * 0.7, ly - long * 0.1),
                ],
                5,
            )
        )
    stage.canvas.fill([stem], p.under(lighter(LEAF, -0.12), 0, 0.6))
    stage.canvas.fill(leaves, Fade(p.under(lighter(LEAF, 0.12), 0, 0.9), p.under(lighter(LEAF, -0.25), 0, 0.5)))
    flat = rng.uniform(0.78, 1.0)
    for tone, outlines in head(kind, rng, colour, small=radius < stage.unit * 0.05):
        moved = [[(x + px * radius, y + py * radius * flat) for px, py in outline] for outline in outlines]
        stage.canvas.fill(moved, p.under(tone, 0, 0.95))
        if main and (drawn := stage.canvas.mask(moved)):
            stage.canvas.subject.paste(255, drawn[1], drawn[0])
