"""Repetition: mirrors, kaleidoscopes, sheets of panels, type set from the prompt."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from flux_batch.addons.server.render.colour import lighter, rgb
from flux_batch.addons.server.render.style.plate import Plate

LONG = 5
"""Letters from which a word gets a line of its own."""


@dataclass(frozen=True, slots=True)
class Kaleidoscope:
    """Eight mirrored wedges about the middle.

    Attributes:
        rings: draw the frame of a mandala around it.
        amount: how much of the plain picture is replaced.
    """

    rings: bool = False
    amount: float = 1.0

    def __call__(self, plate: Plate) -> Image.Image:
        side = max(2, min(plate.size) // 2)
        left, top = (plate.size[0] - side) // 2, (plate.size[1] - side) // 2
        box = plate.subject.getbbox()
        if box is not None:
            left = min(max(0, (box[0] + box[2]) // 2 - side // 3), plate.size[0] - side)
            top = min(max(0, (box[1] + box[3]) // 2 - side // 3), plate.size[1] - side)
        tile = plate.image.crop((left, top, left + side, top + side))
        wedge = Image.new("L", (side, side))
        ImageDraw.Draw(wedge).polygon([(0, 0), (side, 0), (side, side)], fill=255)
        eighth = Image.composite(tile, tile.transpose(Image.Transpose.TRANSPOSE), wedge)
        half = Image.new("RGB", (side * 2, side))
        half.paste(eighth.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (0, 0))
        half.paste(eighth, (side, 0))
        whole = Image.new("RGB", (side * 2, side * 2))
        whole.paste(half.transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, 0))
        whole.paste(half, (0, side))
        whole = whole.resize((min(plate.size), min(plate.size)), Image.Resampling.BICUBIC)
        filled = _spread(whole, plate.size)
        mixed = Image.blend(plate.image, filled, self.amount)
        return mandala(mixed, plate) if self.rings else mixed


def _spread(square: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fill *size* with *square* in the middle, mirrored outwards."""
    out = Image.new("RGB", size)
    side = square.width
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    mirrors = (
        square,
        square.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        square.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    )
    reach = max(size) // max(1, side) + 1
    for k in range(-reach, reach + 1):
        out.paste(mirrors[1 if k % 2 else 0], (left + k * side, top)) if size[0] >= size[1] else out.paste(
            mirrors[2 if k % 2 else 0], (left, top + k * side)
        )
    return out


def mandala(image: Image.Image, plate: Plate) -> Image.Image:
    """Round *image* off and set beads around it."""
    scale = plate.fine
    size = (plate.size[0] * scale, plate.size[1] * scale)
    disc = Image.new("L", size)
    pen = ImageDraw.Draw(disc)
    cx, cy, r = size[0] / 2, size[1] / 2, min(size) * 0.44
    pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
    tone = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    base = tone if isinstance(tone, tuple) else (120, 90, 140)
    back = Image.new("RGB", plate.size, lighter((base[0], base[1], base[2]), -0.72))
    out = Image.composite(image, back, disc.resize(plate.size, Image.Resampling.BOX))
    beads = Image.new("L", size)
    pen = ImageDraw.Draw(beads)
    for ring, count in ((1.0, 1), (0.985, 0), (1.06, 48)):
        if count <= 1:
            pen.ellipse(
                (cx - r * ring, cy - r * ring, cx + r * ring, cy + r * ring),
                outline=255,
                width=max(1, round(r * 0.008)),
            )
        for k in range(count if count > 1 else 0):
            x, y = _on_circle(cx, cy, r * ring, k / count)
            b = r * (0.022 if k % 2 else 0.014)
            pen.ellipse((x - b, y - b, x + b, y + b), fill=255)
    out.paste((236, 196, 104), (0, 0), beads.resize(plate.size, Image.Resampling.BOX))
    return out


