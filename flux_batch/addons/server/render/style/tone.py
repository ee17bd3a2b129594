"""Tone: grading, duotones, posters, vignettes, grain. Each effect is a value; calling it returns the next image."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from flux_batch.addons.server.render.colour import rgb
from flux_batch.addons.server.render.finish import bloom, speckle
from flux_batch.addons.server.render.style.plate import Plate


def curve(image: Image.Image, contrast: float = 1.0, brightness: float = 0.0) -> Image.Image:
    """Contrast about the middle grey, then a shift; both in shares of the range."""
    table = [round((v / 255 - 0.5) * contrast * 255 + 127.5 + brightness * 255) for v in range(256)]
    return image.point([min(255, max(0, v)) for v in table] * len(image.getbands()))


@dataclass(frozen=True, slots=True)
class Adjust:
    """Colour, contrast and brightness; 1, 1, 0 change nothing."""

    colour: float = 1.0
    contrast: float = 1.0
    brightness: float = 0.0

    def __call__(self, plate: Plate) -> Image.Image:
        return curve(ImageEnhance.Color(plate.image).enhance(self.colour), self.contrast, self.brightness)


@dataclass(frozen=True, slots=True)
class Split:
    """Split toning: shadows towards one colour, highlights towards another, as film is graded."""

    shadows: str
    highlights: str
    amount: float = 0.5

    def __call__(self, plate: Plate) -> Image.Image:
        toned = ImageOps.colorize(ImageOps.grayscale(plate.image), rgb(self.shadows), rgb(self.highlights))
        soft = ImageChops.soft_light(plate.image, toned)
        return Image.blend(plate.image, soft, self.amount)


@dataclass(frozen=True, slots=True)
class Duotone:
    """Replace all colour by a ramp through *colours* (dark to light, two or three of them)."""

    colours: str
    amount: float = 1.0

    def __call__(self, plate: Plate) -> Image.Image:
        grey = ImageOps.autocontrast(ImageOps.grayscale(plate.image), cutoff=1)
        ramp = [rgb(code) for code in self.colours.split()]
        middle = ramp[1] if ramp[1:-1] else None
        toned = ImageOps.colorize(grey, ramp[0], ramp[-1], mid=middle)
        return Image.blend(plate.image, toned, self.amount)


@dataclass(frozen=True, slots=True)
class Vignette:
    """Darken (or tint) the corners."""

    amount: float = 0.45
    colour: str = "000000"

    def __call__(self, plate: Plate) -> Image.Image:
        table = [round(255 * self.amount * max(0.0, v / 255 - 0.35) ** 1.4 * 1.8) for v in range(256)]
        mask = Image.radial_gradient("L").resize(plate.size).point([min(255, v) for v in table])
        return Image.composite(Image.new("RGB", plate.size, rgb(self.colour)), plate.image, mask)


@dataclass(frozen=True, slots=True)
class Bloom:
    """Bright parts spill over."""

    amount: float = 0.4

    def __call__(self, plate: Plate) -> Image.Image:
        return bloom(plate.image, self.amount)


@dataclass(frozen=True, slots=True)
class Grain:
    """Film grain, *amount* steps of 255 up and down."""

    amount: int = 10

    def __call__(self, plate: Plate) -> Image.Image:
        return speckle(plate.image, plate.stream("film"), self.amount)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Black bars above and below, each *share* of the height."""

    share: float = 0.08

    def __call__(self, plate: Plate) -> Image.Image:
        image = plate.image.copy()
        bar = round(image.height * self.share)
        image.paste((6, 6, 8), (0, 0, image.width, bar))
        image.paste((6, 6, 8), (0, image.height - bar, image.width, image.height))
        return image


@dataclass(frozen=True, slots=True)
class Soften:
    """Blur by *radius* (share of the shorter side), mixed in by *amount*."""

    radius: float = 0.01
    amount: float = 0.5

    def __call__(self, plate: Plate) -> Image.Image:
        return Image.blend(
            plate.image, plate.image.filter(ImageFilter.GaussianBlur(self.radius * plate.unit)), self.amount
        )


