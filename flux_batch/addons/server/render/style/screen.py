"""Screens of print and tube: halftone dots, engraved lines, waves of op art, scan lines, glitches."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import rgb
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.tone import curve


def dot_screen(size: tuple[int, int], cell: float, angle: float) -> Image.Image:
    """A printer's screen, ``L``: cones *cell* pixels apart, turned by *angle* degrees."""
    side = max(3, round(cell))
    cone = ImageChops.invert(Image.radial_gradient("L")).resize((side, side), Image.Resampling.BICUBIC)
    return tiled(cone, size, angle)


def line_screen(size: tuple[int, int], cell: float, angle: float) -> Image.Image:
    """Parallel lines, ``L``: a triangular wave *cell* pixels long, turned by *angle* degrees."""
    side = max(3, round(cell))
    wave = Image.frombytes("L", (1, side), bytes(round(255 * abs(1 - 2 * k / side)) for k in range(side)))
    return tiled(wave.resize((8, side)), size, angle)


def tiled(tile: Image.Image, size: tuple[int, int], angle: float = 0.0) -> Image.Image:
    """Repeat *tile* over *size* pixels, turned by *angle* degrees about the middle."""
    side = max(size) if not angle else math.ceil(math.hypot(*size)) + 2
    full = Image.new(tile.mode, (side, side))
    full.paste(tile, (0, 0))
    wide, high = tile.size
    while wide < side:
        full.paste(full.crop((0, 0, wide, high)), (wide, 0))
        wide *= 2
    while high < side:
        full.paste(full.crop((0, 0, side, high)), (0, high))
        high *= 2
    if angle:
        full = full.rotate(angle, Image.Resampling.BILINEAR)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return full.crop((left, top, left + size[0], top + size[1])) if angle else full.crop((0, 0, *size))


def printed(tones: Image.Image, screen: Image.Image, hard: float = 5.0) -> Image.Image:
    """*tones* through *screen*: dots grow as the tone darkens; ``L``, 0 is ink."""
    total = ImageChops.add(tones, ImageChops.invert(screen), 2)
    return total.point([min(255, max(0, round((v - 128) * hard + 128))) for v in range(256)])


@dataclass(frozen=True, slots=True)
class Halftone:
    """Dots of the three printing colours, each screen turned by its own angle.

    Attributes:
        cell: distance of the dots, share of the shorter side.
        amount: how much of the smooth picture is replaced.
    """

    cell: float = 0.014
    amount: float = 0.85

    def __call__(self, plate: Plate) -> Image.Image:
        cell = max(4.0, self.cell * plate.unit)
        channels = [
            printed(channel, dot_screen(plate.size, cell, angle), 4.0)
            for channel, angle in zip(plate.image.split(), (15.0, 75.0, 45.0), strict=True)
        ]
        return Image.blend(plate.image, Image.merge("RGB", channels), self.amount)


@dataclass(frozen=True, slots=True)
class Screentone:
    """Black dots in the shadows and middle tones only, as in printed comics."""

    ink: str = "1b1c22"
    cell: float = 0.011
    level: int = 150
    amount: float = 0.55

    def __call__(self, plate: Plate) -> Image.Image:
        grey = ImageOps.autocontrast(ImageOps.grayscale(plate.image))
        tones = grey.point([min(255, max(30, round(128 + (v - self.level) * 0.9 + 60))) for v in range(256)])
        dots = ImageChops.invert(printed(tones, dot_screen(plate.size, max(4.0, self.cell * plate.unit), 45.0)))
        return Image.composite(
            Image.new("RGB", plate.size, rgb(self.ink)),
            plate.image,
            dots.point([round(v * self.amount) for v in range(256)]),
        )


@dataclass(frozen=True, slots=True)
class Engraving:
    """Swelling lines: thick in the shadows, thin in the light; a second set crosses the darkest tones."""

    ink: str = "20242b"
    paper: str = "f4eedf"
    cell: float = 0.011
    angle: float = 20.0
    crossing: bool = True

    def __call__(self, plate: Plate) -> Image.Image:
        cell = max(4.0, self.cell * plate.unit)
        grey = ImageOps.autocontrast(
            ImageOps.grayscale(plate.image.filter(ImageFilter.UnsharpMask(cell, 120, 2))), cutoff=1
        )
        lines = printed(
            grey.point([40 + round(v * 0.84) for v in range(256)]), line_screen(plate.size, cell, self.angle)
        )
        if self.crossing:
            dark = grey.point([min(255, 128 + v) for v in range(256)])
            lines = ImageChops.multiply(lines, printed(dark, line_screen(plate.size, cell, self.angle + 74)))
        return ImageOps.colorize(lines, rgb(self.ink), rgb(self.paper))