def _on_circle(cx: float, cy: float, r: float, share: float) -> tuple[float, float]:
    return cx + r * math.cos(share * math.tau), cy + r * math.sin(share * math.tau)


@dataclass(frozen=True, slots=True)
class Panels:
    """The picture several times on one sheet, each copy in other inks.

    Attributes:
        inks: one group of colours (dark to light) per panel, groups parted by commas; empty keeps the colours.
        across, down: panels.
        gap: between them, share of the shorter side.
        sheet: colour between them.
        near: above 1 each panel shows another part of the picture, so many times nearer.
    """

    inks: str = ""
    across: int = 2
    down: int = 2
    gap: float = 0.012
    sheet: str = "ffffff"
    near: float = 1.0

    def __call__(self, plate: Plate) -> Image.Image:
        out = Image.new("RGB", plate.size, rgb(self.sheet))
        gap = round(self.gap * plate.unit)
        wide = max(1, (plate.size[0] - gap * (self.across + 1)) // self.across)
        high = max(1, (plate.size[1] - gap * (self.down + 1)) // self.down)
        groups = [group.split() for group in self.inks.split(",")] if self.inks else []
        for k in range(self.across * self.down):
            small = self._seen(plate, k).resize((wide, high), Image.Resampling.LANCZOS)
            panel = _inked(small, groups[k % len(groups)]) if groups else small
            out.paste(panel, (gap + (k % self.across) * (wide + gap), gap + (k // self.across) * (high + gap)))
        return out

    def _seen(self, plate: Plate, number: int) -> Image.Image:
        """What panel *number* shows: the whole picture, or the part of it that lies there, seen nearer."""
        if self.near <= 1:
            return plate.image
        width, height = plate.size
        w, h = width / self.near, height / self.near
        column, row = number % self.across, number // self.across
        left = (width - w) * column / max(1, self.across - 1)
        top = (height - h) * row / max(1, self.down - 1)
        return plate.image.crop((round(left), round(top), round(left + w), round(top + h)))


def _inked(image: Image.Image, inks: list[str]) -> Image.Image:
    ramp = [rgb(code) for code in inks]
    grey = ImageOps.equalize(ImageOps.grayscale(image.filter(ImageFilter.GaussianBlur(image.width / 200))))
    bands = [ramp[min(len(ramp) - 1, v * len(ramp) // 256)] for v in range(256)]
    return Image.merge("RGB", [grey.point([colour[k] for colour in bands]) for k in range(3)])


@dataclass(frozen=True, slots=True)
class Views:
    """A sheet of studies: the subject large, and details of it in boxes beside it.

    Attributes:
        sheet: colour of the paper.
        ink: colour of frames and rules.
        boxes: details in the column at the right.
        rules: lines as of writing under each detail.
    """

    sheet: str = "f6f1e4"
    ink: str = "3a3a44"
    boxes: int = 3
    rules: bool = True

    def __call__(self, plate: Plate) -> Image.Image:
        width, height = plate.size
        out = Image.new("RGB", plate.size, rgb(self.sheet))
        pen = ImageDraw.Draw(out)
        gap = max(2, round(plate.unit * 0.025))
        column = max(8, round(width * 0.26))
        main = (gap, gap, max(gap + 2, width - column - 2 * gap), height - gap)
        out.paste(
            ImageOps.fit(plate.image, (main[2] - main[0], max(2, main[3] - main[1])), Image.Resampling.LANCZOS),
            main[:2],
        )
        box = plate.subject.getbbox() or (width // 4, height // 4, width * 3 // 4, height * 3 // 4)
        rng = plate.stream("views")
        high = max(4, (height - gap * (self.boxes + 1)) // self.boxes)
        shown = max(2, round(high * (0.72 if self.rules else 1.0)))
        for k in range(self.boxes):
            top = gap + k * (high + gap)
            side = max(8, round(min(box[2] - box[0], box[3] - box[1]) * (0.45 + 0.2 * k)))
            x = min(max(0, round(rng.uniform(box[0], box[2]) - side / 2)), max(0, width - side))
            y = min(max(0, round(rng.uniform(box[1], (box[1] + box[3]) / 2) - side / 3)), max(0, height - side))
            detail = ImageOps.fit(
                plate.image.crop((x, y, x + side, y + side)), (column, shown), Image.Resampling.BICUBIC
            )
            out.paste(detail, (width - column - gap, top))
            pen.rectangle(
                (width - column - gap, top, width - gap, top + shown), outline=rgb(self.ink), width=max(1, gap // 6)
            )
            for line in range(3 if self.rules else 0):
                y_line = top + shown + (high - shown) * (line + 1) / 4
                pen.line(
                    [(width - column - gap, y_line), (width - gap - rng.uniform(0, 0.5) * column, y_line)],
                    fill=rgb(self.ink),
                    width=max(1, gap // 8),
                )
        pen.rectangle(main, outline=rgb(self.ink), width=max(1, gap // 5))
        return out


@dataclass(frozen=True, slots=True)
class Type:
    """The picture seen through the words of the prompt, set line by line to the full width."""

    ground: str = "14141a"
    show: float = 0.16

    def __call__(self, plate: Plate) -> Image.Image:
        text = [word for word in plate.words.upper().split() if word.isprintable()][:24] or ["FLUX"]
        mask = Image.new("L", plate.size)
        y, rng = plate.unit * 0.02, plate.stream("type")
        k = 0
        while y < plate.size[1]:
            count = 1 if len(text[k % len(text)]) > LONG else rng.randint(1, 3)
            line = " ".join(text[(k + i) % len(text)] for i in range(count))[:40]
            k += count
            y += self._set(mask, line, y, plate)
        ground = Image.blend(Image.new("RGB", plate.size, rgb(self.ground)), plate.image, self.show)
        bright = plate.image.point([min(255, round(v * 1.12 + 12)) for v in range(256)] * 3)
        return Image.composite(bright, ground, mask)

    def _set(self, mask: Image.Image, line: str, y: float, plate: Plate) -> float:
        """Set *line* at *y* so that it fills the width; return the height it takes."""
        font = ImageFont.load_default(100)
        left, top, right, bottom = font.getbbox(line)
        wide, high = max(1, round(right - left)), max(1, round(bottom - top))
        word = Image.new("L", (wide, high))
        ImageDraw.Draw(word).text((-left, -top), line, fill=255, font=font)
        width = round(plate.size[0] * 0.96)
        tall = min(round(high * width / wide), round(plate.size[1] * 0.3))
        tall = max(4, tall)
        mask.paste(word.resize((width, tall), Image.Resampling.BICUBIC), (round(plate.size[0] * 0.02), round(y)))
        return tall * 1.12


@dataclass(frozen=True, slots=True)
class Double:
    """Double exposure: the scene inside the subject's shape, large on pale ground."""

    paper: str = "f2efe9"

    def __call__(self, plate: Plate) -> Image.Image:
        width, height = plate.size
        near, shape = plate.lifted(0.92) or (plate.image, plate.depth.point([255 if v else 0 for v in range(256)]))
        scene = ImageOps.mirror(plate.image).resize(plate.size, Image.Resampling.BICUBIC, (0, 0, width, height * 0.7))
        forms = ImageOps.autocontrast(ImageOps.grayscale(near))
        inner = ImageChops.screen(scene, forms.point([round(v * 0.55) for v in range(256)]).convert("RGB"))
        inner = ImageChops.overlay(inner, near)
        fade = (
            Image.linear_gradient("L").resize(plate.size).point([max(0, 255 - max(0, v - 150) * 2) for v in range(256)])
        )
        ground = Image.blend(Image.new("RGB", plate.size, rgb(self.paper)), scene, 0.1)
        return Image.composite(inner, ground, ImageChops.multiply(shape.filter(ImageFilter.GaussianBlur(1)), fade))
