"""The cast: which figure plays a subject, how large it is, and where in a place it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flux_batch.addons.server.render.colour import WHITE, mix
from flux_batch.addons.server.render.figure.beasts import BEASTS
from flux_batch.addons.server.render.figure.buildings import BUILDINGS
from flux_batch.addons.server.render.figure.creatures import CREATURES
from flux_batch.addons.server.render.figure.notation import Figure, figure
from flux_batch.addons.server.render.figure.people import bust
from flux_batch.addons.server.render.figure.posed import Pose, reflection, shadow, stand
from flux_batch.addons.server.render.figure.things import THINGS
from flux_batch.addons.server.render.figure.vessels import VESSELS
from flux_batch.addons.server.render.outline import Outline, Point, limb
from flux_batch.addons.server.render.prompt import Subject
from flux_batch.addons.server.render.scene.stage import Stage

FIGURES: Mapping[str, str] = {**BEASTS, **CREATURES, **BUILDINGS, **VESSELS, **THINGS}


@dataclass(frozen=True, slots=True)
class Role:
    """How a subject appears.

    Attributes:
        size: height as a share of the picture's unit.
        home: ``ground``, ``water``, ``air``, ``table`` or ``branch``.
        shadow: width of its shadow as a share of its height.
        plays: figures that may play it, one is chosen by chance; none means the subject's own name.
    """

    size: float
    home: str = "ground"
    shadow: float = 0.4
    plays: tuple[str, ...] = ()


ROLES = {
    "lighthouse": Role(0.6, shadow=0.3),
    "fox": Role(0.4, plays=("fox", "fox", "fox-walking")),
    "wolf": Role(0.42),
    "cat": Role(0.38),
    "owl": Role(0.4, "branch"),
    "deer": Role(0.5, shadow=0.36),
    "rabbit": Role(0.34),
    "bear": Role(0.4, shadow=0.5),
    "horse": Role(0.44),
    "bird": Role(0.28, "branch"),
    "heron": Role(0.44, shadow=0.2),
    "swan": Role(0.27, "water"),
    "whale": Role(0.42, "water"),
    "fish": Role(0.26, "water"),
    "elephant": Role(0.46, shadow=0.55),
    "camel": Role(0.4),
    "dragon": Role(0.42, "air"),
    "butterfly": Role(0.3, "air"),
    "portrait": Role(0.5, shadow=0.6),
    "walker": Role(0.32, shadow=0.25),
    "house": Role(0.36, shadow=0.55),
    "castle": Role(0.44, shadow=0.8),
    "church": Role(0.42, shadow=0.5),
    "temple": Role(0.42, shadow=0.55),
    "windmill": Role(0.5, shadow=0.3),
    "tower": Role(0.72, shadow=0.2),
    "boat": Role(0.38, "water"),
    "ship": Role(0.44, "water"),
    "balloon": Role(0.42, "air"),
    "rocket": Role(0.46, "air"),
    "astronaut": Role(0.46, shadow=0.25),
    "robot": Role(0.46, shadow=0.3),
    "car": Role(0.2, shadow=0.95),
    "train": Role(0.26, shadow=1.0),
    "bicycle": Role(0.26, shadow=0.7),
    "palm": Role(0.66, shadow=0.2),
    "cactus": Role(0.5, shadow=0.25),
    "mushroom": Role(0.34, shadow=0.45),
    "cup": Role(0.34, "table", 0.7),
    "fruit": Role(0.32, "table", 0.75),
    "vase": Role(0.5, "table", 0.35),
    "book": Role(0.32, "table", 0.6),
    "lamp": Role(0.42, "table", 0.3),
    "guitar": Role(0.62, "table", 0.3),
    "crystal": Role(0.4, "table", 0.65),
    "skull": Role(0.36, "table", 0.4),
    "campfire": Role(0.26, shadow=0.5),
}


@dataclass(frozen=True, slots=True)
class Spots:
    """Where a place lets subjects stand, pixels.

    Attributes:
        ground: the foot of what stands on land.
        water: the waterline of what swims; None where there is no water.
        air: the foot of what flies.
        scale: multiplies every size.
        far: distance of the main subject, 0 to 1.
    """

    ground: Point
    water: Point | None = None
    air: Point | None = None
    scale: float = 1.0
    far: float = 0.02


def cast(stage: Stage, spots: Spots) -> None:
    """Stand every subject of the theme into the picture: the first at its spot, the others smaller beside it."""
    stage.canvas.step_nearer()
    for i, subject in enumerate(reversed(stage.theme.subjects)):
        place = len(stage.theme.subjects) - 1 - i
        role = ROLES.get(subject.name)
        if role is not None:
            _enter(stage, subject, role, spots, place)


def _enter(stage: Stage, subject: Subject, role: Role, spots: Spots, place: int) -> None:
    rng = stage.stream(f"role {subject.name}")
    drawing = _drawing(stage, subject, role)
    (x, y), home = _spot(stage, role, spots)
    aside = (0.0, 0.3, -0.2)[place] * (1 if stage.focus < stage.width / 2 else -1)
    size = stage.unit * role.size * spots.scale * (1.0, 0.72, 0.6)[place] * rng.uniform(0.92, 1.06)
    flip = stage.focus > stage.width / 2
    pose = Pose(x + aside * stage.width, y, size, spots.far, 0.95, flip, subject.colour)
    pose = framed(stage, drawing, pose)
    if home == "branch":
        _branch(stage, pose)
    elif home == "ground":
        shadow(stage.canvas, stage.palette, pose, role.shadow)
    elif home == "water":
        reflection(stage.canvas, stage.palette, drawing, pose)
    stand(stage.canvas, stage.palette, drawing, pose, stage.orb, main=True)
    if subject.name == "lighthouse":
        beam(stage, pose)


def _drawing(stage: Stage, subject: Subject, role: Role) -> Figure:
    rng = stage.stream(f"drawing {subject.name}")
    if subject.name == "portrait":
        return bust(subject.word, rng, subject.colour)
    return figure(FIGURES[rng.choice(role.plays) if role.plays else subject.name])


def _spot(stage: Stage, role: Role, spots: Spots) -> tuple[Point, str]:
    if role.home == "water" and spots.water is not None:
        return spots.water, "water"
    if role.home == "air":
        return spots.air or (stage.focus, stage.horizon * 0.78), "air"
    if role.home == "branch" and stage.theme.place == "forest":
        return (stage.focus, stage.height * 0.72), "branch"
    return spots.ground, "ground"


def framed(stage: Stage, drawing: Figure, pose: Pose) -> Pose:
    """*pose* moved and shrunk as little as needed for the whole figure to be in the picture."""
    xs = [x for part in drawing.parts for x, _ in part.outline]
    top = max(y for part in drawing.parts for _, y in part.outline)
    left, right = (-max(xs), -min(xs)) if pose.flip else (min(xs), max(xs))
    size = min(pose.size, 0.9 * stage.width / (right - left), (pose.y - 0.03 * stage.height) / top)
    size = max(size, stage.unit * 0.05)
    margin = stage.width * 0.04
    x = min(max(pose.x, margin - left * size), stage.width - margin - right * size)
    return replace(pose, x=x, size=size)


def _branch(stage: Stage, pose: Pose) -> None:
    """A bough from the picture's edge under a bird that does not stand on the ground."""
    side = -1 if pose.x < stage.width / 2 else 1
    edge = stage.width * (0.5 + 0.56 * side)
    s = pose.size
    bough: list[Outline] = [
        limb(
            [
                (edge, pose.y - s * 0.06),
                (pose.x + side * s * 0.5, pose.y + s * 0.1),
                (pose.x - side * s * 0.75, pose.y),
            ],
            [s * 0.24, s * 0.13, s * 0.03],
        ),
        limb([(pose.x, pose.y + s * 0.08), (pose.x - side * s * 0.4, pose.y + s * 0.3)], [s * 0.06, s * 0.015]),
    ]
    p = stage.palette
    stage.canvas.fill(bough, p.under((92, 72, 58), 0.0, 0.5))
    if stage.has("snow"):
        top = limb(
            [
                (edge, pose.y - s * 0.15),
                (pose.x + side * s * 0.5, pose.y + s * 0.04),
                (pose.x - side * s * 0.7, pose.y - s * 0.01),
            ],
            [s * 0.07, s * 0.05, s * 0.01],
        )
        stage.canvas.fill([top], p.under((244, 248, 252), 0.0, 0.9))


def beam(stage: Stage, pose: Pose) -> None:
    """The two rays of a lighthouse, as strong as it is dark."""
    dark = 1 - stage.palette.bright * 1.6
    if dark <= 0:
        return
    x, y = pose.x, pose.y - pose.size * 0.84
    reach = stage.width * 1.2
    ray = mix(stage.palette.lamp, WHITE, 0.35)
    for side, width in ((1 if stage.orb[0] > x else -1, 0.2), (-1 if stage.orb[0] > x else 1, 0.14)):
        for spread, opacity in ((1.0, 0.12), (0.6, 0.12), (0.28, 0.14)):
            half = reach * width * spread
            lift = reach * -0.04
            outline = [(x, y), (x + side * reach, y + lift - half), (x + side * reach, y + lift + half)]
            stage.canvas.fill([outline], ray, opacity * dark)
    stage.canvas.glow(x, y, pose.size * 0.34, ray, 0.9 * dark)
