"""Standing a figure into a picture: its tones in the light, its volume, its lit rim, its shadow."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from flux_batch.addons.server.render.canvas import Box, Canvas
from flux_batch.addons.server.render.colour import Colour, lighter, mix
from flux_batch.addons.server.render.figure.notation import Figure
from flux_batch.addons.server.render.outline import Point, oval, placed
from flux_batch.addons.server.render.palette import Palette


@dataclass(frozen=True, slots=True)
class Pose:
    """Where and how a figure stands.

    Attributes:
        x, y: its foot, pixels.
        size: its height, pixels.
        far: 0 near to 1 lost in the haze.
        lit: 0 in the shade to 1 in full light.
        flip: looks to the left.
        colour: replaces the tone ``body`` (and shades of it), None keeps the figure's own.
    """

    x: float
    y: float
    size: float
    far: float = 0.0
    lit: float = 0.6
    flip: bool = False
    colour: Colour | None = None


def stand(canvas: Canvas, palette: Palette, figure: Figure, pose: Pose, light: Point) -> None:
    """Paint *figure* as *pose* says, lit from the point *light* (pixels)."""
    outlines = [placed(part.outline, pose.x, pose.y, pose.size, flip=pose.flip) for part in figure.parts]
    for part, outline in zip(figure.parts, outlines, strict=True):
        canvas.fill([outline], tone(palette, figure, part.tone, pose))
    drawn = canvas.mask(outlines)
    if drawn is not None:
        _model(canvas, palette, pose, light, *drawn)


def tone(palette: Palette, figure: Figure, name: str, pose: Pose) -> Colour:
    """The colour of the tone *name* of *figure* in the light of *palette*."""
    if name == "lamp":
        glass = (150, 175, 190)
        lamp = mix(palette.lamp, palette.under(glass, lit=0.8), min(1.0, max(0.0, palette.bright * 2 - 0.6)))
        return mix(lamp, palette.haze, pose.far * 0.5)
    colour = figure.tones[name]
    if name == "body" and pose.colour is not None:
        colour = pose.colour
    return palette.under(colour, pose.far, pose.lit)


def shadow(canvas: Canvas, palette: Palette, pose: Pose, reach: float = 0.5) -> None:
    """A soft dark patch on the ground under a figure *reach* times as wide as it is high."""
    outline = oval(pose.x, pose.y + pose.size * 0.01, pose.size * reach, pose.size * reach * 0.13)
    drawn = canvas.mask([outline])
    if drawn is not None:
        mask, frame = drawn
        soft = mask.filter(ImageFilter.GaussianBlur(max(1.0, pose.size * 0.02)))
        canvas.lay(soft, frame, lighter(palette.shade, -0.55), 0.42 * (1 - pose.far))


def _model(canvas: Canvas, palette: Palette, pose: Pose, light: Point, mask: Image.Image, frame: Box) -> None:
    """Darken the foot and the side away from the light, then draw the lit rim."""
    side = 1 if light[0] >= (frame[0] + frame[2]) / 2 else -1
    across = Image.linear_gradient("L").rotate(90 if side > 0 else -90).resize(mask.size)
    down = Image.linear_gradient("L").resize(mask.size)
    dim = ImageChops.multiply(mask, Image.blend(across, down, 0.55))
    canvas.lay(dim, frame, lighter(palette.shade, -0.35), 0.4 * (1 - pose.far))
    reach = max(1.0, pose.size * 0.014)
    moved = ImageChops.offset(_padded(mask, reach), round(-side * reach), round(reach * 0.8))
    rim = ImageChops.subtract(mask, moved.crop((_pad(reach), _pad(reach), *_far_corner(mask, reach))))
    glowing = rim.filter(ImageFilter.GaussianBlur(reach * 0.25))
    canvas.lay(ImageChops.multiply(glowing, mask), frame, lighter(palette.light, 0.25), 0.55 * (1 - pose.far))


def _pad(reach: float) -> int:
    return round(reach) + 2


def _padded(mask: Image.Image, reach: float) -> Image.Image:
    pad = _pad(reach)
    wide = Image.new("L", (mask.width + 2 * pad, mask.height + 2 * pad))
    wide.paste(mask, (pad, pad))
    return wide


def _far_corner(mask: Image.Image, reach: float) -> tuple[int, int]:
    return _pad(reach) + mask.width, _pad(reach) + mask.height
