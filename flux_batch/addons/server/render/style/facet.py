"""Facets: the picture cut into triangles, panes, tiles, cubes and shards."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import Colour, lighter, rgb, turned
from flux_batch.addons.server.render.outline import Point
from flux_batch.addons.server.render.style.line import contours
from flux_batch.addons.server.render.style.paper import sheet
from flux_batch.addons.server.render.style.plate import Plate
from flux_batch.addons.server.render.style.stroke import Sampler, restless

SMALLEST = 4
"""Planes narrower than this many pixels are left out."""
Net = dict[tuple[int, int], Point]


def net(
    plate: Plate, cell: float, rng: random.Random, jitter: float = 0.42, *, bricks: bool = False
) -> tuple[Net, int, int]:
    """A jittered grid of points, drawn to the contours of the picture so that facets follow its forms.

    Args:
        plate: the picture.
        cell: distance of the points, pixels.
        rng: jitters them.
        jitter: how far, in cells.
        bricks: shift every second row by half a cell.

    Returns:
        The points by column and row, and how many columns and rows there are.
    """
    width, height = plate.size
    across, down = max(2, round(width / cell)), max(2, round(height / cell))
    fine_size = (across * 3, down * 3)
    lines = contours(plate, 1.0, 0.8).resize(fine_size, Image.Resampling.BOX).tobytes()
    points: Net = {}
    for j in range(-1, down + 2):
        for i in range(-1, across + 2):
            shift = 0.5 if bricks and j % 2 else 0.0
            best, found = (i + shift, float(j)), -1.0
            for _ in range(5):
                x, y = i + shift + rng.uniform(-jitter, jitter), j + rng.uniform(-jitter, jitter)
                px, py = int(x * 3), int(y * 3)
                inside = 0 <= px < fine_size[0] and 0 <= py < fine_size[1]
                strength = float(lines[py * fine_size[0] + px]) if inside else 0.0
                if strength > found:
                    best, found = (x, y), strength
            points[i, j] = (best[0] * width / across, best[1] * height / down)
    return points, across, down


def centre(points: list[Point]) -> Point:
    """The mean of *points*."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def triangles(points: Net, across: int, down: int) -> list[list[Point]]:
    """The cells of the net, each cut along one diagonal."""
    cut = []
    for j in range(-1, down + 1):
        for i in range(-1, across + 1):
            a, b, c, d = points[i, j], points[i + 1, j], points[i + 1, j + 1], points[i, j + 1]
            cut += [[a, b, c], [a, c, d]] if (i + j) % 2 else [[a, b, d], [b, c, d]]
    return cut


@dataclass(frozen=True, slots=True)
class Triangles:
    """Low poly: flat triangles, a little lighter or darker as if they were turned to the light.

    Attributes:
        cell: size of the triangles, share of the shorter side.
        shine: how much their brightness differs.
        folds: draw light and dark creases, as in folded paper.
        subject: size of the triangles the subject is cut into, within its own outline; 0 as all else.
    """

    cell: float = 0.038
    shine: float = 0.06
    folds: bool = False
    subject: float = 0.02

    def __call__(self, plate: Plate) -> Image.Image:
        image = self._cut(plate, self.cell)
        if self.subject and plate.subject.getbbox() is not None:
            image.paste(self._cut(plate, self.subject), (0, 0), plate.subject)
        return ImageChops.multiply(image, sheet(plate, (255, 255, 255), 0.35)) if self.folds else image

    def _cut(self, plate: Plate, share: float) -> Image.Image:
        rng, scale = plate.stream("triangles"), plate.fine
        cell = max(5.0, share * plate.unit)
        board = plate.image.resize((plate.size[0] * scale, plate.size[1] * scale))
        pen = ImageDraw.Draw(board)
        sampler = Sampler(plate.image, cell * 0.4, Image.new("L", (2, 2)))
        for corners in triangles(*net(plate, cell, rng)):
            slope = math.atan2(corners[1][1] - corners[0][1], corners[2][0] - corners[0][0])
            light = self.shine * math.sin(slope * 3 + 1) + rng.uniform(-0.03, 0.03)
            tone = lighter(sampler.colour(*centre(corners)), light)
            outline = [(x * scale, y * scale) for x, y in corners]
            pen.polygon(outline, fill=tone)
            if self.folds:
                pen.line(outline[:2], fill=lighter(tone, 0.35), width=scale)
                pen.line(outline[1:], fill=lighter(tone, -0.2), width=scale)
        return board.reduce(scale) if scale > 1 else board