def reduced(plate: Plate, image: Image.Image, colours: int) -> Image.Image:
    """*image*, a version of the plate's, in few *colours*; the subject's colours count double.

    They are chosen by median cut from a thumbnail: as good to the eye, and many times faster.
    """
    side = 112
    thumbnail = Image.new("RGB", (side * 2, side))
    whole = image.resize((side, side), Image.Resampling.NEAREST)
    thumbnail.paste(whole, (0, 0))
    frame = (
        plate.subject.resize(image.size, Image.Resampling.NEAREST).getbbox()
        if image.size != plate.size
        else plate.subject.getbbox()
    )
    thumbnail.paste(image.resize((side, side), Image.Resampling.NEAREST, frame) if frame else whole, (side, 0))
    palette = thumbnail.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return image.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")


@dataclass(frozen=True, slots=True)
class Few:
    """Flatten the picture to *colours* colours, smoothed first by *smooth* of the shorter side."""

    colours: int = 10
    smooth: float = 0.004

    def __call__(self, plate: Plate) -> Image.Image:
        soft = plate.image.filter(ImageFilter.GaussianBlur(self.smooth * plate.unit))
        return reduced(plate, soft, self.colours).filter(ImageFilter.GaussianBlur(0.6))


@dataclass(frozen=True, slots=True)
class Inks:
    """Print in the given *colours* only: each tone becomes the ink of its band, dark to light."""

    colours: str
    smooth: float = 0.003
    amount: float = 1.0

    def __call__(self, plate: Plate) -> Image.Image:
        ramp = [rgb(code) for code in self.colours.split()]
        grey = ImageOps.equalize(
            ImageOps.grayscale(plate.image.filter(ImageFilter.GaussianBlur(self.smooth * plate.unit)))
        )
        bands = [ramp[min(len(ramp) - 1, v * len(ramp) // 256)] for v in range(256)]
        channels = [grey.point([colour[k] for colour in bands]) for k in range(3)]
        flat = Image.merge("RGB", channels).filter(ImageFilter.GaussianBlur(0.6))
        return Image.blend(plate.image, flat, self.amount)


@dataclass(frozen=True, slots=True)
class Turn:
    """Turn every hue by *degrees*."""

    degrees: float

    def __call__(self, plate: Plate) -> Image.Image:
        hue, saturation, value = plate.image.convert("HSV").split()
        turned = hue.point([(v + round(self.degrees * 256 / 360)) % 256 for v in range(256)])
        return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


@dataclass(frozen=True, slots=True)
class Cycle:
    """Run through the whole colour circle *times* times as tones rise."""

    times: float = 2.0
    start: float = 0.6

    def __call__(self, plate: Plate) -> Image.Image:
        grey = ImageOps.grayscale(plate.image.filter(ImageFilter.GaussianBlur(plate.unit * 0.006)))
        hue = grey.point([round(v * self.times + self.start * 256) % 256 for v in range(256)])
        full = Image.new("L", plate.size, 220)
        return Image.merge(
            "HSV", (hue, full, ImageOps.autocontrast(grey).point([95 + v * 160 // 255 for v in range(256)]))
        ).convert("RGB")


@dataclass(frozen=True, slots=True)
class Crisp:
    """Local contrast: *amount* percent within *radius* (share of the shorter side)."""

    radius: float = 0.02
    amount: int = 80

    def __call__(self, plate: Plate) -> Image.Image:
        return plate.image.filter(ImageFilter.UnsharpMask(self.radius * plate.unit, self.amount, 1))


@dataclass(frozen=True, slots=True)
class Veil:
    """A flat *colour* over everything, by *amount*: fading, mist, moonlight."""

    colour: str
    amount: float = 0.2

    def __call__(self, plate: Plate) -> Image.Image:
        return Image.blend(plate.image, Image.new("RGB", plate.size, rgb(self.colour)), self.amount)


@dataclass(frozen=True, slots=True)
class Negative:
    """Every tone and colour turned into its opposite."""

    def __call__(self, plate: Plate) -> Image.Image:
        return ImageChops.invert(plate.image)
