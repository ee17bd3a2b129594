"""The last touches every picture gets: how finished it is, how strong, bloom and a breath of grain."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageEnhance, ImageFilter

from flux_batch.addons.server.render.noise import fractal, grain

NEUTRAL_GUIDANCE = 7.5


def bloom(image: Image.Image, amount: float = 0.16) -> Image.Image:
    """Let bright parts spill over: a small blurred copy, screened on top."""
    small = image.resize((max(2, image.width // 8), max(2, image.height // 8)), Image.Resampling.BOX)
    dim = [max(0, round((value - 130) * 2.0 * amount)) for value in range(256)] * 3
    light = small.filter(ImageFilter.GaussianBlur(3)).point(dim).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.screen(image, light)


def speckle(image: Image.Image, rng: random.Random, amount: int = 2) -> Image.Image:
    """Grey grain of at most *amount* steps up and down; it also hides the steps of long gradients."""
    noise = grain(image.size, rng).point([round((v / 127.5 - 1) * amount) + 128 for v in range(256)])
    return ImageChops.add(image, Image.merge("RGB", (noise, noise, noise)), 1, -128)


def guided(image: Image.Image, guidance: float) -> Image.Image:
    """More guidance, more colour and contrast; 7.5 changes nothing."""
    strength = (guidance - NEUTRAL_GUIDANCE) / 12.5
    coloured = ImageEnhance.Color(image).enhance(1 + 0.55 * strength)
    return ImageEnhance.Contrast(coloured).enhance(1 + 0.32 * strength)


def denoised(image: Image.Image, steps: int, rng: random.Random) -> Image.Image:
    """Leave the picture as unfinished as *steps* of 20 would: soft forms under coloured noise."""
    rough = max(0.0, 1 - (steps - 1) / 12) ** 1.7
    if rough <= 0:
        return image
    radius = rough * max(image.size) / 60
    soft = image.filter(ImageFilter.GaussianBlur(radius))
    cells = (image.width / 5, image.height / 5)
    noise = Image.merge("RGB", [fractal(image.size, rng, cells, 1) for _ in range(3)])
    return Image.blend(Image.blend(image, soft, min(1.0, rough * 1.6)), noise, 0.36 * rough)
