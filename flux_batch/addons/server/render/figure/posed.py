"""Standing a figure into a picture: its tones in the light, its volume, its lit rim, its shadow, its lamps."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from flux_batch.addons.server.render.canvas import Box, Canvas
from flux_batch.addons.server.render.colour import Colour, lighter, mix
from flux_batch.addons.server.render.figure.notation import Figure
from flux_batch.addons.server.render.outline import Outline, Point, bounds, oval, placed
from flux_batch.addons.server.render.palette import Palette

GLASS: Colour = (140, 168, 186)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where and how a figure stands.

    Attributes:
        x, y: its foot, pixels.
        size: its height, pixels.
        far: 0 near to 1 lost in the haze.
        lit: 0 in the shade to 1 in full light.
        flip: looks to the left.
        colour: replaces the tone ``body``; None keeps the figure's own.
    """

    x: float
    y: float
    size: float
    far: float = 0.0
    lit: float = 0.9
    flip: bool = False
    colour: Colour | None = None


def stand(canvas: Canvas, palette: Palette, figure: Figure, pose: Pose, light: Point, *, main: bool = False) -> None:
    """Paint *figure* as *pose* says, lit from the point *light* (pixels); *main* marks it as the subject."""
    outlines = [placed(part.outline, pose.x, pose.y, pose.size, flip=pose.flip) for part in figure.parts]
    for part, outline in zip(figure.parts, outlines, strict=True):
        canvas.fill([outline], tone(palette, figure, part.tone, pose))
    drawn = canvas.mask(outlines)
    if drawn is None:
        return
    _model(canvas, palette, pose, light, *drawn)
    if main:
        canvas.subject.paste(255, drawn[1], drawn[0])
    shining = [o for part, o in zip(figure.parts, outlines, strict=True) if part.tone.startswith(("lamp", "glow"))]
    for outline in shining[:8]:
        _shine(canvas, palette, outline, pose)


def tone(palette: Palette, figure: Figure, name: str, pose: Pose) -> Colour:
    """The colour of the tone *name* of *figure* in the light of *palette*; ``glow`` tones shine by themselves."""
    if name.startswith("glow"):
        return mix(figure.tones[name], palette.haze, pose.far * 0.5)
    if name == "lamp":
        return mix(lamp(palette), palette.haze, pose.far * 0.5)
    colour = figure.tones[name]
    if name == "body" and pose.colour is not None:
        colour = pose.colour
    return palette.under(colour, pose.far, pose.lit)


def lamp(palette: Palette) -> Colour:
    """A window: lit when it is dark, glass by day."""
    return mix(palette.lamp, palette.under(GLASS, lit=0.8), palette.bright * 2 - 0.6)


def shadow(canvas: Canvas, palette: Palette, pose: Pose, reach: float = 0.5) -> None:
    """A soft dark patch on the ground under a figure *reach* times as wide as it is high."""
    across, up = pose.size * reach, pose.size * reach * 0.12
    blur = max(1.0, up * 0.5)
    left, top = round(pose.x - across - 3 * blur), round(pose.y - up - 3 * blur)
    patch = Canvas(round(2 * across + 6 * blur) + 1, round(2 * up + 6 * blur) + 1)
    patch.fill([oval(pose.x - left, pose.y - top, across, up)], (255, 255, 255))
    soft = patch.image.getchannel("R").filter(ImageFilter.GaussianBlur(blur))
    frame = (left, top, left + soft.width, top + soft.height)
    canvas.lay(soft, frame, lighter(palette.shade, -0.6), 0.45 * (1 - pose.far))


def reflection(canvas: Canvas, palette: Palette, figure: Figure, pose: Pose) -> None:
    """The figure upside down in the water below it, shortened and faint."""
    for part in figure.parts:
        upright = placed(part.outline, pose.x, pose.y, pose.size, flip=pose.flip)
        mirrored = [(x, pose.y + (pose.y - y) * 0.7) for x, y in upright]
        canvas.fill([mirrored], mix(tone(palette, figure, part.tone, pose), palette.water, 0.5), 0.4)


def _shine(canvas: Canvas, palette: Palette, outline: Outline, pose: Pose) -> None:
    """Light around a lamp, as strong as it is dark."""
    dark = 1 - palette.bright * 1.7
    if dark > 0:
        left, top, right, bottom = bounds([outline])
        radius = max(right - left, bottom - top) * 1.3 + pose.size * 0.06
        canvas.glow((left + right) / 2, (top + bottom) / 2, radius, palette.lamp, 0.42 * dark * (1 - pose.far))


def _model(canvas: Canvas, palette: Palette, pose: Pose, light: Point, mask: Image.Image, frame: Box) -> None:
    """Darken the foot and the side away from the light, then draw the lit rim."""
    side = 1 if light[0] >= (frame[0] + frame[2]) / 2 else -1
    across = Image.linear_gradient("L").rotate(-90 * side).resize(mask.size)
    down = Image.linear_gradient("L").resize(mask.size)
    dim = ImageChops.multiply(mask, Image.blend(across, down, 0.5))
    canvas.lay(dim, frame, lighter(palette.shade, -0.4), 0.36 * (1 - pose.far))
    reach = max(1.0, pose.size * 0.013)
    rim = ImageChops.multiply(mask, ImageChops.subtract(mask, _moved(mask, round(-side * reach), round(reach * 0.8))))
    canvas.lay(rim, frame, lighter(palette.light, 0.3), 0.5 * (1 - pose.far))


def _moved(mask: Image.Image, dx: int, dy: int) -> Image.Image:
    """*mask* shifted, nothing wrapping around."""
    moved = Image.new("L", mask.size)
    moved.paste(mask, (dx, dy))
    return moved