@dataclass(frozen=True, slots=True)
class Waves:
    """Op art: stripes that rise over the bright parts of the picture and swell in the dark ones.

    Attributes:
        colours: dark and light stripe.
        stripes: how many along the shorter side.
        lift: height of the relief in stripes.
        swell: how much the tone widens the stripes, 0 to 1.
    """

    colours: str = "0d0d0f fbfaf4"
    stripes: int = 46
    lift: float = 3.0
    swell: float = 0.6

    def __call__(self, plate: Plate) -> Image.Image:
        cell = max(5.0, plate.unit / self.stripes)
        grey = ImageOps.autocontrast(ImageOps.grayscale(plate.image), cutoff=2)
        tall = (plate.size[0], plate.size[1] + math.ceil(cell * self.lift) + 2)
        screen = line_screen(tall, cell, 0.0)
        risen = screen.transform(
            plate.size, Image.Transform.MESH, self._mesh(plate, grey, cell), Image.Resampling.BILINEAR
        )
        tones = grey.point([round(127 + (v - 127) * self.swell) for v in range(256)])
        dark, light = (rgb(code) for code in self.colours.split())
        return ImageOps.colorize(printed(tones, risen, 7.0), dark, light)

    def _mesh(
        self, plate: Plate, grey: Image.Image, cell: float
    ) -> list[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
        cells = 48
        soft = grey.filter(ImageFilter.GaussianBlur(plate.unit * 0.01))
        heights = soft.resize((cells + 1, cells + 1), Image.Resampling.BILINEAR).tobytes()
        xs = [round(plate.size[0] * i / cells) for i in range(cells + 1)]
        ys = [round(plate.size[1] * j / cells) for j in range(cells + 1)]

        def corner(i: int, j: int) -> tuple[float, float]:
            return xs[i], ys[j] + heights[j * (cells + 1) + i] / 255 * cell * self.lift

        mesh: list[tuple[tuple[int, int, int, int], tuple[float, ...]]] = []
        for i in range(cells):
            for j in range(cells):
                box = (xs[i], ys[j], xs[i + 1], ys[j + 1])
                if box[0] < box[2] and box[1] < box[3]:
                    mesh.append((box, (*corner(i, j), *corner(i, j + 1), *corner(i + 1, j + 1), *corner(i + 1, j))))
        return mesh


@dataclass(frozen=True, slots=True)
class Scanlines:
    """The lines of a picture tube, with its red, green and blue stripes."""

    cell: float = 0.008
    amount: float = 0.4

    def __call__(self, plate: Plate) -> Image.Image:
        cell = max(3.0, self.cell * plate.unit)
        lines = line_screen(plate.size, cell, 0.0).point([255 - round((255 - v) * self.amount) for v in range(256)])
        side = max(3, round(cell))
        third = max(1, side // 3)
        stripe = Image.new("RGB", (third * 3, 1))
        low = round(255 * (1 - self.amount * 0.6))
        for k, colour in enumerate(((255, low, low), (low, 255, low), (low, low, 255))):
            stripe.paste(colour, (k * third, 0, (k + 1) * third, 1))
        tube = ImageChops.multiply(plate.image, tiled(stripe, plate.size))
        return curve(ImageChops.multiply(tube, lines.convert("RGB")), 1.1, 0.1)


@dataclass(frozen=True, slots=True)
class Glitch:
    """A damaged signal: shifted channels, torn bands, blocks out of place."""

    shift: float = 0.012
    bands: int = 16

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("glitch")
        dx = max(1, round(self.shift * plate.unit))
        red, green, blue = plate.image.split()
        image = Image.merge("RGB", (ImageChops.offset(red, dx, 0), green, ImageChops.offset(blue, -dx, round(dx / 3))))
        width, height = plate.size
        for _ in range(self.bands):
            y, thick = rng.randrange(height), max(1, round(plate.unit * rng.uniform(0.004, 0.04)))
            band = image.crop((0, y, width, min(height, y + thick)))
            image.paste(ImageChops.offset(band, round(rng.gauss(0, 0.06) * width), 0), (0, y))
        for _ in range(self.bands // 2):
            w, h = (
                max(2, round(plate.unit * rng.uniform(0.05, 0.25))),
                max(2, round(plate.unit * rng.uniform(0.008, 0.03))),
            )
            x, y = rng.randrange(width), rng.randrange(height)
            image.paste(rng.choice(((255, 40, 120), (40, 240, 255), (250, 250, 90))), (x, y, x + w, y + max(1, h // 4)))
        return image


@dataclass(frozen=True, slots=True)
class Fringe:
    """Red and blue drift apart, as through a cheap lens."""

    shift: float = 0.006

    def __call__(self, plate: Plate) -> Image.Image:
        dx = max(1, round(self.shift * plate.unit))
        red, green, blue = plate.image.split()
        return Image.merge("RGB", (ImageChops.offset(red, dx, 0), green, ImageChops.offset(blue, -dx, 0)))