@dataclass(frozen=True, slots=True)
class Panes:
    """Stained glass: glowing panes between lead; the lead follows the forms of the picture.

    Attributes:
        cell: size of the panes, share of the shorter side.
        lead: colour of the lead.
        glow: how much purer the glass is than the picture.
    """

    cell: float = 0.075
    lead: str = "17161a"
    glow: float = 1.5

    def __call__(self, plate: Plate) -> Image.Image:
        rng, scale = plate.stream("panes"), plate.fine
        cell = max(8.0, self.cell * plate.unit)
        points, across, down = net(plate, cell, rng, 0.46, bricks=True)
        sampler = Sampler(plate.image, cell * 0.5, Image.new("L", (2, 2)))
        board = plate.image.resize((plate.size[0] * scale, plate.size[1] * scale))
        leads = Image.new("L", board.size)
        pen, solder = ImageDraw.Draw(board), ImageDraw.Draw(leads)
        width = max(1, round(cell * 0.07 * scale))
        for j in range(-1, down + 1):
            for i in range(-1, across + 1):
                corners = [points[i, j], points[i + 1, j], points[i + 1, j + 1], points[i, j + 1]]
                tone = turned(restless(sampler.colour(*centre(corners)), rng, 0.3), rng.gauss(0, 5), self.glow, 1.15)
                outline = [(x * scale, y * scale) for x, y in corners]
                pen.polygon(outline, fill=tone)
                solder.line([*outline, outline[0]], fill=255, width=width, joint="curve")
        panes = Image.blend(board, ImageChops.screen(board, plate.image.resize(board.size)), 0.45).resize(
            plate.size, Image.Resampling.BOX
        )
        thick = contours(plate, 2.6, 0.25)
        lead = ImageChops.lighter(leads.resize(plate.size, Image.Resampling.BOX), thick)
        shade = lead.filter(ImageFilter.GaussianBlur(cell * 0.1)).point([255 - v // 2 for v in range(256)])
        lit = ImageChops.multiply(panes, shade.convert("RGB"))
        return Image.composite(Image.new("RGB", plate.size, rgb(self.lead)), lit, lead)


@dataclass(frozen=True, slots=True)
class Tiles:
    """Mosaic: small stones set by hand in grout.

    Attributes:
        cell: size of a stone, share of the shorter side.
        grout: colour between them.
        gold: share of stones that are gilded.
    """

    cell: float = 0.027
    grout: str = "3a332c"
    gold: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        rng, scale = plate.stream("tiles"), plate.fine
        cell = max(5.0, self.cell * plate.unit)
        across, down = round(plate.size[0] / cell) + 1, round(plate.size[1] / cell) + 1
        sampler = Sampler(plate.image, cell * 0.8, Image.new("L", (2, 2)))
        board = Image.new("RGB", (plate.size[0] * scale, plate.size[1] * scale), rgb(self.grout))
        pen = ImageDraw.Draw(board)
        for j in range(down):
            for i in range(across):
                x, y = (i + 0.5 + 0.5 * (j % 2)) * cell - cell / 2, (j + 0.5) * cell
                tone = restless(sampler.colour(x, y), rng, 0.35)
                if self.gold and rng.random() < self.gold:
                    tone = restless((214, 170, 74), rng, 0.5)
                self._stone(pen, rng, (x * scale, y * scale), cell * scale, tone)
        return board.reduce(scale) if scale > 1 else board

    def _stone(self, pen: ImageDraw.ImageDraw, rng: random.Random, at: Point, cell: float, tone: Colour) -> None:
        turn, half = rng.gauss(0, 0.1), cell * rng.uniform(0.4, 0.46)
        cos, sin = math.cos(turn) * half, math.sin(turn) * half
        x, y = at
        corners = [
            (x - cos + sin, y - sin - cos),
            (x + cos + sin, y + sin - cos),
            (x + cos - sin, y + sin + cos),
            (x - cos - sin, y - sin + cos),
        ]
        pen.polygon(corners, fill=tone)
        pen.line([corners[3], corners[0], corners[1]], fill=lighter(tone, 0.3), width=max(1, round(cell * 0.06)))
        pen.line([corners[1], corners[2], corners[3]], fill=lighter(tone, -0.3), width=max(1, round(cell * 0.06)))


@dataclass(frozen=True, slots=True)
class Shards:
    """Cubism: the motif seen from many sides at once, in overlapping, shaded planes.

    Attributes:
        count: of the planes.
        turn: how far each is turned, degrees.
        tint: colour they lean to.
    """

    count: int = 34
    turn: float = 14.0
    tint: str = "8a7352"

    def __call__(self, plate: Plate) -> Image.Image:
        rng = plate.stream("shards")
        image = Image.blend(
            plate.image, ImageChops.overlay(plate.image, Image.new("RGB", plate.size, rgb(self.tint))), 0.55
        )
        source = image.copy()
        width, height = plate.size
        for _ in range(self.count):
            x, y = rng.random() * width, rng.random() * height
            reach = plate.unit * rng.uniform(0.1, 0.3)
            start = rng.random() * math.tau
            corners = [
                (
                    x + math.cos(start + a) * reach * rng.uniform(0.6, 1.2),
                    y + math.sin(start + a) * reach * rng.uniform(0.6, 1.2),
                )
                for a in (0.0, 1.7, 2.9, 4.3)[: rng.randint(3, 4)]
            ]
            self._plane(image, source, rng, corners)
        return Image.blend(image, ImageOps.autocontrast(image, cutoff=1), 0.5)

    def _plane(self, image: Image.Image, source: Image.Image, rng: random.Random, corners: list[Point]) -> None:
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        frame = (
            max(0, int(min(xs))),
            max(0, int(min(ys))),
            min(image.width, int(max(xs)) + 1),
            min(image.height, int(max(ys)) + 1),
        )
        size = (frame[2] - frame[0], frame[3] - frame[1])
        if min(size) < SMALLEST:
            return
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).polygon([(x - frame[0], y - frame[1]) for x, y in corners], fill=255)
        ramp = (
            Image.linear_gradient("L")
            .rotate(rng.choice((0, 90, 180, 270)))
            .resize(size)
            .point([150 + v * 105 // 255 for v in range(256)])
        )
        seen = self._seen(source, rng, frame, centre(corners))
        image.paste(ImageChops.multiply(seen, ramp.convert("RGB")), frame, mask)
        ImageDraw.Draw(image).line([*corners, corners[0]], fill=(38, 32, 30), width=max(1, image.width // 300))

    def _seen(
        self, source: Image.Image, rng: random.Random, frame: tuple[int, int, int, int], middle: Point
    ) -> Image.Image:
        """The part of *source* in *frame*, turned about *middle*, pushed aside and seen a little nearer."""
        angle, nearer = math.radians(rng.uniform(-self.turn, self.turn)), rng.uniform(0.75, 1.0)
        a, b = math.cos(angle) * nearer, math.sin(angle) * nearer
        dx, dy = frame[0] - middle[0], frame[1] - middle[1]
        x = min(max(middle[0] + rng.gauss(0, 0.03) * source.width, source.width * 0.15), source.width * 0.85)
        y = min(max(middle[1] + rng.gauss(0, 0.03) * source.height, source.height * 0.15), source.height * 0.85)
        matrix = (a, -b, x + a * dx - b * dy, b, a, y + b * dx + a * dy)
        size = (frame[2] - frame[0], frame[3] - frame[1])
        seen = source.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        inside = Image.new("L", source.size, 255).transform(size, Image.Transform.AFFINE, matrix)
        return Image.composite(seen, source.crop(frame), inside)
