"""The cast: which figure plays a subject, how large it is, and where in a place it belongs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageFilter

from flux_batch.addons.server.render.colour import WHITE, Colour, mix
from flux_batch.addons.server.render.figure.notation import Figure, figure
from flux_batch.addons.server.render.figure.people import bust
from flux_batch.addons.server.render.figure.posed import Pose, reflection, shadow, stand
from flux_batch.addons.server.render.outline import Outline, Point, limb
from flux_batch.addons.server.render.prompt import Subject
from flux_batch.addons.server.render.scene.roles import FIGURES, KNOWN_BY_COLOUR, ROLES, Role
from flux_batch.addons.server.render.scene.stage import Stage

WIDEST = 0.62
"""No figure is wider than this share of the picture."""
OWN, SAID = 0.55, 0.9
"""How far a colour word, and a name that says its colour, move a figure's own: a red fox stays a fox."""
ASIDE = ((0.0, 1.0), (0.3, 0.72), (-0.2, 0.6))
"""Where the first, second and third subject stand beside the spot (shares of the width), and how large."""
FELLOWS = ((0.0, 0.0, 1.0), (0.22, -0.012, 0.86), (-0.2, -0.02, 0.8), (0.38, -0.03, 0.7))
"""Where several of one kind stand beside the first: across, down (shares of the picture) and size."""


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
    played = [subject for subject in stage.theme.subjects if subject.name in ROLES and _plays(stage, subject)]
    if stage.theme.riding and len(played) > 1:
        _ride(stage, played[0], played[1], spots)
        played = played[2:]
    for place, subject in reversed(list(enumerate(played))):
        _enter(stage, subject, ROLES[subject.name], spots, place)


def _plays(stage: Stage, subject: Subject) -> bool:
    """Flowers grow by themselves outdoors, on a table they stand in a vase; a studio paints its own portrait."""
    if subject.name == "portrait":
        return stage.theme.place != "studio"
    return subject.name != "flower" or stage.theme.place == "room"


def _ride(stage: Stage, rider: Subject, mount: Subject, spots: Spots) -> None:
    """The rider behind the mount's back, so that only what is above it is seen, then the mount."""
    role = ROLES[mount.name]
    drawing, above = _drawing(stage, mount, role), _drawing(stage, rider, ROLES[rider.name])
    (x, y), home = _spot(stage, role, spots)
    size, flip = stage.unit * max(0.4, role.size) * spots.scale * stage.zoom, stage.focus > stage.width / 2
    pose = framed(stage, drawing, Pose(x, y, size, spots.far, 0.95, flip, _colour(drawing, mount)))
    seat = replace(pose, y=pose.y - pose.size * 0.28, size=pose.size * 0.95, colour=_colour(above, rider))
    stand(stage.canvas, stage.palette, above, seat, stage.orb, main=True)
    _take_place(stage, drawing, pose, home, role.shadow)


def _enter(stage: Stage, subject: Subject, role: Role, spots: Spots, place: int) -> None:
    drawing = _drawing(stage, subject, role)
    (x, y), home = _spot(stage, role, spots)
    inward = 1 if stage.focus < stage.width / 2 else -1
    beside, share = ASIDE[place]
    size = stage.unit * role.size * spots.scale * stage.zoom * share
    colour = _colour(drawing, subject)
    for across, down, smaller in reversed(FELLOWS[: subject.count]):
        at = (x + (beside + across) * inward * stage.width, y + down * stage.height)
        pose = Pose(*at, size * smaller, spots.far + (1 - smaller) * 0.3, 0.95, inward < 0, colour)
        _take_place(stage, drawing, pose if home == "front" else framed(stage, drawing, pose), home, role.shadow)
    if subject.name == "lighthouse":
        beam(stage, framed(stage, drawing, Pose(x, y, size, flip=inward < 0)))


def _take_place(stage: Stage, drawing: Figure, pose: Pose, home: str, reach: float) -> None:
    """Stand one figure with what joins it to its place: a bough, a shadow, a reflection."""
    if home == "branch":
        _branch(stage, pose)
    elif home == "ground":
        shadow(stage.canvas, stage.palette, pose, reach)
    elif home == "water" and stage.theme.place != "underwater":
        reflection(stage.canvas, stage.palette, drawing, pose)
    stand(stage.canvas, stage.palette, drawing, pose, stage.orb, main=True)


def _colour(drawing: Figure, subject: Subject) -> Colour | None:
    """The colour of the figure's body, where the prompt says something about it."""
    own = drawing.tones.get("body")
    said = next((KNOWN_BY_COLOUR[word] for word in subject.words if word in KNOWN_BY_COLOUR), None)
    if own is None or (subject.colour is None and said is None):
        return None
    if subject.colour is not None:
        return mix(own, subject.colour, OWN)
    return mix(own, said or own, SAID)


def _drawing(stage: Stage, subject: Subject, role: Role) -> Figure:
    rng = stage.stream(f"drawing {subject.name}")
    if subject.name == "portrait":
        return bust(subject.words, rng, subject.colour)
    own = [word for word in subject.words if word in FIGURES and word != subject.name]
    if own:
        return figure(FIGURES[own[0]])
    return figure(FIGURES[rng.choice(role.plays) if role.plays else subject.name])


def _spot(stage: Stage, role: Role, spots: Spots) -> tuple[Point, str]:
    if role.home == "water" and spots.water is not None:
        return spots.water, "water"
    if role.home == "front":
        return (stage.focus, stage.height * 1.07), "front"
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
    size = min(pose.size, WIDEST * stage.width / (right - left), (pose.y - 0.03 * stage.height) / top)
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
    reach, ray = stage.width * 1.3, mix(stage.palette.lamp, WHITE, 0.35)
    towards = 1 if stage.orb[0] > x else -1
    for side, width in ((towards, 0.15), (-towards, 0.1)):
        far, lift = x + side * reach, y - reach * 0.04
        drawn = stage.canvas.mask([[(x, y), (far, lift - reach * width), (far, lift + reach * width)]])
        if drawn is not None:
            soft = blurred_mask(drawn[0], stage.unit * 0.02)
            fade = Image.linear_gradient("L").rotate(-90 if side > 0 else 90).resize(soft.size)
            light = ImageChops.multiply(soft, fade.point([60 + v * 195 // 255 for v in range(256)]))
            stage.canvas.lay(light, drawn[1], ray, 0.36 * dark)
    stage.canvas.glow(x, y, pose.size * 0.34, ray, 0.9 * dark)


def blurred_mask(mask: Image.Image, radius: float) -> Image.Image:
    """*mask* blurred by *radius* pixels, worked out at a quarter of its size."""
    small = mask.resize((max(2, mask.width // 4), max(2, mask.height // 4)), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(radius / 4)).resize(mask.size, Image.Resampling.BICUBIC)
