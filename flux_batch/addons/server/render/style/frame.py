"""Frames: what stands around a picture: instant-film borders, gilded mouldings, posters, game screens."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps

from flux_batch.addons.server.render.colour import Colour, lighter, rgb
from flux_batch.addons.server.render.style.paper import sheet
from flux_batch.addons.server.render.style.plate import Plate


def drawn(plate: Plate) -> tuple[Image.Image, ImageDraw.ImageDraw, float]:
    """A mask to draw a frame on, its pen, and its scale to the picture."""
    scale = plate.fine
    mask = Image.new("L", (plate.size[0] * scale, plate.size[1] * scale))
    return mask, ImageDraw.Draw(mask), float(scale)


@dataclass(frozen=True, slots=True)
class Border:
    """A plain margin: the whole picture, smaller, on a sheet.

    Attributes:
        colour: of the sheet.
        side, foot: margins, shares of the shorter side.
        line: colour of a thin rule around the picture, empty for none.
    """

    colour: str = "f7f4ec"
    side: float = 0.06
    foot: float = 0.06
    line: str = ""

    def __call__(self, plate: Plate) -> Image.Image:
        side, foot = round(self.side * plate.unit), round(self.foot * plate.unit)
        size = (max(2, plate.size[0] - 2 * side), max(2, plate.size[1] - side - foot))
        out = sheet(plate, rgb(self.colour), 0.2)
        out.paste(ImageOps.fit(plate.image, size, Image.Resampling.LANCZOS), (side, side))
        if self.line:
            rule = max(1, round(plate.unit * 0.004))
            ImageDraw.Draw(out).rectangle(
                (side, side, side + size[0] - 1, side + size[1] - 1), outline=rgb(self.line), width=rule
            )
        return out


@dataclass(frozen=True, slots=True)
class Gilded:
    """A moulding: bands of *metal* with ornaments in the corners.

    Attributes:
        metal: colour of the moulding.
        wide: its width, share of the shorter side.
        corner: ``fan`` (art deco), ``scroll`` (baroque), ``whiplash`` (art nouveau), ``leaf`` or ``none``.
        ground: colour under the lines of the moulding, empty leaves the picture.
    """

    metal: str = "d4a648"
    wide: float = 0.05
    corner: str = "fan"
    ground: str = ""

    def __call__(self, plate: Plate) -> Image.Image:
        image, metal = plate.image.copy(), rgb(self.metal)
        if min(plate.size) < 2 / max(0.001, self.wide):
            return image
        if self.ground:
            self._back(plate, image)
        mask, pen, scale = drawn(plate)
        rim = self.wide * plate.unit * scale
        for inset, thick in ((0.35, 0.12), (0.7, 0.06), (1.0, 0.16)):
            box = (rim * inset, rim * inset, mask.width - rim * inset, mask.height - rim * inset)
            pen.rectangle(box, outline=255, width=max(1, round(rim * thick)))
        corner = self._corner(round(rim * 3.4))
        for turn, at in self._places(mask.size, corner.width, round(rim)):
            mask.paste(255, at, corner if turn is None else corner.transpose(turn))
        small = mask.resize(plate.size, Image.Resampling.BOX)
        shine = Image.linear_gradient("L").rotate(90).resize(plate.size)
        gold = ImageOps.colorize(shine, lighter(metal, 0.3), lighter(metal, -0.25), mid=metal)
        return Image.composite(gold, image, small)

    def _back(self, plate: Plate, image: Image.Image) -> None:
        rim = round(self.wide * plate.unit)
        ground = Image.new("RGB", plate.size, rgb(self.ground))
        hole = Image.new("L", plate.size, 255)
        hole.paste(0, (rim, rim, plate.size[0] - rim, plate.size[1] - rim))
        image.paste(ground, (0, 0), hole)

    def _places(
        self, size: tuple[int, int], side: int, rim: int
    ) -> list[tuple[Image.Transpose | None, tuple[int, int]]]:
        right, low = size[0] - rim - side, size[1] - rim - side
        return [
            (None, (rim, rim)),
            (Image.Transpose.FLIP_LEFT_RIGHT, (right, rim)),
            (Image.Transpose.FLIP_TOP_BOTTOM, (rim, low)),
            (Image.Transpose.ROTATE_180, (right, low)),
        ]

    def _corner(self, side: int) -> Image.Image:
        """The ornament of the upper left corner, ``L``."""
        tile = Image.new("L", (max(4, side), max(4, side)))
        pen, thick = ImageDraw.Draw(tile), max(1, side // 28)
        if self.corner == "fan":
            for ring in (0.35, 0.6, 0.9):
                pen.arc((-side * ring, -side * ring, side * ring, side * ring), 0, 90, fill=255, width=thick)
            for k in range(7):
                a = math.pi / 2 * k / 6
                pen.line(
                    [
                        (math.cos(a) * side * 0.2, math.sin(a) * side * 0.2),
                        (math.cos(a) * side * 0.9, math.sin(a) * side * 0.9),
                    ],
                    fill=255,
                    width=thick,
                )
        elif self.corner in {"scroll", "whiplash"}:
            turns = 2.2 if self.corner == "scroll" else 0.9
            for flip in (False, True):
                spiral = [self._spiral(side, turns, t / 60) for t in range(61)]
                pen.line([(y, x) if flip else (x, y) for x, y in spiral], fill=255, width=thick * 2, joint="curve")
            pen.ellipse((0, 0, side * 0.22, side * 0.22), fill=255)
        elif self.corner == "leaf":
            for a in (0.15, 0.45, 0.79, 1.12, 1.42):
                x, y, r = math.cos(a) * side * 0.55, math.sin(a) * side * 0.55, side * 0.14
                pen.ellipse((x - r, y - r * 0.6, x + r, y + r * 0.6), fill=255)
        return tile

    def _spiral(self, side: int, turns: float, t: float) -> tuple[float, float]:
        reach = side * (0.34 - 0.26 * t)
        angle = -math.pi / 2 + t * turns * math.tau
        return side * (0.16 + 0.5 * min(1.0, t * 1.6)) + math.cos(
            angle
        ) * reach * t, side * 0.12 + reach * 0.4 + math.sin(angle) * reach * t


@dataclass(frozen=True, slots=True)
class Sunburst:
    """Rays of two colours behind a softened picture, as on posters."""

    colours: str = "f0d9a8 e2894e"
    rays: int = 18
    amount: float = 0.45

    def __call__(self, plate: Plate) -> Image.Image:
        mask, pen, _ = drawn(plate)
        cx, cy, reach = mask.width / 2, mask.height * 0.55, math.hypot(*mask.size)
        for k in range(self.rays):
            a, b = math.tau * k / self.rays, math.tau * (k + 0.5) / self.rays
            pen.polygon(
                [
                    (cx, cy),
                    (cx + math.cos(a) * reach, cy + math.sin(a) * reach),
                    (cx + math.cos(b) * reach, cy + math.sin(b) * reach),
                ],
                fill=255,
            )
        first, second = (rgb(code) for code in self.colours.split())
        rays = ImageOps.colorize(mask.resize(plate.size, Image.Resampling.BOX), first, second)
        shown = [min(255, round(255 * self.amount * (0.25 if v else 1.6))) for v in range(256)]
        return Image.composite(rays, plate.image, plate.depth.point(shown))


@dataclass(frozen=True, slots=True)
class Shapes:
    """Plain geometry over and under the motif: discs, bars, wedges of few colours.

    Attributes:
        colours: of the shapes.
        count: how many.
        slant: angle of bars in degrees.
        amount: opacity, 0 to 1.
    """

    colours: str = "d5322b 1d1d1f e9b93a 2f5fa8"
    count: int = 9
    slant: float = -32.0
    amount: float = 0.85

    def __call__(self, plate: Plate) -> Image.Image:
        rng, image = plate.stream("shapes"), plate.image.copy()
        tones = [rgb(code) for code in self.colours.split()]
        for k in range(self.count):
            mask, pen, scale = drawn(plate)
            unit = plate.unit * scale
            x, y = rng.random() * mask.width, rng.random() * mask.height
            self._shape(pen, ("bar", "disc", "bar", "wedge", "ring")[k % 5], (x, y), unit * rng.uniform(0.06, 0.24))
            soft = mask.resize(plate.size, Image.Resampling.BOX)
            keep = plate.subject.point([255 - round(v * 0.8) for v in range(256)])
            cover = soft.point([round(v * self.amount) for v in range(256)])
            image.paste(tones[k % len(tones)], (0, 0), Image.composite(cover, Image.new("L", plate.size), keep))
        return image

    def _shape(self, pen: ImageDraw.ImageDraw, kind: str, at: tuple[float, float], size: float) -> None:
        x, y = at
        a = math.radians(self.slant)
        if kind == "bar":
            dx, dy, nx, ny = (
                math.cos(a) * size * 2,
                math.sin(a) * size * 2,
                -math.sin(a) * size * 0.16,
                math.cos(a) * size * 0.16,
            )
            pen.polygon(
                [
                    (x - dx + nx, y - dy + ny),
                    (x + dx + nx, y + dy + ny),
                    (x + dx - nx, y + dy - ny),
                    (x - dx - nx, y - dy - ny),
                ],
                fill=255,
            )
        elif kind == "disc":
            pen.ellipse((x - size, y - size, x + size, y + size), fill=255)
        elif kind == "ring":
            pen.ellipse((x - size, y - size, x + size, y + size), outline=255, width=max(1, round(size * 0.12)))
        else:
            tip = (x + math.cos(a) * size * 2, y + math.sin(a) * size * 2)
            pen.polygon([(x - size * 0.5, y + size * 0.8), (x + size * 0.6, y + size * 0.9), tip], fill=255)


@dataclass(frozen=True, slots=True)
class Hud:
    """What a game draws over its picture: bars, hearts or coins, a small map; plain shapes without words."""

    colour: str = "ff4f5e"
    second: str = "4fd1ff"
    icons: int = 5
    grid: bool = False

    def __call__(self, plate: Plate) -> Image.Image:
        image = plate.image.copy()
        pen, unit = ImageDraw.Draw(image), plate.unit
        rng = plate.stream("hud")
        gap, high = unit * 0.03, unit * 0.026
        for row, code in enumerate((self.colour, self.second)):
            top, full = gap + row * high * 1.6, unit * 0.36
            level = full * rng.uniform(0.45, 0.95)
            pen.rectangle(
                (gap, top, gap + full, top + high),
                fill=(18, 18, 24),
                outline=(250, 250, 250),
                width=max(1, round(unit * 0.004)),
            )
            pen.rectangle(
                (gap + unit * 0.006, top + unit * 0.006, gap + level, top + high - unit * 0.006), fill=rgb(code)
            )
        for k in range(self.icons):
            x, r = plate.size[0] - gap - unit * 0.022 - k * unit * 0.052, unit * 0.019
            pen.ellipse(
                (x - r, gap, x + r, gap + 2 * r),
                fill=rgb("ffd24a"),
                outline=(90, 60, 10),
                width=max(1, round(unit * 0.004)),
            )
        if self.grid:
            self._map(pen, plate, gap)
        return image

    def _map(self, pen: ImageDraw.ImageDraw, plate: Plate, gap: float) -> None:
        side = plate.unit * 0.2
        left, top = gap, plate.size[1] - gap - side
        pen.rectangle(
            (left, top, left + side, top + side),
            fill=(24, 34, 30),
            outline=(230, 230, 220),
            width=max(1, round(plate.unit * 0.005)),
        )
        rng = plate.stream("map")
        for _ in range(7):
            x, y, r = left + rng.random() * side, top + rng.random() * side, plate.unit * 0.008
            dot: Colour = rng.choice(((120, 220, 120), (240, 200, 80), (230, 90, 80)))
            pen.ellipse((max(left, x - r), max(top, y - r), min(left + side, x + r), min(top + side, y + r)), fill=dot)
